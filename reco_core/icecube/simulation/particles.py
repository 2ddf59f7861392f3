"""Particles that give light: muons and showers, and the losses of a muon on its way."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

# dE/dx = A + B E of muons in ice of 0.92 g/cm3, from 0.259 GeV and 3.63e-4 per m of water.
IONISATION_GEV_PER_M: Final = 0.259 * 0.92
LOSS_PER_M: Final = 3.63e-4 * 0.92

# This share of B E goes into separate showers. Each takes a part v of the energy, dN/dv ~ v**-1.5,
# of mean sqrt(least * greatest): a stand-in for bremsstrahlung, pairs and nuclear losses that
# keeps their mean.
SHOWER_SHARE: Final = 0.7
PART_INDEX: Final = 1.5
LEAST_PART: Final = 4e-4
GREATEST_PART: Final = 0.5
SHOWERS_PER_M: Final = SHOWER_SHARE * LOSS_PER_M / math.sqrt(LEAST_PART * GREATEST_PART)

LEAST_SHOWER_GEV: Final = 0.5  # the light of smaller losses is counted with the bare muon's

FARTHEST_M: Final = 2500.0  # of a muon's start, all the way across the detector


@dataclass(frozen=True, eq=False)
class Shower:
    """A cascade of particles, point-like. travel : (3,) unit vector. time_ns : when it starts."""

    position_m: FloatArray
    travel: FloatArray
    energy_gev: float
    time_ns: float = 0.0


@dataclass(frozen=True, eq=False)
class Muon:
    """A muon that starts at start_m (3,) at time 0 and runs at the speed of light, in m/ns."""

    start_m: FloatArray
    travel: FloatArray
    energy_gev: float

    @property
    def length_m(self) -> float:
        """Mean range, at most FARTHEST_M."""
        ratio = LOSS_PER_M * self.energy_gev / IONISATION_GEV_PER_M
        return min(math.log1p(ratio) / LOSS_PER_M, FARTHEST_M)

    def energy_at(self, distance_m: ArrayLike) -> FloatArray:
        """Mean energy left, GeV, after (...,) m; 0 beyond its range."""
        rest = IONISATION_GEV_PER_M / LOSS_PER_M
        fall = np.exp(-LOSS_PER_M * np.asarray(distance_m, np.float64))
        return np.maximum((self.energy_gev + rest) * fall - rest, 0.0)

    def showers(self, rng: np.random.Generator, speed_m_per_ns: float) -> list[Shower]:
        """Its larger losses along the way, as showers."""
        count = rng.poisson(SHOWERS_PER_M * self.length_m)
        along = rng.uniform(0, self.length_m, count)
        part = power_law(rng, PART_INDEX, LEAST_PART, GREATEST_PART, count)
        energy = part * self.energy_at(along)
        return [
            Shower(self.start_m + s * self.travel, self.travel, float(e), float(s) / speed_m_per_ns)
            for s, e in zip(along, energy, strict=True)
            if e > LEAST_SHOWER_GEV
        ]


def power_law(
    rng: np.random.Generator, index: float, low: float, high: float, count: int
) -> FloatArray:
    """`count` values from dN/dE ~ E**-index, index not 1, by the inverse of its integral."""
    start, end = low ** (1 - index), high ** (1 - index)
    return np.asarray((start + (end - start) * rng.uniform(size=count)) ** (1 / (1 - index)))
