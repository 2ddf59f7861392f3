"""Upper bounds of light, by the clarity of the ice on the way and the distance.

Nearly every DOM sees nothing of a source. To pass over it, an upper bound of its light is enough:
the largest light per photon of all ways whose fade is alike.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from reco_core.icecube.simulation.light_fall import MEAN_AREA_M2, SINE

FloatArray = NDArray[np.float64]

# Ways through the ice are tabulated between layers of this thickness; beyond both ends the ice
# counts as that of the ends.
ICE_LOW_M: Final = -700.0
ICE_STEP_M: Final = 10.0
ICE_LAYERS: Final = 140

ZONE_M: Final = 50.0  # coarser slices, for bounds on whole strings
ZONES: Final = 28

CLASSES: Final = 64
BOUND_STEP_M: Final = 4.0
BOUND_STEPS: Final = 140
# Anisotropy scales fade and onset alike: that counts as another distance, up to this.
SAFETY: Final = 1.15


def bounds(ways: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    """Class of each way, and by class the longest fade and the bounds of lines and points.

    ways : (L, L, 4) as World.ice.  Returns World's clarity, class_fade_m, line_bound, point_bound.
    """
    fade, onset = ways[:, :, 2].astype(np.float64), ways[:, :, 3].astype(np.float64)
    edges = np.geomspace(fade.min(), fade.max() * 1.0001, CLASSES + 1)
    clarity = np.clip(np.searchsorted(edges, fade, "right") - 1, 0, CLASSES - 1)
    r = np.maximum(BOUND_STEP_M * np.arange(BOUND_STEPS), 1.0)
    line, point = np.zeros((CLASSES, BOUND_STEPS)), np.zeros((CLASSES, BOUND_STEPS))
    for number in range(CLASSES):
        f, o = np.stack((fade, onset))[:, clarity == number][:, :, None]
        line[number] = _line(r, f, o).max(axis=0, initial=0.0)
        point[number] = _point(r, f, o).max(axis=0, initial=0.0)
    return {
        "clarity": clarity.astype(np.uint8),
        "class_fade_m": edges[1:],
        "line_bound": (SAFETY * line).astype(np.float32),
        "point_bound": (SAFETY * point).astype(np.float32),
    }


def _line(r: FloatArray, fade: FloatArray, onset: FloatArray) -> FloatArray:
    """light_fall.line_pe for one photon per metre, on arrays."""
    root = onset / SINE * np.sqrt(2 / (np.pi * fade))
    spread = root * np.sqrt(r) * np.tanh(np.sqrt(r) / root)
    return np.asarray(np.exp(-r / fade) * MEAN_AREA_M2 / (2 * math.pi * SINE * spread))


def _point(r: FloatArray, fade: FloatArray, onset: FloatArray) -> FloatArray:
    """light_fall.point_pe for one photon, on arrays."""
    spread = onset * r * np.tanh(r / onset)
    return np.asarray(np.exp(-r / fade) * MEAN_AREA_M2 / (4 * math.pi * spread))


NEARBY_M: Final = 60.0  # of height: most light of a track comes from less


def nearby(fade_m: NDArray[np.float32], layer_m: FloatArray) -> FloatArray:
    """Longest fade, m, of ways to layers (N,) from layers nearby. fade_m : (L, L)."""
    number = np.arange(len(fade_m))
    near = np.abs(number[:, None] - number[None, :]) * ICE_STEP_M <= NEARBY_M
    longest = np.where(near, fade_m, 0).max(axis=1).astype(np.float64)
    layer = ((layer_m - ICE_LOW_M) / ICE_STEP_M).astype(int)
    return np.asarray(longest[np.clip(layer, 0, len(fade_m) - 1)])


def clearest_classes(class_fade_m: FloatArray, nearby_m: FloatArray, z_m: FloatArray) -> Any:
    """(ZONES, ZONES) uint8: clearest class near DOMs of heights between two slices.

    nearby_m, z_m : (N,) of the DOMs.
    """
    number = np.searchsorted(class_fade_m, nearby_m).clip(0, CLASSES - 1)
    zone = ((z_m - ICE_LOW_M) / ZONE_M).astype(int).clip(0, ZONES - 1)
    best = np.zeros(ZONES, np.int64)
    np.maximum.at(best, zone, number)
    table = np.zeros((ZONES, ZONES), np.uint8)
    for low in range(ZONES):
        table[low, low:] = np.maximum.accumulate(best[low:])
    return table
