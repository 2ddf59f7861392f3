"""Every key of the AFP run page; what it shares with the AFP page is on the same key."""

from __future__ import annotations

from typing import Final

from app.keys import KEYS, Key

_SHARED: Final = {row.action: row for row in KEYS}

OPEN_RUN: Final = Key("Page", ("O",), "open_run", "O", "occupancy of this event's run, and back")

RUN_KEYS: Final = (
    Key("Runs", ("N",), "next_run", "N", "next run"),
    Key("Runs", ("P",), "previous_run", "P", "previous run"),
    Key("Maps", ("C",), "toggle_log", "C", "colours by the logarithm of the hits, or by the hits"),
    Key("Maps", (".",), "next_odd", ".", "next dead or hot pixel of the list"),
    Key("Maps", (",",), "previous_odd", ",", "the one before"),
    Key("Page", OPEN_RUN.keys, "open_events", OPEN_RUN.printed, "back to the events"),
    *(_SHARED[action] for action in ("copy_link", "toggle_theme", "toggle_help", "escape")),
)
