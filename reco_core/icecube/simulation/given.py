"""Hand-placed particles: an event from a list of components instead of a draw."""

from __future__ import annotations

import math
from typing import Final

from reco_core.compiled import compiled
from reco_core.icecube.simulation import truth
from reco_core.icecube.simulation.array_volume import crossing, muon_topology
from reco_core.icecube.simulation.atmospheric import START_Z_M, one_muon
from reco_core.icecube.simulation.neutrinos import (
    electron_interaction,
    muon_interaction,
    neutral_interaction,
    tau_interaction,
)
from reco_core.icecube.simulation.parameters import Parameters
from reco_core.icecube.simulation.particles import FloatArray, Particles
from reco_core.random_stream import Stream

# Columns of a component. The place is a neutrino's vertex, or where an atmospheric muon passes.
# PDG: +-12, +-14, +-16: charged current of that neutrino; 0: neutral current; 13: atmospheric muon.
PDG: Final = 0
ZENITH: Final = 1
AZIMUTH: Final = 2
ENERGY_GEV: Final = 3  # of an atmospheric muon at START_Z_M
INELASTICITY: Final = 4
PLACE: Final = 5  # to 7: m
TIME_NS: Final = 8
DECAY_M: Final = 9  # way of a tau
CHANNEL: Final = 10  # of its decay, 0 to 1
COLUMNS: Final = 11


@compiled
def add_given(
    rng: Stream, parameters: Parameters, particles: Particles, row: FloatArray,
    recipe: FloatArray,
) -> None:  # fmt: skip
    """Add all components (N, COLUMNS) and note the truth: of the neutrino, else of the muons."""
    muons = 0
    for k in range(len(recipe)):
        part = recipe[k]
        sine = math.sin(part[ZENITH])
        ux = -sine * math.cos(part[AZIMUTH])
        uy = -sine * math.sin(part[AZIMUTH])
        uz = -math.cos(part[ZENITH])
        if part[PDG] == 13:
            _add_muon(rng, parameters, particles, row, part, ux, uy, uz, muons == 0)
            muons += 1
        else:
            _note(row, part)
            row[truth.INELASTICITY] = part[INELASTICITY]
            _add_neutrino(rng, parameters, particles, row, part, ux, uy, uz)
    row[truth.MUONS] = muons


@compiled
def _note(row: FloatArray, part: FloatArray) -> None:
    row[truth.PDG], row[truth.ENERGY_GEV] = part[PDG], part[ENERGY_GEV]
    row[truth.ZENITH], row[truth.AZIMUTH] = part[ZENITH], part[AZIMUTH]


@compiled
def _add_muon(
    rng: Stream, parameters: Parameters, particles: Particles, row: FloatArray,
    part: FloatArray, ux: float, uy: float, uz: float, leads: bool,
) -> None:  # fmt: skip
    x, y, z = part[PLACE], part[PLACE + 1], part[PLACE + 2]
    back = (START_Z_M - z) / uz
    way = one_muon(
        rng, parameters, particles, x, y, z, ux, uy, uz, part[TIME_NS], part[ENERGY_GEV], back
    )
    if leads:
        enters, leaves = crossing(x, y, z, ux, uy, uz)
        row[truth.MUON_TOPOLOGY] = muon_topology(enters - back, leaves - back, way)
        if math.isnan(row[truth.ZENITH]):  # no neutrino, or it comes later in the list
            _note(row, part)


@compiled
def _add_neutrino(
    rng: Stream, parameters: Parameters, particles: Particles, row: FloatArray,
    part: FloatArray, ux: float, uy: float, uz: float,
) -> None:  # fmt: skip
    x, y, z, time = part[PLACE], part[PLACE + 1], part[PLACE + 2], part[TIME_NS]
    flavour = abs(part[PDG])
    if flavour == 14:
        muon_interaction(rng, parameters, particles, row, x, y, z, ux, uy, uz, time)
    elif flavour == 12:
        electron_interaction(rng, parameters, particles, row, x, y, z, ux, uy, uz, time)
    elif flavour == 16:
        tau_interaction(
            rng, parameters, particles, row, x, y, z, ux, uy, uz, time, part[DECAY_M], part[CHANNEL]
        )
    else:
        neutral_interaction(rng, parameters, particles, row, x, y, z, ux, uy, uz, time)
