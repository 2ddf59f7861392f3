from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reco_core.icecube.likelihood.cleaning import cleaned
from reco_core.icecube.pulse_batch import pack


def slow_cleaning(pulses, detector):
    """By comparing all pairs of pulses, twice."""
    place, time = detector.position_m[pulses.sensor_id], pulses.time_ns
    kept = ~pulses.auxiliary
    for _ in range(2):
        seed, seen = np.zeros(len(pulses), np.bool_), set()
        for row in np.flatnonzero(kept):
            seed[row] = pulses.sensor_id[row] not in seen
            seen.add(pulses.sensor_id[row])
        apart_m = np.linalg.norm(place[:, None] - place[seed], axis=-1)
        near = (apart_m <= 150) & (np.abs(time[:, None] - time[seed]) <= 1000)
        kept |= near.any(axis=1)
    return kept


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 1))
def test_what_is_kept_is_near_in_place_and_time(detector, pulses_of, seed, share):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 200))
    pulses = pulses_of(
        rng.integers(0, 600, n), rng.integers(0, 6000, n), 1.0, rng.random(n) < share
    )
    expected = pulses.select(slow_cleaning(pulses, detector))
    found = cleaned(pack([pulses]), detector)
    assert found.sensor_id.tolist() == expected.sensor_id.tolist()
    assert not found.auxiliary.any()


# String 1 has DOMs every 17.02 m: 8 gaps are 136 m, 9 are 153 m.
@pytest.mark.parametrize(
    ("gap", "delay_ns", "kept"),
    [(8, 1000, 2), (8, -1000, 2), (8, 1001, 1), (8, -1001, 1), (9, 0, 1)],
)
def test_150_m_and_1000_ns(detector, pulses_of, gap, delay_ns, kept):
    pulses = pulses_of([20, 20 + gap], [10_000, 10_000 + delay_ns], 1.0, [False, True])
    assert cleaned(pack([pulses]), detector).n_pulses.tolist() == [kept]


def test_what_was_kept_keeps_others_once(detector, pulses_of):
    chain = pulses_of([0, 8, 16, 24], [100, 200, 300, 400], 1.0, [False, True, True, True])
    assert cleaned(pack([chain]), detector).sensor_id.tolist() == [0, 8, 16]


def test_events_are_cleaned_by_their_own_seeds(detector, pulses_of):
    with_seed = pulses_of([20, 21], [100, 200], 1.0, [False, True])
    without = pulses_of([20, 21], [100, 200], 1.0, True)
    assert cleaned(pack([without, with_seed, without]), detector).n_pulses.tolist() == [0, 2, 0]
