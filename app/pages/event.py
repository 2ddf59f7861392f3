"""The event page: scene, time strip, inspector.

    address (dcc.Location) ──► open_event ──► title, sentence, verdict, pager, notice
                                        └───► event (store) ──► hitscope.load (browser)
                                                                 ├─ fetches geometry.bin, pulses.bin
                                                                 ├─ asks for the overlays to come
                                                                 └─ clock (store, when time rests)
    flat (store: event and time, without WebGL2 only) ──► draw_projections ──► three Plotly figures

Time, camera and overlays live in the browser (assets/display/store.mjs) and never pass through
here; the browser writes them into the address with history.replaceState, which calls no callback.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from flask import current_app

from app import ids, logs
from app.api import detector_json, geometry_url
from app.components.controls import action_button, section, toggle_button
from app.components.help_sheet import help_sheet
from app.components.jobs_sheet import jobs_sheet
from app.components.notice import failure, remarks
from app.components.top_bar import dataset_links, top_bar
from app.components.verdict import verdict_panel
from app.figures.projections import PROJECTIONS, projection
from app.page_config import page_config
from app.routes import MAX_EVENT_ID, EventAddress, event_path, parse_path
from app.services.events import Library, Pager, pager_of, payload
from app.services.results import Results
from app.view_state import parse_query
from reco_core.errors import HitscopeError
from reco_core.icecube.dataset import Batch, Dataset
from reco_core.icecube.event import MAX_TIME_NS
from reco_core.icecube.light_range import light_range

OPEN_OUTPUTS = (
    Output(ids.EVENT, "data"),
    Output(ids.TITLE, "children"),
    Output(ids.SENTENCE, "children"),
    Output(ids.VERDICT, "children"),
    Output(ids.NOTICE, "children"),
    Output(ids.DATASET_MENU, "children"),
    Output(ids.POSITION, "children"),
    Output(ids.PREVIOUS, "href"),
    Output(ids.NEXT, "href"),
    Output(ids.RANDOM, "href"),
)


def layout() -> html.Div:
    return html.Div(
        [
            dcc.Location(id=ids.ADDRESS, refresh=False),
            dcc.Store(id=ids.CONFIG, data=page_config()),
            dcc.Store(id=ids.EVENT),
            dcc.Store(id=ids.CLOCK),
            dcc.Store(id=ids.FLAT),
            top_bar(),
            _scene(),
            _inspector(),
            _strip(),
            html.Section(id="residuals", className="panel residuals", hidden=True,
                         **{"data-panel": "tab-residuals", "aria-label": "Time residuals"}),
            help_sheet(),
            jobs_sheet(),
            html.Div(id="toast", className="toast", role="status"),
        ],
        className="page",
    )  # fmt: skip


def _scene() -> html.Main:
    return html.Main(
        [
            html.Div(id="scene", className="scene-host", role="img"),
            html.Div(id=ids.PROJECTIONS, className="projections", hidden=True),
            html.Div(
                [html.H1(id=ids.TITLE),
                 html.P(id=ids.SENTENCE, className="sentence", **{"aria-live": "polite"})],
                className="scene-title",
            ),
            html.Div(
                [action_button("view_home", "Home"), action_button("view_top", "Top"),
                 action_button("view_side", "Side"), action_button("view_along", "Along track"),
                 toggle_button("toggle_lock", "Lock"), toggle_button("toggle_dust", "Dust"),
                 toggle_button("toggle_cones", "Error cones", pressed=True)],
                className="scene-views",
            ),
            html.Div(id="colour-scale", className="colour-scale"),
            html.Div(id="index-progress", className="index-progress", hidden=True, role="status"),
            html.Div(id=ids.NOTICE, className="notice", role="alert"),
        ],
        className="scene-frame",
    )  # fmt: skip


def _strip() -> html.Section:
    return html.Section(
        [
            html.Div(
                [
                    action_button("toggle_play", "Play", "play"),
                    html.Output(id="time-readout", className="readout", **{"aria-live": "off"}),
                    html.Span(id="speed-host"),
                    toggle_button("toggle_loop", "Loop", pressed=True),
                    toggle_button("toggle_auxiliary", "Auxiliary", pressed=True),
                    action_button("next_colour_map", "Colours"),
                    toggle_button("toggle_residual", "Residuals"),
                    html.Span(className="spring"),
                    html.Span(id="strip-legend", className="quiet"),
                ],
                className="strip-controls",
            ),
            html.Div(id="depth-map"),
            html.Div(id="time-strip"),
        ],
        className="time-panel",
        **{"aria-label": "Time"},
    )


def _inspector() -> html.Aside:
    tabs = (("tab-time", "Time"), ("tab-directions", "Directions"), ("tab-sky", "Sky"),
            ("tab-residuals", "Residuals"), ("tab-dom", "DOM"),
            ("tab-pulses", "Pulses"))  # fmt: skip
    return html.Aside(
        [
            html.Div(
                [html.Button(name, **{"data-tab": key, "type": "button", "role": "tab"})
                 for key, name in tabs],
                className="tabs", role="tablist",
            ),
            section("Directions", html.Div(id=ids.DIRECTIONS), **{"data-panel": "tab-directions"}),
            section("Verdict", html.Div(id="learned", className="learned"),
                    html.Div(id=ids.VERDICT), **{"data-panel": "tab-directions"}),
            html.Section(html.Div(id="dom-panel"), className="panel", **{"data-panel": "tab-dom"}),
            section("Sky", html.Div(id="sky"), **{"data-panel": "tab-sky"}),
            html.Section(html.Div(id="pulse-table"), className="panel grow",
                         **{"data-panel": "tab-pulses"}),
        ],
        className="inspector",
    )  # fmt: skip


def register(app: Dash) -> None:
    """Wire the page's callbacks to one app."""
    app.callback(*OPEN_OUTPUTS, Input(ids.ADDRESS, "pathname"), State(ids.ADDRESS, "search"))(
        open_event
    )
    app.callback(
        Output(ids.PROJECTIONS, "children"),
        Input(ids.FLAT, "data"),
        prevent_initial_call=True,
    )(draw_projections)
    app.clientside_callback(
        ClientsideFunction("hitscope", "load"),
        Input(ids.EVENT, "data"),
        State(ids.CONFIG, "data"),
    )


