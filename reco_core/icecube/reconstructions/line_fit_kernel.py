"""The two steps of the line fit that are compiled: delay cleaning, and the Huber fit."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import compiled, compiled_entry
from reco_core.icecube.detector import N_SENSORS
from reco_core.icecube.pulse_batch import BoolArray, FloatArray, IntArray

SensorArray = NDArray[np.int16]

CLEANING_RADIUS_M: Final = 156.0
CLEANING_DELAY_NS: Final = 778.0
HUBER_WIDTH_M: Final = 153.0

# The Huber fit is convex, so its steps only come closer to the one answer; with weights known to
# this the pulses within the width are settled, and nothing else is taken from the fit.
WEIGHT_TOLERANCE: Final = 1e-5
MAX_STEPS: Final = 100


@compiled_entry
def clean_delays(
    start: IntArray, sensor_id: SensorArray, time_ns: FloatArray,
    dom_start: IntArray, dom: SensorArray,
    earlier_start: IntArray, earlier: SensorArray, earlier_ns: FloatArray,
    position_m: FloatArray,
) -> BoolArray:  # fmt: skip
    """(P,) False for pulses too late by line_fit.delay_cleaning.

    start, sensor_id, time_ns : of all pulses.  dom_start, dom : DOMs that have one.  earlier... :
    those among their first pulses that others are compared with.
    """
    keep = np.ones(len(time_ns), np.bool_)
    latest_ns = np.zeros(N_SENSORS)
    for k in range(len(start) - 1):
        these = slice(earlier_start[k], earlier_start[k + 1])
        for d in range(dom_start[k], dom_start[k + 1]):
            latest_ns[dom[d]] = CLEANING_DELAY_NS + _earliest_near(
                dom[d], earlier[these], earlier_ns[these], position_m
            )
        for row in range(start[k], start[k + 1]):
            keep[row] = time_ns[row] <= latest_ns[sensor_id[row]]
    return keep


@compiled
def _earliest_near(
    dom: int, earlier: SensorArray, earlier_ns: FloatArray, position_m: FloatArray
) -> float:
    """Time of the first of the earlier pulses within the radius of a DOM; infinite if none is."""
    x, y, z = position_m[dom]
    found = math.inf
    for r in range(len(earlier)):
        if earlier_ns[r] < found:
            near = position_m[earlier[r]]
            squared = (near[0] - x) ** 2 + (near[1] - y) ** 2 + (near[2] - z) ** 2
            if squared <= CLEANING_RADIUS_M**2:
                found = earlier_ns[r]
    return found


@compiled_entry
def near_robust_line(
    start: IntArray, sensor_id: SensorArray, time_ns: FloatArray, position_m: FloatArray,
    tried: BoolArray,
) -> BoolArray:  # fmt: skip
    """(P,) True for pulses within the Huber width of the line of the Huber fit, where tried (E,).

    Minimises sum rho(|r_i - (r + v t_i)|), rho quadratic up to the width and linear beyond, by
    iteratively reweighted least squares with weight min(1, width / distance).
    """
    inlier = np.zeros(len(time_ns), np.bool_)
    for k in range(len(start) - 1):
        if not tried[k]:
            continue
        first, n = start[k], start[k + 1] - start[k]
        rows = _columns(position_m, sensor_id[first : first + n], time_ns[first : first + n])
        distance = _huber_distances(rows)
        for i in range(n):
            inlier[first + i] = distance[i] <= HUBER_WIDTH_M
    return inlier


@compiled
def _columns(position_m: FloatArray, sensor_id: SensorArray, time_ns: FloatArray) -> FloatArray:
    """(n, 4) time and place of each pulse, less their means: small numbers keep their precision."""
    n = len(time_ns)
    rows = np.zeros((n, 4))
    for i in range(n):
        rows[i, 0] = time_ns[i]
        rows[i, 1:] = position_m[sensor_id[i]]
    for column in range(4):
        rows[:, column] -= rows[:, column].mean()
    return rows


@compiled
def _huber_distances(rows: FloatArray) -> FloatArray:
    """(n,) m, distances of pulses from the point that moves along the line of the Huber fit."""
    n = len(rows)
    weight, distance = np.ones(n), np.zeros(n)
    for _ in range(MAX_STEPS):
        place, velocity = _weighted_line(rows, weight)
        change = 0.0
        for i in range(n):
            squared = 0.0
            for axis in range(3):
                away = rows[i, 1 + axis] - place[axis] - rows[i, 0] * velocity[axis]
                squared += away * away
            distance[i] = math.sqrt(squared)
            new = HUBER_WIDTH_M / max(distance[i], HUBER_WIDTH_M)
            change = max(change, abs(new - weight[i]))
            weight[i] = new
        if change < WEIGHT_TOLERANCE:
            break
    return distance


@compiled
def _weighted_line(rows: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Place (3,) at time 0 and velocity (3,) by weighted least squares."""
    total, time, square = 0.0, 0.0, 0.0
    place, product = np.zeros(3), np.zeros(3)
    for i in range(len(rows)):
        t, w = rows[i, 0], weight[i]
        total += w
        time += w * t
        square += w * t * t
        for axis in range(3):
            place[axis] += w * rows[i, 1 + axis]
            product[axis] += w * t * rows[i, 1 + axis]
    velocity = (product - place * (time / total)) / (square - time * (time / total))
    return (place - velocity * time) / total, velocity
