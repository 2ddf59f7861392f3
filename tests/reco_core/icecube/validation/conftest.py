"""Samples for the tests of the validation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from reco_core.icecube.validation.sample import Sample

MakeSample = Callable[..., Sample]


@pytest.fixture(scope="session")
def random_sample() -> MakeSample:
    """Events of 1 to `most` pulses on a few DOMs, with equal times and charges among them."""

    def build(seed: int, events: int = 60, most: int = 30, sensors: int = 400) -> Sample:
        rng = np.random.default_rng(seed)
        n = rng.integers(1, most + 1, events)
        times = [np.sort(rng.integers(9_000, 9_000 + 20 * k, k)) for k in n]
        total = int(n.sum())
        return Sample(
            end=np.cumsum(n),
            sensor_id=rng.choice(rng.integers(0, 5160, sensors), total).astype(np.int16),
            time_ns=np.concatenate(times).astype(np.int32),
            charge_pe=0.025 + 0.05 * rng.geometric(0.05, total),
            auxiliary=rng.uniform(size=total) < 0.4,
            zenith=np.arccos(rng.uniform(-1, 1, events)),
            azimuth=rng.uniform(0, 2 * np.pi, events),
        )

    return build


@pytest.fixture(scope="session")
def sample_of_events() -> MakeSample:
    """A sample of events given as (sensor_id, time_ns, charge_pe, auxiliary) and directions."""

    def build(events, zenith=None, azimuth=None) -> Sample:
        columns = [
            np.concatenate([np.broadcast_to(e[k], len(e[0])) for e in events]) for k in range(4)
        ]
        return Sample(
            end=np.cumsum([len(event[0]) for event in events]),
            sensor_id=columns[0].astype(np.int16),
            time_ns=columns[1].astype(np.int32),
            charge_pe=columns[2].astype(np.float64),
            auxiliary=columns[3].astype(np.bool_),
            zenith=np.full(len(events), 1.0) if zenith is None else np.asarray(zenith),
            azimuth=np.full(len(events), 2.0) if azimuth is None else np.asarray(azimuth),
        )

    return build
