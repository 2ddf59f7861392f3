"""Atmospheric muons: bundles from above, with the energies that are left at depth."""

from __future__ import annotations

import math
from functools import cache
from typing import Final, NamedTuple

import numpy as np

from reco_core.compiled import compiled, flat
from reco_core.icecube.ice import SURFACE_Z_M
from reco_core.icecube.simulation import truth
from reco_core.icecube.simulation.array_volume import crossing, muon_topology
from reco_core.icecube.simulation.light_yield import RADIATION_PER_M
from reco_core.icecube.simulation.muons import IONISATION_GEV_M, add_muon
from reco_core.icecube.simulation.neutrinos import across
from reco_core.icecube.simulation.parameters import Parameters
from reco_core.icecube.simulation.particles import MUON, FloatArray, Particles
from reco_core.random_stream import Stream, exponential, uniform
from reco_core.units import SPEED_OF_LIGHT

START_Z_M: Final = 700.0  # muons are picked up here, with the spectrum of this depth
AIM_M: Final = 670.0  # their lines pass the centre within this
LEAST_WAY_M: Final = 215.0  # of height: what stops before stays above the array
MOST_GEV: Final = 1e6
LEAST_COSINE: Final = 0.05

ANGLES: Final = 60
ENERGIES: Final = 200

# Flux at the surface (Gaisser): E**-2.7 with the critical energies of pions and kaons, GeV.
SURFACE_INDEX: Final = 2.7
PION_GEV: Final = 115.0
KAON_GEV: Final = 850.0
KAON_SHARE: Final = 0.054

MOST_MUONS: Final = 30


class Spectrum(NamedTuple):
    """Muons at START_Z_M. cosine_end : (ANGLES,) cumulative share by cosine of the zenith angle.

    energy_gev : (ANGLES, ENERGIES) at equal steps of cumulative share.
    """

    cosine_end: FloatArray
    energy_gev: FloatArray


@cache
def muons_at_depth() -> Spectrum:
    """Flux of single muons, from the surface through the ice with mean losses."""
    cosine = _cosines()
    least = 10.0 + IONISATION_GEV_M * LEAST_WAY_M / cosine
    energy = np.geomspace(least, np.full(len(cosine), MOST_GEV), 2000, axis=1)  # (ANGLES, 2000)
    way = (SURFACE_Z_M - START_Z_M) / cosine[:, None]
    rest = IONISATION_GEV_M / RADIATION_PER_M
    grown = np.exp(RADIATION_PER_M * np.minimum(way, 60_000.0))
    surface = (energy + rest) * grown - rest
    # dN/dE at depth = dN/dE at the surface times dE(surface)/dE(depth).
    flux = _surface_flux(surface, cosine[:, None]) * grown
    share = np.cumsum(flux * np.gradient(energy, axis=1), axis=1)
    by_angle = share[:, -1]
    steps = (np.arange(ENERGIES) + 0.5) / ENERGIES
    table = np.stack(
        [np.interp(steps * row[-1], row, grid) for row, grid in zip(share, energy, strict=True)]
    )
    return flat(Spectrum(np.cumsum(by_angle) / by_angle.sum(), table))


def _cosines() -> FloatArray:
    step = (1 - LEAST_COSINE) / ANGLES
    return np.asarray(LEAST_COSINE + step * (np.arange(ANGLES) + 0.5))


def _surface_flux(energy_gev: FloatArray, cosine: FloatArray) -> FloatArray:
    pions = 1 / (1 + 1.1 * energy_gev * cosine / PION_GEV)
    kaons = KAON_SHARE / (1 + 1.1 * energy_gev * cosine / KAON_GEV)
    return np.asarray(energy_gev**-SURFACE_INDEX * (pions + kaons))


@compiled
def add_atmospheric(
    rng: Stream, parameters: Parameters, spectrum: Spectrum, particles: Particles,
    row: FloatArray, time_ns: float,
) -> tuple[float, float]:  # fmt: skip
    """A bundle that passes the centre at a time; its zenith and azimuth. `row` notes its number."""
    k, drawn = 0, uniform(rng)
    while k < ANGLES - 1 and spectrum.cosine_end[k] < drawn:
        k += 1
    cosine = LEAST_COSINE + (1 - LEAST_COSINE) / ANGLES * (k + uniform(rng))
    azimuth = 2 * math.pi * uniform(rng)
    sine = math.sqrt(1 - cosine * cosine)
    ux, uy, uz = -sine * math.cos(azimuth), -sine * math.sin(azimuth), -cosine
    radius, angle = AIM_M * math.sqrt(uniform(rng)), 2 * math.pi * uniform(rng)
    a, b = radius * math.cos(angle), radius * math.sin(angle)
    many = _drawn_multiplicity(rng, parameters.bundle_power)
    row[truth.MUONS] = many
    for muon in range(many):
        share = uniform(rng)
        da = db = 0.0
        if muon > 0:
            share **= parameters.bundle_softness
            away = parameters.bundle_radius_m * exponential(rng)
            turn = 2 * math.pi * uniform(rng)
            da, db = away * math.cos(turn), away * math.sin(turn)
        energy = spectrum.energy_gev[k, int(share * ENERGIES)]
        px, py, pz = across(ux, uy, uz, a + da, b + db)
        back = (START_Z_M - pz) / uz  # negative: the way back up
        way = one_muon(rng, parameters, particles, px, py, pz, ux, uy, uz, time_ns, energy, back)
        if muon == 0:
            enters, leaves = crossing(px, py, pz, ux, uy, uz)
            row[truth.MUON_TOPOLOGY] = muon_topology(enters - back, leaves - back, way)
    return math.acos(cosine), azimuth


@compiled
def one_muon(
    rng: Stream, parameters: Parameters, particles: Particles,
    px: float, py: float, pz: float, ux: float, uy: float, uz: float,
    time_ns: float, energy_gev: float, back_m: float,
) -> float:  # fmt: skip
    """A muon through a point at a time, picked up back_m (< 0) along its way; how far it goes."""
    x, y, z = px + back_m * ux, py + back_m * uy, pz + back_m * uz
    start = time_ns + back_m / SPEED_OF_LIGHT
    return add_muon(rng, parameters, particles, x, y, z, ux, uy, uz, start, energy_gev, MUON)


@compiled
def _drawn_multiplicity(rng: Stream, power: float) -> int:
    """Number of muons, k**-power for k up to MOST_MUONS."""
    k = int((1 - uniform(rng)) ** (-1 / (power - 1)))
    return min(k, MOST_MUONS)
