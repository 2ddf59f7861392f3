"""Simulated sets: the same again from the same seed, and every event obeys the format."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from reco_core.directions import source_direction
from reco_core.icecube.detector import builtin_detector
from reco_core.icecube.ice import south_pole_ice
from reco_core.icecube.simulation.generate import (
    TRUTH_SCHEMA,
    meta_table,
    pulse_table,
    simulate,
    simulate_event,
    truth_table,
)
from reco_core.icecube.simulation.readout import (
    AFTER_NS,
    BEFORE_NS,
    MULTIPLICITY,
    TRIGGER_NS,
    TRIGGER_TIME_NS,
)
from reco_core.icecube.simulation.showpieces import showpieces
from reco_core.units import SPEED_OF_LIGHT

EVENTS = 100


def simulated(events, seed):
    return list(simulate(events, seed, builtin_detector(), south_pole_ice()))


@pytest.fixture(scope="module")
def events():
    return simulated(EVENTS, seed=1)


def test_the_same_seed_gives_the_same_set():
    first, again = simulated(9, seed=5), simulated(9, seed=5)
    assert pulse_table(first).equals(pulse_table(again))
    assert truth_table(first).equals(truth_table(again))


def test_another_seed_gives_another_set():
    assert not pulse_table(simulated(3, seed=5)).equals(pulse_table(simulated(3, seed=6)))


def test_an_event_does_not_depend_on_those_before_it(events):
    alone = simulate_event(20, 1, builtin_detector(), south_pole_ice())
    assert pulse_table([alone]).equals(pulse_table(events[20:21]))


def test_showpieces_come_first_and_have_names(events):
    names = [event.name for event in events]
    assert names[: len(showpieces())] == [shown.name for shown in showpieces()]
    assert set(names[len(showpieces()) :]) == {None}


def test_event_numbers_ascend_with_gaps(events):
    numbers = np.array([event.event_id for event in events])
    assert (np.diff(numbers) > 0).all()
    assert (np.diff(numbers) > 1).any()


def test_times_lie_in_the_read_out_and_ascend(events):
    for event in events:
        time = event.readout.pulses.time_ns
        assert time.dtype == np.int64
        assert (np.diff(time) >= 0).all()
        assert time[0] >= TRIGGER_TIME_NS - BEFORE_NS
        kept = time[~event.readout.pulses.auxiliary]
        last = kept.max() if event.primary.event_class != "noise" else TRIGGER_TIME_NS
        assert time[-1] <= last + AFTER_NS


def test_charges_are_middles_of_steps_of_a_twentieth_pe(events):
    for event in events:
        charge = event.readout.pulses.charge_pe
        step = (charge - 0.025) / 0.05
        np.testing.assert_allclose(step, np.round(step), atol=1e-6)
        assert charge.min() >= 0.275  # the step of the threshold


def test_auxiliary_means_no_neighbour_in_coincidence(events):
    """The rule as it is written, pulse against pulse, on events that are not too bright for it."""
    for event in events:
        pulses = event.readout.pulses
        if len(pulses) > 3000:
            continue
        sensor, time = pulses.sensor_id.astype(int), pulses.time_ns
        steps = np.abs(sensor[:, None] - sensor)  # (P, P)
        partner = (steps >= 1) & (steps <= 2) & (sensor[:, None] // 60 == sensor // 60)
        partner &= np.abs(time[:, None] - time) <= 1000
        np.testing.assert_array_equal(pulses.auxiliary, ~partner.any(axis=1))


def test_every_event_but_noise_has_a_trigger(events):
    """At least 8 DOMs in coincidence within the 5 us that begin at the time of the trigger."""
    for event in events:
        pulses = event.readout.pulses
        since = pulses.time_ns - TRIGGER_TIME_NS
        inside = ~pulses.auxiliary & (since >= 0) & (since <= TRIGGER_NS)
        doms = len(np.unique(pulses.sensor_id[inside]))
        assert doms >= MULTIPLICITY or event.primary.event_class == "noise"


def test_the_rows_of_meta_cover_the_pulses(events):
    pulses, meta = pulse_table(events), meta_table(events, 3)
    assert pulses.schema == {
        "event_id": pl.Int64,
        "sensor_id": pl.Int16,
        "time": pl.Int64,
        "charge": pl.Float64,
        "auxiliary": pl.Boolean,
    }
    assert meta["batch_id"].unique().to_list() == [3]
    assert meta["last_pulse_index"][-1] == len(pulses) - 1
    assert (meta["first_pulse_index"][1:] == meta["last_pulse_index"][:-1] + 1).all()
    starts = pulses["event_id"].to_numpy()[meta["first_pulse_index"].to_numpy()]
    np.testing.assert_array_equal(starts, meta["event_id"].to_numpy())


def test_meta_has_nan_for_the_direction_of_noise(events):
    meta = meta_table(events, 1)
    noise = np.array([event.primary.event_class == "noise" for event in events])
    np.testing.assert_array_equal(np.isnan(meta["zenith"].to_numpy()), noise)
    np.testing.assert_array_equal(np.isnan(meta["azimuth"].to_numpy()), noise)


def test_truth_says_something_of_every_event(events):
    truth = truth_table(events)
    assert truth.schema == TRUTH_SCHEMA
    assert truth["sentence"].str.ends_with(".").all()
    assert set(truth["event_class"]) == {"track", "cascade", "muon", "noise"}
    noise = truth.filter(pl.col("event_class") == "noise")
    assert noise.select("energy_gev", "zenith", "vertex_x_m", "time_ns").null_count().row(0) == (
        (len(noise),) * 4
    )
    rest = truth.filter(pl.col("event_class") != "noise").drop("name")
    assert sum(rest.null_count().row(0)) == 0


def test_the_light_of_a_track_moves_as_its_truth_says(events):
    """First pulses of DOMs near the line come with the muon, which is at its vertex in time."""
    track = events[0]
    kept = track.readout.pulses.select(~track.readout.pulses.auxiliary)
    pulses = kept.select(np.isin(np.arange(len(kept)), np.unique(kept.sensor_id, True)[1]))
    travel = -source_direction(track.primary.zenith, track.primary.azimuth)
    position = builtin_detector().position_m[pulses.sensor_id] - track.primary.vertex_m
    along = position @ travel
    near = np.linalg.norm(position - along[:, None] * travel, axis=1) < 60
    late = (pulses.time_ns - track.readout.shift_ns - along / SPEED_OF_LIGHT)[near]
    assert near.sum() > 30
    assert -30 < np.quantile(late, 0.1) < np.median(late) < 300


def test_the_number_of_pulses_is_of_the_published_size(events):
    counts = [len(event.readout.pulses) for event in events[len(showpieces()) :]]
    assert 40 < np.median(counts) < 150
