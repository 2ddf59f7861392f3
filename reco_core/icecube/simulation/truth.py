"""What is known of a simulated event, as numbers: a row of floats while it is simulated."""

from __future__ import annotations

from typing import Final

# Columns of the row.
PDG: Final = 0
ENERGY_GEV: Final = 1
ZENITH: Final = 2
AZIMUTH: Final = 3
VERTEX: Final = 4  # to 6: m
TIME_NS: Final = 7  # when the particle is at the vertex
INELASTICITY: Final = 8
MUON_ENERGY_GEV: Final = 9
MUON_LENGTH_M: Final = 10
MUONS: Final = 11  # atmospheric ones in the frame
TOPOLOGY: Final = 12  # index into TOPOLOGIES, of the neutrino's part
MUON_TOPOLOGY: Final = 13  # of the leading atmospheric muon
PHOTO_ELECTRONS: Final = 14  # to 17: by source
COLUMNS: Final = 18

TOPOLOGIES: Final = (
    None,  # nothing of it inside the array
    "through_going",
    "starting",
    "stopping",
    "contained",
    "double_bang",
)
THROUGH_GOING, STARTING, STOPPING, CONTAINED, DOUBLE_BANG = range(1, 6)

CLASSES: Final = ("track", "cascade", "muon", "noise")  # in the order of particles.SOURCES
LEAST_ELECTRONS: Final = 3.0  # on pulses in coincidence; with fewer an event is noise
