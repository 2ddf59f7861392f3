"""Compiled functions of the simulation made callable, and ice and light to compare them with."""

from __future__ import annotations

import numpy as np

from reco_core.compiled import compiled_entry
from reco_core.icecube.detector import OMS_PER_STRING, Detector
from reco_core.icecube.ice import Ice
from reco_core.icecube.simulation import light, light_angles, world
from reco_core.icecube.simulation.electrons import order_electrons
from reco_core.icecube.simulation.launches import find_launches
from reco_core.icecube.simulation.light import muon_light
from reco_core.icecube.simulation.light_bounds import ICE_LAYERS, ICE_STEP_M
from reco_core.icecube.simulation.light_cascade import cascade_light
from reco_core.icecube.simulation.light_fall import MEAN_AREA_M2, SINE
from reco_core.icecube.simulation.light_yield import (
    CASCADE_M_PER_GEV,
    PHOTONS_PER_M,
    STEADY_PER_M,
)
from reco_core.icecube.simulation.lit import NEAREST_M
from reco_core.icecube.simulation.muons import add_cascade, add_muon
from reco_core.icecube.simulation.parameters import parameters
from reco_core.icecube.simulation.particles import ENERGY, LENGTH, UX, X
from reco_core.tables import IceTilt


@compiled_entry
def make_muon(rng, values, particles, x, y, z, ux, uy, uz, energy_gev, source):
    """One muon with its cascades alone; how far it goes."""
    particles.count[0] = particles.count[1] = particles.count[2] = 0
    return add_muon(rng, values, particles, x, y, z, ux, uy, uz, 0.0, energy_gev, source)


@compiled_entry
def make_cascade(rng, values, particles, x, y, z, ux, uy, uz, energy_gev, hadronic):
    """One cascade alone, at time 0."""
    particles.count[0] = particles.count[1] = particles.count[2] = 0
    add_cascade(rng, values, particles, x, y, z, ux, uy, uz, 0.0, energy_gev, hadronic, 1)


@compiled_entry
def count_light(rng, of_world, values, particles, lit, repeats, counts):
    """Add to counts (sensors,) the photo-electrons of that many draws; `lit` keeps the last one."""
    for _ in range(repeats):
        lit.count[0] = 0
        for k in range(particles.count[0]):
            muon_light(rng, of_world, values, particles, k, lit)
        for k in range(particles.count[1]):
            cascade_light(rng, of_world, values, particles.cascade[k], lit)
        for k in range(lit.count[0]):
            counts[lit.sensor[k]] += lit.photons[k]


@compiled_entry
def order_and_launch(electrons, launches):
    """How many launches are in coincidence."""
    order_electrons(electrons)
    return find_launches(electrons, launches)


def changed(**values):
    """The parameters in use, some of them with other values."""
    found = parameters().copy()
    for name, value in values.items():
        found[name] = value
    return found


def fill_electrons(electrons, sensor, time_ns, charge_pe):
    """Put photo-electrons of weight 1 in place of those that are there."""
    electrons.count[0] = n = len(sensor)
    electrons.sensor[:n], electrons.source[:n] = sensor, 0
    electrons.time_ns[:n], electrons.charge_pe[:n], electrons.weight[:n] = time_ns, charge_pe, 1.0


def hexagonal(spacing_m=125.0, rings=4):
    """Strings (S, 2) at all places of a hexagon, the centre first."""
    steps = range(-rings, rings + 1)
    cells = [(a, b) for a in steps for b in steps if abs(a + b) <= rings]
    cells.sort(key=lambda cell: max(abs(cell[0]), abs(cell[1]), abs(sum(cell))))
    return np.array([((a + b / 2) * spacing_m, b * 0.75**0.5 * spacing_m) for a, b in cells])


