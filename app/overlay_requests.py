"""What a browser asks of the overlays of an event, checked: every part of it may be hostile."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.services.inference import Viewer
from app.services.inference_link import VIEWER_NAME
from app.services.results import MAX_WAIT_S
from reco_core.errors import SettingError

_TURN = re.compile(r"[0-9]{1,9}")
DEFAULT_WAIT_S = 0.25


@dataclass(frozen=True)
class OverlayRequest:
    """of : keys of algorithms, each once.  viewer : whose later turns make this one void.

    listed : they are not drawn.  ahead : keys to be computed for the events that follow.
    """

    of: tuple[str, ...]
    viewer: Viewer | None
    wait_s: float
    listed: bool
    ahead: tuple[str, ...]


def overlay_request(query: Mapping[str, str], known: Iterable[str]) -> OverlayRequest:
    """The query `of=a,b&viewer=...&turn=3&wait=0.25&listed=1&ahead=a`; all of it optional.

    of : all `known`, unless told.

    Raises SettingError, naming the part that makes no sense.
    """
    of = query.get("of")
    return OverlayRequest(
        tuple(known) if of is None else _keys(of),
        _viewer(query),
        _wait_s(query),
        query.get("listed") == "1",
        _keys(query.get("ahead", "")),
    )


def leaving_viewer(body: Any) -> Viewer:
    """The viewer in the body {"viewer": ..., "turn": ...} of a page that is closed."""
    match body:
        case {"viewer": str(name), "turn": int(turn)} if _is_viewer(name, str(turn)):
            return Viewer(name, turn)
    raise SettingError('Expected {"viewer": 8 to 40 letters or digits, "turn": a whole number}.')


def _keys(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for key in text.split(",") if key))


def _viewer(query: Mapping[str, str]) -> Viewer | None:
    name, turn = query.get("viewer"), query.get("turn", "0")
    if name is None:
        return None
    if not _is_viewer(name, turn):
        raise SettingError(
            f"viewer={name[:40]!r}, turn={turn[:40]!r}; expected 8 to 40 letters or digits and a "
            "whole number."
        )
    return Viewer(name, int(turn))


def _is_viewer(name: str, turn: str) -> bool:
    return bool(VIEWER_NAME.fullmatch(name) and _TURN.fullmatch(turn))


def _wait_s(query: Mapping[str, str]) -> float:
    text = query.get("wait", str(DEFAULT_WAIT_S))
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= MAX_WAIT_S:  # false for NaN
        raise SettingError(f"wait={text[:40]!r}; expected seconds from 0 to {MAX_WAIT_S:g}.")
    return seconds
