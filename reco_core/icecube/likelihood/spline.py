"""Cubic splines through evenly spaced tables, with their slopes, in compiled code.

A table holds B-spline coefficients (C. de Boor, A Practical Guide to Splines): the value at a place
is a weighted sum of the four coefficients around it along each axis. Places and slopes are in steps
of the table. The first and last coefficients of an axis are margin: places lie in [1, n - 2].
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import compiled

FloatArray = NDArray[np.float64]
Four = tuple[float, float, float, float]


@compiled
def first_of_four(place: float, n: int) -> int:
    """Number of the first of the four coefficients around a place."""
    return min(max(int(place) - 1, 0), n - 4)


@compiled
def weights(f: float) -> Four:
    """Of the four coefficients, f in [0, 1] after the second of them."""
    g = 1 - f
    return (
        g * g * g / 6,
        (f / 2 - 1) * f * f + 2 / 3,
        (g / 2 - 1) * g * g + 2 / 3,
        f * f * f / 6,
    )


@compiled
def slopes(f: float) -> Four:
    """Derivatives of the weights by f."""
    g = 1 - f
    return -g * g / 2, (1.5 * f - 2) * f, (2 - 1.5 * g) * g, f * f / 2


@compiled
def on_line(table: FloatArray, i: int, w: Four) -> float:
    """Sum over four coefficients of a table (n,) from the i-th on."""
    return float(w[0] * table[i] + w[1] * table[i + 1] + w[2] * table[i + 2] + w[3] * table[i + 3])


@compiled
def on_plane(
    table: FloatArray, i: int, j: int, wi: Four, si: Four, wj: Four, sj: Four
) -> tuple[float, float, float]:
    """Value of a table (n, m) and its derivatives along both axes.

    i, j : first of the four coefficients.  wi, si : their weights and slopes along the first axis.
    """
    value, by_i, by_j = 0.0, 0.0, 0.0
    for a in range(4):
        row = on_line(table[i + a], j, wj)
        value += wi[a] * row
        by_i += si[a] * row
        by_j += wi[a] * on_line(table[i + a], j, sj)
    return value, by_i, by_j
