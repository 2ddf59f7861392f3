"""Files of a data set: names of folders and batches, column rules, reading of pulses.

Everything that polars may raise about a file leaves here as FileFormatError.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reco_core.dataset_reading import (
    POLARS_TYPE,
    VALUE_OF,
    Column,
    checked_schema,
    reading,
    scan,
    stored_names,
)
from reco_core.errors import EventError, FileFormatError
from reco_core.icecube.event import Pulses, Split, checked_pulses

IntArray = NDArray[np.int64]

GEOMETRY_FILE: Final = "sensor_geometry.csv"
TRUTH_FILES: Final = ("truth.parquet", "truth.csv")  # the first that is there is read
SPLITS: Final[tuple[Split, ...]] = get_args(Split)  # train before test
BATCH_NAME: Final = re.compile(r"batch_(0|[1-9][0-9]{0,17})\.parquet")
SLICE_ROWS: Final = 2_000_000  # rows decoded at a time: 54 MB of pulses


log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Batch:
    """One batch file: `path` is FOLDER/split/batch_N.parquet."""

    split: Split
    batch_id: int
    path: Path

    # Paths are kept: an event is opened in less time than it takes to put ten of them together.
    @cached_property
    def label(self) -> str:
        """Short name for messages: kaggle/train/batch_1.parquet."""
        return "/".join(self.path.parts[-3:])

    @cached_property
    def folder(self) -> Path:
        return self.path.parent.parent

    @cached_property
    def meta_path(self) -> Path:
        return self.folder / f"{self.split}_meta.parquet"

    @cached_property
    def _truth_paths(self) -> tuple[Path, ...]:
        return tuple(self.folder / name for name in TRUTH_FILES)

    @property
    def truth_path(self) -> Path:
        """The truth file that is there now, or the name that one would have."""
        paths = self._truth_paths
        return next((path for path in paths if os.path.lexists(path)), paths[0])


PULSE_COLUMNS: Final = (
    Column("event_id", "integer"),
    Column("sensor_id", "integer"),
    Column("time", "integer"),
    Column("charge", "number"),
    Column("auxiliary", "boolean"),
)


class PulseFile:
    """A batch file whose columns were checked: reads slices of rows, never the whole."""

    def __init__(self, batch: Batch) -> None:
        """Raises FileFormatError if the file is damaged or has the wrong columns or types."""
        self.batch = batch
        self._stored = stored_names(
            checked_schema(batch.path, PULSE_COLUMNS, "a parquet file of pulses")
        )
        with self._reading():
            self.n_pulses = int(scan(batch.path).select(pl.len()).collect().item())

    def rows(self, first: int, count: int, *columns: str) -> pl.DataFrame:
        """Rows [first, first + count): given columns (all if none), as int64, float64, bool.

        Values beyond 64 bits become null.
        """
        with self._reading():
            return (
                scan(self.batch.path).slice(first, count).select(self._columns(columns)).collect()
            )

    def rows_of(self, event_id: int) -> pl.DataFrame:
        """All rows of one event, wherever they lie, in the order of the file."""
        with self._reading():
            lazy = scan(self.batch.path).filter(pl.col(self._stored["event_id"]) == event_id)
            return lazy.select(self._columns(())).collect()

    def event_ids(self, first: int, count: int) -> IntArray:
        """event_id of rows [first, first + count)."""
        column = self.rows(first, count, "event_id")["event_id"]
        if column.null_count():
            row = first + int(np.argmax(column.is_null().to_numpy()))
            with self._reading():
                lazy = scan(self.batch.path).slice(row, 1).select(self._stored["event_id"])
                value = lazy.collect().item()
            told = "missing" if value is None else repr(value)
            raise FileFormatError(
                f"{self.batch.path}: event_id is {told} in row {row}; expected a whole number "
                "within 64 bits in every row."
            )
        return column.to_numpy()

    def slices(self) -> Iterator[tuple[int, int]]:
        """(first, count) of the slices that make up the file."""
        for first in range(0, self.n_pulses, SLICE_ROWS):
            yield first, min(SLICE_ROWS, self.n_pulses - first)

    def _columns(self, names: tuple[str, ...]) -> list[pl.Expr]:
        return [
            pl.col(self._stored[column.name])
            .cast(POLARS_TYPE[column.kind], strict=False)
            .alias(column.name)
            for column in PULSE_COLUMNS
            if not names or column.name in names
        ]

    def _reading(self) -> AbstractContextManager[None]:
        return reading(self.batch.path, "a parquet file of pulses")


def pulses_of(frame: pl.DataFrame, where: str) -> Pulses:
    """Checked pulses of one event's rows; EventError names the first missing or bad value."""
    for column in PULSE_COLUMNS[1:]:
        if frame[column.name].null_count():
            row = int(np.argmax(frame[column.name].is_null().to_numpy()))
            raise EventError(
                f"{where}: {column.name} is missing at its pulse {row}; "
                f"expected {VALUE_OF[column.kind]}."
            )
    sensor_id, time, charge, auxiliary = (frame[c.name].to_numpy() for c in PULSE_COLUMNS[1:])
    return checked_pulses(sensor_id, time, charge, auxiliary, where)


def batches_in(folder: Path) -> tuple[Batch, ...]:
    """Batch files of a data set's folder, train before test, then by number; only names are read.

    Empty if the folder is no data set.
    """
    return tuple(batch for split in SPLITS for batch in _batches_of(folder, split))


def _batches_of(folder: Path, split: Split) -> list[Batch]:
    try:
        names = os.listdir(folder / split)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        log.warning("%s cannot be looked into: %s", folder / split, error.strerror)
        return []
    matches = [match for match in map(BATCH_NAME.fullmatch, names) if match]
    return sorted(
        (Batch(split, int(match[1]), folder / split / match[0]) for match in matches),
        key=lambda batch: batch.batch_id,
    )
