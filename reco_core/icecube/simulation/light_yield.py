"""How much light particles give, in photons weighted with a DOM's sensitivity to their colour.

Source: the parametrisation of PPC (f2k.cxx, "CWLR") and, for its hadronic part, arXiv:1210.5140.
"""

from __future__ import annotations

import math
from typing import Final

from reco_core.compiled import compiled
from reco_core.random_stream import Stream, gamma, normal

PHOTONS_PER_M: Final = 2450.08  # of a bare muon at the speed of light
CASCADE_M_PER_GEV: Final = 5.254  # track length with as much light as 1 GeV of an e.m. cascade
PHOTONS_PER_GEV: Final = PHOTONS_PER_M * CASCADE_M_PER_GEV

# Hadronic light relative to electromagnetic: 1 - (E / E0)**-m (1 - f0).
HADRONIC_E0_GEV: Final = 0.18792
HADRONIC_POWER: Final = 0.16268
HADRONIC_F0: Final = 0.30974
HADRONIC_SPREAD: Final = 0.959
HADRONIC_SPREAD_POWER: Final = 1.356
HADRONIC_LEAST_GEV: Final = 2.718  # below, the fluctuation's formula diverges

# A muon's radiated energy per metre and GeV (IceTray's b for water, density of ice).
# Bremsstrahlung, photonuclear and hard pair production give rare large losses that fall as
# 1 / (share of the energy), followed one by one; the rest, mostly soft pairs, is steady.
ICE_DENSITY: Final = 0.92
RADIATION_PER_M: Final = 3.63e-4 * ICE_DENSITY
RARE_SHARE: Final = 0.6
STEADY_PER_M: Final = (1 - RARE_SHARE) * RADIATION_PER_M

RADIATION_LENGTH_M: Final = 0.39652 * 0.910 / 0.9216


@compiled
def muon_photons_per_m(energy_gev: float) -> float:
    """Photons per metre of a muon: its own, its losses below 0.5 GeV, its steady larger ones."""
    small = max(0.0, 0.1880 + 0.0206 * math.log(max(energy_gev, 1e-3)))
    return PHOTONS_PER_M * (1 + small + CASCADE_M_PER_GEV * STEADY_PER_M * energy_gev)


@compiled
def mean_hadronic_share(energy_gev: float) -> float:
    """Light of a hadronic cascade relative to an electromagnetic one of the same energy, 0 to 1."""
    energy = max(energy_gev, HADRONIC_LEAST_GEV)
    return float(1 - (energy / HADRONIC_E0_GEV) ** -HADRONIC_POWER * (1 - HADRONIC_F0))


@compiled
def hadronic_share(rng: Stream, energy_gev: float) -> float:
    """Same for one cascade, with its fluctuation; 0 to 1."""
    mean = mean_hadronic_share(energy_gev)
    energy = max(energy_gev, HADRONIC_LEAST_GEV)
    spread = mean * HADRONIC_SPREAD * math.log(energy) ** -HADRONIC_SPREAD_POWER
    return float(min(max(mean + spread * normal(rng), 0.0), 1.0))


@compiled
def shower_maximum_m(energy_gev: float) -> float:
    """Mean distance, m, from a cascade's start to its light: a gamma law's mean, a b."""
    return (2.01849 + 0.63176 * math.log(max(energy_gev, 1.0))) * RADIATION_LENGTH_M / 0.63207


@compiled
def drawn_depth_m(rng: Stream, energy_gev: float) -> float:
    """Where along the cascade one photon leaves, m from its start."""
    shape = 2.01849 + 0.63176 * math.log(max(energy_gev, 1.0))
    return gamma(rng, shape) * RADIATION_LENGTH_M / 0.63207
