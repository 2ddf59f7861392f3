"""Neutrinos: energy, direction, what the Earth lets through, interaction and its products."""

from __future__ import annotations

import math
from typing import Final

from reco_core.compiled import compiled
from reco_core.icecube.simulation import truth
from reco_core.icecube.simulation.array_volume import crossing, inside, muon_topology
from reco_core.icecube.simulation.earth import passes_earth
from reco_core.icecube.simulation.muons import add_cascade, add_muon, energy_at, range_m
from reco_core.icecube.simulation.parameters import Parameters
from reco_core.icecube.simulation.particles import (
    CASCADE,
    ELECTROMAGNETIC,
    HADRONIC,
    TRACK,
    FloatArray,
    Particles,
    X,
)
from reco_core.random_stream import Stream, exponential, uniform
from reco_core.units import SPEED_OF_LIGHT

LEAST_GEV: Final = 1e2
MOST_GEV: Final = 1e8

BESIDE_M: Final = 800.0  # half of the length of the array's surroundings, along a track

# Interactions that leave no muon, by kind (equal flavours; neutral currents are 0.3 of all).
ELECTRON_SHARE: Final = 0.36
NEUTRAL_SHARE: Final = 0.40  # of all flavours; the rest are charged currents of tau neutrinos

TAU_DECAY_M_PER_GEV: Final = 87.03e-6 / 1.77686  # mean way of a tau (Particle Data Group)
TAU_TO_MUON: Final = 0.1739
TAU_TO_ELECTRON: Final = 0.1782
LEAST_BANG_DISTANCE_M: Final = 20.0  # two cascades closer than this count as one

LIGHT_REACH_M: Final = 1100.0  # cascades farther from the centre are left out


@compiled
def power_law(rng: Stream, index: float, low: float, high: float) -> float:
    """A draw from E**-index between two energies; index is not 1."""
    power = 1 - index
    a, b = low**power, high**power
    return float((a + uniform(rng) * (b - a)) ** (1 / power))


@compiled
def mean_inelasticity(energy_gev: float) -> float:
    """Mean share of the energy that goes to the hadronic cascade.

    From 0.48 at 10 GeV to 0.25 at 100 PeV, linear in the logarithm (hep-ph/9512364, table of <y>).
    """
    return 0.48 - 0.0329 * (math.log10(energy_gev) - 1)


@compiled
def drawn_inelasticity(rng: Stream, energy_gev: float) -> float:
    """One draw, 0 to 1, of a power law with that mean."""
    return float(uniform(rng) ** (1 / mean_inelasticity(energy_gev) - 1))


@compiled
def add_neutrino(
    rng: Stream, parameters: Parameters, particles: Particles, row: FloatArray,
    inner_m: float, outer_m: float,
) -> None:  # fmt: skip
    """A neutrino that interacts, with the particles it makes; `row` is filled with its truth.

    inner_m, outer_m : distance from the centre at which its line (or, without a muon, its vertex)
    lies.
    """
    energy, cosine = _arriving(rng, parameters)
    azimuth = 2 * math.pi * uniform(rng)
    row[truth.ENERGY_GEV], row[truth.ZENITH], row[truth.AZIMUTH] = (
        energy,
        math.acos(cosine),
        azimuth,
    )
    sine = math.sqrt(1 - cosine * cosine)
    ux, uy, uz = -sine * math.cos(azimuth), -sine * math.sin(azimuth), -cosine
    y = drawn_inelasticity(rng, energy)
    row[truth.INELASTICITY] = y
    sign = 1.0 if uniform(rng) < 0.5 else -1.0
    radius = math.sqrt(inner_m**2 + (outer_m**2 - inner_m**2) * uniform(rng))
    angle = 2 * math.pi * uniform(rng)
    if uniform(rng) < parameters.muon_neutrino_share:
        row[truth.PDG] = 14 * sign
        px, py, pz = across(ux, uy, uz, radius * math.cos(angle), radius * math.sin(angle))
        before = BESIDE_M + 1.3 * range_m((1 - y) * energy)
        along = -before + (before + BESIDE_M) * uniform(rng)
        muon_interaction(
            rng, parameters, particles, row,
            px + along * ux, py + along * uy, pz + along * uz, ux, uy, uz, along / SPEED_OF_LIGHT,
        )  # fmt: skip
        return
    z = parameters.vertex_height_m * (2 * uniform(rng) - 1)
    _without_muon(
        rng, parameters, particles, row, radius * math.cos(angle), radius * math.sin(angle), z,
        ux, uy, uz, sign,
    )  # fmt: skip


