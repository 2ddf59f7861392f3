"""The compiled part of the GridFit ratio: pairs of DOMs against every direction of the grid."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import compiled, compiled_entry
from reco_core.icecube.detector import N_SENSORS
from reco_core.icecube.pulse_batch import FloatArray, IntArray
from reco_core.units import CHERENKOV_ANGLE, SPEED_OF_LIGHT

Singles = NDArray[np.float32]
Counts = NDArray[np.int32]

# Numbers of 32 bits: twice as many fit into one step of the processor, and a nanosecond in a
# million is enough.
TAN_SQUARED: Final = np.float32(math.tan(CHERENKOV_ANGLE) ** 2)
ZERO: Final = np.float32(0.0)
ONE: Final = np.float32(1.0)
NEVER: Final = np.float32(-1.0)


@compiled_entry
def compatible_doms(
    start: IntArray, sensor_id: NDArray[np.int16], time_ns: FloatArray, charge_pe: FloatArray,
    position_m: FloatArray, axis: Singles, limits: Singles, most_doms: int,
) -> NDArray[np.int32]:  # fmt: skip
    """(E, 2, A) largest number of compatible DOMs for travel along each axis (3, A), and against.

    Of each event the first pulses of the most_doms DOMs of highest charge are looked at. Two are
    compatible if their times differ from those at which the muon is beside them by no more than
    Cherenkov light needs for the distance between them across the muon's way, and limits[0] ns;
    and if light in vacuum goes that distance in limits[1] ns.
    """
    found = np.zeros((len(start) - 1, 2, axis.shape[1]), np.int32)
    charge, first = np.zeros(N_SENSORS), np.zeros(N_SENSORS)
    place = np.zeros((4, most_doms), np.float32)  # x, y, z and time, all in ns
    for k in range(len(start) - 1):
        rows = slice(start[k], start[k + 1])
        lit = lit_doms(sensor_id[rows], time_ns[rows], charge_pe[rows], charge, first)
        doms = _brightest(lit, charge, most_doms)
        for i in range(len(doms)):
            for a in range(3):
                away = position_m[doms[i], a] - position_m[doms[0], a]
                place[a, i] = np.float32(away / SPEED_OF_LIGHT)
            place[3, i] = np.float32(first[doms[i]] - first[doms[0]])
        for i in range(len(lit)):
            charge[lit[i]] = 0.0
        if len(doms) >= 2:
            _largest(place, len(doms), axis, limits, found[k])
    return found


@compiled
def lit_doms(
    sensor_id: NDArray[np.int16], time_ns: FloatArray, charge_pe: FloatArray,
    charge: FloatArray, first: FloatArray,
) -> NDArray[np.int16]:  # fmt: skip
    """The DOMs of an event in order of time; their charge and first time go to the arrays."""
    doms = np.zeros(min(len(sensor_id), N_SENSORS), np.int16)
    n = 0
    for r in range(len(sensor_id)):
        dom = sensor_id[r]
        if charge[dom] == 0.0:
            doms[n] = dom
            n += 1
            first[dom] = time_ns[r]
        charge[dom] += max(charge_pe[r], 1e-6)  # even a pulse without charge lights its DOM
    return doms[:n]


@compiled
def _brightest(doms: NDArray[np.int16], charge: FloatArray, most: int) -> NDArray[np.int16]:
    """The DOMs of highest charge; of equal charges the earlier. Their charge turns negative."""
    if len(doms) <= most:
        return doms
    chosen = np.zeros(most, np.int16)
    for i in range(most):
        best = doms[0]
        for dom in doms:
            if charge[dom] > charge[best]:
                best = dom
        chosen[i] = best
        charge[best] = -charge[best]
    return chosen


@compiled
def _largest(place: Singles, n: int, axis: Singles, limits: Singles, found: Counts) -> None:
    """found (2, A) of the first n of place (4, ...)."""
    counts = np.ones((n, *found.shape), np.float32)
    match = np.zeros(found.shape, np.float32)
    for i in range(n - 1):
        for j in range(i + 1, n):
            _compare(place, i, j, axis, limits, match)
            _add(match, counts[i])
            _add(match, counts[j])
    for i in range(n):
        for way in range(2):
            for a in range(found.shape[1]):
                found[way, a] = max(found[way, a], np.int32(counts[i, way, a]))


@compiled
def _compare(
    place: Singles, i: int, j: int, axis: Singles, limits: Singles, match: Singles
) -> None:
    """match (2, A) is 1 where the pair is compatible with travel along the axis, and against.

    The innermost loop is over directions, which are many: the compiler takes several at a time.
    """
    x, y = place[0, j] - place[0, i], place[1, j] - place[1, i]
    z, t = place[2, j] - place[2, i], place[3, j] - place[3, i]
    tolerance, farthest = limits[0], limits[1] * limits[1]
    squared = x * x + y * y + z * z
    ax, ay, az, along, against = axis[0], axis[1], axis[2], match[0], match[1]
    for a in range(len(ax)):
        s = x * ax[a] + y * ay[a] + z * az[a]
        across = squared - s * s
        allowed = TAN_SQUARED * across if across <= farthest else NEVER
        late = max(abs(t - s) - tolerance, ZERO)
        along[a] = ONE if late * late <= allowed else ZERO
        late = max(abs(t + s) - tolerance, ZERO)
        against[a] = ONE if late * late <= allowed else ZERO


@compiled
def _add(match: Singles, counts: Singles) -> None:
    for way in range(2):
        row, total = match[way], counts[way]
        for a in range(len(row)):
            total[a] += row[a]
