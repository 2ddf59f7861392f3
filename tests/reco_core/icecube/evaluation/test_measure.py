from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reco_core.icecube.evaluation.groups import Facts, groups
from reco_core.icecube.evaluation.measure import INTERVAL, measure


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 200), st.integers(0, 1000))
def test_numbers_are_those_of_numpy_within_their_intervals(n, seed):
    angle = np.random.default_rng(seed).uniform(0, np.pi, n)
    found = measure(angle)
    assert found.n_events == n
    assert found.mean.value == pytest.approx(angle.mean())
    assert found.median.value == pytest.approx(np.median(angle))
    assert found.contain68.value == pytest.approx(np.quantile(angle, 0.68))
    for interval in (found.mean, found.median, found.contain68):
        assert angle.min() <= interval.low <= interval.high <= angle.max() + 1e-12
    assert measure(angle[::-1]) == found


def test_intervals_are_those_of_drawing_again_and_again():
    angle = np.random.default_rng(1).exponential(0.3, 400)
    rng = np.random.default_rng(2)
    drawn = angle[rng.integers(0, 400, (4000, 400))]
    found = measure(angle)
    for interval, values in (
        (found.mean, drawn.mean(axis=1)),
        (found.median, np.median(drawn, axis=1)),
        (found.contain68, np.quantile(drawn, 0.68, axis=1)),
    ):
        expected = np.quantile(values, INTERVAL)
        width = expected[1] - expected[0]
        assert abs(interval.low - expected[0]) < 0.25 * width
        assert abs(interval.high - expected[1]) < 0.25 * width


def test_intervals_hold_the_true_mean_as_often_as_they_should():
    rng = np.random.default_rng(3)
    held = [measure(rng.exponential(1.0, 300), seed).mean for seed in range(300)]
    share = np.mean([interval.low <= 1.0 <= interval.high for interval in held])
    assert share == pytest.approx(0.68, abs=0.08)


def test_groups_hold_each_event_once_per_kind():
    facts = Facts(
        np.array(["track", "muon", "track", ""]),
        np.array([150.0, 1e5, np.nan, 5e7]),
        np.array([0.0, np.pi, 1.6, 1.0]),
        np.array([10, 63, 5000, 100]),
    )
    found = {(kind, label): inside.tolist() for kind, label, inside in groups(facts)}
    assert found["all", "all"] == [True] * 4
    assert found["class", "track"] == [True, False, True, False]
    assert ("class", "") not in found
    assert found["energy", "100 GeV to 1 TeV"] == [True, False, False, False]
    assert found["track energy", "100 GeV to 1 TeV"] == [True, False, False, False]
    for kind, expected in (("zenith", 4), ("pulses", 4), ("energy", 3), ("class", 3)):
        assert sum(sum(inside) for (of, _), inside in found.items() if of == kind) == expected
