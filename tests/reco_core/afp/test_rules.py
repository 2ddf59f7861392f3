"""The rules: what they say of each class, and how it adds up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from reco_core.afp.alignment import estimate_alignment
from reco_core.afp.detectors.rules import MOST_REASONS, RULES, reasons, score, strengths
from reco_core.afp.features import features
from reco_core.afp.hits import EMPTY, HitBatch
from reco_core.afp.simulation.chunk import Job, simulate_chunk
from reco_core.afp.simulation.classes import CLASSES
from tests.reco_core.afp.batches import EVENTS, batch_of
from tests.reco_core.afp.simulation import made

PROTON = [(plane, 100, 40) for plane in range(4)]


def said(*pixels) -> tuple[str, ...]:
    return reasons(batch_of([dict.fromkeys(pixels, 10_000.0)]))[0]


def test_a_proton_breaks_no_rule() -> None:
    hits = batch_of([dict.fromkeys(PROTON, 10_000.0)])
    assert score(hits).tolist() == [0.0]
    assert reasons(hits) == ((),)


@pytest.mark.parametrize(
    ("pixels", "sentence"),
    [
        ([], "There is no hit at all."),
        (PROTON[:3], "Plane 3 has no hit."),
        (PROTON[1:3], "Planes 0 and 3 have no hit."),
        (
            [*PROTON, (1, 200, 10), (1, 300, 20)],
            "6 clusters where a proton makes 4: plane 1 has most, 3.",
        ),
        ([*PROTON, (1, 200, 10)], "5 clusters where a proton makes 4: plane 1 has 2."),
        (
            [(0, 10, 10), (1, 200, 60), (2, 30, 30), (3, 300, 5)],
            "No straight line goes through clusters of three planes.",
        ),
        (
            [*PROTON[:3], (3, 200, 40)],
            "Plane 3 has hits, but none on the line through the others.",
        ),
        (
            [(0, 100, 40), (1, 113, 40), (2, 87, 40), (3, 100, 40)],
            "The cluster on plane 2 is 585 um off the straight line along the rows, 5.3 times "
            "what is expected.",
        ),
        (
            [(0, 100, 40), (1, 115, 40), (2, 130, 40), (3, 145, 40)],
            "The track is inclined by 83 mrad along the rows to the beam, 15.1 times what is "
            "expected.",
        ),
        (
            [(0, 0, 40), (1, 0, 40), (2, 1, 40), (3, 3, 40)],
            "The particle crosses planes 0 and 1 at the edge of the sensor.",
        ),
        ([(0, 100, 79), *PROTON[1:]], "The particle crosses plane 0 at the edge of the sensor."),
        (
            [*PROTON, *((2, row, 7) for row in range(0, 40, 2))],
            "20 hits are in column 7 of plane 2.",
        ),
        (
            [*PROTON, *((0, row, 39) for row in range(95, 107))],
            "A cluster on plane 0 has 13 hits, over 0.60 mm along the rows and 0.50 mm along the "
            "columns.",
        ),
    ],
)  # fmt: skip
def test_a_broken_rule_is_said_in_words(pixels, sentence) -> None:
    assert sentence in said(*pixels)


@settings(deadline=None)
@given(EVENTS)
def test_there_is_a_reason_for_every_score_above_zero(events) -> None:
    hits = batch_of(events)
    found, sentences = score(hits), reasons(hits)
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    assert [bool(some) for some in sentences] == (found > 0).tolist()
    assert all(len(some) <= MOST_REASONS for some in sentences)
    assert all(one.endswith(".") for some in sentences for one in some)


def test_of_no_events_nothing_is_said() -> None:
    assert score(EMPTY).shape == (0,)
    assert reasons(EMPTY) == ()


@pytest.fixture(scope="module")
def judged():
    """Classes, strengths and scores of five runs, each beside the protons of its run."""
    chunks = [simulate_chunk(Job("test", 1500, 14_500, 0.0), k) for k in range(5)]
    tables = [features(one.hits, aligned(one.hits, one.truth)) for one in chunks]
    broken = strengths(np.concatenate(tables))
    names = np.array([row.name for row in CLASSES])
    return names[np.concatenate([one.kind for one in chunks])], broken


def aligned(hits: HitBatch, truth: np.ndarray):
    station = made.truth_column(truth, "STATION").astype(int)
    return estimate_alignment(hits, station).rows(station)


def test_single_protons_seldom_break_a_rule(judged) -> None:
    kinds, broken = judged
    often = (broken[kinds == "single_proton"] > 0).mean(axis=0)
    allowed = {"silent": 0.06, "clusters": 0.12}
    for rule, share in zip(RULES, often, strict=True):
        assert share <= allowed.get(rule.key, 0.015), (rule.key, share)


def test_each_class_breaks_its_rule(judged) -> None:
    kinds, broken = judged
    keys = [rule.key for rule in RULES]
    for kind, key, least in (
        ("multi_track", "clusters", 0.99), ("shower", "clusters", 0.99),
        ("missing_plane", "silent", 0.99), ("noisy_plane", "clusters", 0.99),
        ("dead_hot_column", "column", 0.75), ("secondary", "clusters", 0.9),
        ("edge", "edge", 0.8), ("scattering", "slope", 0.7),
    ):  # fmt: skip
        share = (broken[kinds == kind][:, keys.index(key)] > 0).mean()
        assert share >= least, (kind, key, share)
