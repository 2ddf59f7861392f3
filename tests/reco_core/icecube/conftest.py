"""Small events for the tests of the icecube package."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from reco_core.icecube.detector import Detector, builtin_detector
from reco_core.icecube.event import Pulses, checked_pulses
from reco_core.icecube.reconstructions.anchor import cherenkov_delay

MakePulses = Callable[..., Pulses]


@pytest.fixture(scope="session")
def detector() -> Detector:
    return builtin_detector()


@pytest.fixture(scope="session")
def pulses_of() -> MakePulses:
    """Pulses from lists; charge 1 PE and not auxiliary unless given, per pulse or for all."""

    def build(sensor_id, time_ns, charge_pe=1.0, auxiliary=False) -> Pulses:
        sensor_id, time_ns = np.asarray(sensor_id), np.asarray(time_ns)
        charge = np.broadcast_to(np.asarray(charge_pe, np.float64), sensor_id.shape)
        flag = np.broadcast_to(np.asarray(auxiliary, np.bool_), sensor_id.shape)
        return checked_pulses(sensor_id, time_ns, charge, flag, "a test event")

    return build


@pytest.fixture(scope="session")
def muon_light(detector: Detector, pulses_of: MakePulses) -> MakePulses:
    """Unscattered Cherenkov light of a muon at c on all DOMs within reach of its line."""

    def build(point_m, travel_direction, time_ns=10_000, reach_m=60.0) -> Pulses:
        point, travel = np.asarray(point_m, np.float64), np.asarray(travel_direction, np.float64)
        relative = detector.position_m - point
        distance = np.linalg.norm(np.cross(relative, travel), axis=1)
        sensor_id = np.flatnonzero(distance < reach_m)
        delay = cherenkov_delay(detector.position_m[sensor_id], point, travel)
        return pulses_of(sensor_id, np.rint(time_ns + delay).astype(np.int64))

    return build


@pytest.fixture(scope="session")
def noisy_muon(detector: Detector, muon_light: MakePulses, pulses_of: MakePulses) -> MakePulses:
    """Light of a random muon near the centre, with late, noise and auxiliary pulses."""

    def build(seed: int) -> Pulses:
        rng = np.random.default_rng(seed)
        travel = rng.normal(size=3)
        light = muon_light(rng.uniform(-100, 100, 3), travel / np.linalg.norm(travel))
        late = rng.exponential(300, len(light)).astype(np.int64)
        n_noise = int(rng.integers(1, 30))
        sensor_id = np.concatenate([light.sensor_id] * 2 + [rng.integers(0, 5160, n_noise)])
        noise_ns = rng.integers(6_000, 17_000, n_noise)
        time_ns = np.concatenate([light.time_ns, light.time_ns + late, noise_ns])
        charge = rng.choice([0.025, 0.5, 1.0, 1.5, 20.0], len(time_ns))
        return pulses_of(sensor_id, time_ns, charge, rng.random(len(time_ns)) < 0.2)

    return build
