"""The read-out: coincidences, trigger, window, charges and noise against slow references."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reco_core.icecube.simulation import readout
from reco_core.icecube.simulation.light import PhotoElectrons


def slow_in_coincidence(sensor_id, time_ns):
    """The rule as it is written, pulse against pulse."""
    pairs = list(zip(sensor_id.tolist(), time_ns.tolist(), strict=True))
    return np.array(
        [
            any(
                sensor // 60 == other // 60
                and 1 <= abs(sensor - other) <= 2
                and abs(time - when) <= 1000
                for other, when in pairs
            )
            for sensor, time in pairs
        ],
        bool,
    )


# Sensors around the ends of strings, and of all: where a rule on numbers alone goes wrong.
SENSORS = st.sampled_from([0, 1, 2, 3, 57, 58, 59, 60, 61, 62, 119, 120, 5157, 5158, 5159])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(SENSORS, st.integers(-3000, 3000)), max_size=25))
def test_coincidence_follows_its_rule(pulses):
    sensor = np.array([sensor for sensor, _ in pulses], np.int16)
    time = np.array([time for _, time in pulses], np.int64)
    found = readout.in_coincidence(sensor, time)
    np.testing.assert_array_equal(found, slow_in_coincidence(sensor, time))


def flash(sensors, time_ns=0.0, weight=1.0):
    """One photo-electron on each sensor."""
    sensor = np.asarray(sensors, np.int64)
    return PhotoElectrons(
        sensor, np.full(len(sensor), time_ns), np.full(len(sensor), float(weight))
    )


@pytest.mark.parametrize(
    ("sensors", "times", "expected"),
    [
        (range(8), [0] * 8, (0, 0)),
        (range(7), [0] * 7, None),  # one DOM short
        (range(8), [0] * 7 + [5000], (0, 5000)),
        (range(8), [0] * 7 + [5001], None),
        ([0] * 8, range(0, 800, 100), None),  # one DOM counts once
        ([], [], None),
    ],
)
def test_eight_doms_within_5_microseconds_trigger(sensors, times, expected):
    sensor, time = np.array(list(sensors), np.int64), np.array(list(times), np.int64)
    assert readout.trigger_times(sensor, time) == expected


def test_the_trigger_comes_at_its_time_on_the_clock():
    result = readout.read_out(np.random.default_rng(1), flash(range(12), time_ns=123456.0))
    assert result is not None
    pulses = result.pulses
    assert result.shift_ns == pytest.approx(readout.TRIGGER_TIME_NS - 123456, abs=1)
    assert readout.TRIGGER_TIME_NS in pulses.time_ns[~pulses.auxiliary]


def test_nothing_triggers_without_light():
    assert readout.read_out(np.random.default_rng(1), flash([])) is None


def test_lone_light_does_not_trigger():
    far_apart = np.arange(30) * 60
    assert readout.read_out(np.random.default_rng(1), flash(far_apart)) is None


def test_noise_comes_at_its_rate():
    rng = np.random.default_rng(2)
    noise = readout.dark_noise(rng, 0.0, 1e7)
    expected = 490 * 5160 * 1e-2  # Hz x DOMs x s
    assert len(noise.time_ns) == pytest.approx(expected, abs=5 * expected**0.5)


def test_a_noise_event_has_the_noise_of_its_window():
    rng = np.random.default_rng(3)
    counts = [len(readout.read_out_noise(rng).pulses) for _ in range(400)]
    assert np.mean(counts) == pytest.approx(490e-9 * 5160 * 10_012, rel=0.05)


def test_charges_lie_above_the_threshold_around_one_pe():
    drawn = readout.charges(np.random.default_rng(4), np.ones(100_000))
    assert drawn.min() >= readout.THRESHOLD_PE
    assert np.median(drawn) == pytest.approx(0.95, abs=0.05)


@pytest.mark.parametrize(
    ("charge_pe", "stored"), [(0.25, 0.275), (1.09, 1.075), (0.0, 0.275), (1e9, 2999.975)]
)
def test_charges_are_stored_in_steps_up_to_saturation(charge_pe, stored):
    assert readout.recorded(np.array([charge_pe])) == pytest.approx(stored, abs=0.026)
    assert readout.recorded(np.array([charge_pe]))[0] >= 0.275


@pytest.mark.parametrize(
    ("times", "pulses"),
    [
        ([0.0, 4.9], 1),  # one fine step
        ([0.0, 5.1], 2),
        ([0.0, 425.0, 450.0], 2),  # one coarse step
        ([0.0, 425.0, 460.0], 3),
        ([0.0, 1000.5, 1005.0], 2),  # fine again after a pause
    ],
)
def test_light_close_in_time_on_one_dom_is_one_pulse(times, pulses):
    time = np.array(times)
    assert readout._begins_pulse(np.zeros(len(time), np.int64), time).sum() == pulses


def test_light_on_two_doms_is_two_pulses():
    assert readout._begins_pulse(np.array([4, 5]), np.array([0.0, 0.0])).sum() == 2
