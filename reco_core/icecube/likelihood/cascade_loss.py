"""Likelihood of a cascade: first pulses of a point's light, and charges of DOMs lit and unlit."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import compiled
from reco_core.icecube.likelihood.arrival import first_pulse
from reco_core.icecube.likelihood.cascade_light import (
    BY_U,
    BY_X,
    SLOPES,
    Way,
    log_charge,
    way_to,
)
from reco_core.icecube.likelihood.light_model import LightModel
from reco_core.units import SPEED_IN_ICE

FloatArray = NDArray[np.float64]

# Columns of the rows of DOMs: place, m; rise of the ice there, m; time of the first pulse, ns, NaN
# for none; photo-electrons whose first it is; charge, PE; sensitivity, 1 for a standard DOM.
DX, RISE, PULSE_NS, ELECTRONS, CHARGE, SENSITIVITY = 0, 3, 4, 5, 6, 7
DOM_COLUMNS: Final = 8

# Columns of a cascade: place of its light, m; when the light leaves, ns; ln of its energy in GeV of
# an electromagnetic cascade; unit vector of travel.
PX, TIME_NS, LOG_GEV, UX = 0, 3, 4, 5
CASCADE_COLUMNS: Final = 8

# The numbers that are searched for, in units of these: place, time, ln energy, two tilts.
PLACE_M, STEP_NS, LOG_STEP, TILT = 20.0, 50.0, 0.5, 0.3
NUMBERS: Final = 7
TILTS: Final = 5  # the first of the two tilts

MOST_LOG_PE: Final = 50.0  # keeps numbers finite
FAR_M: Final = 1500.0  # a weak pull to the array's centre, for events that leave the place open


class ChargeModel(NamedTuple):
    """How charges are looked at.

    flow_share : anisotropy of the ice.  spread : relative error of the model's light, of ice and
    read-out.  noise_pe : charge per DOM that has nothing to do with the particle.  dead_share : of
    DOMs that give nothing.  saturated_pe : charge from which a DOM may have seen more.
    """

    flow_share: float
    spread: float
    noise_pe: float
    dead_share: float
    saturated_pe: float


@compiled
def move(seed: FloatArray, sides: FloatArray, x: FloatArray, cascade: FloatArray) -> float:
    """The cascade at x (7,) from a seed, into cascade (8,); the length before u was made a unit."""
    square = 0.0
    for k in range(3):
        cascade[PX + k] = seed[PX + k] + PLACE_M * x[k]
        cascade[UX + k] = seed[UX + k] + TILT * (
            x[TILTS] * sides[0, k] + x[TILTS + 1] * sides[1, k]
        )
        square += cascade[UX + k] * cascade[UX + k]
    cascade[TIME_NS] = seed[TIME_NS] + STEP_NS * x[3]
    cascade[LOG_GEV] = seed[LOG_GEV] + LOG_STEP * x[4]
    length = math.sqrt(square)
    for k in range(3):
        cascade[UX + k] /= length
    return length


@compiled
def slope_at(
    slope: FloatArray, sides: FloatArray, cascade: FloatArray, length: float, gradient: FloatArray
) -> None:
    """Gradient (7,) by the numbers that are searched for, from that of cascade_loss."""
    along = 0.0
    for k in range(3):
        along += slope[UX + k] * cascade[UX + k]
        gradient[k] = PLACE_M * slope[PX + k]
    gradient[3] = STEP_NS * slope[TIME_NS]
    gradient[4] = LOG_STEP * slope[LOG_GEV]
    for side in range(2):
        tilt, lean = 0.0, 0.0
        for k in range(3):
            tilt += slope[UX + k] * sides[side, k]
            lean += cascade[UX + k] * sides[side, k]
        gradient[TILTS + side] = TILT * (tilt - along * lean) / length


@compiled
def charge_loss(charges: ChargeModel, charge_pe: float, mean_pe: float) -> tuple[float, float]:
    """-ln likelihood of a charge, and its derivative by the ln of the mean.

    A Poisson law whose mean has a relative error (gamma law: the negative binomial law); the DOM
    may be dead, if it saw nothing, or have seen more, if it saw a lot.
    """
    k = 1 / (charges.spread * charges.spread)
    loss = (charge_pe + k) * math.log((k + mean_pe) / (k + charge_pe))
    slope = k * (mean_pe - charge_pe) / (k + mean_pe)
    if charge_pe > 0.0:
        loss -= charge_pe * math.log(mean_pe / charge_pe)
        if charge_pe > charges.saturated_pe and mean_pe > charge_pe:
            return 0.0, 0.0
        return loss, slope
    light = (1 - charges.dead_share) * math.exp(-loss)
    share = light / (light + charges.dead_share)
    return -math.log(light + charges.dead_share), share * slope


@compiled
def cascade_loss(
    model: LightModel, charges: ChargeModel, weight: float, doms: FloatArray, cascade: FloatArray,
    slope: FloatArray,
) -> float:  # fmt: skip
    """-ln likelihood of a cascade (8,) for rows of DOMs (n, 8).

    weight : of the charges; 0 looks at times alone.  slope : (8,) becomes its gradient, by u as if
    u had three free components.
    """
    loss = 0.0
    for k in range(CASCADE_COLUMNS):
        slope[k] = 0.0
    for k in range(3):
        loss += cascade[PX + k] * cascade[PX + k] / (2 * FAR_M * FAR_M)
        slope[PX + k] = cascade[PX + k] / (FAR_M * FAR_M)
    part = np.empty(SLOPES)
    ux, uy, uz = cascade[UX], cascade[UX + 1], cascade[UX + 2]
    for i in range(len(doms)):
        way = way_to(
            doms[i, DX] - cascade[PX], doms[i, DX + 1] - cascade[PX + 1],
            doms[i, DX + 2] - cascade[PX + 2], ux, uy, uz,
        )  # fmt: skip
        if doms[i, PULSE_NS] == doms[i, PULSE_NS]:  # false for NaN
            loss += _time_loss(model, doms, i, cascade, way, slope)
        if weight > 0.0:
            loss += _charge_loss(model, charges, weight, doms, i, cascade, way, part, slope)
    return loss


@compiled
def _time_loss(
    model: LightModel, doms: FloatArray, i: int, cascade: FloatArray, way: Way, slope: FloatArray
) -> float:
    """-ln likelihood of the i-th DOM's first pulse; its gradient is added to slope."""
    source_z, level_z = cascade[PX + 2] - doms[i, RISE], doms[i, DX + 2] - doms[i, RISE]
    late = doms[i, PULSE_NS] - cascade[TIME_NS] - way.r / SPEED_IN_ICE
    value, by_late, by_way, by_z = first_pulse(
        model, late, way.r, source_z, level_z, doms[i, ELECTRONS]
    )
    pull = (by_way - by_late / SPEED_IN_ICE) / way.r
    slope[TIME_NS] += by_late
    slope[PX] += pull * way.x
    slope[PX + 1] += pull * way.y
    slope[PX + 2] += pull * way.z - by_z
    return -value


@compiled
def _charge_loss(
    model: LightModel, charges: ChargeModel, weight: float, doms: FloatArray, i: int,
    cascade: FloatArray, way: Way, part: FloatArray, slope: FloatArray,
) -> float:  # fmt: skip
    """Same of the i-th DOM's charge, times weight; part : (SLOPES,) to work in."""
    light = log_charge(
        model, charges.flow_share, way, cascade[PX + 2] - doms[i, RISE],
        doms[i, DX + 2] - doms[i, RISE], cascade[UX], cascade[UX + 1], cascade[UX + 2], part,
    )  # fmt: skip
    mean = doms[i, SENSITIVITY] * math.exp(min(cascade[LOG_GEV] + light, MOST_LOG_PE))
    loss, by_mean = charge_loss(charges, doms[i, CHARGE], mean + charges.noise_pe)
    by_mean *= weight * mean / (mean + charges.noise_pe)
    slope[LOG_GEV] += by_mean
    for k in range(3):
        slope[PX + k] += by_mean * part[BY_X + k]
        slope[UX + k] += by_mean * part[BY_U + k]
    return weight * loss
