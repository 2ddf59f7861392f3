"""Directions that others published of events of a data set: a table of named fits."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from reco_core.dataset_reading import missing_column, reading, scan, stored_names
from reco_core.errors import FileFormatError
from reco_core.icecube.dataset_meta import check_directions

COLUMNS: Final = ("event_id", "reco", "zenith", "azimuth")
EXPECTED: Final = (
    "a table, .csv or .parquet, with event_id, reco (the name of a fit), zenith and azimuth (rad, "
    "where the particle came from)"
)
PUBLISHED: Final = pl.Schema(
    {"event_id": pl.Int64, "reco": pl.String, "zenith": pl.Float64, "azimuth": pl.Float64}
)


def published_directions(path: Path) -> pl.DataFrame:
    """Rows of PUBLISHED, in the order of the file; fits without a direction are left out.

    Raises FileFormatError, naming the row, for what is missing, not a number or out of range, and
    for a fit that is twice.
    """
    rows = _stored(path)
    found = rows.select(
        pl.col("event_id").cast(pl.Int64, strict=False),
        pl.col("reco").cast(pl.String),
        *(pl.col(name).cast(pl.Float64, strict=False) for name in COLUMNS[2:]),
    )
    for name in COLUMNS:
        expected = {"event_id": "a whole number", "reco": "a name"}.get(name, "an angle in rad")
        empty_is_wrong = name in COLUMNS[:2]
        wrong = found[name].is_null() & (rows[name].is_not_null() | empty_is_wrong)
        _refuse(path, rows, name, wrong, expected)
    half = found["zenith"].is_null() != found["azimuth"].is_null()
    _refuse(path, rows, "azimuth", half, "both zenith and azimuth, or neither")
    _refuse(path, rows, "reco", found.select("event_id", "reco").is_duplicated(), "each fit once")
    found = found.drop_nulls()
    check_directions(path, found)
    return found


def _stored(path: Path) -> pl.DataFrame:
    """COLUMNS as they stand in the file; NaN and blank texts as nothing."""
    with reading(path, EXPECTED):
        csv = path.suffix == ".csv"
        lazy = pl.scan_csv(path, infer_schema=False, glob=False) if csv else scan(path)
        schema = lazy.collect_schema()
        stored = stored_names(schema)
        for name in COLUMNS:
            if name not in stored:
                raise missing_column(path, name, schema, EXPECTED)
            if schema[stored[name]].is_nested():
                raise FileFormatError(f"{path}: column {name!r} is {schema[stored[name]]}; "
                                      f"expected {EXPECTED}.")  # fmt: skip
        rows = lazy.select(pl.col(stored[name]).alias(name) for name in COLUMNS).collect()
    floats = pl.selectors.float()
    blank = pl.selectors.string()
    return rows.with_columns(
        floats.fill_nan(None),
        pl.when(blank.str.strip_chars().is_in(["", "nan", "NaN"])).then(None).otherwise(blank)
        .name.keep(),
    )  # fmt: skip


def _refuse(path: Path, rows: pl.DataFrame, name: str, wrong: pl.Series, expected: str) -> None:
    if wrong.any():
        row = int(wrong.arg_max() or 0)
        raise FileFormatError(
            f"{path}: {name} is {rows[name][row]!r} in row {row + 1} of the table; "
            f"expected {expected}."
        )
