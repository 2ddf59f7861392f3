"""Directions around others, for searches that tilt a particle: the same for tracks and cascades."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import compiled

FloatArray = NDArray[np.float64]


@compiled
def across(u: FloatArray, sides: FloatArray) -> None:
    """Two unit vectors across a direction u (3,), into sides (2, 3); the first is level."""
    x, y, z = u[0], u[1], u[2]
    flat = math.sqrt(x * x + y * y)
    sides[0, 0], sides[0, 1], sides[0, 2] = 1.0, 0.0, 0.0
    if flat > 1e-6:
        sides[0, 0], sides[0, 1] = -y / flat, x / flat
    sides[1, 0] = -z * sides[0, 1]
    sides[1, 1] = z * sides[0, 0]
    sides[1, 2] = x * sides[0, 1] - y * sides[0, 0]


@compiled
def mean_square_angle(u: FloatArray, losses: FloatArray, best: int) -> float:
    """Mean square angle, rad2, of all minima u (S, 3) to the best, each with its likelihood."""
    total, spread = 0.0, 0.0
    for s in range(len(losses)):
        weight = math.exp(losses[best] - losses[s])
        cosine = 0.0
        for a in range(3):
            cosine += u[s, a] * u[best, a]
        total += weight
        if weight > 0.0:
            spread += weight * math.acos(min(max(cosine, -1.0), 1.0)) ** 2
    return spread / total
