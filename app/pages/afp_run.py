"""The AFP run page: how often each pixel fired, which pixels and columns are dead or hot.

    /afp/<data set>/run/<run> --> this frame --> assets/display/afp_run/page.mjs
                                                   |- GET /api/v1/afp/<data set>/occupancy
                                                   |- GET .../occupancy/counts.bin?run=&station=
                                                   '- canvases, tables, the address

A document of its own, as the AFP page: run and station are chosen in the browser.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import Any, Final

from dash import Dash, html
from flask import Flask, Response, current_app

from app.afp_config import afp_config
from app.afp_run_keys import OPEN_RUN, RUN_KEYS
from app.components.controls import action_button, section, toggle_button
from app.components.help_sheet import help_sheet
from app.components.notice import failure
from app.components.top_bar import dataset_menu
from app.plain_html import document
from app.routes import AFP, afp_path
from app.services.afp_library import AfpLibrary
from app.services.events import Library
from reco_core.errors import HitscopeError, NotFoundError

STYLES: Final = ("00-theme.css", "05-page.css", "30-panels.css", "40-jobs.css",
                 "display/afp/afp.css", "display/afp_run/run.css")  # fmt: skip
RUN: Final = re.compile("-?[0-9]{1,15}|all|unknown")
HINT: Final = (
    "The pointer on a pixel tells its hits and how many are expected; a click marks it. Rings are "
    "hot pixels, squares dead ones; wedges at the ends of a column mark it as a whole. Drag the "
    "limits on the distribution of z to find more or fewer."
)


def register(app: Dash) -> None:
    """The page's addresses."""
    server: Flask = app.server

    def page(key: str, run: str | None = None) -> tuple[Response, int]:
        text, status = page_of(app, key, run)
        return Response(text, mimetype="text/html"), status

    server.add_url_rule(f"{AFP}/<key>/run", "afp_run_page", page)
    server.add_url_rule(f"{AFP}/<key>/run/<run>", "afp_run_page_of", page)


def page_of(app: Dash, key: str, run: str | None) -> tuple[str, int]:
    """The document for a run (None: the first) of a data set, and its status."""
    try:
        if run is not None and not RUN.fullmatch(run):
            raise NotFoundError(
                f"{run[:40]!r} is not a run: expected a whole number, 'all' or 'unknown'."
            )
        entry, status = _afp().dataset(key), 200
    except HitscopeError as error:
        status = 404 if isinstance(error, NotFoundError) else 422
        return _document(app, None, _failure(error)), status
    return _document(app, entry.key, [_maps(), _inspector()]), status


def _document(app: Dash, key: str | None, body: list[Any]) -> str:
    frame = html.Div(
        [_top_bar(key), *body, help_sheet(RUN_KEYS, HINT),
         html.Div(id="toast", className="toast", role="status")],
        className="run-page",
    )  # fmt: skip
    return document(
        f"Run - {key or 'AFP'} - Hitscope",
        [app.get_asset_url(name) for name in STYLES],
        app.get_asset_url("display/afp_run/page.mjs"),
        frame,
        dataset=key or "",
        keys=json.dumps([asdict(row) for row in RUN_KEYS]),
        config=json.dumps(afp_config()),
    )


def _top_bar(key: str | None) -> html.Header:
    afp_keys = [entry.key for entry in _afp().datasets]
    return html.Header(
        [
            html.A([html.Span("hit"), html.Span("scope", className="scope")], href="/",
                   className="brand", **{"aria-label": "Hitscope: first event"}),
            dataset_menu(_library().keys(), afp_keys, key),
            html.Span("/", className="slash"),
            _choice("run-choice", "run"),
            _choice("station-choice", "station"),
            html.Span(className="spring"),
            action_button("previous_run", "‹", id="previous"),
            action_button("next_run", "›", id="next"),
            html.A([html.Span("Events", className="label"), html.Kbd(OPEN_RUN.printed)],
                   id="events", className="control", href=afp_path(key),
                   title="back to the events"),
            action_button("copy_link", "Link"),
            action_button("toggle_theme", "Theme"),
            action_button("toggle_help", "Keys"),
        ],
        className="top-bar",
    )  # fmt: skip


def _choice(id: str, label: str) -> html.Select:
    return html.Select(id=id, className="of-class", hidden=True, **{"aria-label": label})


def _maps() -> html.Main:
    return html.Main(
        [
            html.Div(
                [
                    html.Div([html.H1(id="run-title"),
                              html.P(id="run-sentence", className="sentence",
                                     **{"aria-live": "polite"})],
                             className="afp-title"),
                    html.Span(className="spring"),
                    _scale(),
                    html.Div(toggle_button("toggle_log", "Log", pressed=True),
                             className="afp-controls"),
                ],
                className="afp-head",
            ),
            _progress(),
            html.Div(
                [html.Span(id="run-trouble-text"),
                 html.Button("Try again", id="run-again", type="button", className="text-button")],
                id="run-trouble", className="run-notice failed", role="alert", hidden=True,
            ),
            html.Div(id="maps"),
        ],
        className="run-main",
    )  # fmt: skip


def _scale() -> html.Div:
    ends = html.Div([html.Span(id="run-low"), html.Span(id="run-high")], className="scale-ends")
    return html.Div(
        [html.Div(id="run-bar", className="scale-bar"), ends],
        id="run-scale", className="charge-scale", hidden=True,
    )  # fmt: skip


def _progress() -> html.Div:
    return html.Div(
        [html.Progress(id="run-progress-bar", max="1"), html.Span(id="run-progress-text")],
        id="run-progress", className="run-notice", role="status", hidden=True,
    )  # fmt: skip


def _inspector() -> html.Aside:
    return html.Aside(
        [
            section("Planes", html.Div(id="run-planes")),
            section("Threshold", html.Div(id="run-threshold")),
            section("Dead and hot", html.Div(id="run-odd")),
            section("Close-up", html.Div(id="run-close")),
        ],
        className="inspector",
    )


def _failure(error: HitscopeError) -> list[Any]:
    links = [(entry.key, afp_path(entry.key)) for entry in _afp().datasets]
    told = failure(str(error), links, "No such page")
    return [html.Main(html.Div(told, className="notice failed", role="alert"))]


def _library() -> Library:
    return current_app.config["library"]


def _afp() -> AfpLibrary:
    return current_app.config["afp"]
