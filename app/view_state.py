"""URL <-> view: what the query of an address says of time, camera, overlays. Pure.

The browser writes these keys (assets/display/address.mjs) and this table reads them, so an address
shows exactly the view from which it was copied. Times are absolute ns on the event's own clock.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from app.colours import COLOUR_MAPS
from app.theme import OVERLAY_STYLES
from reco_core.icecube.detector import N_SENSORS

MAX_QUERY_CHARACTERS = 2000
MAX_SELECTED = 20
_NS_LIMIT = 2.0**32


@dataclass(frozen=True)
class ViewParameter:
    """One key of the query: what it holds, how it is read, and its form in words."""

    key: str
    expected: str
    parse: Callable[[str], Any]


def _number(low: float, high: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        value = float(text)
        if not (math.isfinite(value) and low <= value <= high):
            raise ValueError("out of range")
        return value

    return parse


def _span(text: str) -> list[float]:
    low, high = (_number(-_NS_LIMIT, _NS_LIMIT)(part) for part in text.split(","))
    if not low < high:
        raise ValueError("not ascending")
    return [low, high]


def _camera(text: str) -> list[float]:
    values = [_number(-100_000, 100_000)(part) for part in text.split(",")]
    if len(values) != 6 or values[2] <= 0:
        raise ValueError("not a camera")
    return values


def _hand(text: str) -> list[str | float]:
    kind, *numbers = text.split(",")
    ends = ((0, 180), (0, 360), *[(-100_000, 100_000)] * 3, (-_NS_LIMIT, _NS_LIMIT))
    if kind not in ("track", "cascade") or len(numbers) != len(ends):
        raise ValueError("nothing that can be held")
    return [kind, *(_number(*span)(part) for part, span in zip(numbers, ends, strict=True))]


def _keys(allowed: tuple[str, ...]) -> Callable[[str], list[str]]:
    def parse(text: str) -> list[str]:
        keys = [key for key in text.split(",") if key]
        if not set(keys) <= set(allowed):
            raise ValueError("unknown key")
        return keys

    return parse


def _one_of(*allowed: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError("unknown key")
        return text

    return parse


def _flag(text: str) -> bool:
    return _one_of("0", "1")(text) == "1"


def _sensors(text: str) -> list[int]:
    sensors = [int(part) for part in text.split(",") if part]
    if len(sensors) > MAX_SELECTED or not all(0 <= sensor < N_SENSORS for sensor in sensors):
        raise ValueError("not sensors")
    return sensors


_OVERLAYS = tuple(style.key for style in OVERLAY_STYLES)
_MAPS = tuple(row.key for row in COLOUR_MAPS)

VIEW_PARAMETERS = (
    ViewParameter("t", "a time in ns", _number(-_NS_LIMIT, _NS_LIMIT)),
    ViewParameter("window", "two times in ns, the earlier first: 9800,12500", _span),
    ViewParameter("range", "two times in ns, the earlier first: 9800,12500", _span),
    ViewParameter("camera", "azimuth,elevation (degrees),distance,x,y,z (m)", _camera),
    ViewParameter("on", f"any of {', '.join(_OVERLAYS)}, separated by commas", _keys(_OVERLAYS)),
    ViewParameter("fit", f"one of {', '.join(_OVERLAYS)}", _one_of(*_OVERLAYS)),
    ViewParameter(
        "hand",
        "track or cascade,zenith,azimuth (degrees),x,y,z (m),time (ns): what is in hand",
        _hand,
    ),
    ViewParameter("map", f"one of {', '.join(_MAPS)}", _one_of(*_MAPS)),
    ViewParameter("aux", "0 or 1: auxiliary pulses drawn", _flag),
    ViewParameter("cones", "0 or 1: error cones drawn", _flag),
    ViewParameter("dust", "0 or 1: dust layer drawn", _flag),
    ViewParameter("region", "0 or 1: deciding region drawn", _flag),
    ViewParameter("lock", "0 or 1: camera locked", _flag),
    ViewParameter("speed", "ns per second, 1 to 1,000,000", _number(1, 1e6)),
    ViewParameter("dom", f"up to {MAX_SELECTED} sensor_ids, separated by commas", _sensors),
    ViewParameter("theme", "dark or light", _one_of("dark", "light")),
)


def parse_query(query: str, more_overlays: Iterable[str] = ()) -> tuple[dict[str, Any], list[str]]:
    """The view that a query such as '?t=12232&on=truth' asks for, and what in it made no sense.

    Keys that are not in the table are left alone: they may belong to a page of another day.
    more_overlays : keys that `on` and `fit` may name besides those with a style of their own.
    """
    if len(query) > MAX_QUERY_CHARACTERS:
        return {}, [f"The address is longer than {MAX_QUERY_CHARACTERS:,} characters; ignored."]
    given = dict(parse_qsl(query.removeprefix("?"), keep_blank_values=True))
    view: dict[str, Any] = {}
    complaints = []
    known = (*_OVERLAYS, *more_overlays)
    of_overlays = {"on": _keys(known), "fit": _one_of(*known)}
    for row in VIEW_PARAMETERS:
        if row.key not in given:
            continue
        try:
            view[row.key] = of_overlays.get(row.key, row.parse)(given[row.key])
        except (ValueError, OverflowError):
            complaints.append(
                f"The address says {row.key}={given[row.key][:40]!r}; expected {row.expected}."
            )
    return view, complaints


def to_query(view: dict[str, Any]) -> str:
    """The query that `parse_query` reads back as `view`."""
    return urlencode(
        {row.key: _text(view[row.key]) for row in VIEW_PARAMETERS if row.key in view}, safe=","
    )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, list):
        return ",".join(_text(item) for item in value)
    return f"{value:.10g}" if isinstance(value, float) else str(value)
