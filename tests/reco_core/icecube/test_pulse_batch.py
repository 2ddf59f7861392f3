from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reco_core.icecube.pulse_batch import events_of, kept, pack
from reco_core.icecube.segments import brightest, first_per_dom, medians, sums
from reco_core.icecube.selection import brightest as brightest_of_one
from reco_core.icecube.selection import first_per_dom as first_of_one
from reco_core.icecube.selection import non_auxiliary

few = settings(max_examples=30, deadline=None)
sizes = st.lists(st.integers(0, 6), min_size=1, max_size=8)


def same(found, expected):
    for name in ("sensor_id", "time_ns", "charge_pe", "auxiliary"):
        assert np.array_equal(getattr(found, name), getattr(expected, name)), name


@pytest.fixture
def events(noisy_muon):
    return [noisy_muon(seed) for seed in range(12)]


def test_events_come_back_as_they_were(events):
    batch = pack(events)
    assert batch.n_events == len(events)
    for k, pulses in enumerate(events):
        same(batch.pulses(k), pulses)
        assert batch.time_ns[batch.start[k]] == 0


def test_an_event_without_pulses_has_a_place(events, pulses_of):
    nothing = events[0].select(np.zeros(len(events[0]), np.bool_))
    batch = pack([events[1], nothing, events[2]])
    assert batch.n_pulses[1] == 0
    same(batch.pulses(2), events[2])
    assert pack([]).n_events == 0


def test_what_is_kept_is_what_is_kept_of_each(events):
    batch = pack(events)
    without = kept(batch, ~batch.auxiliary)
    for k, pulses in enumerate(events):
        same(without.pulses(k), non_auxiliary(pulses))


def test_some_events_of_a_batch(events):
    part = events_of(pack(events), 3, 7)
    assert part.n_events == 4
    same(part.pulses(2), events[5])


def test_first_pulses_and_the_brightest_are_those_of_each_event(events):
    batch = pack(events)
    first, bright = first_per_dom(batch), brightest(batch, 20)
    for k, pulses in enumerate(events):
        same(first.pulses(k), first_of_one(pulses))
        same(bright.pulses(k), brightest_of_one(pulses, 20))


@few
@given(sizes, st.integers(0, 1000))
def test_sums_and_medians_are_those_of_each_segment(n_rows, seed):
    start = np.concatenate(([0], np.cumsum(n_rows)))
    values = np.random.default_rng(seed).normal(size=(start[-1], 2))
    total, median = sums(values, start), medians(values[:, 0], start)
    for k, n in enumerate(n_rows):
        rows = values[start[k] : start[k + 1]]
        assert total[k] == pytest.approx(rows.sum(axis=0))
        assert median[k] == pytest.approx(np.median(rows[:, 0]) if n else np.nan, nan_ok=True)
