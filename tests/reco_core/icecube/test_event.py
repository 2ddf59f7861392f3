"""Rules that pulses keep."""

from __future__ import annotations

import math

import numpy as np
import pytest

from reco_core.errors import EventError
from reco_core.icecube.event import Truth, checked_pulses, finite_or_none

GOOD = {
    "sensor_id": np.array([5, 0, 5159]),
    "time_ns": np.array([30, 10, 20]),
    "charge_pe": np.array([0.0, 1.5, 2.5]),
    "auxiliary": np.array([True, False, False]),
}


def test_pulses_come_in_order_of_time() -> None:
    pulses = checked_pulses(**GOOD, where="here")
    assert pulses.time_ns.tolist() == [10, 20, 30]
    assert pulses.sensor_id.tolist() == [0, 5159, 5]
    assert pulses.charge_pe.tolist() == [1.5, 2.5, 0.0]
    assert pulses.auxiliary.tolist() == [False, False, True]


def test_pulses_of_one_time_keep_their_order() -> None:
    pulses = checked_pulses(**GOOD | {"time_ns": np.array([7, 7, 7])}, where="here")
    assert pulses.sensor_id.tolist() == [5, 0, 5159]


def test_types_are_those_promised() -> None:
    pulses = checked_pulses(**GOOD, where="here")
    types = (pulses.sensor_id, pulses.time_ns, pulses.charge_pe, pulses.auxiliary)
    assert [a.dtype.name for a in types] == ["int16", "int64", "float64", "bool"]


def test_select_keeps_the_order() -> None:
    chosen = checked_pulses(**GOOD, where="here").select(np.array([True, False, True]))
    assert chosen.time_ns.tolist() == [10, 30]
    assert len(chosen) == 2


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("sensor_id", [5, -1, 0], "sensor_id is -1 at its pulse 1; expected 0 to 5159"),
        ("sensor_id", [5, 0, 5160], "sensor_id is 5160 at its pulse 2"),
        ("time_ns", [2**31, 0, 0], "time is 2147483648 at its pulse 0; expected whole ns"),
        ("time_ns", [0, 0, -(2**31) - 1], "time is -2147483649 at its pulse 2"),
        ("charge_pe", [1.0, -0.1, 1.0], "charge is -0.1 at its pulse 1; expected a finite"),
        ("charge_pe", [math.nan, 1.0, 1.0], "charge is nan at its pulse 0"),
        ("charge_pe", [1.0, math.inf, 1.0], "charge is inf at its pulse 1"),
        (
            "charge_pe",
            [1.0, 1.0, 1.1e9],
            "charge is 1100000000.0 at its pulse 2; expected a finite",
        ),
    ],
)
def test_bad_value_is_named(column: str, values: list[float], message: str) -> None:
    with pytest.raises(EventError, match=f"event 3 of b: {message}"):
        checked_pulses(**GOOD | {column: np.array(values)}, where="event 3 of b")


def test_event_needs_a_pulse() -> None:
    with pytest.raises(EventError, match="event 3 of b has no pulses"):
        checked_pulses(**{k: v[:0] for k, v in GOOD.items()}, where="event 3 of b")


def test_truth_has_a_direction_only_with_both_angles() -> None:
    assert Truth(zenith=0.0, azimuth=0.0).has_direction
    assert not Truth(zenith=0.0).has_direction
    assert not Truth().has_direction


@pytest.mark.parametrize(("value", "kept"), [(None, None), (math.nan, None), (2, 2.0)])
def test_nothing_is_ever_nan(value: float | None, kept: float | None) -> None:
    assert finite_or_none(value) == kept
