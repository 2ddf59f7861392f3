"""Single protons beside published and expected figures, each with what it may be off by."""

from __future__ import annotations

import numpy as np
import pytest

from tests.reco_core.afp.simulation import made


@pytest.fixture(scope="module")
def hits():
    return made.of_class("single_proton")[0]


def test_a_cluster_has_two_pixels_on_average(hits):
    """230 um tilted by 14 degrees are 1.15 rows: 2 pixels or 3 before the threshold; 2.03 after."""
    sizes = [len(one) for k in range(4000) for one in made.clusters(hits.part(k, k + 1))]
    assert np.mean(sizes) == pytest.approx(2.03, abs=0.06)
    assert np.bincount(sizes).argmax() == 2


def test_an_event_has_8_hits(hits):
    counts = np.diff(hits.start)
    assert counts.mean() == pytest.approx(8.2, abs=0.2)
    assert np.median(counts) == 8
    assert np.percentile(counts, 99) == pytest.approx(12, abs=1)


def test_one_event_in_27_misses_a_plane(hits):
    missing = (made.per_plane(hits) == 0).any(axis=1)
    assert missing.mean() == pytest.approx(0.037, abs=0.006)


def test_charges_are_those_of_the_published_plots(hits):
    """The mean charge of a hit lies in 10 to 25 thousand electrons."""
    assert 10_000 < hits.charge.mean() < 25_000
    mean = np.bincount(hits.event, hits.charge) / np.diff(hits.start)
    assert 10_000 < np.median(mean) < 25_000
    assert np.unique(hits.charge).size == 14
