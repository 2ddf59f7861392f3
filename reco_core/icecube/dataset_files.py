"""Files of a data set: names of folders and batches, column rules, reading of pulses.

Everything that polars may raise about a file leaves here as FileFormatError.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Literal, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reco_core.errors import EventError, FileFormatError
from reco_core.icecube.event import Pulses, Split, checked_pulses

IntArray = NDArray[np.int64]

GEOMETRY_FILE: Final = "sensor_geometry.csv"
TRUTH_FILES: Final = ("truth.parquet", "truth.csv")  # the first that is there is read
SPLITS: Final[tuple[Split, ...]] = get_args(Split)  # train before test
BATCH_NAME: Final = re.compile(r"batch_(0|[1-9][0-9]{0,17})\.parquet")
SLICE_ROWS: Final = 2_000_000  # rows decoded at a time: 54 MB of pulses

ColumnKind = Literal["integer", "number", "boolean"]
VALUE_OF: Final[dict[ColumnKind, str]] = {
    "integer": "integer of at most 64 bits",
    "number": "number",
    "boolean": "boolean, true or false",
}
MAX_NAMES_TOLD: Final = 20  # of a table's columns, in a message

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


@dataclass(frozen=True)
class Column:
    """What a column of a parquet file must be."""

    name: str
    kind: ColumnKind

    def accepts(self, dtype: pl.DataType) -> bool:
        if self.kind == "integer":
            return dtype.is_integer()
        return dtype == pl.Boolean if self.kind == "boolean" else dtype.is_numeric()


PULSE_COLUMNS: Final = (
    Column("event_id", "integer"),
    Column("sensor_id", "integer"),
    Column("time", "integer"),
    Column("charge", "number"),
    Column("auxiliary", "boolean"),
)
POLARS_TYPE: Final = {"integer": pl.Int64(), "number": pl.Float64(), "boolean": pl.Boolean()}


@contextmanager
def reading(path: Path, expected: str) -> Iterator[None]:
    """Turn what polars and the system say about a file into FileFormatError.

    expected : what the file should be, "a parquet file of pulses".
    """
    try:
        if path.is_dir():
            raise IsADirectoryError("it is a folder")
        yield
    except OSError as error:
        raise FileFormatError(
            f"{path} cannot be read: {_system_reason(error)}. Expected {expected}."
        ) from error
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        raise FileFormatError(
            f"{path} cannot be read: {reason}. Expected {expected}; it may be truncated."
        ) from error


def _system_reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file; it was moved, or is a link to nothing"
    if isinstance(error, PermissionError):
        return "permission denied; make it readable for the user that runs Hitscope"
    return str(error).partition("\n")[0].rstrip(".")


def scan(path: Path) -> pl.LazyFrame:
    """The parquet file, its name taken literally (no patterns)."""
    return pl.scan_parquet(path, glob=False, hive_partitioning=False)


def checked_schema(path: Path, columns: tuple[Column, ...], expected: str) -> pl.Schema:
    """Schema of a parquet file that has the columns; FileFormatError names what is wrong."""
    with reading(path, expected):
        schema = scan(path).collect_schema()
    stored = stored_names(schema)
    for column in columns:
        if column.name not in stored:
            raise missing_column(path, column.name, schema, ", ".join(c.name for c in columns))
        dtype = schema[stored[column.name]]
        if not column.accepts(dtype):
            raise FileFormatError(
                f"{path}: column {column.name!r} is {dtype}; expected {VALUE_OF[column.kind]}."
            )
    return schema


def missing_column(path: Path, name: str, present: Iterable[str], expected: str) -> FileFormatError:
    """The error about a table without a column."""
    names = list(map(repr, present))
    more = f" and {len(names) - MAX_NAMES_TOLD} more" if len(names) > MAX_NAMES_TOLD else ""
    return FileFormatError(
        f"{path} has no column {name!r}; it has {', '.join(names[:MAX_NAMES_TOLD])}{more}. "
        f"Expected {expected}."
    )


def stored_names(schema: pl.Schema) -> dict[str, str]:
    """Name -> name in the file; event_id may be stored as the nameless index of pandas."""
    names = {name: name for name in schema}
    if "event_id" not in names and "__index_level_0__" in names:
        names["event_id"] = "__index_level_0__"
    return names


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
