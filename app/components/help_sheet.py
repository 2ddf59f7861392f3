"""The sheet of all keys, made from the table in app/keys.py."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from dash import html

from app.keys import KEYS, Key

HINT: Final = (
    "Drag to orbit, right-drag to pan, wheel to zoom. Click a DOM for its pulses; Shift adds. "
    "Drag on the histogram to scrub. Click the name of a direction to measure the others against "
    "it; on the sky, to look along it."
)


def help_sheet(keys: Sequence[Key] = KEYS, hint: str = HINT) -> html.Div:
    """hint : what the pointer does."""
    groups = [
        html.Section([html.H3(name), html.Dl([cell for row in rows for cell in _row(row)])])
        for name, rows in groupby(keys, key=lambda row: row.group)
    ]
    return html.Div(
        html.Div(
            [
                html.H2("Keys"),
                html.Div(groups, className="key-groups"),
                html.P(hint, className="quiet"),
                html.Button("Close", className="control", **{"data-action": "toggle_help"}),
            ],
            className="sheet",
            role="dialog",
            **{"aria-modal": "true", "aria-label": "Keys"},
        ),
        id="help",
        className="backdrop",
        hidden=True,
    )


def _row(row):  # type: ignore[no-untyped-def]
    return html.Dt(html.Kbd(row.printed)), html.Dd(row.sentence)
