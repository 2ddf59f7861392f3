"""The bar on top: name, data set, event, ways to go on."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from app import ids
from app.components.controls import action_button, kbd_of, toggle_button
from app.routes import PERFORMANCE


def top_bar() -> html.Header:
    return html.Header(
        [
            html.A([html.Span("hit"), html.Span("scope", className="scope")], href="/",
                   className="brand", **{"aria-label": "Hitscope: first event"}),
            html.Details(
                [html.Summary("data set", id="dataset-name"),
                 html.Nav(id=ids.DATASET_MENU, className="menu")],
                className="dataset",
            ),
            html.Span("/", className="slash"),
            dcc.Input(id=ids.JUMP, type="text", inputMode="numeric", maxLength=40,
                      placeholder="event id", className="jump", debounce=True,
                      autoComplete="off"),
            html.Span(id=ids.POSITION, className="position"),
            html.Span(className="spring"),
            pager_link(ids.PREVIOUS, "‹", "previous_event"),
            pager_link(ids.NEXT, "›", "next_event"),
            pager_link(ids.RANDOM, "Random", "random_event"),
            html.Span(
                [toggle_button("toggle_autoplay", "Autoplay"),
                 html.Label([dcc.Input(id="autoplay-seconds", type="number", value=10, min=2,
                                       max=600, step=1, className="seconds"), "s"],
                            title="seconds per event")],
                className="autoplay",
            ),
            html.A([html.Span("Performance", className="label"), kbd_of("open_performance")],
                   id=ids.PERFORMANCE, href=PERFORMANCE, className="control",
                   title="how far each reconstruction is off, on this data set"),
            action_button("toggle_jobs", "Score"),
            action_button("copy_link", "Link"),
            action_button("save_png", "PNG"),
            action_button("toggle_theme", "Theme"),
            action_button("toggle_help", "Keys"),
        ],
        className="top-bar",
    )  # fmt: skip


def pager_link(id: str, label: str, action: str) -> dcc.Link:
    """A real link, so that it opens in a new tab too; the key clicks it."""
    return dcc.Link(
        [html.Span(label, className="label"), kbd_of(action)],
        id=id, href="/", className="control", title=f"{action.replace('_', ' ')}",
    )  # fmt: skip


def dataset_links(keys: list[str], current: str | None) -> list[Any]:
    return [
        dcc.Link(key, href=f"/event/{key}", className="current" if key == current else "")
        for key in keys
    ]
