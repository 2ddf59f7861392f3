"""How bad each class of anomalies is.

Fixed before any anomaly detector was trained, and not changed for a score: a detector that does
badly on a class does badly on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from reco_core.compiled import flat


class Severities(NamedTuple):
    """One value for each row of SEVERITIES."""

    tracks_least: float
    tracks_most: float
    background_slope_rad: float
    shower_log_mean: float
    shower_log_sigma: float
    shower_growth: float
    shower_width_mm: float
    shower_charge: float
    noisy_least: float
    noisy_most: float
    hot_share: float
    hot_least: float
    hot_most: float
    prongs_least: float
    prongs_most: float
    prong_slope_rad: float
    edge_rows: float
    edge_cols: float
    scatter_least_rad: float
    scatter_most_rad: float


@dataclass(frozen=True)
class Severity:
    """One number of a class of anomalies."""

    value: float
    unit: str
    event_class: str
    meaning: str


SEVERITIES: Final[dict[str, Severity]] = {
    "tracks_least": Severity(2, "", "multi_track", "least number of particles, the proton too"),
    "tracks_most": Severity(4, "", "multi_track", "largest number; all are as likely"),
    "background_slope_rad": Severity(
        3e-3, "rad", "multi_track",
        "standard deviation of the slopes of the others, which come from anywhere",
    ),
    "shower_log_mean": Severity(
        2.7, "", "shower", "mean logarithm of the number of further hits on plane 0"
    ),
    "shower_log_sigma": Severity(0.5, "", "shower", "its standard deviation"),
    "shower_growth": Severity(
        0.4, "per plane", "shower", "growth of that number, in units of the first"
    ),
    "shower_width_mm": Severity(
        0.5, "mm", "shower", "half width at half height of the Cauchy law around the track"
    ),
    "shower_charge": Severity(
        0.5, "", "shower", "charge of such a hit, in units of a proton's on a plane"
    ),
    "noisy_least": Severity(10, "hits", "noisy_plane", "least number of further hits"),
    "noisy_most": Severity(60, "hits", "noisy_plane", "largest number; all are as likely"),
    "hot_share": Severity(
        0.8, "", "dead_hot_column",
        "share in which a column is hot; in the others the proton's column is dead",
    ),
    "hot_least": Severity(10, "hits", "dead_hot_column", "least number of hits of a hot column"),
    "hot_most": Severity(
        100, "hits", "dead_hot_column", "largest number; all are as likely"
    ),
    "prongs_least": Severity(
        2, "", "secondary", "least number of particles from an interaction in plane 0, 1 or 2"
    ),
    "prongs_most": Severity(7, "", "secondary", "largest number; all are as likely"),
    "prong_slope_rad": Severity(
        30e-3, "rad", "secondary", "standard deviation of both their slopes"
    ),
    "edge_rows": Severity(
        1.5, "rows", "edge", "from the first or last row, on one of the planes"
    ),
    "edge_cols": Severity(1, "columns", "edge", "from the first or last column, likewise"),
    "scatter_least_rad": Severity(
        10e-3, "rad", "scattering", "least angle of a kink in plane 0, 1 or 2"
    ),
    "scatter_most_rad": Severity(
        100e-3, "rad", "scattering", "largest angle; all are as likely"
    ),
}  # fmt: skip


@cache
def severities() -> Severities:
    """The values in use."""
    return flat(Severities(**{name: float(row.value) for name, row in SEVERITIES.items()}))
