"""Small data sets for tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl

from reco_core.icecube.dataset import Dataset, find_datasets

BIG = 10**9


def pulse_table(counts: Mapping[int, int], seed: int = 0) -> pl.DataFrame:
    """Random pulses, counts[event_id] of each event, in order of time."""
    rng = np.random.default_rng(seed)
    event_id = np.repeat(np.array(list(counts), np.int64), list(counts.values()))
    n = len(event_id)
    frame = pl.DataFrame(
        {
            "event_id": event_id,
            "sensor_id": rng.integers(0, 5160, n).astype(np.int16),
            "time": rng.integers(6_000, 20_000, n),
            "charge": rng.integers(0, 100, n) * 0.05 + 0.025,
            "auxiliary": rng.random(n) < 0.3,
        }
    )
    order = np.lexsort((frame["time"], np.repeat(np.arange(len(counts)), list(counts.values()))))
    return frame[order]


def meta_table(counts: Mapping[int, int], batch_id: int = 1, zenith: float = 1.0) -> pl.DataFrame:
    """Meta rows of pulse_table(counts), all from the same direction."""
    end = np.cumsum(list(counts.values()), dtype=np.int64)
    return pl.DataFrame(
        {
            "batch_id": np.full(len(counts), batch_id),
            "event_id": np.array(list(counts), np.int64),
            "first_pulse_index": end - np.array(list(counts.values()), np.int64),
            "last_pulse_index": end - 1,
            "azimuth": np.full(len(counts), 2.0),
            "zenith": np.full(len(counts), zenith),
        }
    )


def write_batch(folder: Path, pulses: pl.DataFrame, number: int = 1, split: str = "train") -> Path:
    path = folder / split / f"batch_{number}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pulses.write_parquet(path)
    return path


def write_small(folder: Path, counts: Mapping[int, int], meta: bool = True) -> Path:
    """A data set of one batch; the path of the batch."""
    path = write_batch(folder, pulse_table(counts))
    if meta:
        meta_table(counts).write_parquet(folder / "train_meta.parquet")
    return path


def opened(folder: Path, index_dir: Path | None = None, limit: int = BIG) -> Dataset:
    """The one data set in the folder."""
    (dataset,) = find_datasets(folder, index_dir or folder.parent / "index", limit)
    return dataset
