"""Lists of the particles that give light, filled by compiled functions and by hand."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import flag, flat, whole

FloatArray = NDArray[np.float64]

# Where light comes from. The order is that of the truth's columns pe_track ... pe_noise.
TRACK: Final = whole(0)  # the muon of a neutrino
CASCADE: Final = whole(1)
MUON: Final = whole(2)  # atmospheric muons
NOISE: Final = whole(3)
SOURCES: Final = 4

HADRONIC: Final = flag(True)  # of a cascade
ELECTROMAGNETIC: Final = flag(False)

MOST_PARTICLES: Final = 2048  # of each kind in one event; more is an error, not a silent cut

# Columns of a row in Particles.muon and Particles.cascade.
X: Final = 0  # to 2: place, m
UX: Final = 3  # to 5: where it travels to, unit vector
TIME: Final = 6  # ns, when it is at the place
SOURCE: Final = 7
ENERGY: Final = 8  # GeV: of a muon at the place, of a cascade as it was deposited
LIGHT: Final = 9  # GeV: energy of the electromagnetic cascade with as much light
LENGTH: Final = 9  # m: of a muon's way from the place on
FIRST: Final = 10  # row of Particles.stretch that begins at the muon's place
LAST: Final = 11  # row of the last one
NEXT_ENERGY: Final = 12  # GeV: of the muon behind its last large loss
COLUMNS: Final = 13

# Columns of a row in Particles.stretch.
START: Final = 0  # m from the muon's place
START_ENERGY: Final = 1  # GeV there
LOSS: Final = 2  # GeV/m along the stretch


class Particles(NamedTuple):
    """The particles of one event. count : (3,) rows in use: muons, cascades, stretches.

    muon, cascade : (MOST_PARTICLES, COLUMNS).  stretch : (MOST_PARTICLES, 3), parts of muons' ways
    between two large losses.
    """

    muon: FloatArray
    cascade: FloatArray
    stretch: FloatArray
    count: NDArray[np.int64]  # type: ignore[assignment]  # hides a tuple's own, which none needs


def no_particles() -> Particles:
    """Room for an event."""
    shape = (MOST_PARTICLES, COLUMNS)
    stretch = np.zeros((MOST_PARTICLES, 3))
    return flat(Particles(np.zeros(shape), np.zeros(shape), stretch, np.zeros(3, np.int64)))
