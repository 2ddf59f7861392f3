"""Which runs and stations an AFP data set holds, and how one of them is named. Light to import."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from reco_core.afp.sensor import STATIONS
from reco_core.errors import SettingError

ALL: Final = "all"
UNKNOWN: Final = "unknown"
MOST_DIGITS: Final = 18
LABEL: Final[dict[int | None, str]] = {station.id: station.label for station in STATIONS}

_NUMBER: Final = re.compile(f"-?[0-9]{{1,{MOST_DIGITS}}}")


@dataclass(frozen=True)
class Part:
    """The events that are counted together.

    run : number, "all" of them, or None for events whose run is not known.
    station : number, or None where not known.
    """

    run: int | Literal["all"] | None
    station: int | None

    def as_json(self) -> list[Any]:
        return [self.run, self.station]

    @property
    def text(self) -> str:
        """'run 7, C far'"""
        words: dict[int | str | None, str] = {ALL: "all runs", None: "run not known"}
        run = words.get(self.run, f"run {self.run}")
        station = "station not known" if self.station is None else f"station {self.station}"
        return f"{run}, {LABEL.get(self.station, station)}"


@dataclass(frozen=True)
class Row:
    """Events of one run and station.  first, last : event_ids that all of them lie between."""

    run: int | None
    station: int | None
    n_events: int
    first: int
    last: int


def rows_json(rows: Iterable[Row]) -> list[dict[str, Any]]:
    return [asdict(row) for row in rows]


def rows_of_json(told: Iterable[Mapping[str, Any]]) -> list[Row]:
    return [Row(**row) for row in told]


def extent(rows: Iterable[Row], part: Part) -> Row | None:
    """The rows of a part as one; None where it has no events."""
    of = [row for row in rows if row.station == part.station and part.run in (ALL, row.run)]
    if not of:
        return None
    run = of[0].run if part.run != ALL else None
    return Row(
        run, part.station, sum(row.n_events for row in of),
        min(row.first for row in of), max(row.last for row in of),
    )  # fmt: skip


def part_of(query: Mapping[str, str]) -> Part:
    """What ?run=...&station=... asks for. Raises SettingError."""
    run = query.get("run", "")
    if run == ALL:
        return Part("all", _number(query, "station"))
    return Part(_number(query, "run", ALL), _number(query, "station"))


def _number(query: Mapping[str, str], name: str, *words: str) -> int | None:
    text = query.get(name, "")
    if text == UNKNOWN:
        return None
    if not _NUMBER.fullmatch(text):
        expected = " or ".join(repr(word) for word in (*words, UNKNOWN))
        raise SettingError(f"{name}={text[:40]!r}; expected a whole number, or {expected}.")
    return int(text)


def part_of_json(told: Any) -> Part:
    """As Part.as_json() gives it. ValueError for anything else."""
    match told:
        case [run, station] if _is_run(run) and _is_number(station):
            return Part(run, station)
    raise ValueError(f"a run and station are {told!r:.80}")


def _is_run(run: Any) -> bool:
    return run == ALL or _is_number(run)


def _is_number(value: Any) -> bool:
    return value is None or (type(value) is int and abs(value) < 10**MOST_DIGITS)


def told(
    state: str, message: str, fraction: float | None = None, error: str = ""
) -> dict[str, Any]:
    """The head of an answer about runs.  error : 'absent', 'data' (cannot be read), or ''."""
    return {"state": state, "message": message, "fraction": fraction, "error": error}
