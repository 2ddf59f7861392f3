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
from typing import Any, Final

from dash import Dash, html
from flask import Flask, Response

from app.afp_config import afp_config
from app.afp_frame import Frame, refusal, top_bar
from app.afp_run_keys import OPEN_RUN, RUN_KEYS
from app.api import status_of
from app.api_afp import afp_library
from app.components.controls import action_button, section, toggle_button
from app.routes import AFP, afp_path
from reco_core.errors import HitscopeError, NotFoundError

RUN: Final = re.compile("-?[0-9]{1,15}|all|unknown")
FRAME: Final = Frame(
    "run-page", "display/afp_run/page.mjs",
    ("00-theme.css", "05-page.css", "30-panels.css", "40-jobs.css", "display/afp/afp.css",
     "display/afp_run/run.css"),
    RUN_KEYS,
    "The pointer on a pixel tells its hits and how many are expected; a click marks it. Rings are "
    "hot pixels, squares dead ones; wedges at the ends of a column mark it as a whole. Drag the "
    "limits on the distribution of z to find more or fewer.",
    jobs=False,
)  # fmt: skip


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
        entry = afp_library().dataset(key)
    except HitscopeError as error:
        return _document(app, None, [refusal(error, "No such page")]), status_of(error)
    return _document(app, entry.key, [_maps(), _inspector()]), 200


def _document(app: Dash, key: str | None, body: list[Any]) -> str:
    return FRAME.document(
        app, f"Run - {key or 'AFP'}", _top_bar(key), body,
        dataset=key or "", config=json.dumps(afp_config()),
    )  # fmt: skip


def _top_bar(key: str | None) -> html.Header:
    return top_bar(
        key,
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
