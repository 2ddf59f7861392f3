"""Every key of the AFP page, as app/keys.py has those of the event page.

What both pages do is on the same key; 1-9, U, S, F, Z, B and M stay free for labelling.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from app.afp_performance_keys import OPEN_PERFORMANCE
from app.afp_run_keys import OPEN_RUN
from app.keys import KEYS, Key

_SHARED: Final = {row.action: row for row in KEYS}


def _shared(*actions: str) -> tuple[Key, ...]:
    return tuple(_SHARED[action] for action in actions)


AFP_KEYS: Final = (
    *_shared("next_event", "previous_event", "random_event", "focus_jump", "toggle_autoplay"),
    Key("Events", ("D",), "toggle_same_class", "D", "only events of this one's class, or all"),
    Key("Scores", ("V",), "toggle_order", "V",
        "next by score, from the most anomalous on, or by number"),
    Key("Scores", ("Y",), "open_top", "Y", "the most anomalous event"),
    Key("Scores", ("X",), "open_near", "X", "the event nearest to the threshold"),
    Key("Scores", ("G",), "toggle_log_counts", "G", "histogram linear or logarithmic"),
    Key("Planes", ("W",), "toggle_whole", "W", "whole planes, or where the hits are"),
    Key("Planes", ("Home",), "to_hits", "Home", "back to where the hits are"),
    Key("Planes", ("+", "="), "zoom_in", "+", "closer"),
    Key("Planes", ("-",), "zoom_out", "-", "farther"),
    Key("Planes", ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"), "pan_planes", "arrows",
        "move over the planes"),
    Key("Planes", ("C",), "next_colouring", "C", "colour by charge, or hits alone"),
    Key("Planes", ("A",), "next_maker", "A", "an autoencoder's reconstruction and its difference"),
    Key("Planes", ("I",), "toggle_track", "I", "fitted track on and off"),
    Key("Station", ("Alt+ArrowLeft", "Alt+ArrowRight", "Alt+ArrowUp", "Alt+ArrowDown"), "orbit",
        "Alt + arrows", "orbit"),
    Key("Station", ("H",), "view_home", "H", "home view"),
    Key("Station", ("J",), "view_beam", "J", "along the beam"),
    Key("Station", ("K",), "view_side", "K", "from the side: the tilt of the planes"),
    OPEN_RUN,
    OPEN_PERFORMANCE,
    *_shared("copy_link", "save_png", "toggle_theme", "toggle_jobs", "toggle_help"),
    replace(_SHARED["escape"], sentence="close the sheet"),
)  # fmt: skip
