"""Which DOMs a cascade's likelihood looks at, and what they saw, in compiled code."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import ZERO, compiled
from reco_core.icecube.detector import N_SENSORS
from reco_core.icecube.likelihood.cascade_loss import (
    CHARGE,
    DOM_COLUMNS,
    DX,
    ELECTRONS,
    PULSE_NS,
    PX,
    RISE,
    SENSITIVITY,
    TIME_NS,
)
from reco_core.units import SPEED_IN_ICE

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MOST_BRIGHT: Final = 150  # DOMs of the first look, the brightest
MOST_DOMS: Final = 400  # of the last, the nearest: those lit, and as telling, those that are not
REACH_M: Final = 450.0
HALVINGS: Final = 14
BRIGHTEST_LOG: Final = 20.0  # no DOM sees more than e to the power of it PE
LEAST_PE: Final = 1e-3
EARLIEST_NS: Final = -250.0  # before straight light, within which pulses can be the cascade's
LATEST_NS: Final = 3000.0  # behind it; after-pulses come later still
MOST_ELECTRONS: Final = 100.0  # more say no more: what remains are errors of the model

# Place, m; rise of the ice, m; sensitivity.
Sensors = tuple[FloatArray, FloatArray, FloatArray]


class Pulsed(NamedTuple):
    """The pulses of one event. sensor_id, time_ns, charge_pe, auxiliary : (n,)."""

    sensor_id: NDArray[np.int16]
    time_ns: FloatArray
    charge_pe: FloatArray
    auxiliary: NDArray[np.bool_]


class Seen(NamedTuple):
    """What each DOM saw. first_ns : (5160,) of its first pulse that is not auxiliary, NaN for none.

    steady_pe : (5160,) charge of such pulses.  charge_pe : (5160,) of all.  doms : (k, 8) rows, the
    first count[0] of them in use, see cascade_loss.  value : (5160,) to choose by.
    """

    first_ns: FloatArray
    steady_pe: FloatArray
    charge_pe: FloatArray
    doms: FloatArray
    value: FloatArray
    count: IntArray  # type: ignore[assignment]  # hides a tuple's own, which none needs


def no_doms() -> Seen:
    """Room for one event."""
    return Seen(
        np.zeros(N_SENSORS), np.zeros(N_SENSORS), np.zeros(N_SENSORS),
        np.zeros((MOST_DOMS, DOM_COLUMNS)), np.zeros(N_SENSORS), np.zeros(1, np.int64),
    )  # fmt: skip


@compiled
def look(
    sensors: Sensors, pulsed: Pulsed, cascade: FloatArray, earliest_ns: float, latest_ns: float,
    seen: Seen,
) -> None:  # fmt: skip
    """Sum up what the DOMs saw in a time around straight light of a cascade (8,)."""
    place = sensors[0]
    for s in range(N_SENSORS):
        seen.first_ns[s] = math.nan
        seen.steady_pe[s] = seen.charge_pe[s] = 0.0
    for i in range(len(pulsed.sensor_id)):
        s = pulsed.sensor_id[i]
        dx, dy = place[s, 0] - cascade[PX], place[s, 1] - cascade[PX + 1]
        dz = place[s, 2] - cascade[PX + 2]
        way_ns = math.sqrt(dx * dx + dy * dy + dz * dz) / SPEED_IN_ICE
        late = pulsed.time_ns[i] - cascade[TIME_NS] - way_ns
        if earliest_ns < late < latest_ns:
            seen.charge_pe[s] += pulsed.charge_pe[i]
            if not pulsed.auxiliary[i]:
                seen.steady_pe[s] += pulsed.charge_pe[i]
                if seen.first_ns[s] != seen.first_ns[s]:  # true for NaN
                    seen.first_ns[s] = pulsed.time_ns[i]


@compiled
def take_brightest(sensors: Sensors, seen: Seen) -> None:
    """Rows of the lit DOMs, the brightest if there are many."""
    for s in range(N_SENSORS):
        seen.value[s] = math.inf
        if seen.first_ns[s] == seen.first_ns[s]:  # false for NaN
            seen.value[s] = BRIGHTEST_LOG - math.log(max(seen.steady_pe[s], LEAST_PE))
    _take(sensors, seen, 2 * BRIGHTEST_LOG, MOST_BRIGHT)


@compiled
def take_nearest(sensors: Sensors, cascade: FloatArray, seen: Seen) -> None:
    """Rows of the DOMs nearest to a cascade (8,), lit or not."""
    place = sensors[0]
    for s in range(N_SENSORS):
        dx, dy = place[s, 0] - cascade[PX], place[s, 1] - cascade[PX + 1]
        dz = place[s, 2] - cascade[PX + 2]
        seen.value[s] = math.sqrt(dx * dx + dy * dy + dz * dz)
    _take(sensors, seen, REACH_M, MOST_DOMS)


@compiled
def _take(sensors: Sensors, seen: Seen, most: float, many: int) -> None:
    """Rows of no more than this many DOMs: those of least value, none above `most`."""
    limit = _limit(seen.value, most, many)
    n = ZERO + 0
    for s in range(N_SENSORS):
        if seen.value[s] <= limit and n < many:
            row = seen.doms[n]
            for k in range(3):
                row[DX + k] = sensors[0][s, k]
            row[RISE], row[SENSITIVITY] = sensors[1][s], sensors[2][s]
            row[PULSE_NS], row[CHARGE] = seen.first_ns[s], seen.charge_pe[s]
            row[ELECTRONS] = min(max(math.ceil(seen.steady_pe[s]), 1.0), MOST_ELECTRONS)
            n += 1
    seen.count[0] = n


@compiled
def _limit(values: FloatArray, most: float, many: int) -> float:
    """The least limit, by halving, that lets through more than this many values; or `most`."""
    low, high = 0.0, most
    for _ in range(HALVINGS):
        middle, below = (low + high) / 2, ZERO + 0
        for s in range(len(values)):
            below += values[s] <= middle
        if below > many:
            high = middle
        else:
            low = middle
    return high
