"""The classical direction, on tracks made by hand and against an event-by-event reference."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reco_core.directions import opening_angle, source_direction
from reco_core.icecube.event import checked_pulses
from reco_core.icecube.selection import brightest, non_auxiliary
from reco_core.icecube.validation.direction import chosen_rows, ladder

DOWN_A_STRING = np.arange(40, 60)  # DOMs 41 to 60 of string 1, from top to bottom
TIMES = 10_000 + 57 * np.arange(20)  # 17 m apart at the speed of light


def angles(sample, detector):
    found = ladder(sample, detector.position_m)
    return found.time_sense, found.better_sense


def test_light_that_moves_down_came_from_above(sample_of_events, detector):
    down = (DOWN_A_STRING, TIMES, 1.0, False)
    time_sense, better = angles(sample_of_events([down, down], [0.0, np.pi], [0, 0]), detector)
    assert time_sense == pytest.approx([0, np.pi], abs=1e-6)
    assert better == pytest.approx([0, 0], abs=1e-6)


def test_light_that_moves_up_came_from_below(sample_of_events, detector):
    up = (DOWN_A_STRING[::-1], TIMES, 1.0, False)
    time_sense, _ = angles(sample_of_events([up], [3.0], [1.0]), detector)
    assert time_sense == pytest.approx([np.pi - 3.0], abs=1e-6)


def test_auxiliary_pulses_do_not_matter(sample_of_events, detector):
    track = (DOWN_A_STRING, TIMES, 1.0, False)
    noise = np.r_[DOWN_A_STRING, 5000, 3000], np.r_[TIMES, 12_000, 12_001]
    noisy = (*noise, 1.0, np.r_[np.zeros(20, bool), True, True])
    time_sense, _ = angles(sample_of_events([track, noisy], [0.5, 0.5]), detector)
    assert time_sense[0] == time_sense[1]


def test_sense_is_that_of_the_quarters_not_of_all(sample_of_events, detector):
    """First and last quarter move down, all between them up."""
    order = np.r_[0:5, 14:4:-1, 15:20]
    track = (DOWN_A_STRING[order], TIMES, 1.0, False)
    assert angles(sample_of_events([track], [0.0]), detector)[0] == pytest.approx([0], abs=1e-6)


@pytest.mark.parametrize(
    ("sensor_id", "auxiliary"),
    [([5], False), ([5, 5, 5], False), ([5, 900, 2000], True), ([5, 900], [False, True])],
)
def test_without_an_axis_it_counts_as_a_random_direction(
    sample_of_events, detector, sensor_id, auxiliary
):
    event = (sensor_id, 10_000 + np.arange(len(sensor_id)), 1.0, auxiliary)
    found = ladder(sample_of_events([event]), detector.position_m)
    assert found.time_sense.tolist() == [np.pi / 2]
    assert found.better_sense.tolist() == [1.0]
    assert not found.has_axis[0]
    assert not found.has_sense[0]


def test_two_doms_have_an_axis(sample_of_events, detector):
    found = ladder(sample_of_events([([0, 59], [1, 2], 1.0, False)], [0.0]), detector.position_m)
    assert found.time_sense == pytest.approx([0], abs=1e-6)


def test_an_axis_without_a_sense(sample_of_events, detector):
    """The first and the last pulse are on the same DOM."""
    event = ([10, 40, 10], [1, 2, 3], 1.0, False)
    found = ladder(sample_of_events([event], [0.0]), detector.position_m)
    assert found.has_axis[0]
    assert not found.has_sense[0]
    assert found.time_sense.tolist() == [np.pi / 2]
    assert found.better_sense == pytest.approx([0], abs=1e-6)


def test_random_directions_have_the_means_used_for_events_without_an_axis():
    rng = np.random.default_rng(1)
    a, b = (
        source_direction(np.arccos(rng.uniform(-1, 1, 200_000)), rng.uniform(0, 7, 200_000))
        for _ in range(2)
    )
    angle = opening_angle(a, b)
    assert angle.mean() == pytest.approx(np.pi / 2, abs=0.01)
    assert np.minimum(angle, np.pi - angle).mean() == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("seed", range(3))
def test_the_brightest_are_chosen_as_for_one_event(random_sample, seed):
    sample = random_sample(seed, most=60)
    expected = []
    for start, end in zip(sample.start, sample.end, strict=True):
        pulses = pulses_of_rows(sample, slice(start, end))
        expected.append(brightest(non_auxiliary(pulses), 10).time_ns)
    rows = chosen_rows(sample, most=10)
    assert sample.time_ns[rows].tolist() == np.concatenate(expected).tolist()


def pulses_of_rows(sample, rows):
    columns = (sample.sensor_id, sample.time_ns, sample.charge_pe, sample.auxiliary)
    return checked_pulses(*(column[rows] for column in columns), where="a test event")


def reference(pulses, zenith, azimuth, position_m):
    """Angles of one event, as the notebook takes them; None without an axis or sense."""
    pulses = brightest(non_auxiliary(pulses), 800)
    place = position_m[pulses.sensor_id]
    if len(np.unique(pulses.sensor_id)) < 2:
        return None
    axis = np.linalg.svd(place - place.mean(axis=0))[2][0]
    m = max(1, int(0.25 * len(place)))
    along = axis @ (place[-m:].mean(axis=0) - place[:m].mean(axis=0))
    angle = float(opening_angle(-axis, source_direction(zenith, azimuth)))
    return (angle if along > 0 else np.pi - angle), min(angle, np.pi - angle)


@pytest.mark.parametrize("seed", range(5))
def test_all_events_at_once_as_one_by_one(random_sample, detector, seed):
    sample = random_sample(seed, events=80, most=80)
    found = ladder(sample, detector.position_m)
    compared = 0
    for k, (start, end) in enumerate(zip(sample.start, sample.end, strict=True)):
        pulses = pulses_of_rows(sample, slice(start, end))
        expected = reference(pulses, sample.zenith[k], sample.azimuth[k], detector.position_m)
        assert found.has_axis[k] == (expected is not None)
        if expected is not None and found.has_sense[k]:
            assert (found.time_sense[k], found.better_sense[k]) == pytest.approx(expected)
            compared += 1
    assert compared > 60


def test_turning_the_truth_round_turns_the_angle_round(random_sample, detector):
    sample = random_sample(7)
    turned = replace(sample, zenith=np.pi - sample.zenith, azimuth=sample.azimuth + np.pi)
    here, there = (ladder(s, detector.position_m) for s in (sample, turned))
    assert here.time_sense == pytest.approx(np.pi - there.time_sense)
    assert here.better_sense == pytest.approx(there.better_sense)
