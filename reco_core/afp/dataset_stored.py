"""The stored form of AFP events: hits as rows of a parquet table, sorted by event_id.

    FOLDER/hits.parquet      event_id, plane, row, col, charge; row groups of about 100,000 rows
    FOLDER/events.parquet    optional: event_id 0 to N-1 in order, run, evn, station, n_hits,
                             first_row
    FOLDER/truth.parquet     optional: event_id, event_class and what else is known
    FOLDER/import.json       optional: what the files were read from, and what is to be said of them

Everything that polars may raise about a file leaves here as FileFormatError.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from reco_core.afp.hits import EMPTY, HitBatch, IntArray, checked_hits
from reco_core.dataset_identity import identity
from reco_core.dataset_names import is_file_or_broken_link
from reco_core.dataset_reading import Column, checked_schema, reading, scan
from reco_core.errors import DatasetError, FileFormatError

HITS_FILE: Final = "hits.parquet"
EVENTS_FILE: Final = "events.parquet"
TRUTH_FILE: Final = "truth.parquet"
NOTES_FILE: Final = "import.json"

HIT_SCHEMA: Final = pl.Schema({
    "event_id": pl.Int64, "plane": pl.UInt8, "row": pl.UInt16, "col": pl.UInt8,
    "charge": pl.Float32,
})  # fmt: skip
EVENT_SCHEMA: Final = pl.Schema({
    "event_id": pl.Int64, "run": pl.Int64, "evn": pl.Int64, "station": pl.UInt8,
    "n_hits": pl.Int32, "first_row": pl.Int64,
})  # fmt: skip
# An event is read by unpacking its row group: 1 ms of 100,000 rows.
HITS_PER_ROW_GROUP: Final = 100_000

EVENT_ID: Final = Column("event_id", "integer")
PIXEL_COLUMNS: Final = (
    Column("plane", "integer"), Column("row", "integer"), Column("col", "integer"),
    Column("charge", "number"),
)  # fmt: skip
EXPECTED_HITS: Final = "a parquet file of hits: event_id, plane, row, col, charge"
SLICE_ROWS: Final = 4_000_000  # of one column at a time: 32 MB


class Table:
    """One parquet file with a column event_id, opened; refuses to go on when it is replaced."""

    def __init__(self, path: Path, columns: tuple[Column, ...], expected: str) -> None:
        """Raises FileFormatError if it is damaged or lacks one of the columns."""
        self.path, self.expected = path, expected
        self._identity = identity(path)
        self.schema = checked_schema(path, (EVENT_ID, *columns), expected)
        # Kept: polars reads a file's table of contents once for a frame, and it takes longer
        # than reading an event.
        self._lazy = scan(path)
        with reading(path, expected):
            self.n_rows = int(self._lazy.select(pl.len()).collect().item())

    def check_same(self) -> None:
        """Raises DatasetError if the file is another one by now, or gone."""
        if identity(self.path) != self._identity:
            raise DatasetError(f"{self.path} has changed since it was opened; open it again.")

    def rows(self, first: int, count: int, columns: list[pl.Expr]) -> pl.DataFrame:
        """Rows [first, first + count). Raises DatasetError as check_same()."""
        self.check_same()
        with reading(self.path, self.expected):
            return self._lazy.slice(first, count).select(columns).collect()

    def event_ids(self) -> Iterator[tuple[int, IntArray]]:
        """(first row, event_id) of slices of the file; FileFormatError for one that is missing."""
        for first in range(0, self.n_rows, SLICE_ROWS):
            column = self.rows(first, SLICE_ROWS, [_cast(EVENT_ID)])["event_id"]
            bad = (column.is_null() | (column < 0)).fill_null(True).to_numpy()
            if bad.any():
                k = int(np.argmax(bad))
                raise FileFormatError(
                    f"{self.path}: event_id is {column[k]} in row {first + k}; expected 0 to N-1."
                )
            yield first, column.to_numpy()


class HitsTable(Table):
    """hits.parquet."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / HITS_FILE, PIXEL_COLUMNS, EXPECTED_HITS)

    def hits(self, start: IntArray, first: int, end: int) -> HitBatch:
        """The events first to end - 1; FileFormatError names the event that breaks the rules.

        start : (N+1,) event k has the rows start[k]:start[k+1].
        """
        own = np.asarray(start[first : end + 1], np.int64)
        begin, count = int(own[0]), int(own[-1] - own[0])
        if not count:
            return EMPTY._replace(start=np.zeros(len(own), np.int64))
        frame = self.rows(begin, count, [_cast(column) for column in PIXEL_COLUMNS])
        self._check_whole(frame, own - begin, first)
        plane, row, col, charge = (frame[column.name].to_numpy() for column in PIXEL_COLUMNS)
        return checked_hits(own - begin, plane, row, col, charge, str(self.path), first)

    def _check_whole(self, frame: pl.DataFrame, start: IntArray, first: int) -> None:
        for column in frame:
            if column.null_count():
                row = int(np.argmax(column.is_null().to_numpy()))
                event = first + int(np.searchsorted(start, row, "right")) - 1
                raise FileFormatError(
                    f"{self.path}: event {event} has a hit without {column.name}; expected a "
                    "number."
                )


def _cast(column: Column) -> pl.Expr:
    dtype = pl.Float64 if column.kind == "number" else pl.Int64
    return pl.col(column.name).cast(dtype, strict=False)


def is_stored(folder: Path) -> bool:
    """Does the folder hold events in the stored form?"""
    return is_file_or_broken_link(folder / HITS_FILE)


def read_notes(folder: Path) -> tuple[list[str], list[str]]:
    """(notes, problems) of the import that wrote the folder; none for other folders."""
    try:
        told = json.loads((folder / NOTES_FILE).read_text())
        return list(map(str, told["notes"])), list(map(str, told["problems"]))
    except FileNotFoundError:
        return [], []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FileFormatError(
            f"{folder / NOTES_FILE} cannot be read: {error}. Remove it or import again."
        ) from error
