"""The AFP page: the four planes of a station, hits in space, what is known of the event.

    /afp/<data set>/<event id> --> this frame --> assets/display/afp/page.mjs
                                                   |- GET /api/v1/afp/<data set>
                                                   |- GET /api/v1/afp/<data set>/events/<event id>
                                                   '- canvases, inspector, the address

A document of its own, without Dash, as the page Performance: an event is drawn as soon as its hits
are there, and the next one is asked for while this one is looked at.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Final

from dash import Dash, dcc, html
from flask import Flask, Response, current_app, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from app.afp_config import afp_config
from app.afp_keys import AFP_KEYS
from app.afp_performance_keys import OPEN_PERFORMANCE
from app.afp_run_keys import OPEN_RUN
from app.components.controls import action_button, section, toggle_button
from app.components.help_sheet import help_sheet
from app.components.jobs_sheet import jobs_sheet
from app.components.notice import failure
from app.components.top_bar import autoplay, dataset_menu
from app.plain_html import document
from app.routes import AFP, afp_path, afp_performance_path, parse_event_id
from app.services.afp_library import AfpLibrary
from app.services.events import Library
from reco_core.errors import HitscopeError, NotFoundError

STYLES: Final = ("00-theme.css", "05-page.css", "30-panels.css", "40-jobs.css",
                 "display/afp/afp.css")  # fmt: skip
HINT: Final = (
    "Drag on a plane to move, wheel to zoom; all four move together. Drag the station to orbit it. "
    "The pointer on a pixel tells its charge, and marks its place on the other planes."
)


def register(app: Dash) -> None:
    """The page's addresses; and '/' leads here where there are no data of IceCube."""
    server: Flask = app.server

    def page(key: str | None = None, event_id: str | None = None) -> tuple[Response, int]:
        text, status = page_of(app, key, event_id)
        return Response(text, mimetype="text/html"), status

    server.add_url_rule(AFP, "afp_page", page)
    server.add_url_rule(f"{AFP}/<key>", "afp_page_of", page)
    server.add_url_rule(f"{AFP}/<key>/<event_id>", "afp_page_of_event", page)

    @server.before_request
    def _first_page() -> AnyResponse | None:
        if request.path != "/" or _library().keys() or not _afp().datasets:
            return None
        return redirect(afp_path(None))


def page_of(app: Dash, key: str | None, event_id: str | None) -> tuple[str, int]:
    """The document for an event (None: the first) of a data set (None: the first), its status."""
    try:
        number = None if event_id is None else parse_event_id(event_id)
        entry, status = _afp().dataset(key), 200
    except HitscopeError as error:
        status = 404 if isinstance(error, NotFoundError) else 422
        return _document(app, None, None, _failure(error)), status
    return _document(app, entry.key, number, _body()), status


def _document(app: Dash, key: str | None, event_id: int | None, body: list[Any]) -> str:
    frame = html.Div(
        [_top_bar(key), *body, help_sheet(AFP_KEYS, HINT), jobs_sheet(),
         html.Div(id="toast", className="toast", role="status")],
        className="page afp-page",
    )  # fmt: skip
    return document(
        f"{key or 'AFP'} - Hitscope",
        [app.get_asset_url(name) for name in STYLES],
        app.get_asset_url("display/afp/page.mjs"),
        frame,
        dataset=key or "",
        event="" if event_id is None else str(event_id),
        keys=json.dumps([asdict(row) for row in AFP_KEYS]),
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
            dcc.Input(id="jump", type="text", inputMode="numeric", maxLength=40,
                      placeholder="event id", className="jump", autoComplete="off"),
            html.Span(id="position", className="position"),
            html.Select(id="of-class", className="of-class", hidden=True,
                        **{"aria-label": "events to go through"}),
            html.Span(className="spring"),
            action_button("previous_event", "‹", id="previous"),
            action_button("next_event", "›", id="next"),
            action_button("random_event", "Random"),
            autoplay(),
            html.A([html.Span("Run", className="label"), html.Kbd(OPEN_RUN.printed)],
                   id="open-run", className="control", title=OPEN_RUN.sentence,
                   href=f"{afp_path(key)}/run" if key else AFP),
            html.A([html.Span("Performance", className="label"),
                    html.Kbd(OPEN_PERFORMANCE.printed)],
                   id="open-performance", className="control", title=OPEN_PERFORMANCE.sentence,
                   href=afp_performance_path(key)),
            action_button("toggle_jobs", "Score"),
            action_button("copy_link", "Link"),
            action_button("save_png", "PNG"),
            action_button("toggle_theme", "Theme"),
            action_button("toggle_help", "Keys"),
        ],
        className="top-bar",
    )  # fmt: skip


