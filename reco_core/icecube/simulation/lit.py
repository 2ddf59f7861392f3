"""Light that arrived on DOMs, source by source."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import compiled, flat
from reco_core.icecube.simulation.particles import FloatArray
from reco_core.random_stream import Stream, exponential, poisson, uniform

MOST_LIT: Final = 1_000_000
MOST_LIT_OF_ONE: Final = 400_000  # by one event

NEAREST_M: Final = 1.0  # the formulas of light diverge at a DOM's own centre
NEARER: Final = 0.87  # anisotropy makes distances count as no less than this part of them
MANY: Final = 8.0  # from such a bound on a string is not passed over, a DOM's light drawn at once


class Lit(NamedTuple):
    """Light that arrived: a row for each pair of source and DOM with photo-electrons.

    sensor, source, photons : (N,).  time_ns : arrival without scattering.  shape, scale_ns : of
    the gamma law of the delay.  slope : ns per m that light from deeper in a cascade comes later.
    energy_gev : of the cascade.  count : (1,) rows in use.
    """

    sensor: NDArray[np.int32]
    source: NDArray[np.int8]
    photons: NDArray[np.int64]
    time_ns: FloatArray
    shape: FloatArray
    scale_ns: FloatArray
    slope: FloatArray
    energy_gev: FloatArray
    count: NDArray[np.int64]  # type: ignore[assignment]  # hides a tuple's own, which none needs


def no_light() -> Lit:
    """Room for an event."""
    return flat(
        Lit(
            sensor=np.zeros(MOST_LIT, np.int32),
            source=np.zeros(MOST_LIT, np.int8),
            photons=np.zeros(MOST_LIT, np.int64),
            time_ns=np.zeros(MOST_LIT),
            shape=np.zeros(MOST_LIT),
            scale_ns=np.zeros(MOST_LIT),
            slope=np.zeros(MOST_LIT),
            energy_gev=np.zeros(MOST_LIT),
            count=np.zeros(1, np.int64),
        )
    )


@compiled
def add_lit(
    lit: Lit, sensor: int, source: int, photons: int,
    time_ns: float, shape: float, scale_ns: float, slope: float, energy_gev: float,
) -> None:  # fmt: skip
    """Note the photo-electrons of one source on one DOM."""
    k = lit.count[0]
    if k >= MOST_LIT:
        raise RuntimeError("an event lights more pairs of source and DOM than MOST_LIT")
    lit.count[0] = k + 1
    lit.sensor[k], lit.source[k], lit.photons[k] = sensor, source, photons
    lit.time_ns[k], lit.shape[k], lit.scale_ns[k] = time_ns, shape, scale_ns
    lit.slope[k], lit.energy_gev[k] = slope, energy_gev


@compiled
def drawn_photons(rng: Stream, mean: float, bound: float, until: float) -> tuple[int, float]:
    """Photo-electrons of a mean below a bound, and how much of further bounds is passed over next.

    Candidates come at the rate of the bound; each counts with the chance mean / bound. `until` < 0
    is how far the first one lies behind the end of this DOM's bound. Exact, and DOMs between two
    candidates, nearly all, cost a subtraction.
    """
    if bound >= MANY:
        return int(poisson(rng, mean)), until
    photons = 0
    while until <= 0.0:
        if uniform(rng) * bound < mean:
            photons += 1
        until += exponential(rng)
    return photons, until
