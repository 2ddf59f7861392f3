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
from typing import Any, Final

from dash import Dash, dcc, html
from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from app.afp_config import afp_config
from app.afp_frame import Frame, library, refusal, top_bar
from app.afp_keys import AFP_KEYS
from app.afp_performance_keys import OPEN_PERFORMANCE
from app.afp_run_keys import OPEN_RUN
from app.api import status_of
from app.api_afp import afp_library
from app.components.controls import action_button, section, toggle_button
from app.components.top_bar import autoplay
from app.routes import AFP, afp_path, afp_performance_path, parse_event_id
from reco_core.errors import HitscopeError

FRAME: Final = Frame(
    "page afp-page", "display/afp/page.mjs",
    ("00-theme.css", "05-page.css", "30-panels.css", "40-jobs.css", "display/afp/afp.css"),
    AFP_KEYS,
    "Drag on a plane to move, wheel to zoom; all four move together. Drag the station to orbit it. "
    "The pointer on a pixel tells its charge, and marks its place on the other planes.",
    jobs=True,
)  # fmt: skip


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
        if request.path != "/" or library().keys() or not afp_library().datasets:
            return None
        return redirect(afp_path(None))


def page_of(app: Dash, key: str | None, event_id: str | None) -> tuple[str, int]:
    """The document for an event (None: the first) of a data set (None: the first), its status."""
    try:
        number = None if event_id is None else parse_event_id(event_id)
        entry = afp_library().dataset(key)
    except HitscopeError as error:
        others = [("IceCube events", "/")] if library().keys() else []
        told = refusal(error, "No such page", *others)
        return _document(app, None, None, [told]), status_of(error)
    return _document(app, entry.key, number, _body()), 200


def _document(app: Dash, key: str | None, event_id: int | None, body: list[Any]) -> str:
    return FRAME.document(
        app, key or "AFP", _top_bar(key), body, dataset=key or "",
        event="" if event_id is None else str(event_id), config=json.dumps(afp_config()),
    )  # fmt: skip


def _top_bar(key: str | None) -> html.Header:
    return top_bar(
        key,
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