@compiled
def _without_muon(
    rng: Stream, parameters: Parameters, particles: Particles, row: FloatArray,
    x: float, y: float, z: float, ux: float, uy: float, uz: float, sign: float,
) -> None:  # fmt: skip
    """One of the interactions at a place that make cascades; sign : -1 for an antineutrino."""
    kind = uniform(rng)
    if kind < ELECTRON_SHARE:
        row[truth.PDG] = 12 * sign
        electron_interaction(rng, parameters, particles, row, x, y, z, ux, uy, uz, 0.0)
    elif kind < ELECTRON_SHARE + NEUTRAL_SHARE:
        row[truth.PDG] = (12 + 2 * math.floor(3 * uniform(rng))) * sign
        neutral_interaction(rng, parameters, particles, row, x, y, z, ux, uy, uz, 0.0)
    else:
        row[truth.PDG] = 16 * sign
        tau = (1 - row[truth.INELASTICITY]) * row[truth.ENERGY_GEV]
        decay = exponential(rng) * TAU_DECAY_M_PER_GEV * tau
        tau_interaction(
            rng, parameters, particles, row, x, y, z, ux, uy, uz, 0.0, decay, uniform(rng)
        )


@compiled
def _arriving(rng: Stream, parameters: Parameters) -> tuple[float, float]:
    """Energy, GeV, and cosine of the zenith angle of a neutrino that got through the Earth."""
    while True:
        soft = uniform(rng) < parameters.soft_share
        index = parameters.soft_index if soft else parameters.hard_index
        energy = power_law(rng, index, LEAST_GEV, MOST_GEV)
        cosine = _drawn_cosine(rng, parameters.zenith_slope)
        if passes_earth(rng, energy, cosine):
            return energy, cosine


@compiled
def _drawn_cosine(rng: Stream, slope: float) -> float:
    """Cosine of a zenith angle with density 1 + slope * cosine."""
    u = uniform(rng)
    if slope == 0.0:
        return 2 * u - 1
    return (math.sqrt((1 - slope) ** 2 + 4 * slope * u) - 1) / slope


@compiled
def across(
    ux: float, uy: float, uz: float, a: float, b: float
) -> tuple[float, float, float]:  # fmt: skip
    """The point a, b m from the centre along two unit vectors across a direction and each other."""
    flat = math.hypot(ux, uy)
    if flat < 1e-9:
        return a, b, 0.0
    px, py = -uy / flat, ux / flat  # level
    qx, qy, qz = -uz * py, uz * px, ux * py - uy * px
    return a * px + b * qx, a * py + b * qy, b * qz


@compiled
def _place(row: FloatArray, x: float, y: float, z: float, time_ns: float) -> bool:
    """Note the vertex; whether its light can reach the array."""
    row[truth.VERTEX], row[truth.VERTEX + 1], row[truth.VERTEX + 2] = x, y, z
    row[truth.TIME_NS] = time_ns
    return x * x + y * y + z * z < LIGHT_REACH_M**2


@compiled
def muon_interaction(
    rng: Stream, parameters: Parameters, particles: Particles, row: FloatArray,
    x: float, y: float, z: float, ux: float, uy: float, uz: float, time_ns: float,
) -> None:  # fmt: skip
    """Charged current of a muon neutrino at a place; energy and inelasticity are in the row."""
    hadrons = row[truth.ENERGY_GEV] * row[truth.INELASTICITY]
    if _place(row, x, y, z, time_ns):
        add_cascade(
            rng, parameters, particles, x, y, z, ux, uy, uz, time_ns, hadrons, HADRONIC, CASCADE
        )
    muon = row[truth.ENERGY_GEV] - hadrons
    _follow(rng, parameters, particles, row, x, y, z, ux, uy, uz, time_ns, muon)


