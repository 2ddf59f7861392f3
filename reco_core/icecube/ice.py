"""The ice around the detector: how far light goes at each depth.

The table is read as flat layers around its depths. Light that crosses layers meets the mean of the
inverse lengths along its way; running sums over depth make that mean two look-ups.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reco_core import tables

FloatArray = NDArray[np.float64]

SURFACE_Z_M: Final = 1948.07  # z = SURFACE_Z_M - depth (IceTray)

# The outermost layers reach this far: above and below the table the ice is that of its ends.
BEYOND_M: Final = 20_000.0

# A level path has no depth to average over: it is widened to this, far below one layer.
LEAST_RISE_M: Final = 0.1


@dataclass(frozen=True, eq=False)
class Ice:
    """Layers of ice (K layers).

    edge_z_m : (K + 1,) m, ascending.  scattering_sum, absorption_sum : (K + 1,), the integrals of
    1 / length from the lowest edge up to each edge, no unit.
    """

    edge_z_m: FloatArray
    scattering_sum: FloatArray
    absorption_sum: FloatArray

    def mean_lengths(self, z_a: ArrayLike, z_b: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Effective scattering and absorption length, m, of straight paths between two heights.

        z_a, z_b : (...,) m, in either order.  Returns the inverse of the mean inverse lengths.
        """
        z_a, z_b = np.asarray(z_a, np.float64), np.asarray(z_b, np.float64)
        middle, rise = (z_a + z_b) / 2, np.maximum(np.abs(z_a - z_b), LEAST_RISE_M)
        low, high = middle - rise / 2, middle + rise / 2
        scattering, absorption = (
            rise / (np.interp(high, self.edge_z_m, sums) - np.interp(low, self.edge_z_m, sums))
            for sums in (self.scattering_sum, self.absorption_sum)
        )
        return scattering, absorption


@cache
def south_pole_ice() -> Ice:
    """The ice of the South Pole at 400 nm, without tilt: the same at every x and y."""
    depth, scattering, absorption = tables.south_pole_ice()[::-1].T  # upwards
    z = SURFACE_Z_M - depth
    inner = (z[1:] + z[:-1]) / 2
    edges = np.concatenate(([z[0] - BEYOND_M], inner, [z[-1] + BEYOND_M]))
    return Ice(edges, _running_sum(edges, scattering), _running_sum(edges, absorption))


def _running_sum(edges: FloatArray, length: FloatArray) -> FloatArray:
    return np.concatenate(([0.0], np.cumsum(np.diff(edges) / length)))
