"""Mean light of particles on DOMs, and the photo-electrons drawn from it.

Ice is averaged along the way (tables of world). Nearly every DOM sees nothing of a source: whole
strings, then DOMs, are passed over by upper bounds (light_bounds) before anything is worked out.
"""

from __future__ import annotations

import math
from typing import Final

from reco_core.compiled import compiled
from reco_core.icecube.detector import OMS_PER_STRING
from reco_core.icecube.simulation.ice_lookup import (
    bound_step,
    clearest_between,
    first_om,
    layer_number,
)
from reco_core.icecube.simulation.light_angles import along_flow, sensitivity_to
from reco_core.icecube.simulation.light_bounds import ICE_STEP_M
from reco_core.icecube.simulation.light_fall import SINE, line_pe
from reco_core.icecube.simulation.light_yield import (
    PHOTONS_PER_M,
    muon_photons_per_m,
)
from reco_core.icecube.simulation.lit import (
    MANY,
    NEARER,
    NEAREST_M,
    Lit,
    add_lit,
    drawn_photons,
)
from reco_core.icecube.simulation.muons import energy_at
from reco_core.icecube.simulation.parameters import Parameters
from reco_core.icecube.simulation.particles import (
    ENERGY,
    LENGTH,
    SOURCE,
    TIME,
    UX,
    FloatArray,
    Particles,
    X,
)
from reco_core.icecube.simulation.world import (
    ABSORPTION,
    FADE,
    LAYER,
    NEARBY,
    ONSET,
    SCATTERING,
    SENSITIVITY,
    World,
    Z,
)
from reco_core.random_stream import Stream, exponential
from reco_core.units import CHERENKOV_ANGLE, SPEED_IN_ICE, SPEED_OF_LIGHT

TANGENT: Final = math.tan(CHERENKOV_ANGLE)

BRIGHTEST: Final = 2.2  # no direction gets more than this times the mean over all

# A bare muon's light is followed over this many lengths over which light fades, farther for more;
# nowhere around the array is that length longer than LINE_FADE_M on average.
LINE_FADES: Final = 4.4
LINE_FADE_M: Final = 60.0


@compiled
def muon_light(
    rng: Stream, world: World, parameters: Parameters, particles: Particles,
    muon: int, lit: Lit,
) -> None:  # fmt: skip
    """Photo-electrons of the steady light of a muon."""
    row = particles.muon[muon]
    flat2 = max(row[UX] ** 2 + row[UX + 1] ** 2, 1e-9)
    photons = muon_photons_per_m(row[ENERGY]) * parameters.track_light  # most, at the start
    fades = LINE_FADES + math.log(photons / PHOTONS_PER_M)
    reach = fades * LINE_FADE_M
    until = exponential(rng)
    for string in range(len(world.x_m)):
        px, py = world.x_m[string] - row[X], world.y_m[string] - row[X + 1]
        off = px * row[UX + 1] - py * row[UX]
        if off * off > reach * reach * flat2:
            continue
        nearest2 = off * off / flat2
        low, high = _heights(row, px, py, flat2, nearest2, reach)
        first, end = first_om(world, string, high), first_om(world, string, low)
        # A bound on the whole string: most are passed over with it.
        nearest = math.sqrt(nearest2) * NEARER
        whole = world.line_bound[clearest_between(world, low, high), bound_step(nearest)]
        whole *= photons * BRIGHTEST * world.best[string] * max(end - first, 0)
        if whole < MANY and until > whole:
            until -= whole
            continue
        until = _muon_on_string(
            rng, world, parameters, particles, row, lit, string, first, end, photons, fades, until,
        )  # fmt: skip
        if whole < MANY:
            until = exponential(rng)  # of the rest of the bound nothing is remembered


