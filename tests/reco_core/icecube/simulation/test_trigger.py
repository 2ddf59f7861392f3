"""Triggers against brute force on small random sets."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from reco_core.compiled import compiled_entry
from reco_core.icecube.detector import builtin_detector
from reco_core.icecube.simulation import trigger
from reco_core.icecube.simulation.chunk import room
from reco_core.icecube.simulation.launches import ALONE, COINCIDENT, no_launches
from reco_core.icecube.simulation.trigger import AFTER_NS, BEFORE_NS, triggered_span
from reco_core.icecube.simulation.world import south_pole

LAUNCHES = no_launches()  # not the room's, whose lists by sensor belong together


@compiled_entry
def span_of_triggers(of_world, launches, hits):
    return triggered_span(of_world, launches, hits)


def span(sensor, time_ns, kind=COINCIDENT):
    """First and last time, and the times of the marked launches."""
    n, hits = len(sensor), room().hits
    LAUNCHES.count[0] = n
    LAUNCHES.sensor[:n], LAUNCHES.time_ns[:n], LAUNCHES.kind[:n] = sensor, time_ns, kind
    first, last = span_of_triggers(south_pole(), LAUNCHES, hits)
    marked = hits.marked[: int(hits.count[0])].astype(bool)
    return first, last, set(hits.time_ns[: len(marked)][marked])


def triggers(sensor, time_ns):
    """Times of all launches that are part of a trigger, by trying every group there is."""
    place = builtin_detector().position_m[sensor]
    deep = south_pole().deepcore[sensor].astype(bool)
    marked = set()
    for window, many, chosen in ((5000.0, 8, deep | True), (2500.0, 3, deep)):
        rows = np.flatnonzero(chosen)
        for row in rows:
            group = rows[(time_ns[rows] >= time_ns[row]) & (time_ns[rows] - time_ns[row] <= window)]
            if len(group) >= many:
                marked |= set(time_ns[group])
    for row in range(len(sensor)):
        late = (time_ns >= time_ns[row]) & (time_ns - time_ns[row] <= 1000.0)
        for centre in np.flatnonzero(late):
            away = np.linalg.norm(place[:, :2] - place[centre, :2], axis=1) <= 175.0
            near = late & away & (abs(place[:, 2] - place[centre, 2]) <= 75.0)
            if near.sum() >= 4:
                marked |= set(time_ns[near])
        late = (time_ns >= time_ns[row]) & (time_ns - time_ns[row] <= 1500.0)
        for group in combinations(np.flatnonzero(late), 5):
            oms = sensor[list(group)]
            if len(set(oms // 60)) == 1 and oms.max() - oms.min() < 7:
                marked |= set(time_ns[list(group)])
    return marked


def some_hits(rng):
    """Few launches, crowded enough that now and then one trigger or another fires."""
    n = int(rng.integers(3, 13))
    strings = rng.integers(0, 86, 3)
    sensor = 60 * rng.choice(strings, n) + int(rng.integers(0, 50)) + rng.integers(0, 10, n)
    return sensor, rng.uniform(0, rng.choice([1500.0, 4000.0, 12_000.0]), n)


def test_an_event_triggers_when_some_group_of_launches_does():
    rng, fired = np.random.default_rng(61), 0
    for _ in range(1500):
        sensor, time = some_hits(rng)
        expected = triggers(sensor, time)
        first, last, marked = span(sensor, time)
        assert np.isnan(first) == (not expected)
        assert marked <= expected
        if expected:
            fired += 1
            # Read-outs join well before 10 us: the ends are those of all triggers.
            assert first == min(expected)
            assert max(expected) - last <= 1500.0
    assert 300 < fired < 1300


def test_eight_launches_in_five_microseconds_trigger():
    sensor = 60 * np.arange(8) * 5 + 10  # strings far from one another
    time = np.linspace(0, 5000, 8)
    assert span(sensor, time)[:2] == (0.0, 5000.0)
    assert np.isnan(span(sensor[:7], time[:7])[0])
    assert np.isnan(span(sensor, time * 1.001)[0])


def test_three_launches_in_deepcore_trigger():
    sensor = np.array([79 * 60 + 40, 80 * 60 + 20, 85 * 60 + 55])
    assert span(sensor, np.array([0.0, 1000.0, 2500.0]))[:2] == (0.0, 2500.0)
    assert np.isnan(span(sensor, np.array([0.0, 1000.0, 2501.0]))[0])
    high = np.array([79 * 60 + 3, 80 * 60 + 4, 85 * 60 + 5])  # the cap above the dust
    assert np.isnan(span(high, np.array([0.0, 1000.0, 2500.0]))[0])


def test_five_of_seven_doms_on_a_string_trigger():
    time = np.array([0.0, 350.0, 700.0, 1050.0, 1500.0])  # never four of them within 1 us
    assert span(600 + np.array([0, 1, 3, 5, 6]), time)[:2] == (0.0, 1500.0)
    assert np.isnan(span(600 + np.array([0, 1, 3, 5, 7]), time)[0])


def test_four_launches_in_a_cylinder_trigger():
    sensor = np.array([600, 602, 604, 601])
    assert span(sensor, np.array([0.0, 300.0, 600.0, 1000.0]))[:2] == (0.0, 1000.0)
    assert np.isnan(span(sensor, np.array([0.0, 300.0, 600.0, 1001.0]))[0])


def test_launches_without_coincidence_trigger_nothing():
    assert np.isnan(span(60 * np.arange(8), np.zeros(8), ALONE)[0])


@pytest.mark.parametrize(("later_ns", "joined"), [(9_000.0, True), (11_500.0, False)])
def test_triggers_whose_read_outs_meet_are_one_event(later_ns, joined):
    four, time = np.array([600, 601, 602, 603]), np.arange(4) * 10.0
    first, last, _ = span(np.tile(four, 2), np.concatenate((time, time + later_ns)))
    assert first == 0.0
    assert last == (30.0 + later_ns if joined else 30.0)
    assert trigger.LEAST_LAUNCHES == 3
    assert 9_000 < BEFORE_NS + AFTER_NS < 11_000
