"""What is known of events beside their hits: events.parquet and truth.parquet."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from reco_core.afp.dataset_stored import EVENTS_FILE, TRUTH_FILE, Table
from reco_core.afp.sensor import STATIONS
from reco_core.dataset_names import is_file_or_broken_link
from reco_core.errors import FileFormatError

CLASS: Final = "event_class"
NUMBERS: Final = ("run", "evn", "station")
INFO: Final = ("event_id", "run", "evn", "side", "station")
KNOWN_SCHEMA: Final = pl.Schema({
    "event_id": pl.Int64, "run": pl.Int64, "evn": pl.Int64, "side": pl.String, "station": pl.Int64,
    CLASS: pl.String,
})  # fmt: skip
SIDE_OF_STATION: Final = {station.id: station.side for station in STATIONS}
TEXT: Final = (pl.String, pl.Categorical, pl.Enum, pl.Null)


class EventTable(Table):
    """A table with at most one row per event.

    in_order : its rows are the events 0 to n_rows - 1. Else it is held in memory when first used.
    """

    def __init__(self, path: Path, in_order: bool | None = None) -> None:
        """in_order : as known of before; None to find out, by reading event_id."""
        super().__init__(path, (), "a parquet file with a row per event: event_id and more")
        self._check_types()
        self.in_order = self._look() if in_order is None else in_order

    def _check_types(self) -> None:
        for name in NUMBERS:
            if name in self.schema and not (
                self.schema[name].is_integer() or self.schema[name] == pl.Null
            ):
                raise FileFormatError(
                    f"{self.path}: column {name!r} is {self.schema[name]}; expected an integer."
                )
        for name in (CLASS, "side"):
            if name in self.schema and not isinstance(self.schema[name], TEXT):
                raise FileFormatError(
                    f"{self.path}: column {name!r} is {self.schema[name]}; expected text."
                )

    def _look(self) -> bool:
        parts = [
            bool((ids == np.arange(first, first + len(ids))).all())
            for first, ids in self.event_ids()
        ]
        return all(parts)

    def last(self) -> int:
        """Highest event_id; -1 if there is no row."""
        if self.in_order:
            return self.n_rows - 1
        return max((int(ids.max()) for _, ids in self.event_ids()), default=-1)

    def of(self, first: int, end: int, columns: list[str]) -> pl.DataFrame:
        """event_id and the columns of the events first to end - 1; null where there is no row."""
        named = [pl.col("event_id").cast(pl.Int64), *map(pl.col, columns)]
        if self.in_order:
            return self.rows(first, end - first, named)
        wanted = pl.DataFrame({"event_id": np.arange(first, end)})
        kept = self._frame.select(named)
        return wanted.join(kept, on="event_id", how="left", maintain_order="left")

    @cached_property
    def _frame(self) -> pl.DataFrame:
        frame = self.rows(0, self.n_rows, [pl.all()])
        twice = frame["event_id"].is_duplicated()
        if twice.any():
            event_id = frame["event_id"].filter(twice)[0]
            raise FileFormatError(f"{self.path} has event {event_id} twice; expected one row each.")
        return frame


class Known:
    """The tables of a folder, where there are such."""

    def __init__(self, folder: Path, in_order: dict[str, bool] | None = None) -> None:
        """in_order : of the tables by name, as `in_order()` told. Raises FileFormatError."""
        known = in_order or {}
        self.events, self.truth = (
            EventTable(folder / name, known.get(name))
            if is_file_or_broken_link(folder / name)
            else None
            for name in (EVENTS_FILE, TRUTH_FILE)
        )
        if self.events and not self.events.in_order:
            raise FileFormatError(
                f"{self.events.path} does not list event 0 to N-1, each once, in this order."
            )

    @property
    def tables(self) -> list[EventTable]:
        return [table for table in (self.events, self.truth) if table]

    def in_order(self) -> dict[str, bool]:
        return {table.path.name: table.in_order for table in self.tables}

    def rows(self, first: int, end: int) -> pl.DataFrame:
        """Rows of KNOWN_SCHEMA for the events first to end - 1; null where not known.

        Of a column that both tables have, events.parquet counts.
        """
        frame = pl.DataFrame({"event_id": np.arange(first, end, dtype=np.int64)})
        for table in self.tables:
            wanted = [
                name for name in KNOWN_SCHEMA if name in table.schema and name not in frame.columns
            ]
            if wanted:
                frame = frame.hstack(table.of(first, end, wanted).select(wanted))
        frame = frame.select(
            (pl.col(name) if name in frame.columns else pl.lit(None)).cast(dtype).alias(name)
            for name, dtype in KNOWN_SCHEMA.items()
        )
        self._check_station(frame)
        side = pl.col("station").replace_strict(SIDE_OF_STATION, return_dtype=pl.String)
        return frame.with_columns(pl.coalesce(side, "side").alias("side"))

    def _check_station(self, frame: pl.DataFrame) -> None:
        bad = frame.filter(~pl.col("station").is_in(list(SIDE_OF_STATION)))
        if len(bad):
            table = next(table for table in self.tables if "station" in table.schema)
            raise FileFormatError(
                f"{table.path}: event {bad['event_id'][0]} has station {bad['station'][0]}; "
                f"expected 0 to {len(STATIONS) - 1}."
            )
