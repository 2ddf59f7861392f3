"""Directions on the sphere: zenith and azimuth <-> unit vectors.

Zenith and azimuth name where a particle CAME FROM (IceCube's convention): the vector they give is
the source direction; the particle travels along its opposite.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def source_direction(zenith: ArrayLike, azimuth: ArrayLike) -> FloatArray:
    """Unit vector towards the particle's origin.

    zenith, azimuth : (...,) rad.  Returns (..., 3).  Zenith 0 is straight above.
    """
    zenith, azimuth = np.asarray(zenith, np.float64), np.asarray(azimuth, np.float64)
    sin_zenith = np.sin(zenith)
    return np.stack(
        (sin_zenith * np.cos(azimuth), sin_zenith * np.sin(azimuth), np.cos(zenith)), axis=-1
    )


def angles_of(source: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Zenith in [0, pi] and azimuth in [0, 2 pi), rad, of source directions (..., 3) of any length.

    The length must not be zero: a null vector has no direction and gives NaN.
    """
    x, y, z = np.moveaxis(np.asarray(source, np.float64), -1, 0)
    rho = np.hypot(x, y)
    zenith = np.where((rho == 0) & (z == 0), np.nan, np.arctan2(rho, z))
    azimuth = np.mod(np.arctan2(y, x), 2 * np.pi)
    # mod of a tiny negative angle rounds up to 2 pi itself, which is outside the range.
    return zenith, np.where(azimuth >= 2 * np.pi, 0.0, azimuth)


def opening_angle(a: ArrayLike, b: ArrayLike) -> FloatArray:
    """Angle between vectors a and b, (..., 3) -> (...,) rad in [0, pi].

    atan2 keeps its precision near 0 and pi, where the arc cosine of the dot product loses it.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    return np.asarray(np.arctan2(np.linalg.norm(np.cross(a, b), axis=-1), np.sum(a * b, axis=-1)))
