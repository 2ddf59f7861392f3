"""The edge of the detector, where particles from outside give their first light.

The sets and weights are those of the notebook "classification of the events" of
MiMakh/ice_cube_kaggle. A DOM can be in two sets, side and top or side and bottom; then both count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.icecube.detector import Detector, string_id

BoolArray = NDArray[np.bool_]

# The outermost strings, about 470 m and more from the axis.
SIDE_STRINGS: Final = (
    *range(1, 8), 13, 14, 21, 22, 30, 31, 40, 41, 50, 51, 59, 60, 67, 68, *range(72, 79),
)  # fmt: skip
TOP_Z_M: Final = 450.0  # above it the three upper DOMs of most strings
BOTTOM_Z_M: Final = -500.0  # below it the lowest DOM of most strings


@dataclass(frozen=True)
class RegionSet:
    """One part of the edge. weight : of first light there, in the hardness.

    where : as it stands in a sentence.  muons_enter : do muons from above get in there?
    mask : which of the (5160,) DOMs belong to it.
    """

    key: str
    label: str
    weight: float
    where: str
    muons_enter: bool
    mask: Callable[[Detector], BoolArray]


@lru_cache(maxsize=8)  # asked for each event, of the same few detectors
def is_side(detector: Detector) -> BoolArray:
    """(5160,) Is the DOM on one of the outermost strings? Read-only."""
    mask = np.isin(string_id(np.arange(len(detector.position_m))), SIDE_STRINGS)
    mask.setflags(write=False)
    return mask


def is_top(detector: Detector) -> BoolArray:
    """(5160,) Is the DOM above z = 450 m?"""
    return np.asarray(detector.position_m[:, 2] > TOP_Z_M)


def is_bottom(detector: Detector) -> BoolArray:
    """(5160,) Is the DOM below z = -500 m?"""
    return np.asarray(detector.position_m[:, 2] < BOTTOM_Z_M)


REGIONS: Final = (
    RegionSet("side", "Side", 0.75, "on the side", True, is_side),
    RegionSet("top", "Top", 1.0, "at the top", True, is_top),
    RegionSet("bottom", "Bottom", 0.25, "at the bottom", False, is_bottom),
)


def regions_of(sensor_id: int, detector: Detector) -> tuple[RegionSet, ...]:
    """The sets that hold the DOM, none if it is contained."""
    return tuple(region for region in REGIONS if region.mask(detector)[sensor_id])
