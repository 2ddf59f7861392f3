"""Routes of AFP: data sets and events of the forward protons. Documented in docs/api.md.

GET /api/v1/afp
GET /api/v1/afp/<key>
GET /api/v1/afp/<key>/random?class=shower
GET /api/v1/afp/<key>/events/<event id>?class=shower
GET /api/v1/afp/<key>/events/<event id>/analysis
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flask import Blueprint, Response, current_app, jsonify, request

from app.api import explain, fresh, revalidated
from app.routes import parse_event_id
from app.services.afp_events import dataset_json, event_json, random_id
from app.services.afp_library import AfpEntry, AfpLibrary
from app.services.afp_opening import ReadingError
from app.services.inference import Inference, Place
from reco_core.errors import HitscopeError

blueprint = Blueprint("afp", __name__, url_prefix="/api/v1/afp")
blueprint.register_error_handler(HitscopeError, explain)


def afp_library() -> AfpLibrary:
    return current_app.config["afp"]


@blueprint.errorhandler(ReadingError)
def _explain_reading(error: ReadingError) -> tuple[Response, int]:
    """Not yet there, which is no error: ask again."""
    told = {"message": str(error), "state": "reading", "fraction": error.fraction}
    return fresh(jsonify(told)), 202


@blueprint.get("")
def datasets() -> Response:
    return fresh(jsonify([_listed(entry) for entry in afp_library().datasets]))


def _listed(entry: AfpEntry) -> dict[str, Any]:
    """One row of the list; a data set that cannot be read says so and hides no other."""
    row: dict[str, Any] = {"key": entry.key, "form": entry.form, "n_events": None, "error": None}
    try:
        with entry.opened() as opened:
            row["n_events"] = opened.dataset.n_events
    except ReadingError as reading:
        return {**row, "state": "reading", "fraction": reading.fraction}
    except HitscopeError as error:
        return {**row, "state": "failed", "error": str(error)}
    return {**row, "state": "ready"}


@blueprint.get("/<key>")
def dataset(key: str) -> Response:
    entry = afp_library().dataset(key)
    with entry.opened() as opened:
        return revalidated(jsonify(dataset_json(entry, opened)))


@blueprint.get("/<key>/random")
def random(key: str) -> Response:
    with afp_library().dataset(key).opened() as opened:
        event_id = random_id(opened, _class(), np.random.default_rng())
    return fresh(jsonify({"event_id": event_id}))


@blueprint.get("/<key>/events/<event_id>")
def event(key: str, event_id: str) -> Response:
    entry, number = afp_library().dataset(key), parse_event_id(event_id)
    with entry.opened() as opened:
        return revalidated(jsonify(event_json(entry, opened, number, _class())))


@blueprint.get("/<key>/events/<event_id>/analysis")
def analysis(key: str, event_id: str) -> Response:
    entry, number = afp_library().dataset(key), parse_event_id(event_id)
    inference: Inference = current_app.config["inference"]
    return fresh(jsonify(inference.afp(Place(entry.key, number))))


def _class() -> str | None:
    """The class that the query names, if any."""
    return request.args.get("class") or None
