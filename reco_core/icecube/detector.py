"""The IceCube detector: 5160 DOMs on 86 strings, their places and numbers.

sensor_id = (string_id - 1) * 60 + (om - 1), with string_id 1-86 and om 1-60 counted from the top.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reco_core import tables

FloatArray = NDArray[np.float64]

N_STRINGS: Final = 86
OMS_PER_STRING: Final = 60
N_SENSORS: Final = N_STRINGS * OMS_PER_STRING  # 5160

FIRST_DEEPCORE_STRING: Final = 79  # strings 79-86 are the dense infill

# Corner strings of the footprint, in order around it: the hull drawn around the array.
OUTLINE_STRINGS: Final = (1, 6, 50, 74, 72, 78, 75, 31)

# z of the dust layer, where scattering and absorption are strongest: the minimum of the effective
# scattering length in the 400 nm ice table lies at a depth of 2048 m, z = -100 m.
DUST_LAYER_M: Final = (-150.0, -50.0)

# No place given in a file may be farther out: 1000 km, which 32-bit numbers still hold to 0.1 m.
MAX_POSITION_M: Final = 1e6

REGULAR_GAP_M: Final = 17.022
DEEPCORE_GAPS_M: Final = (10.015,) * 9 + (257.31,) + (7.006,) * 49


@dataclass(frozen=True, eq=False)
class Detector:
    """Positions of all sensors.

    position_m : (5160, 3) m, detector frame, row = sensor_id, finite.
    """

    position_m: FloatArray

    @property
    def is_deepcore(self) -> NDArray[np.bool_]:
        """(5160,) True for the DOMs of strings 79-86."""
        return string_id(np.arange(len(self.position_m))) >= FIRST_DEEPCORE_STRING


def string_id(sensor_id: ArrayLike) -> NDArray[np.int64]:
    """String number, 1-86, of sensors."""
    return np.asarray(sensor_id, np.int64) // OMS_PER_STRING + 1


def om(sensor_id: ArrayLike) -> NDArray[np.int64]:
    """Number of the module on its string, 1 (top) to 60."""
    return np.asarray(sensor_id, np.int64) % OMS_PER_STRING + 1


@cache
def builtin_detector() -> Detector:
    """IceCube-86 from the string table and the spacing rule of `reco_core/data/README.md`."""
    positions = np.concatenate([_string_positions(number) for number in range(1, N_STRINGS + 1)])
    positions.setflags(write=False)
    return Detector(positions)


def _string_positions(number: int) -> FloatArray:
    x, y, z_top = tables.icecube_strings()[number - 1]
    gaps = np.array(_gaps(number))
    z = z_top - np.concatenate(([0.0], np.cumsum(gaps)))  # (60,)
    return np.column_stack((np.full_like(z, x), np.full_like(z, y), z))


def _gaps(number: int) -> list[float]:
    regular = (
        DEEPCORE_GAPS_M
        if number >= FIRST_DEEPCORE_STRING
        else (REGULAR_GAP_M,) * (OMS_PER_STRING - 1)
    )
    irregular = tables.icecube_gaps()
    return [irregular.get((number, om_above), gap) for om_above, gap in enumerate(regular, 1)]
