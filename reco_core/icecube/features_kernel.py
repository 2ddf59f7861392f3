"""The compiled parts of the features: sums over the pulses, and pulses gathered to DOMs."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import compiled_entry
from reco_core.icecube.detector import N_SENSORS
from reco_core.icecube.pulse_batch import BoolArray, FloatArray, IntArray

N_KINDS = 4  # auxiliary outside and inside the window, then the others
N_TERMS = 15  # the products of two of 1, t, x, y and z


@compiled_entry
def sums_by_kind(
    event: NDArray[np.uint32], auxiliary: BoolArray, in_window: BoolArray,
    time_ns: FloatArray, x_m: FloatArray, y_m: FloatArray, z_m: FloatArray, n_events: int,
) -> FloatArray:  # fmt: skip
    """(E, N_KINDS, N_TERMS) sums over the pulses (P,) of each event and kind."""
    found = np.zeros((n_events, N_KINDS, N_TERMS))
    factor = np.ones(5)
    for row in range(len(event)):
        kind = 2 * (not auxiliary[row]) + in_window[row]
        sums = found[event[row], kind]
        factor[1], factor[2], factor[3], factor[4] = time_ns[row], x_m[row], y_m[row], z_m[row]
        k = 0
        for a in range(5):
            for b in range(a, 5):
                sums[k] += factor[a] * factor[b]
                k += 1
    return found


@compiled_entry
def gather_doms(
    event: NDArray[np.uint32], sensor_id: NDArray[np.int16], charge_pe: FloatArray
) -> tuple[IntArray, IntArray, FloatArray, IntArray]:
    """Lit DOMs (D,) of pulses (P,) in order of event and time, by event and sensor_id.

    The rows of each DOM's first and last pulse, its charge, and (events + 1,) where the DOMs of
    each event that has light begin.
    """
    n = len(event)
    row, last, charge = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n)
    start = np.zeros(n + 1, np.int64)
    place = np.full(N_SENSORS, -1, np.int64)  # of a DOM of this event among those found
    n_doms, n_events, r = 0, 0, 0
    while r < n:
        first, begin = r, n_doms
        while r < n and event[r] == event[first]:
            dom = sensor_id[r]
            if place[dom] < 0:
                place[dom] = n_doms
                row[n_doms] = r
                n_doms += 1
            charge[place[dom]] += charge_pe[r]
            last[place[dom]] = r
            r += 1
        for d in range(begin, n_doms):
            place[sensor_id[row[d]]] = -1
        order = begin + np.argsort(sensor_id[row[begin:n_doms]])
        row[begin:n_doms] = row[order]
        last[begin:n_doms] = last[order]
        charge[begin:n_doms] = charge[order]
        n_events += 1
        start[n_events] = n_doms
    return row[:n_doms], last[:n_doms], charge[:n_doms], start[: n_events + 1]


@compiled_entry
def from_brightest(
    start: IntArray, charge_pe: FloatArray, x_m: FloatArray, y_m: FloatArray, z_m: FloatArray
) -> FloatArray:
    """(D,) m, distance of each DOM from that of highest charge in its event; of equal ones the
    first.  start : (events + 1,) where the DOMs of each event begin."""
    found = np.zeros(len(charge_pe))
    for k in range(len(start) - 1):
        best = start[k]
        for d in range(start[k], start[k + 1]):
            if charge_pe[d] > charge_pe[best]:
                best = d
        for d in range(start[k], start[k + 1]):
            x, y, z = x_m[d] - x_m[best], y_m[d] - y_m[best], z_m[d] - z_m[best]
            found[d] = math.sqrt(x * x + y * y + z * z)
    return found


@compiled_entry
def less_their_means(start: IntArray, values: FloatArray) -> FloatArray:
    """(N, D) values less their means over the DOMs of each event."""
    found = np.empty_like(values)
    for row in range(len(values)):
        for k in range(len(start) - 1):
            total = 0.0
            for d in range(start[k], start[k + 1]):
                total += values[row, d]
            mean = total / (start[k + 1] - start[k])
            for d in range(start[k], start[k + 1]):
                found[row, d] = values[row, d] - mean
    return found