@compiled
def _follow(
    rng: Stream, parameters: Parameters, particles: Particles, row: FloatArray,
    x: float, y: float, z: float, ux: float, uy: float, uz: float, time_ns: float, energy: float,
) -> None:  # fmt: skip
    """A muon from a place, with what is known of it inside the array."""
    first = particles.count[0]
    way = add_muon(rng, parameters, particles, x, y, z, ux, uy, uz, time_ns, energy, TRACK)
    if particles.count[0] == first:  # too slow to go anywhere, or never within reach
        row[truth.TOPOLOGY] = truth.CONTAINED if inside(x, y, z) else 0
        return
    enters, leaves = crossing(x, y, z, ux, uy, uz)
    row[truth.TOPOLOGY] = muon_topology(enters, leaves, way)
    if row[truth.TOPOLOGY] > 0:
        row[truth.MUON_LENGTH_M] = min(leaves, way) - max(enters, 0.0)
        muon = particles.muon[first]
        before = math.sqrt((muon[X] - x) ** 2 + (muon[X + 1] - y) ** 2 + (muon[X + 2] - z) ** 2)
        row[truth.MUON_ENERGY_GEV] = energy_at(particles, muon, max(enters, 0.0) - before)


@compiled
def electron_interaction(
    rng: Stream, parameters: Parameters, particles: Particles, row: FloatArray,
    x: float, y: float, z: float, ux: float, uy: float, uz: float, time_ns: float,
) -> None:  # fmt: skip
    """Charged current of an electron neutrino: two cascades at one place."""
    neutral_interaction(rng, parameters, particles, row, x, y, z, ux, uy, uz, time_ns)
    if _place(row, x, y, z, time_ns):
        energy = row[truth.ENERGY_GEV] * (1 - row[truth.INELASTICITY])
        add_cascade(
            rng,
            parameters,
            particles,
            x,
            y,
            z,
            ux,
            uy,
            uz,
            time_ns,
            energy,
            ELECTROMAGNETIC,
            CASCADE,
        )


@compiled
def neutral_interaction(
    rng: Stream, parameters: Parameters, particles: Particles, row: FloatArray,
    x: float, y: float, z: float, ux: float, uy: float, uz: float, time_ns: float,
) -> None:  # fmt: skip
    """Neutral current: a hadronic cascade; the rest leaves unseen."""
    row[truth.TOPOLOGY] = truth.CONTAINED if inside(x, y, z) else 0
    if _place(row, x, y, z, time_ns):
        energy = row[truth.ENERGY_GEV] * row[truth.INELASTICITY]
        add_cascade(
            rng, parameters, particles, x, y, z, ux, uy, uz, time_ns, energy, HADRONIC, CASCADE
        )


@compiled
def tau_interaction(
    rng: Stream, parameters: Parameters, particles: Particles, row: FloatArray,
    x: float, y: float, z: float, ux: float, uy: float, uz: float, time_ns: float,
    decay_m: float, channel: float,
) -> None:  # fmt: skip
    """Charged current of a tau neutrino: a cascade, and the tau's decay further on.

    channel : 0 to 1, which decay.
    """
    neutral_interaction(rng, parameters, particles, row, x, y, z, ux, uy, uz, time_ns)
    tau = row[truth.ENERGY_GEV] * (1 - row[truth.INELASTICITY])
    x, y, z = x + decay_m * ux, y + decay_m * uy, z + decay_m * uz
    time_ns += decay_m / SPEED_OF_LIGHT
    if channel < TAU_TO_MUON:
        energy = tau * uniform(rng)
        _follow(rng, parameters, particles, row, x, y, z, ux, uy, uz, time_ns, energy)
        return
    if x * x + y * y + z * z > LIGHT_REACH_M**2:
        return
    hadronic = channel > TAU_TO_MUON + TAU_TO_ELECTRON
    # One of three (electron) or two particles is a neutrino that leaves unseen.
    seen = tau * (1 - 0.4 * uniform(rng)) if hadronic else tau * uniform(rng) ** 0.7
    add_cascade(rng, parameters, particles, x, y, z, ux, uy, uz, time_ns, seen, hadronic, CASCADE)
    if (
        row[truth.TOPOLOGY] == truth.CONTAINED
        and inside(x, y, z)
        and decay_m > LEAST_BANG_DISTANCE_M
    ):
        row[truth.TOPOLOGY] = truth.DOUBLE_BANG