def _body() -> list[Any]:
    return [_planes(), _below(), _inspector()]


def _planes() -> html.Main:
    return html.Main(
        [
            html.Div(
                [
                    html.Div([html.H1(id="event-title"),
                              html.P(id="event-sentence", className="sentence",
                                     **{"aria-live": "polite"})],
                             className="afp-title"),
                    html.Span(className="spring"),
                    html.Div(id="charge-scale", className="charge-scale"),
                    html.Div(
                        [toggle_button("toggle_whole", "Whole planes"),
                         action_button("next_colouring", "Charge"),
                         toggle_button("toggle_track", "Track", pressed=True),
                         toggle_button("next_maker", "Autoencoder")],
                        className="afp-controls",
                    ),
                ],
                className="afp-head",
            ),
            html.Div(id="planes", className="planes"),
            html.Div(id="notice", className="notice", role="alert"),
        ],
        className="afp-main",
    )  # fmt: skip


def _below() -> html.Section:
    return html.Section([_station(), _scores()], className="afp-below")


def _station() -> html.Div:
    return html.Div(
        [
            html.Div(
                [html.H2("Station", className="section-name"),
                 html.Span(className="spring"),
                 action_button("view_home", "Home"), action_button("view_beam", "Beam"),
                 action_button("view_side", "Side")],
                className="station-head",
            ),
            html.Div(id="station", className="station-host", role="img"),
        ],
        className="afp-station panel", **{"data-panel": "tab-station"},
    )  # fmt: skip


def _scores() -> html.Div:
    return html.Div(
        [
            html.Div(
                [html.H2("Scores", className="section-name"),
                 html.Select(id="detector", **{"aria-label": "anomaly detector"}),
                 html.Select(id="rule", **{"aria-label": "rule of the threshold"}),
                 html.Span(className="spring"),
                 toggle_button("toggle_log_counts", "Log"),
                 toggle_button("toggle_order", "By score"),
                 action_button("open_top", "Top"), action_button("open_near", "Near")],
                className="station-head scores-head",
            ),
            html.P([html.Span(id="scores-told", role="status"),
                    html.Button("Score the data set", id="score-now", type="button",
                                className="text-button", hidden=True),
                    _score_files()],
                   className="scores-told"),
            html.P(id="detector-about", className="quiet detector-about"),
            html.Div(id="histogram", className="histogram"),
            html.Div(id="thumbnails", className="thumbnails"),
        ],
        className="afp-scores panel", **{"data-panel": "tab-scores"},
    )  # fmt: skip


def _score_files() -> html.Span:
    """All scores by the detector chosen, with the threshold as it stands, to be taken along."""
    title = "the scores of all events, as afp-score writes them"
    links = [
        html.A(name, id=f"scores-{ending}", className="text-button", download="", title=title,
               **{"data-ending": ending})
        for name, ending in (("CSV", "csv"), ("Parquet", "parquet"))
    ]  # fmt: skip
    return html.Span(links, id="scores-files", hidden=True)


def _inspector() -> html.Aside:
    tabs = (("tab-event", "Event"), ("tab-station", "Station"), ("tab-scores", "Scores"))
    return html.Aside(
        [
            html.Div(
                [html.Button(name, type="button", role="tab", **{"data-tab": key})
                 for key, name in tabs],
                className="tabs", role="tablist",
            ),
            section("Event", html.Div(id="facts"), **{"data-panel": "tab-event"}),
            section("Planes", html.Div(id="plane-table"), **{"data-panel": "tab-event"}),
            section("Anomaly detectors", html.Div(id="scores"), **{"data-panel": "tab-event"}),
            section("Track", html.Div(id="track"), **{"data-panel": "tab-event"}),
            section("Data set", html.Div(id="dataset-facts"), **{"data-panel": "tab-event"}),
        ],
        className="inspector",
    )  # fmt: skip


def _failure(error: HitscopeError) -> list[Any]:
    links = [(entry.key, afp_path(entry.key)) for entry in _afp().datasets]
    links += [("IceCube events", "/")] if _library().keys() else []
    told = failure(str(error), links, "No such page")
    return [html.Main(html.Div(told, className="notice failed", role="alert"))]


def _library() -> Library:
    return current_app.config["library"]


def _afp() -> AfpLibrary:
    return current_app.config["afp"]
