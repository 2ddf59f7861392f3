"""The page Performance: how far each reconstruction is off, on the data set that was on screen.

    /performance/<data set> ──► this frame ──► assets/display/performance.mjs
                                                ├─ GET /api/v1/performance/<data set>
                                                ├─ GET /api/v1/jobs, while one runs
                                                └─ tables and plots (SVG), the address

A document of its own, without Dash: nothing of it is computed in a callback, it has no use for
React and Plotly (5 MB), and the event page keeps its keys and its scene to itself. Links between
the two are ordinary ones; the event page is found again as it was left, by its address.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Final

from dash import ClientsideFunction, Dash, Input, Output, html
from flask import Flask, Response, current_app

from app import ids
from app.api import status_of
from app.components.controls import action_button
from app.components.jobs_sheet import jobs_sheet
from app.components.notice import failure
from app.components.top_bar import brand
from app.keys import KEYS
from app.plain_html import document
from app.routes import PERFORMANCE, event_path_of, performance_path
from app.services.events import Library
from reco_core.errors import DatasetError, HitscopeError

STYLES: Final = ("00-theme.css", "05-page.css", "30-panels.css", "40-jobs.css",
                 "50-performance.css")  # fmt: skip
ACTIONS: Final = ("open_performance", "copy_link", "toggle_theme", "toggle_jobs", "escape")


def register(app: Dash) -> None:
    """The page's address, and the link to it on the event page."""
    app.clientside_callback(
        ClientsideFunction("hitscope", "performance_path"),
        Output(ids.PERFORMANCE, "href"),
        Input(ids.ADDRESS, "pathname"),
    )
    _route(app.server, app)


def _route(server: Flask, app: Dash) -> None:
    def page(key: str | None = None) -> tuple[Response, int]:
        text, status = page_of(current_app.config["library"], key, app)
        return Response(text, mimetype="text/html"), status

    server.add_url_rule(PERFORMANCE, "performance", page)
    server.add_url_rule(f"{PERFORMANCE}/<key>", "performance_of", page)


def page_of(library: Library, key: str | None, app: Dash) -> tuple[str, int]:
    """The document for a data set (None: the first) and its status."""
    keys: list[str] = []
    try:
        keys = [dataset.key for dataset in library.datasets]
        dataset = library.dataset(key)
    except HitscopeError as error:
        return _document(app, keys, None, _failure(error, keys)), status_of(error)
    return _document(app, keys, dataset.key, _body()), 200


def _document(app: Dash, keys: list[str], current: str | None, body: Any) -> str:
    rows = [asdict(row) for row in KEYS if row.action in ACTIONS]
    frame = html.Div(
        [_top_bar(keys, current), body, jobs_sheet(),
         html.Div(id="toast", className="toast", role="status")],
        className="performance-page",
    )  # fmt: skip
    return document(
        f"Performance{f', {current}' if current else ''} - Hitscope",
        [app.get_asset_url(name) for name in STYLES],
        app.get_asset_url("display/performance.mjs"),
        frame,
        dataset=current or "",
        keys=json.dumps(rows),
    )


def _top_bar(keys: list[str], current: str | None) -> html.Header:
    links = [
        html.A(key, href=performance_path(key), className="current" if key == current else None)
        for key in keys
    ]
    return html.Header(
        [
            brand(),
            html.Details([html.Summary(current or "data set", id="dataset-name"),
                          html.Nav(links, className="menu")], className="dataset"),
            html.Span("/", className="slash"),
            html.H1("Performance", className="page-name"),
            html.Span(className="spring"),
            html.A([html.Span("Events", className="label"), html.Kbd(_printed())], id="events",
                   className="control", href=event_path_of(current)),
            action_button("toggle_jobs", "Score"),
            action_button("copy_link", "Link"),
            action_button("toggle_theme", "Theme"),
        ],
        className="top-bar",
    )  # fmt: skip


def _printed() -> str:
    return next(row.printed for row in KEYS if row.action == "open_performance")


def _body() -> html.Main:
    return html.Main(
        [
            html.Section(
                [
                    html.Div(
                        [html.P(id="performance-said", role="status"),
                         html.Span(className="spring"),
                         html.Button("Score with all", id="score-all", type="button",
                                     className="text-button", hidden=True),
                         html.Span([_download("CSV"), _download("Parquet")],
                                   id="downloads", className="downloads", hidden=True)],
                        className="performance-head",
                    ),
                    html.P(id="performance-notice", className="remark", role="alert"),
                    html.Div(id="methods", className="table-box"),
                ],
                **{"aria-label": "All events"},
            ),
            html.Section(id="figures", className="figures", hidden=True,
                         **{"aria-label": "Resolution and calibration"}),
            html.Section(id="groups", hidden=True, **{"aria-label": "By group"}),
            html.Section(id="verdict", hidden=True, **{"aria-label": "Verdict"}),
        ],
        id="performance", className="performance",
    )  # fmt: skip


def _download(label: str) -> html.A:
    return html.A(label, id=f"get-{label.lower()}", className="text-button", download="")


def _failure(error: HitscopeError, keys: list[str]) -> html.Main:
    links = [(key, performance_path(key)) for key in keys]
    heading = "There are no data" if isinstance(error, DatasetError) else "No such data set"
    told = failure(str(error), links, heading)
    return html.Main(html.Div(told, className="notice failed", role="alert"))
