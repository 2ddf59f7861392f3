"""The constant tables."""

from __future__ import annotations

import numpy as np

from reco_core import tables


def test_86_strings_at_distinct_places() -> None:
    strings = tables.icecube_strings()
    assert strings.shape == (86, 3)
    assert np.isfinite(strings).all()
    assert len(np.unique(strings[:, :2], axis=0)) == 86


def test_strings_lie_in_the_footprint() -> None:
    x, y, z_top = tables.icecube_strings().T
    assert np.hypot(x, y).max() < 650
    assert ((z_top > 150) & (z_top < 550)).all()


def test_gaps_are_positive_and_between_modules() -> None:
    gaps = tables.icecube_gaps()
    assert gaps
    assert all(1 <= string_id <= 86 and 1 <= om < 60 for string_id, om in gaps)
    assert all(gap > 0 for gap in gaps.values())
