"""The page Performance of AFP: how well each anomaly detector does on the data set on screen.

    /afp/<data set>/performance --> this frame --> assets/display/afp_performance/page.mjs
                                                    |- GET /api/v1/afp/<data set>/performance
                                                    |- GET /api/v1/afp-evaluation
                                                    '- tables and plots (SVG), the address

A document of its own, without Dash, as the page Performance of reconstructions (performance.py).
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Final

from dash import Dash, html
from flask import Flask, Response, current_app

from app.afp_performance_keys import OPEN_PERFORMANCE, PERFORMANCE_KEYS
from app.components.controls import action_button
from app.components.help_sheet import help_sheet
from app.components.jobs_sheet import jobs_sheet
from app.components.notice import failure
from app.components.top_bar import dataset_menu
from app.plain_html import document
from app.routes import AFP, afp_path
from app.services.afp_library import AfpLibrary
from app.services.events import Library
from reco_core.errors import HitscopeError, NotFoundError

STYLES: Final = ("00-theme.css", "05-page.css", "30-panels.css", "40-jobs.css",
                 "50-performance.css", "display/afp_performance/performance.css")  # fmt: skip
HINT: Final = (
    "The pointer on a curve or a cell tells its numbers. A click on the name of a detector shows "
    "or hides it in the plots."
)


def register(app: Dash) -> None:
    """The page's address."""
    server: Flask = app.server

    def page(key: str) -> tuple[Response, int]:
        text, status = page_of(app, key)
        return Response(text, mimetype="text/html"), status

    server.add_url_rule(f"{AFP}/<key>/performance", "afp_performance_page", page)


def page_of(app: Dash, key: str) -> tuple[str, int]:
    """The document for a data set, and its status."""
    try:
        entry, status = _afp().dataset(key), 200
    except HitscopeError as error:
        status = 404 if isinstance(error, NotFoundError) else 422
        return _document(app, None, _failure(error)), status
    return _document(app, entry.key, _body(entry.key)), status


def _document(app: Dash, key: str | None, body: Any) -> str:
    frame = html.Div(
        [_top_bar(key), body, help_sheet(PERFORMANCE_KEYS, HINT), jobs_sheet(),
         html.Div(id="toast", className="toast", role="status")],
        className="performance-page",
    )  # fmt: skip
    return document(
        f"Performance, {key or 'AFP'} - Hitscope",
        [app.get_asset_url(name) for name in STYLES],
        app.get_asset_url("display/afp_performance/page.mjs"),
        frame,
        dataset=key or "",
        keys=json.dumps([asdict(row) for row in PERFORMANCE_KEYS]),
    )


def _top_bar(key: str | None) -> html.Header:
    afp_keys = [entry.key for entry in _afp().datasets]
    return html.Header(
        [
            html.A([html.Span("hit"), html.Span("scope", className="scope")], href="/",
                   className="brand", **{"aria-label": "Hitscope: first event"}),
            dataset_menu(_library().keys(), afp_keys, key),
            html.Span("/", className="slash"),
            html.H1("Performance", className="page-name"),
            html.Span(className="spring"),
            html.A([html.Span("Events", className="label"), html.Kbd(OPEN_PERFORMANCE.printed)],
                   id="events", className="control", href=afp_path(key),
                   title="back to the events"),
            action_button("toggle_jobs", "Score"),
            action_button("copy_link", "Link"),
            action_button("toggle_theme", "Theme"),
            action_button("toggle_help", "Keys"),
        ],
        className="top-bar",
    )  # fmt: skip


def _body(key: str) -> html.Main:
    return html.Main(
        [
            html.P(id="performance-notice", className="remark", role="alert"),
            _part("own", key, "Loading."),
            _part("mix", "Test mix of the weights", ""),
        ],
        id="performance", className="performance afp-performance",
    )  # fmt: skip


def _part(id: str, heading: str, said: str) -> html.Section:
    own = id == "own"
    buttons = [
        html.Button("Score with all", id="score-all", type="button", className="text-button",
                    hidden=True),
        html.A("CSV", id="get-csv", className="text-button", download="", hidden=True),
    ]  # fmt: skip
    return html.Section(
        [
            html.Div(
                [html.H2(heading, className="section-name"),
                 html.P(said, className="said", role="status"),
                 *(buttons if own else [])],
                className="performance-head",
            ),
            html.Div(className="overall table-box"),
            html.Div(className="group-tools", hidden=True),
            html.Div(className="by-class table-box"),
            html.Div(className="rocs"),
            html.P(className="sweep-said"),
            html.Div(className="sweep figures small"),
        ],
        id=id, hidden=not own, **{"aria-label": heading},
    )  # fmt: skip


def _failure(error: HitscopeError) -> html.Main:
    links = [(entry.key, afp_path(entry.key)) for entry in _afp().datasets]
    told = failure(str(error), links, "No such data set")
    return html.Main(html.Div(told, className="notice failed", role="alert"))


def _library() -> Library:
    return current_app.config["library"]


def _afp() -> AfpLibrary:
    return current_app.config["afp"]
