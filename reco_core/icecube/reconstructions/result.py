"""What a reconstruction gives for one event."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from reco_core.icecube.pulse_batch import FloatArray
from reco_core.icecube.reconstructions.fits import Fits


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """The answer of one method for one event, see Fits; None where the method has no such number.

    Everything is finite.  point_m : (3,).
    """

    key: str
    zenith: float
    azimuth: float
    point_m: FloatArray
    time_ns: float
    n_doms_used: int
    quality: float
    uncertainty_rad: float | None = None
    speed_m_per_ns: float | None = None
    energy_gev: float | None = None
    status: Literal["ok"] = "ok"


def row_of(fits: Fits, k: int, key: str) -> Reconstruction:
    """The k-th answer, which must be one (reason OK)."""
    return Reconstruction(
        key,
        float(fits.zenith[k]),
        float(fits.azimuth[k]),
        fits.point_m[k],
        float(fits.time_ns[k]),
        int(fits.n_doms_used[k]),
        float(fits.quality[k]),
        _number(fits.uncertainty_rad[k]),
        _number(fits.speed_m_per_ns[k]),
        _number(fits.energy_gev[k]),
    )


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
