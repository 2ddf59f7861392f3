"""A muon's way through the ice: it loses energy steadily and in rare large showers.

Each way is drawn loss by loss, so that ranges differ between muons of the same energy.
"""

from __future__ import annotations

import math
from typing import Final

from reco_core.compiled import compiled
from reco_core.icecube.simulation.light_yield import (
    ICE_DENSITY,
    RADIATION_PER_M,
    RARE_SHARE,
    STEADY_PER_M,
    hadronic_share,
)
from reco_core.icecube.simulation.parameters import Parameters
from reco_core.icecube.simulation.particles import (
    ENERGY,
    FIRST,
    LAST,
    LENGTH,
    LIGHT,
    LOSS,
    MOST_PARTICLES,
    NEXT_ENERGY,
    SOURCE,
    START,
    START_ENERGY,
    TIME,
    UX,
    FloatArray,
    Particles,
    X,
)
from reco_core.random_stream import Stream, exponential, uniform
from reco_core.units import SPEED_OF_LIGHT

IONISATION_GEV_M: Final = 0.259 * ICE_DENSITY  # dE/dx = a + b E in ice (IceTray)

LEAST_LOSS_SHARE: Final = 1e-3
RARE_PER_M: Final = (
    RARE_SHARE * RADIATION_PER_M * math.log(1 / LEAST_LOSS_SHARE) / (1 - LEAST_LOSS_SHARE)
)
PHOTONUCLEAR_SHARE: Final = 0.18  # of the rare losses: hadronic cascades

LEAST_ENERGY_GEV: Final = 0.5  # a muon below stops here
LEAST_CASCADE_GEV: Final = 1.0  # fainter losses are left to the steady light
REACH_M: Final = 900.0  # light from farther than this from the centre is not followed


@compiled
def range_m(energy_gev: float) -> float:
    """Mean range of a muon of this energy, GeV: ln(1 + E b / a) / b."""
    ratio = RADIATION_PER_M / IONISATION_GEV_M
    return math.log(1 + energy_gev * ratio) / RADIATION_PER_M


@compiled
def steady_energy(energy_gev: float, distance_m: float) -> float:
    """Energy, GeV, after a distance of steady loss alone; negative past the end of the range."""
    rest = IONISATION_GEV_M / STEADY_PER_M
    return (energy_gev + rest) * math.exp(-STEADY_PER_M * distance_m) - rest


@compiled
def steady_range_m(energy_gev: float) -> float:
    """Range, m, with steady loss alone."""
    return math.log(1 + energy_gev * STEADY_PER_M / IONISATION_GEV_M) / STEADY_PER_M


@compiled
def within_reach(
    x: float, y: float, z: float, ux: float, uy: float, uz: float
) -> tuple[float, float]:
    """Where a way from a place on comes within REACH_M of the centre and leaves it, m; or 0, 0."""
    closest = -(x * ux + y * uy + z * uz)
    off2 = x * x + y * y + z * z - closest * closest
    if off2 >= REACH_M**2:
        return 0.0, 0.0
    half = math.sqrt(REACH_M**2 - off2)
    return max(closest - half, 0.0), max(closest + half, 0.0)


@compiled
def add_muon(
    rng: Stream, parameters: Parameters, particles: Particles,
    x: float, y: float, z: float, ux: float, uy: float, uz: float,
    time_ns: float, energy_gev: float, source: int,
) -> float:  # fmt: skip
    """Follow a muon from a place until it stops or is out of reach; how far it goes, m.

    What lies within reach of the array is added: the muon from where it comes into reach, the
    stretches of its way, and its cascades.
    """
    enter, leave = within_reach(x, y, z, ux, uy, uz)
    if leave <= enter:
        return 0.0
    muon = -1
    done, energy = 0.0, energy_gev
    while done < leave and energy > LEAST_ENERGY_GEV:
        step = exponential(rng) / RARE_PER_M
        length = min(step, steady_range_m(energy), leave - done)
        after = max(steady_energy(energy, length), 0.0)
        if done + length > enter:
            first = max(enter - done, 0.0)
            if muon < 0:
                muon = _begin_muon(
                    particles, x, y, z, ux, uy, uz, time_ns, source, done + first,
                    steady_energy(energy, first),
                )  # fmt: skip
            _add_stretch(particles, muon, done + first - enter, length - first, after)
        done += length
        energy = after
        if length < step:  # it stopped or left before the next large loss
            break
        loss = energy * math.exp(math.log(LEAST_LOSS_SHARE) * uniform(rng))
        energy -= loss
        if muon >= 0:
            particles.muon[muon, NEXT_ENERGY] = energy
            _add_loss(rng, parameters, particles, muon, done - enter, loss)
    return done


