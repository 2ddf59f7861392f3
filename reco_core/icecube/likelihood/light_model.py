"""All that the likelihood knows of ice and light, in one block of memory."""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core import tables
from reco_core.compiled import flat
from reco_core.icecube.detector import Detector
from reco_core.icecube.ice import SURFACE_Z_M, Ice, south_pole_ice
from reco_core.icecube.likelihood.arrival_table import arrival_table

FloatArray = NDArray[np.float64]

# Heights at which the ice is tabulated; beyond them it is that of the ends.
LEVEL_LOW_M: Final = -1000.0
LEVEL_STEP_M: Final = 10.0
LEVELS: Final = 201

MEAN_SCATTERING_M: Final = 24.0  # mean effective scattering length of the ice around the array

TILT_AZIMUTH: Final = np.radians(225.0)  # place_m of the ice's tilt is counted along it


class Constants(NamedTuple):
    """Numbers that a method chooses.

    contrast : 1 takes scattering lengths as tabulated, 0 the same length everywhere; in between,
    light finds ways around bad ice.  scattering : effective scattering lengths of way for one unit
    of Pandel's shape.  pandel_time_ns : Pandel's time.  smear_ns : Gaussian error of times, which
    also stands for what the model does not know.  noise_share : of first pulses that have nothing
    to do with the particle.  noise_ns : over which their density falls by e.
    """

    contrast: float
    scattering: float
    pandel_time_ns: float
    smear_ns: float
    noise_share: float
    noise_ns: float


class LightModel(NamedTuple):
    """What compiled functions take. density, survival : of arrival_table.

    scattering_sum, absorption_sum : (LEVELS,) spline coefficients of the integrals of 1 / length
    over height.  rise_m : (5160,) how much higher the layers of ice lie at each sensor.
    The rest : see Constants.
    """

    density: FloatArray
    survival: FloatArray
    scattering_sum: FloatArray
    absorption_sum: FloatArray
    rise_m: FloatArray
    scattering: float
    pandel_time_ns: float
    smear_ns: float
    noise_share: float
    noise_ns: float


def light_model(
    detector: Detector, constants: Constants, ice: Ice | None = None, tilted: bool = True
) -> LightModel:
    """The model for a detector.

    ice : the South Pole's if None.  tilted : whether its layers lie as the dust loggers saw them,
    or level, which leaves no direction of the compass apart.
    """
    rise = layer_rise(detector.position_m) if tilted else np.zeros(len(detector.position_m))
    sums = _ice_sums(ice or south_pole_ice(), constants.contrast)
    return flat(LightModel(*arrival_table(), *sums, rise, *constants[1:]))


@cache
def _ice_sums(ice: Ice, contrast: float) -> tuple[FloatArray, FloatArray]:
    from scipy.ndimage import spline_filter1d

    thickness = np.diff(ice.edge_z_m)
    length = thickness / np.diff(ice.scattering_sum)
    weaker = MEAN_SCATTERING_M * (length / MEAN_SCATTERING_M) ** contrast
    scattering = np.concatenate(([0.0], np.cumsum(thickness / weaker)))
    level = LEVEL_LOW_M + LEVEL_STEP_M * np.arange(LEVELS)
    values = [np.interp(level, ice.edge_z_m, total) for total in (scattering, ice.absorption_sum)]
    first, second = (spline_filter1d(value - value[LEVELS // 2]) for value in values)
    return first, second


def layer_rise(position_m: FloatArray) -> FloatArray:
    """(n,) m, how much higher the layers lie at places (n, 3) than where they are tabulated."""
    tilt = tables.ice_tilt()
    along = position_m[:, 0] * np.cos(TILT_AZIMUTH) + position_m[:, 1] * np.sin(TILT_AZIMUTH)
    depth = SURFACE_Z_M - position_m[:, 2]
    rise = np.array([np.interp(depth, tilt.depth_m, column) for column in tilt.rise_m.T])
    k = np.clip(np.searchsorted(tilt.place_m, along) - 1, 0, len(tilt.place_m) - 2)
    width = np.diff(tilt.place_m)[k]
    part = np.clip((along - tilt.place_m[k]) / width, 0.0, 1.0)
    rows = np.arange(len(along))
    return np.asarray(rise[k, rows] * (1 - part) + rise[k + 1, rows] * part)
