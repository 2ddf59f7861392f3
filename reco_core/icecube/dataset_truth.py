"""What is known of the events' particles: directions of the meta file, rows of the truth file."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reco_core.errors import FileFormatError
from reco_core.icecube.dataset_files import IntArray, reading, scan, stored_names
from reco_core.icecube.dataset_meta import FloatArray, check_directions
from reco_core.icecube.event import DirectionKind, Truth

TEXTS: Final = ("name", "sentence", "direction_kind", "event_class")
NUMBERS: Final = ("energy_gev", "vertex_x_m", "vertex_y_m", "vertex_z_m", "mjd")
ANGLES: Final = ("zenith", "azimuth")
EXPECTED: Final = "a table with event_id and any of " + ", ".join((*TEXTS, *NUMBERS, *ANGLES))


@dataclass(frozen=True, eq=False)
class TruthTable:
    """What is known of E events, as plain arrays that can be mapped from files.

    zenith, azimuth : (E,) rad, NaN if unknown.  text : (B,) bytes, the other values of all events
    as JSON, that of event k in [end[k - 1], end[k]).  end : (E,).
    """

    zenith: FloatArray
    azimuth: FloatArray
    text: NDArray[np.uint8]
    end: IntArray

    def truth(self, k: int) -> Truth:
        start = self.end[k - 1] if k else 0
        text = self.text[start : self.end[k]].tobytes()
        known: dict[str, Any] = json.loads(text) if text else {}
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
    texts = [b""] * len(event_id)
    if path.exists():
        rows = _checked_rows(path, event_id)
        place = {int(event): k for k, event in enumerate(event_id)} if len(rows) else {}
        zenith, azimuth = zenith.copy(), azimuth.copy()
        for row in rows.iter_rows(named=True):
            k = place[row["event_id"]]
            texts[k] = json.dumps(_known(row), separators=(",", ":")).encode()
            if math.isnan(zenith[k]) or math.isnan(azimuth[k]):
                zenith[k], azimuth[k] = row["zenith"], row["azimuth"]
    end = np.cumsum([len(text) for text in texts], dtype=np.int64)
    return TruthTable(zenith, azimuth, np.frombuffer(b"".join(texts), np.uint8), end)


def _known(row: dict[str, Any]) -> dict[str, Any]:
    """Values of one row that are there, under the names of Truth."""
    known = {name: row[name] for name in ("name", "sentence", "event_class") if row[name]}
    known["kind"] = cast(DirectionKind, row["direction_kind"])
    known |= {name: row[name] for name in ("energy_gev", "mjd") if not math.isnan(row[name])}
    vertex = [row[f"vertex_{axis}_m"] for axis in "xyz"]
    return known | ({} if any(map(math.isnan, vertex)) else {"vertex_m": vertex})


def _checked_rows(path: Path, event_id: IntArray) -> pl.DataFrame:
    """Rows of the events: all columns of TEXTS (None if missing), NUMBERS and ANGLES (NaN)."""
    with reading(path, EXPECTED):
        csv = path.suffix == ".csv"
        lazy = pl.scan_csv(path, infer_schema=False, glob=False) if csv else scan(path)
        stored = stored_names(lazy.collect_schema())
        if "event_id" not in stored:
            raise FileFormatError(
                f"{path} has no column 'event_id'; it has {', '.join(map(repr, stored))}."
            )
        stored.setdefault("event_class", stored.get("topology", ""))
        columns = [
            (pl.col(stored[name]) if stored.get(name) else pl.lit(None)).alias(name)
            for name in ("event_id", *TEXTS, *NUMBERS, *ANGLES)
        ]
        number = pl.col("event_id").cast(pl.Int64, strict=False)
        unread = lazy.select(columns).filter(number.is_null()).head(1).collect()
        of_batch = number.is_in(pl.Series(event_id).implode())
        rows = lazy.select(columns).filter(of_batch).with_columns(number).collect()
    if len(unread):
        value = unread["event_id"][0]
        raise FileFormatError(f"{path}: event_id is {value!r} in a row; expected a whole number.")
    rows = rows.unique("event_id", keep="first", maintain_order=True)
    rows = rows.with_columns(_numbers(path, rows, name) for name in (*NUMBERS, *ANGLES))
    rows = rows.with_columns(pl.col(name).cast(pl.String) for name in TEXTS)
    _check_values(path, rows)
    return rows.with_columns(pl.col("direction_kind").fill_null("true"))


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
    check_directions(path, rows)


def _refuse(path: Path, rows: pl.DataFrame, name: str, bad: pl.Series, expected: str) -> None:
    if bad.any():
        row = int(np.argmax(bad.to_numpy()))
        raise FileFormatError(
            f"{path}: {name} of event {rows['event_id'][row]} is {rows[name][row]!r}; "
            f"expected {expected}."
        )
