"""From photo-electrons to stored pulses: charge, grid, window, order of what is merged."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.compiled import compiled_entry
from reco_core.icecube.simulation.chunk import room
from reco_core.icecube.simulation.electrons import order_electrons
from reco_core.icecube.simulation.launches import RECORD_NS, find_launches
from reco_core.icecube.simulation.parameters import parameters
from reco_core.icecube.simulation.pulses import (
    ALONE_NS,
    CHARGE_STEP_PE,
    least_distance_ns,
    saturated_pe,
    store_pulses,
)
from reco_core.random_stream import new_stream
from tests.reco_core.icecube.simulation.calls import changed, fill_electrons


@compiled_entry
def store(rng, values, electrons, launches, stored, start_ns, end_ns):
    order_electrons(electrons)
    find_launches(electrons, launches)
    store_pulses(rng, values, electrons, launches, stored, start_ns, end_ns)


@compiled_entry
def seen_pe(values, charge_pe, width_ns):
    return saturated_pe(values, charge_pe, width_ns), least_distance_ns(values, 0.0, charge_pe)


def unsaturated(split_share=0.0):
    return changed(saturation_pe_per_ns=1e15, split_share=split_share)


def pulses(values, sensor, time_ns, charge_pe, start_ns=-1e5, end_ns=1e5):
    """Stored sensor, time, step and auxiliary, in order of time; and the launches' kinds."""
    own, rng = room(), new_stream(71)
    fill_electrons(own.electrons, sensor, time_ns, charge_pe)
    store(rng, values, own.electrons, own.launches, own.stored, start_ns, end_ns)
    n = int(own.stored.count[0])
    order = np.argsort(own.stored.time_ns[:n], kind="stable")
    columns = (own.stored.sensor, own.stored.time_ns, own.stored.step, own.stored.auxiliary)
    return [column[:n][order].copy() for column in columns]


def crowd(seed, n=2000, span_ns=4000.0):
    """Photo-electrons on two neighbours within one record, so that nothing is lost."""
    rng = np.random.default_rng(seed)
    time = rng.uniform(0.0, span_ns, n)
    sensor = 300 + rng.integers(0, 2, n)
    time[:2], sensor[:2] = 0.0, (300, 301)
    return sensor, time, np.maximum(rng.normal(1.0, 0.3, n), 0.3)


@pytest.mark.parametrize("split_share", [0.0, 0.12, 1.0])
@pytest.mark.parametrize("n", [20, 200, 3000])
def test_charge_is_kept_through_merging_within_half_a_step_per_pulse(n, split_share):
    sensor, time, charge = crowd(n, n)
    found, _, step, auxiliary = pulses(unsaturated(split_share), sensor, time, charge)
    assert not auxiliary.any()
    for dom in (300, 301):
        own = found == dom
        stored = ((step[own] + 0.5) * CHARGE_STEP_PE).sum()
        assert abs(stored - charge[sensor == dom].sum()) <= own.sum() * CHARGE_STEP_PE / 2 + 1e-9
    assert len(found) <= 2 * n
    assert len(found) < n or n == 20


def test_all_photo_electrons_of_records_are_counted_by_source():
    sensor, time, charge = crowd(3)
    pulses(unsaturated(), sensor, time, charge)
    assert room().stored.electrons.tolist() == [len(sensor), 0.0, 0.0, 0.0]


def test_pulses_of_a_record_keep_their_distance_without_splitting():
    sensor, time, charge = crowd(5, 300, 400.0)
    found, at, _, _ = pulses(unsaturated(), sensor, time, charge)
    brightest = seen_pe(parameters(), charge.sum(), 10.0)[1]
    assert (np.diff(np.sort(at[found == 300])) >= np.floor(brightest)).all()
    assert set(np.floor(time)) >= set(at)  # a pulse is at the time of its first photo-electron


def test_splitting_makes_more_pulses_of_the_same_charge():
    few, many = (pulses(unsaturated(share), *crowd(7)) for share in (0.0, 1.0))
    assert len(many[0]) == 2 * len(few[0])


def test_a_record_ends_after_6400_ns():
    time = np.array([0.0, 0.0, RECORD_NS - 1, RECORD_NS + 1])
    found, at, _, _ = pulses(
        unsaturated(), np.array([300, 301, 300, 301]), time, np.full(4, 0.24) + 1
    )
    assert set(zip(found, at, strict=True)) >= {(300, 0), (301, 0), (300, 6399)}


def test_a_launch_without_partner_keeps_its_first_samples_and_is_auxiliary():
    sensor, time = np.full(3, 2000), np.array([0.0, 40.0, ALONE_NS + 1])
    _, at, step, auxiliary = pulses(unsaturated(), sensor, time, np.ones(3))
    assert len(at) == 2
    assert auxiliary.all()
    assert at[1] - at[0] == pytest.approx(40, abs=1)
    assert (step == int(1 / CHARGE_STEP_PE)).all()


@pytest.mark.parametrize(("start_ns", "end_ns"), [(500.0, 2500.0), (-10.0, 100.5)])
def test_pulses_lie_within_the_window(start_ns, end_ns):
    _, at, _, _ = pulses(parameters(), *crowd(9), start_ns, end_ns)
    assert len(at) > 5
    assert at.min() >= np.floor(start_ns)
    assert at.max() <= end_ns


def test_steps_are_never_negative_and_a_bright_pulse_is_bounded():
    values = parameters()
    n = 20_000
    sensor = np.repeat([300, 301], n // 2)
    found, _, step, _ = pulses(values, sensor, np.linspace(0, 3, n), np.ones(n))
    assert (step >= 0).all()
    largest = values.saturation_pe_per_ns * values.pulse_width_ns
    assert ((step + 1) * CHARGE_STEP_PE < largest).all()
    assert set(found) == {300, 301}


def test_saturation_leaves_faint_light_alone_and_is_monotonic():
    charges = np.geomspace(0.1, 1e7, 200)
    seen = np.array([seen_pe(parameters(), q, 10.0)[0] for q in charges])
    most = 10.0 * parameters().saturation_pe_per_ns
    assert seen[0] == pytest.approx(charges[0], rel=0.001)
    assert (np.diff(seen) > 0).all()
    assert (seen < np.minimum(charges, most)).all()
    assert seen[-1] > 0.99 * most
    distances = np.array([seen_pe(parameters(), q, 10.0)[1] for q in charges])
    assert (np.diff(distances) <= 0).all()
    assert distances[0] == parameters().pulse_width_ns