@compiled
def _add_loss(
    rng: Stream, parameters: Parameters, particles: Particles, muon: int,
    along_m: float, loss_gev: float,
) -> None:  # fmt: skip
    """The cascade of a large loss, a distance behind the muon's place."""
    row = particles.muon[muon]
    if loss_gev > LEAST_CASCADE_GEV:
        ux, uy, uz = row[UX], row[UX + 1], row[UX + 2]
        add_cascade(
            rng, parameters, particles,
            row[X] + along_m * ux, row[X + 1] + along_m * uy, row[X + 2] + along_m * uz, ux, uy, uz,
            row[TIME] + along_m / SPEED_OF_LIGHT, loss_gev, uniform(rng) < PHOTONUCLEAR_SHARE,
            int(row[SOURCE]),
        )  # fmt: skip


@compiled
def _begin_muon(
    particles: Particles,
    x: float, y: float, z: float, ux: float, uy: float, uz: float, time_ns: float, source: int,
    first: float, energy_gev: float,
) -> int:  # fmt: skip
    """A muon's row from `first` m behind the place on; its number."""
    k = particles.count[0]
    if k >= MOST_PARTICLES:
        raise RuntimeError("an event has more muons than MOST_PARTICLES")
    particles.count[0] = k + 1
    row = particles.muon[k]
    row[X], row[X + 1], row[X + 2] = x + first * ux, y + first * uy, z + first * uz
    row[UX], row[UX + 1], row[UX + 2] = ux, uy, uz
    row[TIME] = time_ns + first / SPEED_OF_LIGHT
    row[SOURCE], row[ENERGY], row[NEXT_ENERGY], row[LENGTH] = source, energy_gev, energy_gev, 0.0
    row[FIRST] = particles.count[2]
    return int(k)


@compiled
def _add_stretch(
    particles: Particles, muon: int, start_m: float, length_m: float, after_gev: float
) -> None:
    """The next part of a muon's way, with steady loss down to an energy."""
    k = particles.count[2]
    if k >= MOST_PARTICLES:
        raise RuntimeError("an event has more stretches of muons than MOST_PARTICLES")
    particles.count[2] = k + 1
    row = particles.muon[muon]
    particles.stretch[k, START] = start_m
    particles.stretch[k, START_ENERGY] = row[NEXT_ENERGY]
    particles.stretch[k, LOSS] = (row[NEXT_ENERGY] - after_gev) / max(length_m, 1e-6)
    row[LENGTH], row[LAST] = start_m + length_m, k


@compiled
def stretch_at(particles: Particles, row: FloatArray, distance_m: float) -> int:
    """The stretch of a muon (its row) a distance from its place."""
    k = int(row[FIRST])
    while k < row[LAST] and particles.stretch[k + 1, START] <= distance_m:
        k += 1
    return k


@compiled
def energy_at(particles: Particles, row: FloatArray, distance_m: float) -> float:
    """Energy, GeV, of a muon (its row) a distance from its place."""
    k = stretch_at(particles, row, distance_m)
    along = distance_m - particles.stretch[k, START]
    return float(max(particles.stretch[k, START_ENERGY] - along * particles.stretch[k, LOSS], 0.0))


@compiled
def add_cascade(
    rng: Stream,
    parameters: Parameters,
    particles: Particles,
    x: float, y: float, z: float, ux: float, uy: float, uz: float,
    time_ns: float, energy_gev: float, hadronic: bool, source: int,
) -> None:  # fmt: skip
    """A cascade that begins at a place; hadronic ones give less light, with fluctuations."""
    k = particles.count[1]
    if k >= MOST_PARTICLES:
        raise RuntimeError("an event has more cascades than MOST_PARTICLES")
    particles.count[1] = k + 1
    row = particles.cascade[k]
    row[X], row[X + 1], row[X + 2] = x, y, z
    row[UX], row[UX + 1], row[UX + 2] = ux, uy, uz
    row[TIME], row[SOURCE], row[ENERGY] = time_ns, source, energy_gev
    row[LIGHT] = energy_gev * (hadronic_share(rng, energy_gev) if hadronic else 1.0)
