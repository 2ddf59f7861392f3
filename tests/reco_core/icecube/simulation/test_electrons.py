"""Photo-electrons: order, charge, samples of bright light, after-pulses."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.compiled import compiled_entry
from reco_core.icecube.simulation.chunk import room
from reco_core.icecube.simulation.electrons import (
    LEAST_CHARGE_PE,
    MOST_SAMPLED,
    STRETCH,
    add_signal,
    charge_of_one,
    stretched_weight,
)
from reco_core.icecube.simulation.parameters import parameters
from reco_core.icecube.simulation.sorting import TICKS_PER_NS
from reco_core.random_stream import gamma, new_stream
from tests.reco_core.icecube.simulation.calls import changed, fill_electrons, order_and_launch


@compiled_entry
def weights(rng, shape, delays, found):
    for k in range(len(found)):
        delay = gamma(rng, shape)
        found[k], delays[k] = stretched_weight(shape, delay), delay * STRETCH


@compiled_entry
def signal_and_charges(rng, values, lit, electrons, charges):
    for k in range(len(charges)):
        charges[k] = charge_of_one(rng, values)
    electrons.count[0] = 0
    add_signal(rng, values, lit, 0, lit.count[0], electrons)


@pytest.fixture
def rng():
    return new_stream(41)


def light(photons, shape=2.0, scale_ns=100.0, rows=1):
    """Rows of light on sensor 1000 upwards, at 5000 ns."""
    lit = room().lit
    lit.count[0] = rows
    lit.sensor[:rows], lit.source[:rows] = 1000 + np.arange(rows), 1
    lit.photons[:rows], lit.time_ns[:rows] = photons, 5000.0
    lit["shape"][:rows], lit.scale_ns[:rows], lit.slope[:rows] = shape, scale_ns, 0.0
    return lit


def drawn(rng, lit, values=None, charges=0):
    """Time, weight and charge of the photo-electrons; and charges of single ones."""
    electrons, single = room().electrons, np.empty(charges)
    signal_and_charges(rng, parameters() if values is None else values, lit, electrons, single)
    n = int(electrons.count[0])
    columns = (electrons.time_ns, electrons.weight, electrons.charge_pe)
    return *(column[:n].copy() for column in columns), single


@pytest.mark.parametrize("n", [0, 1, 50, 20_000])
def test_rows_are_ordered_by_sensor_and_time(n):
    electrons, rng = room().electrons, np.random.default_rng(41)
    sensor, time = rng.choice(5160, 80)[rng.integers(0, 80, n)], rng.normal(0, 1e3, n)
    fill_electrons(electrons, sensor, time, np.ones(n))
    order_and_launch(electrons, room().launches)
    lit = electrons.lit[: int(electrons.count[1])]
    assert sorted(lit) == sorted(set(sensor))
    for number in lit:
        begin, many = electrons.first[number], electrons.many[number]
        rows = np.flatnonzero(sensor == number)
        expected = rows[np.argsort(np.floor(time[rows] * TICKS_PER_NS), kind="stable")]
        np.testing.assert_array_equal(electrons.place[begin : begin + many], expected)
    assert sorted(electrons.place[:n]) == list(range(n))


@pytest.mark.parametrize("shape", [0.2, 1.0, 3.0, 8.0])
def test_stretched_samples_keep_the_mean_charge_and_time(rng, shape):
    n = 400_000
    delays, found = np.empty(n), np.empty(n)
    weights(rng, shape, delays, found)
    error = found.std() / np.sqrt(n)
    assert found.mean() == pytest.approx(1.0, abs=5 * error)
    moment = found * delays
    assert moment.mean() == pytest.approx(shape, abs=5 * moment.std() / np.sqrt(n))


@pytest.mark.parametrize("photons", [50, 5_000, 500_000])
def test_signal_keeps_its_photo_electrons(rng, photons):
    values = changed(afterpulses_per_pe=0.0, late_share=0.0)
    time, weight, charge, _ = drawn(rng, light(photons, rows=40), values)
    assert len(time) == 40 * min(photons, MOST_SAMPLED)
    error = 40 * photons * 0.6 / np.sqrt(len(time))
    assert weight.sum() == pytest.approx(40 * photons, abs=5 * error)
    mean_delay = np.average(time - 5000.0, weights=weight)
    assert mean_delay == pytest.approx(200.0, abs=5 * 300.0 / np.sqrt(len(time)))
    low = values.low_charge_share
    mean = low * (LEAST_CHARGE_PE + values.low_charge_pe) + (1 - low) * values.charge_peak_pe
    assert charge.sum() == pytest.approx(weight.sum() * mean, rel=0.05)


def test_single_charges_have_a_peak_near_one_pe(rng):
    *_, charge = drawn(rng, light(1), charges=200_000)
    assert charge.min() >= LEAST_CHARGE_PE
    assert 0.8 < charge.mean() < 1.1
    counts, edges = np.histogram(charge, 40, (0.6, 2.0))
    assert edges[counts.argmax()] == pytest.approx(parameters().charge_peak_pe, abs=0.1)


@pytest.mark.parametrize("photons", [200, 50_000])
def test_afterpulses_have_their_share_and_delay(rng, photons):
    values = changed(late_share=0.0)
    time, weight, _, _ = drawn(rng, light(photons, 1.0, 1.0, rows=100), values)
    after = time > 5000.0 + 290.0
    total = weight[~after].sum()
    expected = values.afterpulses_per_pe * total
    assert weight[after].sum() == pytest.approx(expected, rel=0.03 + 5 / np.sqrt(after.sum()))
    delay = np.average(time[after] - 5000.0, weights=weight[after])
    assert delay == pytest.approx(values.afterpulse_ns, abs=150.0)


def test_late_pulses_have_their_share(rng):
    values = changed(afterpulses_per_pe=0.0)
    time, *_ = drawn(rng, light(250, 1.0, 0.1, rows=200), values)
    late = (time > 5015.0).mean()
    assert late == pytest.approx(values.late_share, rel=0.1)
