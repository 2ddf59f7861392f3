from __future__ import annotations

import numpy as np
import pytest

from reco_core.icecube.classification.containment import REGIONS, regions_of
from reco_core.icecube.detector import string_id


def sensor(string, om):
    return (string - 1) * 60 + om - 1


@pytest.mark.parametrize(("key", "percent"), [("side", 32.5), ("top", 5.4), ("bottom", 1.4)])
def test_shares_of_doms_are_the_published_ones(detector, key, percent):
    (region,) = [region for region in REGIONS if region.key == key]
    assert 100 * region.mask(detector).mean() == pytest.approx(percent, abs=0.1)


def test_the_side_is_the_strings_beyond_470_m_but_49_and_with_72(detector):
    side = REGIONS[0].mask(detector)
    radius = np.hypot(*detector.position_m[:, :2].T)
    beyond = set(string_id(np.flatnonzero(radius > 470)).tolist())
    assert set(string_id(np.flatnonzero(side)).tolist()) == (beyond - {49}) | {72}


def test_no_dom_is_at_the_top_and_at_the_bottom(detector):
    _, top, bottom = (region.mask(detector) for region in REGIONS)
    assert not (top & bottom).any()


@pytest.mark.parametrize(
    ("string", "om", "keys"),
    [
        (36, 24, []),
        (85, 60, []),  # ends just above the bottom set
        (36, 1, ["top"]),
        (36, 60, ["bottom"]),
        (1, 30, ["side"]),
        (1, 1, ["side", "top"]),
        (77, 60, ["side", "bottom"]),
        (49, 30, []),
        (72, 30, ["side"]),
    ],
)
def test_regions_of_a_dom(detector, string, om, keys):
    assert [region.key for region in regions_of(sensor(string, om), detector)] == keys
