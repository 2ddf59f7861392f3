"""Many algorithms as a plug-in for browser tests: long names, uncertainties, one a cascade."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from app.services.algorithms import DIRECTION_COLUMNS, Algorithm, Row
from reco_core.icecube.detector import Detector
from reco_core.icecube.event import Event


def fixed(k: int) -> Callable[[Sequence[Event], Detector], list[Row]]:
    """The same direction for every event, 0.05 rad k from zenith 1, azimuth 2."""
    answer: Row = {
        "zenith": 1.0 + 0.05 * k, "azimuth": 2.0, "point_x_m": 0.0, "point_y_m": 0.0,
        "point_z_m": 0.0, "time_ns": 9_000.0, "n_doms_used": 5, "speed_m_per_ns": None,
        "uncertainty_rad": 0.01 * (k + 1), "quality": 0.5, "energy_gev": 12_345.0,
    }  # fmt: skip
    return lambda events, detector: [answer for _ in events]


def named(k: int, label: str, kind: Literal["track", "cascade"] = "track") -> Algorithm:
    return Algorithm(f"many_{k}", label, "test", 1, DIRECTION_COLUMNS, fixed(k), 8, kind=kind)


ALGORITHMS = [
    named(0, "Exact"),
    named(1, "Shower", "cascade"),
    *(named(k, f"Number {k}, a method with a name that is much too long") for k in range(2, 8)),
]
