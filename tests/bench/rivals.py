"""The same event by pandas and by polars from the batch file itself, in a process of its own.

    python -m tests.bench.rivals pandas|polars FOLDER REPEATS

Prints JSON: times in ms, each for one random event.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

from tests.bench.common import timed_ms


def main() -> None:
    library, folder, repeats = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    path = folder / "train" / "batch_1.parquet"
    event_ids = pl.read_parquet(folder / "train_meta.parquet", columns=["event_id"])["event_id"]
    chosen = np.random.default_rng(3).choice(event_ids.to_numpy(), repeats).tolist()
    print(json.dumps(RIVALS[library](path, chosen)))


def with_pandas(path: Path, event_ids: list[int]) -> dict[str, list[float]]:
    """Read the file and select; and select alone, with the whole file kept in memory."""
    whole = timed_ms(lambda event_id: _select(pd.read_parquet(path), event_id), event_ids)
    frame = pd.read_parquet(path)
    return {"whole": whole, "kept": timed_ms(lambda e: _select(frame, e), event_ids)}


def _select(frame: pd.DataFrame, event_id: int) -> pd.DataFrame:
    found = frame[frame["event_id"] == event_id]
    assert len(found), f"event {event_id} is not in the file"
    return found


def with_polars(path: Path, event_ids: list[int]) -> dict[str, list[float]]:
    """A lazy filter, which reads what it must."""

    def select(event_id: int) -> None:
        found = pl.scan_parquet(path).filter(pl.col("event_id") == event_id).collect()
        assert len(found), f"event {event_id} is not in the file"

    return {"whole": timed_ms(select, event_ids)}


RIVALS: dict[str, Callable[[Path, list[int]], dict[str, list[float]]]] = {
    "pandas": with_pandas,
    "polars": with_polars,
}

if __name__ == "__main__":
    main()
