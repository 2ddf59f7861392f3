"""Which neutrinos get through the Earth: how much matter lies on their way, and what it absorbs."""

from __future__ import annotations

import math
from typing import Final

from reco_core.compiled import compiled
from reco_core.random_stream import Stream, uniform

RADIUS_M: Final = 6_371_000.0
DETECTOR_RADIUS_M: Final = RADIUS_M - 1950.0

# Shells of the Preliminary Reference Earth Model, outer radius in m and mean density in g/cm3.
SHELLS: Final = (
    (1_221_500.0, 12.9),
    (3_480_000.0, 10.9),
    (5_701_000.0, 4.9),
    (6_346_600.0, 3.6),
    (RADIUS_M, 2.7),
)
NUCLEONS_PER_G: Final = 6.022e23

# Total cross-section (charged and neutral currents, nucleon average), 1e-36 cm2, by the decade of
# the energy from 100 GeV on (arXiv:1106.3723, neutrinos; rounded).
CROSS_SECTION: Final = (0.93, 8.6, 66.0, 300.0, 930.0, 2600.0, 6400.0)
FIRST_DECADE: Final = 2.0


@compiled
def cross_section_cm2(energy_gev: float) -> float:
    """Total cross-section of a neutrino on a nucleon, cm2, between 100 GeV and 100 PeV."""
    place = min(max(math.log10(energy_gev) - FIRST_DECADE, 0.0), len(CROSS_SECTION) - 1.001)
    k = int(place)
    low, high = math.log(CROSS_SECTION[k]), math.log(CROSS_SECTION[k + 1])
    return 1e-36 * math.exp(low + (place - k) * (high - low))


@compiled
def matter_g_cm2(cosine: float) -> float:
    """Matter on the way of a neutrino that comes from a zenith angle with this cosine, g/cm2."""
    r = DETECTOR_RADIUS_M
    nearest2 = r * r * (1 - cosine * cosine)  # of the line to the Earth's centre, squared
    matter = 0.0
    inner = 0.0  # half chord of the next smaller shell
    for outer_m, density in SHELLS:
        if nearest2 >= outer_m * outer_m:
            continue
        half = math.sqrt(outer_m * outer_m - nearest2)
        # From below both halves of a chord are crossed; the outermost ends at the detector.
        last = outer_m == RADIUS_M
        near = min(half, -r * cosine) if cosine < 0 else 0.0
        if cosine < 0:
            matter += density * ((half - inner) + max(near - inner, 0.0))
        elif last:
            matter += density * (half - r * cosine)
        inner = half
    return matter * 100.0


@compiled
def passes_earth(rng: Stream, energy_gev: float, cosine: float) -> bool:
    """Whether one neutrino from this direction reaches the detector without interacting."""
    depth = cross_section_cm2(energy_gev) * NUCLEONS_PER_G * matter_g_cm2(cosine)
    return uniform(rng) < math.exp(-depth)
