"""The events that open every simulated set, in order: clear examples, hand-placed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from reco_core.icecube.simulation.primaries import (
    Primary,
    bundle,
    cascade,
    entering,
    noise,
    starting,
)


@dataclass(frozen=True, eq=False)
class Showpiece:
    """A primary with a name for the list of events."""

    name: str
    primary: Primary


@cache
def showpieces() -> tuple[Showpiece, ...]:
    """All of them. Their particles are fixed; light and noise are drawn with each data set."""
    return (
        Showpiece("Up-going track through the whole array", _track(148, 35, 6e4, (20, -15, 10))),
        Showpiece("Starting track", starting(*_radians(72, 200), 1.2e5, 0.3, _m(-260, -130, -170))),
        Showpiece("A cascade of a PeV", cascade(*_radians(64, 110), 1e6, _m(-60, -240, 180))),
        Showpiece("Muon bundle from above", _bundle()),
        Showpiece("Inclined track clipping a corner", _track(58, 330, 3e4, (-455, -90, 250))),
        Showpiece("Faint neutrino hidden in noise", _track(125, 250, 4e2, (60, 130, -420))),
        Showpiece("Pure noise", noise()),
    )


def _track(
    zenith_deg: float, azimuth_deg: float, energy_gev: float, near: tuple[float, float, float]
) -> Primary:
    return entering(*_radians(zenith_deg, azimuth_deg), energy_gev, _m(*near))


def _bundle() -> Primary:
    """Eight muons within some 30 m of each other."""
    energies = np.array([9e3, 6e3, 5e3, 3e3, 2e3, 2e3, 1.5e3, 1e3])
    turn = np.radians(45 * np.arange(8))
    ring = np.linspace(4, 32, 8)
    offset = np.stack((ring * np.cos(turn) + 30, ring * np.sin(turn) - 40, np.zeros(8)), axis=1)
    return bundle(*_radians(28, 75), energies, offset)


def _radians(zenith_deg: float, azimuth_deg: float) -> tuple[float, float]:
    return float(np.radians(zenith_deg)), float(np.radians(azimuth_deg))


def _m(x: float, y: float, z: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([x, y, z], np.float64)
