"""Buttons that print the key which does the same."""

from __future__ import annotations

from typing import Any

from dash import html

from app.afp_keys import AFP_KEYS
from app.afp_performance_keys import PERFORMANCE_KEYS
from app.afp_run_keys import RUN_KEYS
from app.keys import KEYS

_ROW = {row.action: row for row in (*PERFORMANCE_KEYS, *RUN_KEYS, *AFP_KEYS, *KEYS)}


def action_button(action: str, label: str, class_name: str = "", **attributes: Any) -> html.Button:
    """A button for one action of the tables of keys; the browser code runs it by `data-action`."""
    row = _ROW[action]
    return html.Button(
        [html.Span(label, className="label"), html.Kbd(row.printed)],
        className=f"control {class_name}".strip(),
        **{
            "title": f"{row.sentence} ({row.printed})",
            "data-action": action,
            "aria-label": f"{label}: {row.sentence}",
            "type": "button",
            **attributes,
        },
    )


def toggle_button(action: str, label: str, pressed: bool = False, **attributes: Any) -> html.Button:
    """An on/off button; the browser code keeps `aria-pressed` in step with the view."""
    state = {"aria-pressed": str(pressed).lower()}
    return action_button(action, label, "toggle", **state, **attributes)


def kbd_of(action: str) -> html.Kbd:
    return html.Kbd(_ROW[action].printed)


def section(title: str, *children: Any, id: str | None = None, **attributes: Any) -> html.Section:
    """A panel of the inspector under its small heading."""
    body = [html.H2(title, className="section-name"), *children]
    return html.Section(body, className="panel", **({"id": id} if id else {}), **attributes)
