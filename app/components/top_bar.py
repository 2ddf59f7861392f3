"""The bar on top: name, data set, event, ways to go on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from app import ids
from app.components.controls import action_button, kbd_of, toggle_button
from app.routes import PERFORMANCE, afp_path, event_path_of


def top_bar() -> html.Header:
    return html.Header(
        [
            brand(),
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
            autoplay(),
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


def brand() -> html.A:
    return html.A(
        [html.Span("hit"), html.Span("scope", className="scope")],
        href="/", className="brand", **{"aria-label": "Hitscope: first event"},
    )  # fmt: skip


def autoplay() -> html.Span:
    """The button, and while it is on, how many seconds each event is shown."""
    seconds = dcc.Input(
        id="autoplay-seconds", type="number", value=10, min=2, max=600, step=1, className="seconds"
    )
    return html.Span(
        [toggle_button("toggle_autoplay", "Autoplay"),
         html.Label([seconds, "s"], title="seconds per event")],
        className="autoplay",
    )  # fmt: skip


def pager_link(id: str, label: str, action: str) -> dcc.Link:
    """A real link, so that it opens in a new tab too; the key clicks it."""
    return dcc.Link(
        [html.Span(label, className="label"), kbd_of(action)],
        id=id, href="/", className="control", title=f"{action.replace('_', ' ')}",
    )  # fmt: skip


def dataset_links(keys: list[str], current: str | None, afp_keys: Sequence[str] = ()) -> list[Any]:
    """The choice of data sets on the event page; their kind is told where there are both."""
    own = [
        dcc.Link(_named(key, "IceCube" if afp_keys else ""), href=f"/event/{key}",
                 className="current" if key == current else "")
        for key in keys
    ]  # fmt: skip
    return own + [html.A(_named(key, "AFP"), href=afp_path(key)) for key in afp_keys]


def dataset_menu(keys: Sequence[str], afp_keys: Sequence[str], current: str | None) -> html.Details:
    """The same as plain links, on the page of an AFP data set."""
    links = [
        html.A(_named(key, "AFP"), href=afp_path(key),
               className="current" if key == current else None)
        for key in afp_keys
    ] + [html.A(_named(key, "IceCube"), href=event_path_of(key)) for key in keys]  # fmt: skip
    return html.Details(
        [html.Summary(current or "data set", id="dataset-name"),
         html.Nav(links, className="menu")],
        className="dataset",
    )  # fmt: skip


def _named(key: str, kind: str) -> Any:
    return [html.Span(key), html.Span(kind, className="kind")] if kind else key
