"""Light of cascades on DOMs, drawn as in light."""

from __future__ import annotations

import math
from typing import Final

from reco_core.compiled import compiled
from reco_core.icecube.detector import OMS_PER_STRING
from reco_core.icecube.simulation.ice_lookup import (
    bound_step,
    class_of,
    first_om,
    layer_number,
    layer_rise,
)
from reco_core.icecube.simulation.light_angles import along_flow, profile, sensitivity_to
from reco_core.icecube.simulation.light_bounds import ICE_LOW_M, ICE_STEP_M
from reco_core.icecube.simulation.light_fall import MEAN_AREA_M2, point_pe
from reco_core.icecube.simulation.light_yield import (
    PHOTONS_PER_GEV,
    shower_maximum_m,
)
from reco_core.icecube.simulation.lit import (
    MANY,
    NEARER,
    NEAREST_M,
    Lit,
    add_lit,
    drawn_photons,
)
from reco_core.icecube.simulation.parameters import Parameters
from reco_core.icecube.simulation.particles import (
    ENERGY,
    LIGHT,
    SOURCE,
    TIME,
    UX,
    FloatArray,
    X,
)
from reco_core.icecube.simulation.world import (
    ABSORPTION,
    FADE,
    LAYER,
    ONSET,
    SCATTERING,
    SENSITIVITY,
    World,
    Z,
)
from reco_core.random_stream import Stream, exponential
from reco_core.units import SPEED_IN_ICE, SPEED_OF_LIGHT

LEAST_MEAN_PE: Final = 2e-3  # fainter light is left out
BRIGHTEST: Final = 16.0  # no direction gets more than this times the mean over all


@compiled
def cascade_light(
    rng: Stream, world: World, parameters: Parameters, row: FloatArray, lit: Lit
) -> None:
    """Photo-electrons of a cascade (a row of them)."""
    deep = shower_maximum_m(row[ENERGY])
    x, y = row[X] + deep * row[UX], row[X + 1] + deep * row[UX + 1]
    z = row[X + 2] + deep * row[UX + 2]
    photons = row[LIGHT] * PHOTONS_PER_GEV * parameters.cascade_light
    fades = cascade_fades(photons)
    source = layer_number((z - layer_rise(world, x, y, z) - ICE_LOW_M) / ICE_STEP_M)
    reach = fades * world.clearest_m[source]
    clearest = class_of(world, world.clearest_m[source])
    until = exponential(rng)
    for string in range(len(world.x_m)):
        px, py = world.x_m[string] - x, world.y_m[string] - y
        flat2 = px * px + py * py
        if flat2 > reach * reach:
            continue
        half = math.sqrt(reach * reach - flat2)
        first, end = first_om(world, string, z + half), first_om(world, string, z - half)
        whole = world.point_bound[clearest, bound_step(math.sqrt(flat2) * NEARER)]
        whole *= photons * BRIGHTEST * world.best[string] * max(end - first, 0)
        if whole < MANY and until > whole:
            until -= whole
            continue
        until = _cascade_on_string(
            rng, world, parameters, row, lit, string, first, end, source, x, y, z,
            photons, fades, deep, until,
        )  # fmt: skip
        if whole < MANY:
            until = exponential(rng)


@compiled
def _cascade_on_string(
    rng: Stream, world: World, parameters: Parameters, row: FloatArray, lit: Lit,
    string: int, first: int, end: int, source: int, x: float, y: float, z: float,
    photons: float, fades: float, deep: float, until: float,
) -> float:  # fmt: skip
    """Draw what the DOMs [first, end) of a string see; the next `until`."""
    px, py = world.x_m[string] - x, world.y_m[string] - y
    for om in range(first, end):
        pz = world.dom[string, om, Z] - z
        r2 = px * px + py * py + pz * pz
        layer = layer_number(world.dom[string, om, LAYER])
        clarity = world.clarity[source, layer]
        limit = fades * world.class_fade_m[clarity]
        sensitivity = world.dom[string, om, SENSITIVITY]
        if r2 > limit * limit or sensitivity == 0.0:
            continue
        r = max(math.sqrt(r2), NEAREST_M)
        flow = along_flow(parameters.anisotropy, px, py, r)
        bound = photons * BRIGHTEST * sensitivity
        bound *= world.point_bound[clarity, bound_step(r * flow)]
        if bound < MANY:
            until -= bound
            if until > 0.0:
                continue
        until = _cascade_on_dom(
            rng, world, parameters, row, lit, string * OMS_PER_STRING + om, source, layer,
            px, py, pz, r, flow, photons, deep, bound, until,
        )  # fmt: skip
    return until


@compiled
def cascade_fades(photons: float) -> float:
    """Distance, in lengths over which light fades, beyond which less than LEAST_MEAN_PE is left.

    As if it became diffuse at 12 m and came from 150 m away.
    """
    seen = photons * MEAN_AREA_M2 / (4 * math.pi) / (12.0 * 150.0)
    return max(math.log(seen / LEAST_MEAN_PE), 0.5)


@compiled
def _cascade_on_dom(
    rng: Stream, world: World, parameters: Parameters, row: FloatArray, lit: Lit,
    sensor: int, source: int, layer: int, px: float, py: float, pz: float, r: float,
    flow: float, photons: float, deep: float, bound: float, until: float,
) -> float:  # fmt: skip
    """Draw what a DOM sees of a cascade; the next `until`, see drawn_photons."""
    ice = world.ice[source, layer]
    mean = point_pe(photons, r, ice[FADE] / flow, ice[ONSET] / flow)
    scattering, absorption = ice[SCATTERING] * flow, ice[ABSORPTION] * flow
    cosine = (px * row[UX] + py * row[UX + 1] + pz * row[UX + 2]) / r
    straight = math.exp(-r * scattering)
    mean *= world.dom[sensor // OMS_PER_STRING, sensor % OMS_PER_STRING, SENSITIVITY]
    mean *= profile(cosine, straight) * sensitivity_to(pz / r, straight)
    drawn, until = drawn_photons(rng, mean, bound, until)
    if drawn > 0:
        slope = 1 / SPEED_OF_LIGHT - cosine / SPEED_IN_ICE
        add_lit(
            lit, sensor, int(row[SOURCE]), drawn,
            row[TIME] + deep / SPEED_OF_LIGHT + r / SPEED_IN_ICE - deep * slope,
            r * scattering / parameters.cascade_scattering,
            1 / (1 / parameters.pandel_time_ns + SPEED_IN_ICE * absorption),
            slope, row[ENERGY],
        )  # fmt: skip
    return until
