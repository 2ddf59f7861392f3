"""The answers that the performance of a method is measured on: of the first events with a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl

from app.services.algorithms import Algorithm
from app.services.job_tables import DAMAGE, scan
from app.services.jobs import Jobs
from reco_core.errors import ServiceError
from reco_core.icecube.dataset import Batch, Dataset

MOST_EVENTS: Final = 20_000
COLUMNS: Final = ("event_id", "status", "zenith", "azimuth", "uncertainty_rad")
NO_DIRECTION: Final = "no direction"


class Part(NamedTuple):
    """The first n_events of a batch, and the table that answers them."""

    batch: Batch
    path: Path
    n_events: int


def first_parts(jobs: Jobs, dataset: Dataset, algorithm: Algorithm) -> tuple[Part, ...]:
    """Finished tables of a method in the order of the batches, up to MOST_EVENTS events."""
    parts: list[Part] = []
    left = MOST_EVENTS
    for batch, path in jobs.finished(dataset, algorithm):
        n_events = min(_n_rows(path), left)
        parts += [Part(batch, path, n_events)] if n_events else []
        left -= n_events
        if not left:
            break
    return tuple(parts)


def identity_of(dataset: Dataset, parts: Sequence[Part]) -> str:
    """Changes with the tables and with the files that their events and truth are made from."""
    rows: list[Any] = []
    for part in parts:
        place = (part.batch.split, part.batch.batch_id, part.n_events)
        rows.append([dataset.batch_fingerprint(part.batch), *place, *_state_of(part.path)])
    return json.dumps([dataset.key, rows])


def answers_of(dataset: Dataset, parts: Sequence[Part]) -> pl.DataFrame:
    """COLUMNS of the parts, a row per event in their order.

    Raises ServiceError for a table that is damaged or of other events; DatasetError.
    """
    frames = [_answers_of(dataset, part) for part in parts]
    return pl.concat(frames)


def _answers_of(dataset: Dataset, part: Part) -> pl.DataFrame:
    rows = rows_of(dataset, part, COLUMNS)
    if "uncertainty_rad" not in rows.columns:
        rows = rows.with_columns(pl.lit(None, pl.Float64).alias("uncertainty_rad"))
    has_none = pl.any_horizontal(pl.col("zenith", "azimuth").is_null())
    is_odd = (pl.col("status") == "ok") & has_none
    status = pl.when(is_odd).then(pl.lit(NO_DIRECTION)).otherwise("status").alias("status")
    return rows.select(COLUMNS).with_columns(status)


def rows_of(dataset: Dataset, part: Part, columns: Sequence[str]) -> pl.DataFrame:
    """Those of the columns that the table of a part has, event_id among them; raises as above."""
    rows = _read(part, columns)
    event_ids = dataset.event_ids(part.batch)[: part.n_events]
    if not np.array_equal(rows["event_id"].to_numpy(), event_ids):
        told = f"{part.path} holds other events than {part.batch.label}"
        raise ServiceError(f"{told}; delete it and score the data set again.")
    return rows


def _read(part: Part, columns: Sequence[str]) -> pl.DataFrame:
    wanted = pl.selectors.by_name(*columns, require_all=False)
    try:
        return scan([part.path]).select(wanted).head(part.n_events).collect()
    except DAMAGE as error:
        told = str(error).partition("\n")[0]
        raise ServiceError(f"{part.path} cannot be read: {told}; score it again.") from error


def _state_of(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino


def _n_rows(path: Path) -> int:
    """0 for a table that cannot be read: it is made anew by its job."""
    try:
        return _counted(path, _state_of(path))
    except DAMAGE:
        return 0


@lru_cache(maxsize=1000)
def _counted(path: Path, state: tuple[int, int, int]) -> int:
    return int(scan([path]).select(pl.len()).collect().item())
