"""The detector and its ice as flat arrays, for compiled functions."""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core import tables
from reco_core.compiled import flat
from reco_core.icecube.detector import (
    FIRST_DEEPCORE_STRING,
    N_SENSORS,
    N_STRINGS,
    OMS_PER_STRING,
    Detector,
    builtin_detector,
)
from reco_core.icecube.ice import SURFACE_Z_M, Ice, south_pole_ice
from reco_core.icecube.simulation.light_bounds import (
    ICE_LAYERS,
    ICE_LOW_M,
    ICE_STEP_M,
    bounds,
    clearest_classes,
    nearby,
)

FloatArray = NDArray[np.float64]

# Of the 5160 DOMs 5051 appear in a batch of the competition. Which of them are dead is not
# published: the places here are drawn once, the number is the published one.
DEAD_DOMS: Final = 109
DEAD_DOMS_SEED: Final = 86

# DeepCore's photomultipliers see more light, and more noise (arXiv:1612.05093).
DEEPCORE_SENSITIVITY: Final = 1.35
DEEPCORE_NOISE: Final = 780 / 560

SCATTERING, ABSORPTION, FADE, ONSET = 0, 1, 2, 3  # what is tabulated for each way

# What is tabulated for each DOM: height, m; its layer of ice where the layers are not tilted, in
# steps of ICE_STEP_M from ICE_LOW_M; longest fade of ways of little height, m; sensitivity, 1 for a
# standard DOM, 0 for a dead one.
Z, LAYER, NEARBY, SENSITIVITY = 0, 1, 2, 3

# Layers tilt along this direction (south-west in the detector's frame; arXiv:1301.5361).
TILT_AZIMUTH: Final = np.radians(225.0)


class World(NamedTuple):
    """Detector and ice. S strings of 60 DOMs, L layers of ice, C classes of clarity.

    x_m, y_m : (S,) of the strings.  dom : (S, 60, 4), downwards, see Z.  first_below : (S, L) the
    first DOM of a string at or below the top of a layer of height, 60 if there is none.
    noise : (S * 60,) rate relative to a standard DOM.  deepcore : (S * 60,) in DeepCore's trigger.
    ice : (L, L, 4) for ways between two layers of ICE_STEP_M from ICE_LOW_M upwards: mean inverse
    effective scattering and absorption lengths, 1/m; length over which diffuse light fades, and at
    which it sets in, m.  clearest_m : (L,) the longest such fade of ways from a layer.
    clarity : (L, L) class of each way.  class_fade_m : (C,) the longest fade of a class.
    clearest_class : see light_bounds.  best : (S,) the largest sensitivity on a string.
    line_bound, point_bound : (C, R) PE per photon (and m) that no way of a class exceeds at a
    distance in steps of BOUND_STEP_M.  tilt_place_m : (T,) m along TILT_AZIMUTH.  tilt_m : (D, T)
    rise of the layers in steps of tilt_step_m downwards from tilt_top_m.
    """

    x_m: FloatArray
    y_m: FloatArray
    dom: NDArray[np.float32]
    first_below: NDArray[np.int64]
    noise: FloatArray
    deepcore: NDArray[np.uint8]
    ice: NDArray[np.float32]
    clearest_m: NDArray[np.float32]
    clarity: NDArray[np.uint8]
    class_fade_m: FloatArray
    clearest_class: NDArray[np.uint8]
    best: FloatArray
    line_bound: NDArray[np.float32]
    point_bound: NDArray[np.float32]
    tilt_place_m: FloatArray
    tilt_m: FloatArray
    tilt_top_m: float
    tilt_step_m: float


@cache
def south_pole() -> World:
    """IceCube in the ice of the South Pole."""
    return world_of(builtin_detector(), south_pole_ice(), tables.ice_tilt(), dead_doms())