@compiled
def _muon_on_string(
    rng: Stream, world: World, parameters: Parameters, particles: Particles,
    row: FloatArray, lit: Lit, string: int, first: int, end: int, photons: float, fades: float,
    until: float,
) -> float:  # fmt: skip
    """Draw what the DOMs [first, end) of a string see; the next `until`."""
    ux, uy, uz = row[UX], row[UX + 1], row[UX + 2]
    px, py = world.x_m[string] - row[X], world.y_m[string] - row[X + 1]
    level = px * ux + py * uy
    for om in range(first, end):
        pz = world.dom[string, om, Z] - row[X + 2]
        along = level + pz * uz
        r2 = px * px + py * py + pz * pz - along * along
        limit = fades * world.dom[string, om, NEARBY]
        sensitivity = world.dom[string, om, SENSITIVITY]
        if r2 > limit * limit or sensitivity == 0.0:
            continue
        r = max(math.sqrt(max(r2, 0.0)), NEAREST_M)
        emitted = along - r / TANGENT
        if emitted < 0.0 or emitted > row[LENGTH]:
            continue
        layer = layer_number(world.dom[string, om, LAYER])
        source = layer_number(world.dom[string, om, LAYER] + (emitted * uz - pz) / ICE_STEP_M)
        dx, dy = px - emitted * ux, py - emitted * uy
        flow = along_flow(parameters.anisotropy, dx, dy, r / SINE)
        bound = photons * BRIGHTEST * sensitivity
        bound *= world.line_bound[world.clarity[source, layer], bound_step(r * flow)]
        if bound < MANY:
            until -= bound
            if until > 0.0:
                continue
        until = _muon_on_dom(
            rng, world, parameters, particles, row, lit, string * OMS_PER_STRING + om, source,
            layer, flow, r, emitted, bound, until,
        )  # fmt: skip
    return until


@compiled
def _heights(
    row: FloatArray, px: float, py: float, flat2: float, nearest2: float, reach: float
) -> tuple[float, float]:
    """Lowest and highest z of a string, at (px, py) from the muon, that its light can reach.

    flat2 : level part of the direction, squared.  nearest2 : m2, of string and track.
    """
    level = px * row[UX] + py * row[UX + 1]  # along the track, at the height of the muon's place
    low, high = heights_along(level, row[UX + 2], row[LENGTH] + reach / TANGENT)
    # Within reach: flat2 z**2 - 2 level uz z + p**2 - level**2 <= reach**2.
    middle, half = level * row[UX + 2] / flat2, math.sqrt((reach * reach - nearest2) / flat2)
    return max(low, middle - half) + row[X + 2], min(high, middle + half) + row[X + 2]


@compiled
def heights_along(level: float, uz: float, length_m: float) -> tuple[float, float]:
    """Heights of a vertical line that lie between 0 and a length along a track's direction.

    level : where along the track the line's height 0 is.
    """
    if abs(uz) < 1e-6:
        return (-1e9, 1e9) if 0.0 <= level <= length_m else (1.0, -1.0)
    a, b = -level / uz, (length_m - level) / uz
    return min(a, b), max(a, b)


@compiled
def _muon_on_dom(
    rng: Stream, world: World, parameters: Parameters, particles: Particles,
    row: FloatArray, lit: Lit, sensor: int, source: int, layer: int, flow: float,
    r: float, emitted: float, bound: float, until: float,
) -> float:  # fmt: skip
    """Draw what a DOM sees of a muon; the next `until`, see drawn_photons."""
    energy = energy_at(particles, row, emitted)
    photons_per_m = muon_photons_per_m(energy) * parameters.track_light
    ice = world.ice[source, layer]
    way = r / SINE
    dom = world.dom[sensor // OMS_PER_STRING, sensor % OMS_PER_STRING]
    dz = dom[Z] - row[X + 2] - emitted * row[UX + 2]
    mean = line_pe(photons_per_m, r, ice[FADE] / flow, ice[ONSET] / flow)
    scattering, absorption = ice[SCATTERING] * flow, ice[ABSORPTION] * flow
    mean *= dom[SENSITIVITY] * sensitivity_to(dz / way, math.exp(-way * scattering))
    photons, until = drawn_photons(rng, mean, bound, until)
    if photons > 0:
        add_lit(
            lit, sensor, int(row[SOURCE]), photons,
            row[TIME] + emitted / SPEED_OF_LIGHT + way / SPEED_IN_ICE,
            way * scattering / parameters.track_scattering,
            1 / (1 / parameters.pandel_time_ns + SPEED_IN_ICE * absorption),
            0.0, 1.0,
        )  # fmt: skip
    return until
