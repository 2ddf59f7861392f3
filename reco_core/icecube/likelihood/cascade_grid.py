"""A cascade's direction on a grid of the sphere, its place held, its energy the likeliest."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import compiled
from reco_core.icecube.likelihood.cascade_light import (
    SLOPES,
    STRAIGHT,
    cone,
    diffuse,
    log_charge,
    way_to,
)
from reco_core.icecube.likelihood.cascade_loss import (
    CHARGE,
    DX,
    PX,
    RISE,
    SENSITIVITY,
    ChargeModel,
    charge_loss,
)
from reco_core.icecube.likelihood.light_model import LightModel

FloatArray = NDArray[np.float64]

NEWTON_STEPS: Final = 4
LONGEST_STEP: Final = 2.0  # in ln energy


class Grid(NamedTuple):
    """Directions, and what is known of each and of each DOM.

    sphere : (D, 3) directions of travel.  loss, log_gev : (D,) -ln likelihood of the charges, and
    the likeliest ln energy, GeV.  light : (k, 6) of each DOM: charge of 1 GeV, PE, were light alike
    on all sides; share that goes straight; unit vector of the way; charge with a direction.
    """

    sphere: FloatArray
    loss: FloatArray
    log_gev: FloatArray
    light: FloatArray


def new_grid(sphere: FloatArray, n_doms: int) -> Grid:
    """Room for directions (D, 3) and no more than this many DOMs."""
    return Grid(sphere, np.zeros(len(sphere)), np.zeros(len(sphere)), np.zeros((n_doms, 6)))


@compiled
def light_around(
    model: LightModel, charges: ChargeModel, doms: FloatArray, cascade: FloatArray, grid: Grid
) -> None:
    """Fill grid.light for rows of DOMs (n, 8) around a cascade (8,)."""
    part = np.empty(SLOPES)
    for i in range(len(doms)):
        way = way_to(
            doms[i, DX] - cascade[PX], doms[i, DX + 1] - cascade[PX + 1],
            doms[i, DX + 2] - cascade[PX + 2], 0.0, 0.0, 0.0,
        )  # fmt: skip
        light = log_charge(
            model, charges.flow_share, way, cascade[PX + 2] - doms[i, RISE],
            doms[i, DX + 2] - doms[i, RISE], 0.0, 0.0, 0.0, part,
        )  # fmt: skip
        straight = part[STRAIGHT]
        profile = straight * cone(0.0)[0] + (1 - straight) * diffuse(0.0)
        row = grid.light[i]
        row[0], row[1] = doms[i, SENSITIVITY] * math.exp(light) / profile, straight
        row[2], row[3], row[4] = way.x / way.r, way.y / way.r, way.z / way.r


@compiled
def grid_losses(charges: ChargeModel, doms: FloatArray, grid: Grid) -> None:
    """Fill grid.loss and grid.log_gev."""
    rows = grid.light[: len(doms)]
    charge, light = 1e-3, 1e-30
    for i in range(len(doms)):
        charge += doms[i, CHARGE]
        light += rows[i, 0]
    log_gev = math.log(charge / light)
    for g in range(len(grid.sphere)):
        ux, uy, uz = grid.sphere[g, 0], grid.sphere[g, 1], grid.sphere[g, 2]
        for i in range(len(doms)):
            cosine = rows[i, 2] * ux + rows[i, 3] * uy + rows[i, 4] * uz
            narrow = cone(cosine)[0] if rows[i, 1] > 0.01 else 0.0
            rows[i, 5] = rows[i, 0] * (rows[i, 1] * narrow + (1 - rows[i, 1]) * diffuse(cosine))
        for _ in range(NEWTON_STEPS):
            log_gev = _better(charges, doms, rows, log_gev)
        grid.log_gev[g], grid.loss[g] = log_gev, 0.0
        for i in range(len(doms)):
            mean = rows[i, 5] * math.exp(log_gev) + charges.noise_pe
            grid.loss[g] += charge_loss(charges, doms[i, CHARGE], mean)[0]


@compiled
def _better(charges: ChargeModel, doms: FloatArray, rows: FloatArray, log_gev: float) -> float:
    """ln energy after one Newton step; dead and saturated DOMs are taken at their word."""
    k, energy = 1 / (charges.spread * charges.spread), math.exp(log_gev)
    slope, curve = 0.0, 1e-12
    for i in range(len(doms)):
        mean, charge = rows[i, 5] * energy, doms[i, CHARGE]
        slope += k * (mean - charge) / (k + mean)
        curve += k * mean * (k + charge) / ((k + mean) * (k + mean))
    return log_gev - min(max(slope / curve, -LONGEST_STEP), LONGEST_STEP)
