"""The table of directions: a row for the truth and each reconstruction, each with its switch."""

from __future__ import annotations

import math
from typing import Any

from dash import html

from app.services.events import Overlay
from app.theme import OVERLAY_STYLE

COLUMNS = ("", "zenith", "azimuth", "angle")


def directions_table(overlays: tuple[Overlay, ...]) -> html.Div:
    """Rows of zenith, azimuth and opening angle to the truth, in degrees with one decimal."""
    if not overlays:
        return html.P("No direction is known or could be reconstructed.", className="quiet")
    head = html.Div(
        [html.Span(name, role="columnheader") for name in COLUMNS], className="row head", role="row"
    )
    return html.Div(
        [head, *(_row(overlay) for overlay in overlays)], className="directions", role="table"
    )


def _row(overlay: Overlay) -> html.Div:
    if overlay.reason:
        return html.Div(
            [_name(overlay), html.Span(overlay.reason, className="reason", role="cell")],
            className="row failed",
            role="row",
        )
    cells = [degrees(overlay.zenith), degrees(overlay.azimuth), degrees(overlay.opening_angle)]
    name = _switch(overlay) if overlay.point_m else _name(overlay)
    return html.Div(
        [name, *(html.Span(cell, role="cell") for cell in cells)], className="row", role="row"
    )


def _switch(overlay: Overlay) -> html.Span:
    style = OVERLAY_STYLE[overlay.key]
    button = html.Button(
        [html.Span(className=f"swatch swatch-{overlay.key}"), overlay.label,
         html.Kbd(style.shortcut)],
        className="name",
        title=f"{overlay.label} ({overlay.source}): show or hide ({style.shortcut})",
        **{"data-action": f"toggle_{overlay.key}", "aria-pressed": "true", "type": "button"},
    )  # fmt: skip
    return html.Span(button, role="cell")


def _name(overlay: Overlay) -> html.Span:
    return html.Span(
        [html.Span(className=f"swatch swatch-{overlay.key} off"), overlay.label],
        className="name",
        role="cell",
    )


def degrees(angle: float | None) -> Any:
    """'91.2°', or nothing where there is no angle."""
    return "" if angle is None else f"{math.degrees(angle):.1f}°"
