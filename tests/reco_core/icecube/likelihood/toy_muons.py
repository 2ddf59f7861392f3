"""Muons whose light follows the likelihood's own law: what its answers are judged with."""

from __future__ import annotations

import numpy as np

from reco_core.icecube.detector import Detector
from reco_core.icecube.event import Pulses, checked_pulses
from reco_core.icecube.ice import south_pole_ice
from reco_core.units import CHERENKOV_ANGLE, SPEED_IN_ICE, SPEED_OF_LIGHT

MEAN_PE_AT_1_M = 40.0
FADE_M = 40.0


def straight_light_ns(
    position_m: np.ndarray, point_m: np.ndarray, travel: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Arrival of straight light after the muon passes a point, ns, and distances from it, m; (n,).

    The light leaves at the Cherenkov angle and goes at the speed of pulses in ice.
    """
    relative = position_m - point_m
    along = relative @ travel
    r = np.linalg.norm(relative - along[:, None] * travel, axis=1)
    way, back = r / np.sin(CHERENKOV_ANGLE), r / np.tan(CHERENKOV_ANGLE)
    return (along - back) / SPEED_OF_LIGHT + way / SPEED_IN_ICE, r


def straight_muon(
    detector: Detector, point_m: np.ndarray, travel: np.ndarray, reach_m: float
) -> Pulses:
    """Unscattered light of a muon on all DOMs within reach of its line."""
    arrival, r = straight_light_ns(detector.position_m, point_m, travel)
    lit = np.flatnonzero(r < reach_m)
    return _pulses(lit, 10_000 + arrival[lit])


def toy_muon(detector: Detector, seed: int, n_noise: int = 3) -> tuple[Pulses, np.ndarray]:
    """Pulses and travel direction of a random muon through the middle of the array."""
    rng = np.random.default_rng(seed)
    travel = rng.normal(size=3)
    travel /= np.linalg.norm(travel)
    point = rng.uniform(-150, 150, 3)
    arrival, r = straight_light_ns(detector.position_m, point, travel)
    r = np.maximum(r, 1.0)
    n_pe = rng.poisson(MEAN_PE_AT_1_M / r * np.exp(-r / FADE_M))
    lit = np.flatnonzero(n_pe)
    sensor_id = np.repeat(lit, n_pe[lit])
    relative = detector.position_m - point
    source_z = point[2] + ((relative @ travel) - r / np.tan(CHERENKOV_ANGLE)) * travel[2]
    scattering, absorption = south_pole_ice().mean_lengths(source_z, detector.position_m[:, 2])
    scattering = 24 * (scattering / 24) ** 0.7
    xi = r / np.sin(CHERENKOV_ANGLE) / (2.0 * scattering)
    rho = 1 / 450 + SPEED_IN_ICE / absorption
    late = rng.gamma(xi[sensor_id]) / rho[sensor_id] + rng.normal(0, 3, len(sensor_id))
    time_ns = np.concatenate((10_000 + arrival[sensor_id] + late, rng.uniform(6e3, 16e3, n_noise)))
    sensor_id = np.concatenate((sensor_id, rng.integers(0, 5160, n_noise)))
    return _pulses(sensor_id, time_ns), travel


def _pulses(sensor_id: np.ndarray, time_ns: np.ndarray) -> Pulses:
    n = len(sensor_id)
    whole_ns = np.rint(time_ns).astype(np.int64)
    return checked_pulses(sensor_id, whole_ns, np.ones(n), np.zeros(n, np.bool_), "a toy muon")
