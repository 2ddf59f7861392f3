from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reco_core.icecube.light_range import light_range
from reco_core.icecube.selection import first_per_dom, light

few = settings(max_examples=20, deadline=None)
seeds = st.integers(0, 10_000)


def burst(n=20, start=10_000, step=50):
    return np.arange(n), start + step * np.arange(n)


@few
@given(seed=seeds)
def test_the_range_holds_most_light_and_lies_within_the_event(noisy_muon, seed):
    pulses = noisy_muon(seed)
    start, end = light_range(pulses)
    assert end - start >= 500
    assert pulses.time_ns[0] <= start
    assert end <= pulses.time_ns[-1]
    shown = light(pulses)
    first = first_per_dom(shown)
    weight = np.log1p(np.bincount(shown.sensor_id, shown.charge_pe, 5160)[first.sensor_id])
    inside = (first.time_ns >= start) & (first.time_ns <= end)
    assert weight[inside].sum() >= 0.8 * weight.sum() - 1e-9


@few
@given(seed=seeds, shift_ns=st.integers(-(10**9), 10**9))
def test_a_later_event_has_a_later_range(noisy_muon, seed, shift_ns):
    pulses = noisy_muon(seed)
    later = light_range(dataclasses.replace(pulses, time_ns=pulses.time_ns + shift_ns))
    assert np.array(later) - light_range(pulses) == pytest.approx(shift_ns, abs=1e-5)


def test_the_range_is_the_burst_and_5_percent_on_either_side(pulses_of):
    sensor_id, time_ns = burst()
    noise_id, noise_ns = [4000, 4100, 4200], [6_000, 15_000, 18_000]
    pulses = pulses_of(np.append(sensor_id, noise_id), np.append(time_ns, noise_ns))
    assert light_range(pulses) == pytest.approx((10_000 - 47.5, 10_950 + 47.5))


def test_a_core_of_just_80_percent_does_not_reach_into_the_dark(pulses_of):
    sensor_id, time_ns = burst(8, step=100)
    noisy = pulses_of(np.append(sensor_id, [50, 60]), np.append(time_ns, [15_000, 18_000]))
    assert light_range(noisy) == pytest.approx((10_000, 10_700 + 70))


def test_the_first_light_is_never_cut_off_from_a_burst(pulses_of):
    """The core leaves out the faint beginning; no dark gap separates it."""
    sensor_id, time_ns = burst(30, step=100)
    charge = np.where(np.arange(30) < 10, 0.025, 20.0)
    pulses = pulses_of(
        np.append(sensor_id, [99] * 2),
        np.append(time_ns, [0, 30_000]),
        charge_pe=[*charge, 0.5, 0.5],
    )
    assert light_range(pulses) == pytest.approx((10_000 - 145, 12_900 + 145))


def test_bright_doms_outweigh_more_faint_ones(pulses_of):
    bright_id, bright_ns = burst(8)
    pulses = pulses_of(
        np.append(bright_id, [300, 301, 302]),
        np.append(bright_ns, [20_000, 20_500, 21_000]),
        [50.0] * 8 + [0.3] * 3,
    )
    assert light_range(pulses) == pytest.approx((10_000, 10_500))


def test_later_pulses_of_a_dom_do_not_widen_the_range(pulses_of):
    sensor_id, time_ns = burst()
    late = pulses_of(np.tile(sensor_id, 2), np.concatenate([time_ns, time_ns + 6_000]))
    assert light_range(late) == pytest.approx((10_000, 10_950 + 95))


def test_auxiliary_pulses_count_only_if_there_is_nothing_else(pulses_of):
    sensor_id, time_ns = burst()
    both_id, both_ns = np.append(sensor_id, [900] * 3), np.append(time_ns, [0, 100, 40_000])
    auxiliary = both_id != 900
    assert light_range(pulses_of(both_id, both_ns, auxiliary=auxiliary)) == pytest.approx((0, 500))
    assert light_range(pulses_of(both_id, both_ns, auxiliary=True))[0] > 9_000


@pytest.mark.parametrize(
    ("time_ns", "expected"),
    [
        ([10_000], (9_750, 10_250)),  # one pulse
        ([10_000, 10_000], (9_750, 10_250)),
        ([10_000, 10_300], (9_900, 10_400)),  # an event shorter than 500 ns
        ([10_000, 10_500], (10_000, 10_500)),
    ],
)
def test_short_events_are_centred_in_500_ns(pulses_of, time_ns, expected):
    assert light_range(pulses_of(np.arange(len(time_ns)), time_ns)) == pytest.approx(expected)


def test_pulses_without_charge_have_a_range(pulses_of):
    sensor_id, time_ns = burst()
    pulses = pulses_of(np.append(sensor_id, 99), np.append(time_ns, 0), 0.0)
    assert light_range(pulses) == pytest.approx((10_000 - 95, 10_950))
