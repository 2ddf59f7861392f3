"""Every id of the page that Python and the browser code share."""

from __future__ import annotations

from typing import Final

ADDRESS: Final = "address"  # dcc.Location, the one source of truth for what is shown
CONFIG: Final = "config"  # dcc.Store: tables the browser code needs, written once
EVENT: Final = "event"  # dcc.Store: the opened event, or the message why there is none
CLOCK: Final = "clock"  # dcc.Store: the time, when it has come to rest
FLAT: Final = "flat"  # dcc.Store: the event and time to draw flat, from browsers without WebGL2

TITLE: Final = "event-title"
SENTENCE: Final = "event-sentence"
NOTICE: Final = "notice"
PREVIOUS: Final = "previous"
NEXT: Final = "next"
RANDOM: Final = "random"
JUMP: Final = "jump"
PERFORMANCE: Final = "performance-link"  # to the page Performance of the data set on screen
DATASET_MENU: Final = "dataset-menu"
POSITION: Final = "position"
DIRECTIONS: Final = "directions"
VERDICT: Final = "verdict"
PROJECTIONS: Final = "projections"
