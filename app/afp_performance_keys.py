"""Every key of the page Performance of AFP; what it shares with other pages is on the same key."""

from __future__ import annotations

from typing import Final

from app.keys import KEYS, Key

_SHARED: Final = {row.action: row for row in KEYS}

OPEN_PERFORMANCE: Final = Key(
    "Page", ("Shift+E",), "open_performance", "Shift E",
    "how well each anomaly detector does on this data set, and back",
)  # fmt: skip

PERFORMANCE_KEYS: Final = (
    Key("Measures", ("V",), "next_measure", "V", "next measure of the classes"),
    Key("Measures", ("C",), "toggle_log", "C", "false-positive rates logarithmic or linear"),
    Key("Page", OPEN_PERFORMANCE.keys, "open_events", OPEN_PERFORMANCE.printed,
        "back to the events"),
    *(_SHARED[action] for action in ("copy_link", "toggle_theme", "toggle_jobs", "toggle_help",
                                     "escape")),
)  # fmt: skip
