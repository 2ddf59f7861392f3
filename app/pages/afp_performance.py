"""The page Performance of AFP: how well each anomaly detector does on the data set on screen.

    /afp/<data set>/performance --> this frame --> assets/display/afp_performance/page.mjs
                                                    |- GET /api/v1/afp/<data set>/performance
                                                    |- GET /api/v1/afp-evaluation
                                                    '- tables and plots (SVG), the address

A document of its own, without Dash, as the page Performance of reconstructions (performance.py).
"""

from __future__ import annotations

from typing import Final

from dash import Dash, html
from flask import Flask, Response

from app.afp_frame import Frame, refusal, top_bar
from app.afp_performance_keys import OPEN_PERFORMANCE, PERFORMANCE_KEYS
from app.api import status_of
from app.api_afp import afp_library
from app.components.controls import action_button
from app.routes import AFP, afp_path
from reco_core.errors import HitscopeError

FRAME: Final = Frame(
    "performance-page", "display/afp_performance/page.mjs",
    ("00-theme.css", "05-page.css", "30-panels.css", "40-jobs.css", "50-performance.css",
     "display/afp_performance/performance.css"),
    PERFORMANCE_KEYS,
    "The pointer on a curve or a cell tells its numbers. A click on the name of a detector shows "
    "or hides it in the plots.",
    jobs=True,
)  # fmt: skip


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
        entry = afp_library().dataset(key)
    except HitscopeError as error:
        return _document(app, None, refusal(error, "No such data set")), status_of(error)
    return _document(app, entry.key, _body(entry.key)), 200


def _document(app: Dash, key: str | None, body: html.Main) -> str:
    title = f"Performance, {key or 'AFP'}"
    return FRAME.document(app, title, _top_bar(key), [body], dataset=key or "")


def _top_bar(key: str | None) -> html.Header:
    return top_bar(
        key,
        html.H1("Performance", className="page-name"),
        html.Span(className="spring"),
        html.A([html.Span("Events", className="label"), html.Kbd(OPEN_PERFORMANCE.printed)],
               id="events", className="control", href=afp_path(key),
               title="back to the events"),
        action_button("toggle_jobs", "Score"),
        action_button("copy_link", "Link"),
        action_button("toggle_theme", "Theme"),
        action_button("toggle_help", "Keys"),
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
