"""The meta file of a split: which events each batch holds, where their pulses lie, directions.

The competition's train_meta.parquet has 132 million rows. It is read one column at a time, either
in slices or in the span of rows of one batch, never whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reco_core.dataset_reading import Column, checked_schema, reading, scan, stored_names
from reco_core.errors import FileFormatError
from reco_core.icecube.dataset_files import IntArray

FloatArray = NDArray[np.float64]

META_COLUMNS: Final = (
    Column("batch_id", "integer"),
    Column("event_id", "integer"),
    Column("first_pulse_index", "integer"),
    Column("last_pulse_index", "integer"),
)
EXPECTED: Final = "a parquet file with " + ", ".join(column.name for column in META_COLUMNS)
EVERY_ROW: Final = "expected a whole number in every row"
META_SLICE_ROWS: Final = 8_000_000  # 64 MB of one column


class Span(NamedTuple):
    """Rows of the meta file between which a batch lies, and the range of its event IDs."""

    first_row: int
    last_row: int
    lowest_id: int
    highest_id: int

    def covers(self, event_id: int) -> bool:
        return self.lowest_id <= event_id <= self.highest_id


Spans = Mapping[int, Span]  # by batch_id


@dataclass(frozen=True, eq=False)
class MetaRows:
    """Rows of one batch (E events), in the order of the meta file. Directions NaN if unknown."""

    event_id: IntArray
    first_pulse: IntArray
    n_pulses: IntArray  # 0 for an event without pulses
    zenith: FloatArray
    azimuth: FloatArray


class MetaFile:
    """One train_meta.parquet or test_meta.parquet, its columns checked."""

    def __init__(self, path: Path) -> None:
        """Raises FileFormatError if the file is damaged or has the wrong columns or types."""
        self.path = path
        schema = checked_schema(path, META_COLUMNS, EXPECTED)
        self._stored = stored_names(schema)
        for name in ("zenith", "azimuth"):
            if name in schema and not (schema[name].is_numeric() or schema[name] == pl.Null):
                raise FileFormatError(
                    f"{path}: column {name!r} is {schema[name]}; expected numbers in rad."
                )

    def spans(self) -> dict[int, Span]:
        """Spans of all batches listed. Takes seconds for 132 million rows."""
        with reading(self.path, EXPECTED):
            n_rows = int(scan(self.path).select(pl.len()).collect().item())
            parts = [self._spans(first) for first in range(0, n_rows, META_SLICE_ROWS)]
            if not parts:
                return {}
            merged = pl.concat(parts).group_by("batch_id").agg(*_SPAN_MERGE).sort("batch_id")
        return {batch_id: Span(*rest) for batch_id, *rest in merged.iter_rows()}

    def _spans(self, first: int) -> pl.DataFrame:
        columns = [
            pl.col(self._stored[name]).cast(pl.Int64, strict=False).alias(name)
            for name in ("batch_id", "event_id")
        ]
        part = scan(self.path).slice(first, META_SLICE_ROWS).select(columns).collect()
        for name in columns_with_nulls(part):
            row = first + int(np.argmax(part[name].is_null().to_numpy()))
            raise FileFormatError(
                f"{self.path}: {name} is missing in row {row}, or beyond 64 bits; {EVERY_ROW}."
            )
        return (
            part.with_row_index("row", first)
            .with_columns(pl.col("row").cast(pl.Int64))
            .group_by("batch_id")
            .agg(*_SPAN_OF_ROWS)
        )

    def rows(self, batch_id: int, span: Span) -> MetaRows:
        """Rows of a batch; span : see `spans`."""
        with reading(self.path, EXPECTED):
            parts = [
                self._part(batch_id, first, min(META_SLICE_ROWS, span.last_row + 1 - first))
                for first in range(span.first_row, span.last_row + 1, META_SLICE_ROWS)
            ]
            rows = pl.concat(parts).unique("event_id", keep="first", maintain_order=True)
        self._check(rows)
        first = rows["first_pulse_index"].to_numpy()
        zenith, azimuth = (rows[name].to_numpy() for name in ("zenith", "azimuth"))
        return MetaRows(
            event_id=rows["event_id"].to_numpy(),
            first_pulse=first,
            n_pulses=np.maximum(rows["last_pulse_index"].to_numpy() - first + 1, 0),
            zenith=zenith,
            azimuth=azimuth,
        )

    def _part(self, batch_id: int, first: int, count: int) -> pl.DataFrame:
        """Rows of the batch in a slice. One column at a time: a column of a row group is 0.5 GB."""
        wanted = self._column("batch_id", pl.Int64(), first, count) == batch_id
        columns = {
            column.name: self._column(column.name, pl.Int64(), first, count).filter(wanted)
            for column in META_COLUMNS[1:]
        }
        for name in ("zenith", "azimuth"):
            angles = self._column(name, pl.Float64(), first, count)
            columns[name] = angles.filter(wanted).fill_null(float("nan"))
        return pl.DataFrame(columns)

    def _column(self, name: str, dtype: pl.DataType, first: int, count: int) -> pl.Series:
        if name not in self._stored:
            return pl.Series(name, [None], dtype).new_from_index(0, count)
        lazy = scan(self.path).slice(first, count)
        return (
            lazy.select(pl.col(self._stored[name]).cast(dtype, strict=False)).collect().to_series()
        )

    def _check(self, rows: pl.DataFrame) -> None:
        integers = rows.select(column.name for column in META_COLUMNS[1:])
        for name in columns_with_nulls(integers):
            event_id = rows.filter(pl.col(name).is_null())["event_id"][0]
            raise FileFormatError(
                f"{self.path}: {name} is missing for event {event_id}, or beyond 64 bits; "
                f"{EVERY_ROW}."
            )
        check_directions(self.path, rows)


def columns_with_nulls(frame: pl.DataFrame) -> list[str]:
    return [column.name for column in frame if column.null_count()]


def check_directions(path: Path, rows: pl.DataFrame) -> None:
    """FileFormatError unless zenith is in [0, pi] and azimuth in [-2 pi, 2 pi], or NaN, in rad."""
    for name, low, high, expected in (
        ("zenith", 0.0, np.pi, "0 to pi rad"),
        ("azimuth", -2 * np.pi, 2 * np.pi, "an angle in rad, -2 pi to 2 pi"),
    ):
        angle = rows[name].to_numpy()
        good = np.isnan(angle) | ((angle >= low) & (angle <= high + 1e-6))
        if not good.all():
            row = int(np.argmin(good))
            raise FileFormatError(
                f"{path}: {name} of event {rows['event_id'][row]} is {float(angle[row])!r}; "
                f"expected {expected}."
            )


_SPAN_OF_ROWS: Final = (
    pl.col("row").min().alias("first_row"),
    pl.col("row").max().alias("last_row"),
    pl.col("event_id").min().alias("lowest_id"),
    pl.col("event_id").max().alias("highest_id"),
)
_SPAN_MERGE: Final = (
    pl.col("first_row").min(),
    pl.col("last_row").max(),
    pl.col("lowest_id").min(),
    pl.col("highest_id").max(),
)