def ideal_world(scattering_m=33.0, absorption_m=98.0):
    """61 strings on a hexagonal grid, uniform and level ice, no dead DOMs."""
    strings = hexagonal()
    z = 500.0 - 17.0 * np.arange(OMS_PER_STRING)
    position = np.empty((len(strings), OMS_PER_STRING, 3))
    position[:, :, :2], position[:, :, 2] = strings[:, None], z
    edges = np.array([-20_000.0, 20_000.0])
    ice = Ice(
        edges, *(np.array([0.0, 40_000.0 / length]) for length in (scattering_m, absorption_m))
    )
    level = IceTilt(np.array([0.0, 5000.0]), np.array([-1000.0, 1000.0]), np.zeros((2, 2)))
    return world.world_of(Detector(position.reshape(-1, 3)), ice, level, np.zeros(0, np.int64))


def mean_light_of_muon(of_world, values, particles):
    """Mean PE (sensors,) of the steady light of the muon in row 0, DOM by DOM, by plain numpy."""
    row = particles.muon[0]
    u = row[UX : UX + 3]
    place = np.repeat(np.stack((of_world.x_m, of_world.y_m), axis=1), OMS_PER_STRING, axis=0)
    dom = of_world.dom.reshape(-1, 4).astype(np.float64)
    to = np.column_stack((place, dom[:, world.Z])) - row[X : X + 3]
    along = to @ u
    r = np.maximum(np.sqrt(np.maximum((to**2).sum(1) - along**2, 0)), NEAREST_M)
    emitted = along - r / light.TANGENT
    inside = (emitted >= 0) & (emitted <= row[LENGTH])
    way, rise = r / SINE, to[:, 2] - emitted * u[2]
    layers = np.stack((dom[:, world.LAYER] - rise / ICE_STEP_M, dom[:, world.LAYER]))
    ice = of_world.ice[tuple(np.clip(layers.astype(int), 0, ICE_LAYERS - 1))].astype(np.float64)
    across = to[:, :2] - emitted[:, None] * u[:2]
    flow = _flow(values.anisotropy, across, way)
    fade, onset = ice[:, world.FADE] / flow, ice[:, world.ONSET] / flow
    root = onset / SINE * np.sqrt(2 / (np.pi * fade))
    spread = root * np.sqrt(r) * np.tanh(np.sqrt(r) / root)
    mean = np.exp(-r / fade) * MEAN_AREA_M2 / (2 * np.pi * SINE * spread)
    straight = np.exp(-way * ice[:, world.SCATTERING] * flow)
    mean *= dom[:, world.SENSITIVITY] * _sensitivity(rise / way, straight)
    photons = _photons_per_m(_energies(particles, emitted))
    return np.where(inside, mean * photons * values.track_light, 0.0)


def _flow(anisotropy, across, way):
    """The inverse lengths' factor: 1 - anisotropy cos(2 angle to the flow), of the level part."""
    angle = np.arctan2(across[:, 1], across[:, 0]) - light_angles.FLOW_AZIMUTH
    return 1 - anisotropy * np.cos(2 * angle) * (across**2).sum(1) / way**2


def _sensitivity(upward, straight):
    curve = (
        np.polynomial.polynomial.polyval(upward, light_angles.ANGULAR)
        / light_angles.MEAN_SENSITIVITY
    )
    return straight * curve + (1 - straight) * (1 + 0.4 * upward)


def _photons_per_m(energy_gev):
    small = np.maximum(0.0, 0.1880 + 0.0206 * np.log(np.maximum(energy_gev, 1e-3)))
    return PHOTONS_PER_M * (1 + small + CASCADE_M_PER_GEV * STEADY_PER_M * energy_gev)


def _energies(particles, emitted):
    """Energy of the muon in row 0 at distances from its place."""
    stretch = particles.stretch[: particles.count[2]]
    k = np.clip(np.searchsorted(stretch[:, 0], emitted, "right") - 1, 0, None)
    energy = stretch[k, 1] - (emitted - stretch[k, 0]) * stretch[k, 2]
    return np.where(emitted < 0, particles.muon[0, ENERGY], np.maximum(energy, 0.0))
