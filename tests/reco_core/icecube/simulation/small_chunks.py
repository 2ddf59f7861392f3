"""Chunks that are made at once, in place of simulated ones; worker processes import them."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import numpy as np

from reco_core.icecube.simulation.chunk import EVENTS_PER_CHUNK, Chunk

LATER_S = 0.5  # that the last worker takes longer to prepare

BRIGHT = 1  # the chunk that is large in `one_bright`


def small(mix: str, seed: int, index: int, events: int, pulses: int = 3) -> Chunk:
    """Events of `pulses` pulses; the first of each chunk has no direction and no topology."""
    rng = np.random.default_rng([seed, index, len(mix)])
    n = events * pulses
    zenith, azimuth = rng.uniform(0, 3, events), rng.uniform(0, 6, events)
    zenith[0] = azimuth[0] = np.nan
    topology = np.full(events, "starting", object)
    topology[0] = None
    truth = {
        "event_id": 24 + 16 * (index * EVENTS_PER_CHUNK + np.arange(events)),
        "name": np.full(events, None, object),
        "event_class": np.full(events, "track", object),
        "topology": topology,
        "primary_pdg": np.full(events, 14, np.int32),
        "zenith": zenith,
        "azimuth": azimuth,
    }
    time_ns = np.sort(rng.integers(6_000, 16_000, (events, pulses), np.int32), axis=1).ravel()
    return Chunk(
        end=np.arange(pulses, n + 1, pulses),
        sensor_id=rng.integers(0, 5160, n, np.int16),
        time_ns=time_ns,
        charge_step=rng.integers(0, 5000, n, np.int32),
        auxiliary=rng.random(n) < 0.7,
        truth=truth,
    )


def one_bright(mix: str, seed: int, index: int, events: int) -> Chunk:
    return small(mix, seed, index, events, 300 if index == BRIGHT else 3)


def later_is_quicker(mix: str, seed: int, index: int, events: int) -> Chunk:
    """Results that arrive out of order."""
    time.sleep(0.1 if index % 2 == 0 else 0.0)
    return small(mix, seed, index, events)


def stopped_at_2(mix: str, seed: int, index: int, events: int) -> Chunk:
    if index == 2:
        raise KeyboardInterrupt
    return small(mix, seed, index, events)


def killed_at_2(mix: str, seed: int, index: int, events: int) -> Chunk:
    if index == 2:
        time.sleep(0.2)  # the first batch is written meanwhile
        os.kill(os.getpid(), signal.SIGKILL)
    return small(mix, seed, index, events)


def wrong_at_2(mix: str, seed: int, index: int, events: int) -> Chunk:
    if index == 2:
        raise ValueError("no such light")
    return small(mix, seed, index, events)


def noted(folder: Path, number: int, workers: int) -> None:
    """A preparation that leaves a file; the last worker takes its time."""
    if number == workers - 1 > 0:
        time.sleep(LATER_S)
    (folder / f"{number} of {workers}").touch()


def notes(folder: Path) -> tuple[str, ...]:
    """The preparations that are done by now."""
    return tuple(sorted(path.name for path in folder.iterdir()))


def not_prepared(number: int, workers: int) -> None:
    raise ValueError(f"worker {number} of {workers} cannot")
