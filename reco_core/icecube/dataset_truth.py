"""What is known of the events' particles: directions of the meta file, rows of the truth file."""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reco_core.dataset_reading import missing_column, reading, scan, stored_names
from reco_core.errors import FileFormatError
from reco_core.icecube.dataset_files import IntArray
from reco_core.icecube.dataset_meta import FloatArray, check_directions
from reco_core.icecube.detector import MAX_POSITION_M
from reco_core.icecube.event import DirectionKind, Truth

SHOWN_TEXTS: Final = ("name", "sentence", "event_class", "topology")
TEXTS: Final = (*SHOWN_TEXTS, "direction_kind")
VERTEX: Final = ("vertex_x_m", "vertex_y_m", "vertex_z_m")
SINGLE: Final = ("energy_gev", "primary_pdg", "time_ns", "mjd")
NUMBERS: Final = (*SINGLE, *VERTEX)
MAX_MJD: Final = 1e6  # the year 4596
ANGLES: Final = ("zenith", "azimuth")
EXPECTED: Final = "a table with event_id and any of " + ", ".join((*TEXTS, *NUMBERS, *ANGLES))


@dataclass(frozen=True, eq=False)
class TruthTable:
    """What is known of E events, as plain arrays that can be mapped from files.

    zenith, azimuth : (E,) rad, NaN if unknown.  text : (B,) bytes, the other values of all events
    as JSON with null for what is not known, that of event k in [end[k - 1], end[k]).  end : (E,).
    """

    zenith: FloatArray
    azimuth: FloatArray
    text: NDArray[np.uint8]
    end: IntArray

    def truth(self, k: int) -> Truth:
        start = self.end[k - 1] if k else 0
        text = self.text[start : self.end[k]].tobytes()
        stored: dict[str, Any] = json.loads(text) if text else {}
        known = {name: value for name, value in stored.items() if value is not None}
        vertex = known.pop("vertex_m", None)
        zenith, azimuth = float(self.zenith[k]), float(self.azimuth[k])
        if math.isfinite(zenith) and math.isfinite(azimuth):
            known |= {"zenith": zenith, "azimuth": azimuth % (2 * math.pi)}
        return Truth(vertex_m=None if vertex is None else tuple(vertex), **known)


def truth_table(
    path: Path, event_id: IntArray, zenith: FloatArray, azimuth: FloatArray
) -> TruthTable:
    """Truth of the events: angles as given, else from the truth file at `path` if there is one.

    event_id, zenith, azimuth : (E,).  Raises FileFormatError about rows of these events.
    """
    if not os.path.lexists(path):
        return TruthTable(zenith, azimuth, np.zeros(0, np.uint8), np.zeros(len(zenith), np.int64))
    rows = _checked_rows(path, event_id)
    known = rows.select("event_id", *ANGLES, text=pl.struct(_known()).struct.json_encode())
    of_events = pl.DataFrame({"event_id": event_id}).join(
        known, on="event_id", how="left", maintain_order="left"
    )
    text = of_events["text"].fill_null("")
    unknown = np.isnan(zenith) | np.isnan(azimuth)
    told = (of_events[name].fill_null(math.nan).to_numpy() for name in ANGLES)
    zenith, azimuth = (
        np.where(unknown, theirs, own) for theirs, own in zip(told, (zenith, azimuth), strict=True)
    )
    joined = np.frombuffer("".join(text).encode(), np.uint8)
    return TruthTable(
        zenith, azimuth, joined, text.str.len_bytes().cum_sum().cast(pl.Int64).to_numpy()
    )


def _known() -> list[pl.Expr]:
    """Values under the names of Truth, null where there is none."""
    texts = (pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in SHOWN_TEXTS)
    numbers = {name: pl.col(name).fill_nan(None) for name in NUMBERS}
    numbers["primary_pdg"] = numbers["primary_pdg"].cast(pl.Int64)
    vertex = [numbers.pop(name) for name in VERTEX]
    given = pl.all_horizontal(place.is_not_null() for place in vertex)
    return [
        *texts,
        pl.col("direction_kind").alias("kind"),
        *(number.alias(name) for name, number in numbers.items()),
        pl.when(given).then(pl.concat_list(vertex)).alias("vertex_m"),
    ]


