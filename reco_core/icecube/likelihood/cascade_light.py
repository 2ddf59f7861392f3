"""Light of a cascade on a DOM, with its slopes, in compiled code.

The simulation's formulas, so that one change of the physics is one for both: light of a point falls
as in simulation/light_fall.py and has the angular profiles of simulation/light_angles.py. Only the
tip of the Cherenkov cone and of the place itself are smooth here, for slopes to exist.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import compiled
from reco_core.icecube.likelihood.light_model import LightModel
from reco_core.icecube.likelihood.local_ice import mean_inverse
from reco_core.icecube.simulation.light_angles import (
    ANGULAR,
    COSINE,
    DIFFUSE_PULL,
    FLOW_X,
    FLOW_Y,
    MEAN_SENSITIVITY,
    PROFILE_DEPTH,
    PROFILE_POWER,
)
from reco_core.icecube.simulation.light_fall import MEAN_AREA_M2
from reco_core.icecube.simulation.light_yield import PHOTONS_PER_GEV

FloatArray = NDArray[np.float64]

# Columns of a slope: by the place of the light, by the direction as if it had three free
# components; then the share of light that goes straight.
BY_X, BY_U, STRAIGHT = 0, 3, 6
SLOPES: Final = 7

TIP: Final = 0.05  # in cosine, over which the tip of the cone is rounded
CONE_MEAN: Final = 0.144503  # of the cone over the sphere
PULL_MEAN: Final = DIFFUSE_PULL / math.sinh(DIFFUSE_PULL)
DIFFUSE_UP: Final = 0.4  # sensitivity to diffuse light from below over that from the side, less 1
NEAREST_M: Final = 2.0  # a cascade is some metres long
LEAST_SENSITIVE: Final = 0.003  # keeps its logarithm finite where the polynomial touches 0

# Charge of 1 GeV of an electromagnetic cascade at 1 m, were all light to go straight.
LIGHT_SHARE: Final = 0.53  # of PPC's light; a recorded cascade of 1.14 PeV asks for about as much
CHARGE_PER_ELECTRON: Final = 0.877  # PE, mean: badly amplified ones count less
CHARGE_PER_GEV: Final = (
    PHOTONS_PER_GEV * LIGHT_SHARE * CHARGE_PER_ELECTRON * MEAN_AREA_M2 / (4 * math.pi)
)
LOG_CHARGE: Final = math.log(CHARGE_PER_GEV)


class Way(NamedTuple):
    """From the light to a DOM: parts and (smoothed) length, m; cosines to the axis and to up."""

    x: float
    y: float
    z: float
    r: float
    cosine: float
    up: float


@compiled
def way_to(dx: float, dy: float, dz: float, ux: float, uy: float, uz: float) -> Way:
    """The way along (dx, dy, dz) of light from a cascade along a unit vector u."""
    r = math.sqrt(dx * dx + dy * dy + dz * dz + NEAREST_M * NEAREST_M)
    return Way(dx, dy, dz, r, (dx * ux + dy * uy + dz * uz) / r, dz / r)


@compiled
def cone(cosine: float) -> tuple[float, float]:
    """Straight light towards an angle to the axis, over its mean; derivative by the cosine."""
    away = cosine - COSINE
    square = away * away + TIP * TIP
    power = math.exp(PROFILE_POWER / 2 * math.log(square))
    value = math.exp(-PROFILE_DEPTH * power) / CONE_MEAN
    return value, -value * PROFILE_DEPTH * PROFILE_POWER * power * away / square


@compiled
def diffuse(cosine: float) -> float:
    """Same for diffuse light; its derivative is DIFFUSE_PULL times as much."""
    return math.exp(DIFFUSE_PULL * cosine) * PULL_MEAN


@compiled
def angular(up: float) -> tuple[float, float]:
    """Sensitivity of a DOM to straight light over its mean; derivative by the cosine with up."""
    value, slope = 0.0, 0.0
    for k in range(len(ANGULAR) - 1, -1, -1):
        slope = slope * up + value
        value = value * up + ANGULAR[k]
    return value / MEAN_SENSITIVITY, slope / MEAN_SENSITIVITY


@compiled
def fall(r: float, fade: float, onset: float) -> tuple[float, float]:
    """ln of light at r m from a point, and the slope of its ln tanh.

    fade, onset : 1/m, inverse of the lengths of light_fall.point_pe.
    """
    x = r * onset
    e = math.exp(-2 * x)
    tanh = (1 - e) / (1 + e)
    return math.log(onset / (r * tanh)) - r * fade, (1 - tanh * tanh) / tanh


@compiled
def split_along(way: Way) -> float:
    """How far a way is along the flow of the ice, 1, or across it, -1."""
    along, across = way.x * FLOW_X + way.y * FLOW_Y, way.x * FLOW_Y - way.y * FLOW_X
    return (along * along - across * across) / (way.r * way.r)


@compiled
def _by_place(
    way: Way, ux: float, uy: float, uz: float, pull: float, by_cosine: float, by_up: float,
    by_split: float, slope: FloatArray,
) -> None:  # fmt: skip
    """Slopes by the parts of the way and of the direction, as those by the place of the light.

    pull : along the way.  by_cosine, by_up, by_split : per metre by which the products of the way
    with axis and up grow, and per m2 by which that of split_along does.
    """
    along, across = way.x * FLOW_X + way.y * FLOW_Y, way.x * FLOW_Y - way.y * FLOW_X
    twist_x = 2 * by_split * (along * FLOW_X - across * FLOW_Y)
    twist_y = 2 * by_split * (along * FLOW_Y + across * FLOW_X)
    slope[BY_X] = -(pull * way.x + by_cosine * ux + twist_x)
    slope[BY_X + 1] = -(pull * way.y + by_cosine * uy + twist_y)
    slope[BY_X + 2] = -(pull * way.z + by_cosine * uz + by_up)
    slope[BY_U], slope[BY_U + 1] = by_cosine * way.x, by_cosine * way.y
    slope[BY_U + 2] = by_cosine * way.z


@compiled
def log_charge(
    model: LightModel, flow_share: float, way: Way, source_z_m: float, level_z_m: float,
    ux: float, uy: float, uz: float, slope: FloatArray,
) -> float:  # fmt: skip
    """ln of the mean charge, PE, of 1 GeV on a standard DOM; fills slope (7,), see BY_X.

    flow_share : by how much ways along the flow of the ice are longer (anisotropy).
    source_z_m, level_z_m : of light and DOM, both less the rise of the layers at the DOM.
    """
    s0, a0, s0_z, a0_z = mean_inverse(model, source_z_m, level_z_m)
    r = way.r
    split = split_along(way)
    flow = 1 - flow_share * split
    fade, onset = flow * math.sqrt(3 * s0 * a0), 3 * flow * s0 * math.exp(-a0 / s0)
    light, bend = fall(r, fade, onset)
    straight = math.exp(-r * flow * s0)
    narrow, narrow_c = cone(way.cosine)
    wide, (eye, eye_up) = diffuse(way.cosine), angular(way.up)
    profile = straight * narrow + (1 - straight) * wide
    blind = 1 + DIFFUSE_UP * way.up
    sensitive = straight * eye + (1 - straight) * blind + LEAST_SENSITIVE
    by_straight = ((narrow - wide) / profile + (eye - blind) / sensitive) * straight
    by_onset = 1 - r * onset * bend  # by ln onset; by ln fade it is -r fade
    by_flow = (by_onset - r * fade - by_straight * r * flow * s0) / flow
    by_s0 = by_onset * (1 + a0 / s0) / s0 - r * fade / (2 * s0) - by_straight * r * flow
    by_a0 = -by_onset / s0 - r * fade / (2 * a0)
    by_r = -fade - 1 / r - onset * bend - by_straight * flow * s0
    by_cosine = (straight * narrow_c + (1 - straight) * DIFFUSE_PULL * wide) / profile
    by_up = (straight * eye_up + (1 - straight) * DIFFUSE_UP) / sensitive
    by_split = -by_flow * flow_share
    pull = (by_r - (by_cosine * way.cosine + by_up * way.up + 2 * by_split * split) / r) / r
    _by_place(way, ux, uy, uz, pull, by_cosine / r, by_up / r, by_split / (r * r), slope)
    slope[BY_X + 2] += by_s0 * s0_z + by_a0 * a0_z
    slope[STRAIGHT] = straight
    return LOG_CHARGE + light + math.log(profile * sensitive)