def open_event(path: Any, query: Any) -> tuple[Any, ...]:
    """Everything the page shows of the event at an address, or the reason why it cannot."""
    library, results = _library(), _results()
    view_wanted, complaints = parse_query(_text(query), results.algorithms)
    try:
        address = parse_path(_text(path))
        with logs.about(address.dataset, address.event_id):
            view = library.open(address, results, np.random.default_rng())
    except HitscopeError as error:
        return _failed(library, path, str(error))
    data = payload(view) | _detector_data(view.dataset) | {"view": view_wanted}
    told = [view.sentence, view.story or ", ".join(view.facts)]
    return (
        data,
        view.title,
        [html.Span(part) for part in told if part],
        verdict_panel(view.verdict),
        remarks(complaints),
        dataset_links([dataset.key for dataset in library.datasets], view.dataset.key, _afp_keys()),
        position_text(view.batch, view.pager),
        *_pager_paths(view.dataset.key, view.event.event_id, view.pager),
    )


def position_text(batch: Batch, pager: Pager) -> str:
    """'train batch 1: 3 of 200,000'"""
    return f"{batch.split} batch {batch.batch_id}: {pager.k:,} of {pager.n:,}"


def _failed(library: Library, path: Any, message: str) -> tuple[Any, ...]:
    """The page without an event: what is wrong, and every way on that there is."""
    keys, current, pager, detector = [], EventAddress(None, None), None, {}
    try:
        keys = [dataset.key for dataset in library.datasets]
        current = parse_path(_text(path))
        dataset = library.dataset(current.dataset)
        detector = _detector_data(dataset)
    except HitscopeError:
        pass  # the first error is the one to show: whatever was found before this one still helps
    with suppress(HitscopeError):
        pager = _pager_at(library, current) if keys else None
    here = current.dataset if current.dataset in keys else None
    first = f"/event/{here}" if here else "/"
    paths = (first,) * 3
    if pager:
        paths = _pager_paths(here or keys[0], current.event_id, pager)
    links = [("First event", first)] if keys else []
    data = {"error": message, "dataset": current.dataset, "event_id": current.event_id}
    menu = dataset_links(keys, current.dataset, _afp_keys())
    return data | detector, "No event", "", "", failure(message, links), menu, "", *paths


def _detector_data(dataset: Dataset) -> dict[str, Any]:
    """What the scene needs to draw the detector of a data set."""
    return {
        "geometry_url": geometry_url(dataset.key, dataset.detector),
        "detector": detector_json(),
    }


def _pager_at(library: Library, address: EventAddress) -> Pager:
    dataset = library.dataset(address.dataset)
    event_id = dataset.first_event_id() if address.event_id is None else address.event_id
    return pager_of(dataset, event_id, np.random.default_rng())


def _pager_paths(key: str, event_id: int | None, pager: Pager) -> tuple[str, str, str]:
    """Before the first event one stays where one is; after the last comes the first again."""
    first = f"/event/{key}"
    here = first if event_id is None else event_path(key, event_id)
    previous = here if pager.previous_id is None else event_path(key, pager.previous_id)
    following = first if pager.next_id is None else event_path(key, pager.next_id)
    return previous, following, event_path(key, pager.random_id)


def draw_projections(flat: Any) -> Any:
    """The three projections, for browsers without WebGL2 only; nothing where the request is odd."""
    wanted = _flat_request(flat)
    if wanted is None:
        return []
    address, until_ns = wanted
    try:
        dataset, event = _library().event(address)
    except HitscopeError as error:
        return remarks([str(error)])
    light_range_ns = light_range(event.pulses)
    sentence = html.P(
        "This browser has no WebGL2: the event is drawn flat, from above and from two sides."
    )
    return [sentence] + [
        dcc.Graph(
            figure=projection(name, event.pulses, dataset.detector, light_range_ns, until_ns),
            config={"displayModeBar": False, "responsive": True},
            className="projection",
        )
        for name, _, _ in PROJECTIONS
    ]


def _flat_request(flat: Any) -> tuple[EventAddress, float | None] | None:
    """Event and time (None: all of it) that a browser asks to draw; None if it makes no sense."""
    if not isinstance(flat, dict):
        return None
    key, event_id = flat.get("dataset"), flat.get("event_id")
    time_ns: Any = flat.get("time_ns")
    if not isinstance(key, str) or not _is_number(event_id, (int,), MAX_EVENT_ID):
        return None
    until_ns = float(time_ns) if _is_number(time_ns, (int, float), MAX_TIME_NS) else None
    return EventAddress(key, event_id), until_ns


def _is_number(value: Any, types: tuple[type, ...], limit: int) -> bool:
    """False for NaN, and for true and false, which Python counts among the whole numbers."""
    return type(value) in types and -limit <= value <= limit


def _text(value: Any) -> str:
    """What a browser sent as a text; anything else counts as none."""
    return value if isinstance(value, str) else ""


def _library() -> Library:
    return current_app.config["library"]


def _afp_keys() -> list[str]:
    return [entry.key for entry in current_app.config["afp"].datasets]


def _results() -> Results:
    return current_app.config["results"]
