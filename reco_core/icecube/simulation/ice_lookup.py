"""Where to look in the world's tables: layers, classes of clarity, DOMs on a string."""

from __future__ import annotations

from typing import Final

import numpy as np

from reco_core.compiled import compiled
from reco_core.icecube.detector import OMS_PER_STRING
from reco_core.icecube.simulation.light_bounds import (
    BOUND_STEP_M,
    BOUND_STEPS,
    ICE_LAYERS,
    ICE_LOW_M,
    ICE_STEP_M,
    ZONE_M,
    ZONES,
)
from reco_core.icecube.simulation.world import TILT_AZIMUTH, World

TILT_X: Final = float(np.cos(TILT_AZIMUTH))
TILT_Y: Final = float(np.sin(TILT_AZIMUTH))


@compiled
def layer_number(steps: float) -> int:
    """Row of World.ice for a height in steps of ICE_STEP_M from ICE_LOW_M."""
    return min(max(int(steps), 0), ICE_LAYERS - 1)


@compiled
def first_om(world: World, string: int, z: float) -> int:
    """Number, from 0, of the topmost DOM of a string in or below the slice of ice of a height."""
    if z >= ICE_LOW_M + ICE_LAYERS * ICE_STEP_M:
        return 0
    if z <= ICE_LOW_M:
        return OMS_PER_STRING
    return int(world.first_below[string, layer_number((z - ICE_LOW_M) / ICE_STEP_M)])


@compiled
def layer_rise(world: World, x: float, y: float, z: float) -> float:
    """How much higher the layers lie at a place than where they are tabulated, m."""
    along = TILT_X * x + TILT_Y * y
    last = len(world.tilt_place_m) - 2
    t = 0
    while t < last and along > world.tilt_place_m[t + 1]:
        t += 1
    width = world.tilt_place_m[t + 1] - world.tilt_place_m[t]
    part = min(max((along - world.tilt_place_m[t]) / width, 0.0), 1.0)
    down = (world.tilt_top_m - z) / world.tilt_step_m
    k = min(max(int(down), 0), len(world.tilt_m) - 2)
    deep = min(max(down - k, 0.0), 1.0)
    upper = world.tilt_m[k, t] + part * (world.tilt_m[k, t + 1] - world.tilt_m[k, t])
    lower = world.tilt_m[k + 1, t] + part * (world.tilt_m[k + 1, t + 1] - world.tilt_m[k + 1, t])
    return float(upper + deep * (lower - upper))


@compiled
def clearest_between(world: World, low: float, high: float) -> int:
    """Class of the clearest ice near DOMs between two heights."""
    return int(world.clearest_class[zone(low), zone(high)])


@compiled
def zone(z: float) -> int:
    """Number of a slice of ZONE_M of height."""
    return min(max(int((z - ICE_LOW_M) / ZONE_M), 0), ZONES - 1)


@compiled
def class_of(world: World, fade_m: float) -> int:
    """Class of ways whose fade is this long."""
    k = 0
    while k < len(world.class_fade_m) - 1 and world.class_fade_m[k] < fade_m:
        k += 1
    return k


@compiled
def bound_step(r: float) -> int:
    """Column of World.line_bound and point_bound."""
    return min(int(r / BOUND_STEP_M), BOUND_STEPS - 1)
