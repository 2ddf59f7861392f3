"""Routes of AFP: data sets and events of the forward protons. Documented in docs/api.md.

GET /api/v1/afp
GET /api/v1/afp/<key>
GET /api/v1/afp/<key>/random?class=shower
GET /api/v1/afp/<key>/events/<event id>?class=shower&order=pca
GET /api/v1/afp/<key>/scores
GET /api/v1/afp/<key>/scores/<detector>
GET /api/v1/afp/<key>/scores/<detector>/top?n=12&class=shower
GET /api/v1/afp/<key>/scores/<detector>/near?score=0.9
GET /api/v1/afp/<key>/events/<event id>/analysis
GET /api/v1/afp/<key>/events/<event id>/images/<detector>.bin
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from flask import Blueprint, Response, current_app, jsonify, request

from app.api import explain, fresh, revalidated
from app.routes import parse_event_id
from app.services.afp_events import dataset_json, event_json, random_id, thumbnails_json
from app.services.afp_library import AfpEntry, AfpLibrary
from app.services.afp_opening import Opened, ReadingError
from app.services.afp_score_table import AfpScores, Scores, summary_json
from app.services.inference import Inference, Place
from reco_core.afp.detectors.registry import detector_row
from reco_core.errors import HitscopeError, SettingError

MOST_THUMBNAILS: Final = 60
LARGEST: Final = 1e300

blueprint = Blueprint("afp", __name__, url_prefix="/api/v1/afp")
blueprint.register_error_handler(HitscopeError, explain)


def afp_library() -> AfpLibrary:
    return current_app.config["afp"]


def afp_scores() -> AfpScores:
    return current_app.config["afp_scores"]


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
        scores = _ordering(opened)
        return revalidated(jsonify(event_json(entry, opened, number, _class(), scores)))


@blueprint.get("/<key>/events/<event_id>/analysis")
def analysis(key: str, event_id: str) -> Response:
    told, _ = _asked(key, event_id, "analysis")
    return fresh(jsonify(told))


@blueprint.get("/<key>/events/<event_id>/images/<detector>.bin")
def image(key: str, event_id: str, detector: str) -> Response:
    """Does not change, but with the weights and the files: asked for once per page."""
    return _binary(*_asked(key, event_id, "image", detector[:80]))


def _asked(key: str, event_id: str, what: str, detector: str = "") -> tuple[Any, list[bytes]]:
    entry, number = afp_library().dataset(key), parse_event_id(event_id)
    inference: Inference = current_app.config["inference"]
    return inference.afp(Place(entry.key, number), what, detector)


def _binary(told: dict[str, Any], blobs: list[bytes]) -> Response:
    """The bytes; 202 with how far they are while they are computed, 422 where they cannot be."""
    if blobs:
        return fresh(Response(blobs[0], mimetype="application/octet-stream"))
    failed = told["state"] == "failed"
    words = {"error" if failed else "message": told["message"], "state": told["state"]}
    response = jsonify({**words, "fraction": told.get("fraction")})
    response.status_code = 422 if failed else 202
    return fresh(response)


@blueprint.get("/<key>/scores")
def scores(key: str) -> Response:
    with afp_library().dataset(key).opened() as opened:
        return fresh(jsonify(afp_scores().states(opened)))


@blueprint.get("/<key>/scores/<detector>")
def summary(key: str, detector: str) -> Response:
    row = detector_row(detector[:80])
    with afp_library().dataset(key).opened() as opened:
        return fresh(jsonify(summary_json(row, afp_scores().of(row, opened))))


@blueprint.get("/<key>/scores/<detector>/top")
def top(key: str, detector: str) -> Response:
    n = query_number("n", 12, 1, MOST_THUMBNAILS)
    row = detector_row(detector[:80])
    with afp_library().dataset(key).opened() as opened:
        found = afp_scores().of(row, opened)
        return fresh(jsonify(thumbnails_json(opened, found, _class(), int(n))))


@blueprint.get("/<key>/scores/<detector>/near")
def near(key: str, detector: str) -> Response:
    score = query_number("score", None, -LARGEST, LARGEST)
    row = detector_row(detector[:80])
    with afp_library().dataset(key).opened() as opened:
        event_id = afp_scores().of(row, opened).nearest(score, _class())
    return fresh(jsonify({"event_id": event_id}))


def _ordering(opened: Opened) -> Scores | None:
    """The scores that the query orders events by, if it does."""
    key = request.args.get("order")
    return afp_scores().of(detector_row(key[:80]), opened) if key else None


def query_number(name: str, default: float | None, low: float, high: float) -> float:
    text = request.args.get(name)
    try:
        value = float(text[:40]) if text is not None else default
    except ValueError:
        value = None
    if value is None or not low <= value <= high:  # false for NaN
        told = (text or "")[:40]
        raise SettingError(f"{name}={told!r}; expected a number from {low:g} to {high:g}.")
    return value


def _class() -> str | None:
    """The class that the query names, if any."""
    return request.args.get("class") or None
