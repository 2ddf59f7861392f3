from __future__ import annotations

import numpy as np

from reco_core.icecube.selection import (
    brightest,
    first_per_dom,
    light,
    non_auxiliary,
    relative_time,
)


def test_light_is_the_non_auxiliary_pulses(pulses_of):
    pulses = pulses_of([1, 2, 3], [10, 20, 30], auxiliary=[False, True, False])
    assert light(pulses).sensor_id.tolist() == [1, 3]


def test_light_of_an_event_with_auxiliary_pulses_only_is_all_of_them(pulses_of):
    pulses = pulses_of([1, 2], [10, 20], auxiliary=True)
    assert len(non_auxiliary(pulses)) == 0
    assert light(pulses).sensor_id.tolist() == [1, 2]


def test_first_per_dom_keeps_each_doms_earliest_pulse_in_order_of_time(pulses_of):
    pulses = pulses_of([9, 4, 9, 4, 1], [30, 20, 10, 40, 25], [1, 2, 3, 4, 5])
    first = first_per_dom(pulses)
    assert first.sensor_id.tolist() == [9, 4, 1]
    assert first.time_ns.tolist() == [10, 20, 25]
    assert first.charge_pe.tolist() == [3, 2, 5]


def test_brightest_keeps_order_of_time_and_the_earlier_of_equal_charges(pulses_of):
    pulses = pulses_of([1, 2, 3, 4, 5], [10, 20, 30, 40, 50], [1, 7, 2, 9, 2])
    assert brightest(pulses, 3).sensor_id.tolist() == [2, 3, 4]
    assert brightest(pulses, 5).sensor_id.tolist() == [1, 2, 3, 4, 5]


def test_of_many_equal_charges_the_first_are_kept(pulses_of):
    pulses = pulses_of(np.arange(3000), np.arange(3000), np.tile([1.0, 2.0, 1.0], 1000))
    assert brightest(pulses, 1002).sensor_id.tolist() == sorted([*range(1, 3000, 3), 0, 2])


def test_relative_time_is_exact_over_the_whole_range_of_the_format(pulses_of):
    pulses = pulses_of([1, 2], [-(2**31), 2**31 - 1])
    assert relative_time(pulses).tolist() == [0.0, 2**32 - 1]
    assert relative_time(pulses).dtype == np.float64