def _checked_rows(path: Path, event_id: IntArray) -> pl.DataFrame:
    """Rows of the events: all columns of TEXTS (None if missing), NUMBERS and ANGLES (NaN)."""
    rows = _rows(path, event_id).unique("event_id", keep="first", maintain_order=True)
    _check_types(path, rows)
    rows = rows.with_columns(_numbers(path, rows, name) for name in (*NUMBERS, *ANGLES))
    rows = rows.with_columns(pl.col(name).cast(pl.String) for name in TEXTS)
    _check_values(path, rows)
    return rows.with_columns(pl.col("direction_kind").fill_null("true"))


def _rows(path: Path, event_id: IntArray) -> pl.DataFrame:
    """Rows of the events as stored, but for event_id; columns that are not there are null."""
    with reading(path, EXPECTED):
        csv = path.suffix == ".csv"
        lazy = pl.scan_csv(path, infer_schema=False, glob=False) if csv else scan(path)
        schema = lazy.collect_schema()
        stored = stored_names(schema)
        if "event_id" not in stored:
            raise missing_column(path, "event_id", stored, EXPECTED)
        dtype = schema[stored["event_id"]]
        if not (csv or dtype.is_integer()):
            raise FileFormatError(f"{path}: column 'event_id' is {dtype}; expected integers.")
        stored.setdefault("event_class", stored.get("topology", ""))
        number = pl.col(stored["event_id"]).cast(pl.Int64, strict=False)
        columns = [
            (pl.col(stored[name]) if stored.get(name) else pl.lit(None)).alias(name)
            for name in (*TEXTS, *NUMBERS, *ANGLES)
        ]
        of_batch = number.is_in(pl.Series(event_id).implode())
        rows = lazy.filter(of_batch).select(number.alias("event_id"), *columns).collect()
        _check_ids(path, lazy, stored["event_id"])
    return rows


def _check_ids(path: Path, lazy: pl.LazyFrame, column: str) -> None:
    """FileFormatError about the first row without an event_id; blank lines are passed over."""
    blank = pl.all_horizontal(pl.all().is_null())
    no_number = pl.col(column).cast(pl.Int64, strict=False).is_null()
    wrong = lazy.select(pl.col(column).alias("id"), (no_number & ~blank).alias("wrong"))
    first = wrong.with_row_index("row", 1).filter(pl.col("wrong")).head(1).collect()
    for row, value, _ in first.iter_rows():
        raise FileFormatError(
            f"{path}: event_id is {value!r} in row {row} of the table; expected a whole number "
            "within 64 bits."
        )


def _check_types(path: Path, rows: pl.DataFrame) -> None:
    """Texts may be of any type that has one obvious text; numbers may also be texts, as in CSV."""
    for names, expected in ((TEXTS, "texts"), ((*NUMBERS, *ANGLES), "numbers")):
        for name in names:
            dtype = rows[name].dtype
            if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
                raise FileFormatError(f"{path}: column {name!r} is {dtype}; expected {expected}.")


def _numbers(path: Path, rows: pl.DataFrame, name: str) -> pl.Series:
    values = rows[name]
    numbers = values.cast(pl.Float64, strict=False)
    bad = numbers.is_null() & values.is_not_null() | numbers.is_infinite().fill_null(False)
    _refuse(path, rows, name, bad, "a finite number, or nothing")
    return numbers.fill_null(float("nan"))


def _check_values(path: Path, rows: pl.DataFrame) -> None:
    kinds = get_args(DirectionKind)
    unknown_kind = ~rows["direction_kind"].fill_null("true").is_in(kinds)
    _refuse(path, rows, "direction_kind", unknown_kind, " or ".join(map(repr, kinds)))
    _refuse(path, rows, "energy_gev", rows["energy_gev"] < 0, "an energy in GeV, 0 or more")
    for name in VERTEX:
        expected = f"a place in m, {-MAX_POSITION_M:,.0f} to {MAX_POSITION_M:,.0f}"
        _refuse(path, rows, name, rows[name].fill_nan(0).abs() > MAX_POSITION_M, expected)
    bad_mjd = rows["mjd"].fill_nan(0).abs() > MAX_MJD
    _refuse(path, rows, "mjd", bad_mjd, "a modified Julian date in days")
    check_directions(path, rows)


def _refuse(path: Path, rows: pl.DataFrame, name: str, bad: pl.Series, expected: str) -> None:
    if bad.any():
        row = int(np.argmax(bad.to_numpy()))
        raise FileFormatError(
            f"{path}: {name} of event {rows['event_id'][row]} is {rows[name][row]!r}; "
            f"expected {expected}."
        )
