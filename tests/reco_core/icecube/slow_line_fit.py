"""The line fit once more, one event at a time in plain numpy: what the fast form is held to."""

from __future__ import annotations

import numpy as np

from reco_core.icecube.detector import Detector
from reco_core.icecube.event import Pulses

RADIUS_M, DELAY_NS, WIDTH_M = 156.0, 778.0, 153.0


def slow_line_fit(pulses: Pulses, detector: Detector) -> tuple[np.ndarray, np.ndarray]:
    """Centre (3,) m and velocity (3,) m/ns."""
    used = pulses.select(~pulses.auxiliary)
    place, time = detector.position_m[used.sensor_id], used.time_ns - float(used.time_ns[0])
    near = np.linalg.norm(place[:, None] - place, axis=-1) <= RADIUS_M
    keep = time <= np.where(near, time, np.inf).min(axis=1) + DELAY_NS
    place, time = place[keep], time[keep]
    weight = np.ones(len(time))
    for _ in range(1000):
        start, velocity = least_squares(place, time, weight)
        distance = np.linalg.norm(place - start - np.outer(time, velocity), axis=1)
        weight = WIDTH_M / np.maximum(distance, WIDTH_M)
    inside = distance <= WIDTH_M
    _, velocity = least_squares(place[inside], time[inside], np.ones(inside.sum()))
    return place[inside].mean(axis=0), velocity


def least_squares(
    place: np.ndarray, time: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Place (3,) at time 0 and velocity (3,) of the line r = r0 + v t."""
    root = np.sqrt(weight)[:, None]
    design = np.column_stack((np.ones_like(time), time))
    found, *_ = np.linalg.lstsq(design * root, place * root, rcond=None)
    return found[0], found[1]
