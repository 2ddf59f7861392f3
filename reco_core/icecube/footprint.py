"""The prism that the outer strings span: what lies in it is contained."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reco_core.icecube.detector import N_STRINGS, OUTLINE_STRINGS, Detector

FloatArray = NDArray[np.float64]


def is_inside(detector: Detector, position_m: FloatArray) -> NDArray[np.bool_]:
    """(N,) Does the place lie within the outline of the strings, no higher or lower than any DOM?

    position_m : (N, 3) m; NaN lies nowhere.
    """
    dom_m = detector.position_m
    z = position_m[:, 2]
    level = (z >= dom_m[:, 2].min()) & (z <= dom_m[:, 2].max())
    string_m = dom_m.reshape(N_STRINGS, -1, 3)[:, 0, :2]
    corner_m = string_m[np.array(OUTLINE_STRINGS) - 1]
    return np.asarray(level & _in_polygon(corner_m, position_m[:, :2]))


def _in_polygon(corner: FloatArray, point: FloatArray) -> NDArray[np.bool_]:
    """(N,) A line from a point inside to far away crosses an odd number of the sides.

    corner : (C, 2) in order around it.  point : (N, 2).
    """
    x, y = point[:, :1], point[:, 1:]
    (x1, y1), (x2, y2) = corner.T, np.roll(corner, -1, axis=0).T
    beside = (y1 > y) != (y2 > y)
    rise = np.where(y2 == y1, 1.0, y2 - y1)  # a level side is never beside
    left = x < x1 + (x2 - x1) * (y - y1) / rise
    return np.asarray((beside & left).sum(axis=1) % 2 == 1)
