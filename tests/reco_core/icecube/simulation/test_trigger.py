"""Triggers against brute force on small random sets."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reco_core.compiled import compiled_entry
from reco_core.icecube.detector import builtin_detector
from reco_core.icecube.simulation import trigger
from reco_core.icecube.simulation.chunk import room
from reco_core.icecube.simulation.kernel import ALWAYS_ENOUGH, BORDER, enough_light
from reco_core.icecube.simulation.launches import ALONE, COINCIDENT, no_launches
from reco_core.icecube.simulation.trigger import AFTER_NS, BEFORE_NS, can_trigger, triggered_span
from reco_core.icecube.simulation.world import south_pole

LAUNCHES = no_launches()  # not the room's, whose lists by sensor belong together


@compiled_entry
def span_of_triggers(of_world, launches, hits):
    return triggered_span(of_world, launches, hits)


@compiled_entry
def possible(of_world, sensor):
    return can_trigger(of_world, sensor, len(sensor))


@compiled_entry
def enough(of_world, lit, block, begin):
    return enough_light(of_world, lit, block, begin)


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


# Before noise and launches: may it trigger at all?

STRINGS = builtin_detector().position_m.reshape(-1, 60, 3)
BY_DISTANCE = np.linalg.norm(STRINGS[:, None, 0, :2] - STRINGS[None, :, 0, :2], axis=2).argsort()


@st.composite
def few_doms(draw):
    """Up to seven different DOMs of some strings near one another, or anywhere."""
    first = draw(st.one_of(st.integers(0, 85), st.integers(78, 85)))
    reach = draw(st.sampled_from([1, 2, 4, 8, 86]))
    top, height = draw(st.integers(0, 59)), draw(st.sampled_from([4, 7, 12, 60]))
    place = st.tuples(st.integers(0, reach - 1), st.integers(top, min(top + height, 60) - 1))
    places = draw(st.lists(place, min_size=1, max_size=ALWAYS_ENOUGH))
    return np.unique([60 * BY_DISTANCE[first, near] + om for near, om in places])


def fires(sensor):
    """Whether launches on these DOMs, all at about one time, make some trigger."""
    return not np.isnan(span(sensor, 10.0 * np.arange(len(sensor)))[0])


@given(few_doms())
@settings(deadline=None, max_examples=1500)
def test_doms_can_trigger_if_they_do_when_lit_together(sensor):
    assert possible(south_pole(), sensor) == fires(sensor)


def test_crowds_can_trigger_if_they_do_when_lit_together():
    rng, fired, spared = np.random.default_rng(62), 0, 0
    for _ in range(20_000):
        strings = BY_DISTANCE[rng.integers(0, 86), : rng.choice([1, 2, 4, 8])]
        n = int(rng.integers(1, ALWAYS_ENOUGH + 1))
        om = int(rng.integers(0, 50)) + rng.integers(0, 10, n)
        sensor = np.unique(60 * rng.choice(strings, n) + om)
        can = possible(south_pole(), sensor)
        assert can == fires(sensor)
        fired, spared = fired + can, spared + (not can)
    assert min(fired, spared) > 3000  # both come about


def groups_on_strings():
    """All groups of five of seven neighbouring DOMs on a string."""
    chosen = np.array([(0, *rest) for rest in combinations(range(1, 7), 4)])
    for string in range(86):
        for top in range(60):
            for group in 60 * string + top + chosen:
                if group[-1] < 60 * string + 60:
                    yield group


def test_five_of_seven_on_any_string_can():
    groups = list(groups_on_strings())  # some on both sides of the gap below DeepCore's cap
    assert len(groups) > 60_000
    world = south_pole()
    assert all(possible(world, group) for group in groups)


@pytest.mark.parametrize(
    ("sensor", "can"),
    [
        ([79 * 60 + 40, 80 * 60 + 20, 85 * 60 + 55], True),  # three in DeepCore
        ([79 * 60 + 3, 80 * 60 + 4, 85 * 60 + 5], False),  # in its cap
        ([600, 602, 604, 601], True),
        ([600, 602, 601], False),
        ([600, 602, 612, 614], False),
        ([600, 610, 620, 630, 640, 650, 659], False),
        ([], False),
    ],
)
def test_some_sets_of_doms_can_and_others_cannot(sensor, can):
    assert possible(south_pole(), np.array(sensor, np.int64)) is can


def lights_enough(sensor, before=()):
    """Whether light on these sensors, row by row, may trigger; rows `before` are of others."""
    lit, block = room().lit, room().block
    rows = np.array([*before, *sensor], np.int64)
    lit.count[0] = len(rows)
    lit.sensor[: len(rows)] = rows
    return enough(south_pole(), lit, block, len(before))


def lit_with_neighbour(sensor):
    """The DOMs with light on one of the two above or below them, as numbers go."""
    away = abs(np.subtract.outer(sensor, sensor))
    return np.unique(sensor[((away > 0) & (away <= BORDER)).any(axis=1)])


@given(st.lists(few_doms(), min_size=1, max_size=4), st.integers(0, 99))
@settings(deadline=None, max_examples=600)
def test_light_is_enough_when_its_doms_with_neighbours_can_trigger(parts, seed):
    rng = np.random.default_rng(seed)
    sensor = rng.choice(np.concatenate(parts), 30)  # some twice: light of several particles
    found = lit_with_neighbour(sensor)
    expected = len(found) >= ALWAYS_ENOUGH or possible(south_pole(), found)
    assert lights_enough(sensor) == expected
    assert lights_enough(sensor, before=rng.integers(0, 5160, 20)) == expected


def test_light_of_one_dom_is_counted_once():
    assert lights_enough([600, 601, 602, 603])
    assert not lights_enough([600, 600, 600, 601, 601, 600, 601, 601, 600])
    assert not lights_enough([600, 603, 606, 609, 612, 615, 618, 621, 624])  # no neighbours
    assert not lights_enough([])


def test_light_at_the_ends_of_the_array_is_looked_at():
    assert lights_enough([0, 1, 2, 3])
    assert lights_enough([5156, 5157, 5158, 5159])
    assert not lights_enough([0, 5159, 1, 5158])