def world_of(detector: Detector, ice: Ice, tilt: tables.IceTilt, dead: NDArray[np.int64]) -> World:
    """Arrays for a detector, its ice, and the sensors (numbers) that give no light."""
    strings = detector.position_m.reshape(-1, OMS_PER_STRING, 3)
    dense = np.arange(1, len(strings) + 1) >= FIRST_DEEPCORE_STRING
    sensitivity = np.repeat(np.where(dense, DEEPCORE_SENSITIVITY, 1.0), OMS_PER_STRING)
    noise = np.repeat(np.where(dense, DEEPCORE_NOISE, 1.0), OMS_PER_STRING)
    sensitivity[dead] = noise[dead] = 0.0
    ways = _ways(ice)
    tables_of_bounds = bounds(ways)
    layer_m = detector.position_m[:, 2] - _rise(tilt, detector.position_m)
    dom = np.stack(
        (
            detector.position_m[:, 2],
            (layer_m - ICE_LOW_M) / ICE_STEP_M,
            nearby(ways[:, :, FADE], layer_m),
            sensitivity,
        ),
        axis=1,
    )
    return flat(
        World(
            x_m=strings[:, 0, 0],
            y_m=strings[:, 0, 1],
            dom=dom.reshape(-1, OMS_PER_STRING, 4).astype(np.float32),
            first_below=_first_below(strings[:, :, 2]),
            noise=noise,
            deepcore=_in_deepcore_trigger(strings).astype(np.uint8),
            ice=ways,
            clearest_m=ways[:, :, FADE].max(axis=1),
            **tables_of_bounds,
            clearest_class=clearest_classes(
                tables_of_bounds["class_fade_m"], dom[:, NEARBY], dom[:, Z]
            ),
            best=sensitivity.reshape(-1, OMS_PER_STRING).max(axis=1),
            tilt_place_m=tilt.place_m,
            tilt_m=tilt.rise_m,
            tilt_top_m=SURFACE_Z_M - tilt.depth_m[0],
            tilt_step_m=float(np.diff(tilt.depth_m).mean()),
        )
    )


def _first_below(z_m: FloatArray) -> NDArray[np.int64]:
    """See World.first_below; z_m : (S, 60), downwards."""
    top = ICE_LOW_M + ICE_STEP_M * np.arange(1, ICE_LAYERS + 1)
    return np.asarray((z_m[:, :, None] > top).sum(axis=1))


def _ways(ice: Ice) -> NDArray[np.float32]:
    """The table of ways between layers: see World.ice."""
    middle = ICE_LOW_M + ICE_STEP_M * (np.arange(ICE_LAYERS) + 0.5)
    scattering, absorption = ice.mean_lengths(middle[:, None], middle[None, :])
    fade = np.sqrt(scattering * absorption / 3)
    onset = scattering * np.exp(scattering / absorption) / 3
    return np.stack((1 / scattering, 1 / absorption, fade, onset), axis=2).astype(np.float32)


def dead_doms() -> NDArray[np.int64]:
    """Numbers of the sensors that give no light."""
    rng = np.random.default_rng(DEAD_DOMS_SEED)
    return np.sort(rng.choice(N_SENSORS, DEAD_DOMS, replace=False))


def _rise(tilt: tables.IceTilt, position_m: FloatArray) -> FloatArray:
    """How far layers rise, m, at places (N, 3)."""
    along = np.cos(TILT_AZIMUTH) * position_m[:, 0] + np.sin(TILT_AZIMUTH) * position_m[:, 1]
    depth = SURFACE_Z_M - position_m[:, 2]
    by_logger = [np.interp(depth, tilt.depth_m, column) for column in tilt.rise_m.T]
    rise = np.stack(by_logger, axis=1)
    return np.array([np.interp(a, tilt.place_m, r) for a, r in zip(along, rise, strict=True)])


# DeepCore's trigger takes its own strings and their seven neighbours, below the dust layer.
DEEPCORE_NEIGHBOURS: Final = (26, 27, 35, 36, 37, 45, 46)
DEEPCORE_TOP_M: Final = -150.0


def _in_deepcore_trigger(strings: FloatArray) -> NDArray[np.bool_]:
    number = np.arange(1, len(strings) + 1)
    member = (number >= FIRST_DEEPCORE_STRING) | np.isin(number, DEEPCORE_NEIGHBOURS)
    if len(strings) != N_STRINGS:
        member = np.zeros(len(strings), np.bool_)
    return np.asarray((member[:, None] & (strings[:, :, 2] < DEEPCORE_TOP_M)).ravel())
