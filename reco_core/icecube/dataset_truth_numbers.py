"""Further columns of numbers of a truth file, such as only the simulation writes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from reco_core.dataset_reading import missing_column, reading, scan, stored_names
from reco_core.errors import FileFormatError
from reco_core.icecube.dataset_files import IntArray
from reco_core.icecube.dataset_meta import FloatArray

EXPECTED: Final = "a table with event_id and columns of numbers"


def truth_numbers(path: Path, event_id: IntArray, names: Sequence[str]) -> dict[str, FloatArray]:
    """(E,) of each column, by name; NaN where the file has no such column, row or value.

    path : the truth file; there may be none.  event_id : (E,).  Of an event in several rows the
    first counts. Raises FileFormatError.
    """
    if not os.path.lexists(path):
        return {name: np.full(len(event_id), np.nan) for name in names}
    rows = _rows(path, event_id, names)
    return {name: _numbers(path, rows, name) for name in names}


def _rows(path: Path, event_id: IntArray, names: Sequence[str]) -> pl.DataFrame:
    """A row per event, as stored; null where there is nothing."""
    with reading(path, EXPECTED):
        csv = path.suffix == ".csv"
        lazy = pl.scan_csv(path, infer_schema=False, glob=False) if csv else scan(path)
        stored = stored_names(lazy.collect_schema())
        if "event_id" not in stored:
            raise missing_column(path, "event_id", stored, EXPECTED)
        number = pl.col(stored["event_id"]).cast(pl.Int64, strict=False).alias("event_id")
        columns = [
            (pl.col(stored[name]) if name in stored else pl.lit(None)).alias(name)
            for name in names
        ]  # fmt: skip
        asked = pl.DataFrame({"event_id": event_id}, schema={"event_id": pl.Int64})
        found = lazy.select(number, *columns).filter(pl.col("event_id").is_not_null())
        found = found.unique("event_id", keep="first", maintain_order=True)
        return asked.lazy().join(found, "event_id", "left", maintain_order="left").collect()


def _numbers(path: Path, rows: pl.DataFrame, name: str) -> FloatArray:
    stored = rows[name]
    if stored.dtype.is_nested():
        raise FileFormatError(f"{path}: column {name!r} is {stored.dtype}; expected numbers.")
    numbers = stored.cast(pl.Float64, strict=False)
    bad = numbers.is_null() & stored.is_not_null() | numbers.is_infinite().fill_null(False)
    if bad.any():
        row = int(np.argmax(bad.to_numpy()))
        raise FileFormatError(
            f"{path}: {name} of event {rows['event_id'][row]} is {stored[row]!r}; "
            "expected a finite number, or nothing."
        )
    return numbers.fill_null(float("nan")).to_numpy()
