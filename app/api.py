"""Binary and JSON routes for the browser code and for scripts. Documented in docs/api.md.

GET /api/v1/datasets
GET /api/v1/datasets/<key>/geometry.bin
GET /api/v1/datasets/<key>/events/<event id>
GET /api/v1/datasets/<key>/events/<event id>/pulses.bin
GET /api/v1/datasets/<key>/events/<event id>/overlays
POST /api/v1/leave
GET /api/v1/datasets/<key>/batches/<split>/<batch id>/index
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

import numpy as np
from flask import Blueprint, Response, current_app, jsonify, request
from werkzeug.exceptions import HTTPException

from app.overlay_requests import leaving_viewer, overlay_request
from app.routes import EventAddress, parse_event_id
from app.services.events import Library, payload
from app.services.learned_verdict import verdict_json
from app.services.overlays import overlay_json
from app.services.results import Results
from reco_core.errors import HitscopeError, NotFoundError, ServiceError
from reco_core.icecube.dataset import Dataset
from reco_core.icecube.detector import DUST_LAYER_M, OUTLINE_STRINGS, Detector
from reco_core.icecube.event import Pulses

GEOMETRY_MAGIC = b"HSG1"
PULSES_MAGIC = b"HSP1"
PREFIX = "/api/"

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


def encode_geometry(detector: Detector) -> bytes:
    """Positions and flags of all sensors, little-endian (docs/api.md, geometry.bin)."""
    position = np.ascontiguousarray(detector.position_m, "<f4")
    header = GEOMETRY_MAGIC + np.uint32(len(position)).astype("<u4").tobytes()
    return header + position.tobytes() + detector.is_deepcore.astype("u1").tobytes()


def encode_pulses(pulses: Pulses) -> bytes:
    """Pulses of one event, little-endian (docs/api.md, pulses.bin).

    Times lose their start in 64 bits before they become float32: at 73,324,881 ns neighbouring
    float32 lie 8 ns apart, relative to the first pulse they resolve 0.01 ns over 100 us.
    """
    t0_ns = pulses.time_ns[0]
    return b"".join(
        (
            PULSES_MAGIC,
            np.array(len(pulses), "<u4").tobytes(),
            np.array(t0_ns, "<f8").tobytes(),
            (pulses.time_ns - t0_ns).astype("<f4").tobytes(),
            pulses.charge_pe.astype("<f4").tobytes(),
            pulses.sensor_id.astype("<u2").tobytes(),
            pulses.auxiliary.astype("u1").tobytes(),
        )
    )


@lru_cache(maxsize=16)
def geometry_body(detector: Detector) -> tuple[bytes, str]:
    """The bytes of a detector and their version; detectors compare by identity."""
    body = encode_geometry(detector)
    return body, hashlib.sha256(body).hexdigest()[:16]


def geometry_url(key: str, detector: Detector) -> str:
    """Address of a data set's geometry; its version follows its bytes, so it never goes stale."""
    return f"/api/v1/datasets/{key}/geometry.bin?v={geometry_body(detector)[1]}"


def detector_json() -> dict[str, Any]:
    """What the scene draws beside the sensors."""
    return {"outline": list(OUTLINE_STRINGS), "dust_m": list(DUST_LAYER_M)}


def library() -> Library:
    return current_app.config["library"]


@blueprint.errorhandler(HitscopeError)
def explain(error: HitscopeError) -> tuple[Response, int]:
    """An error of a route as JSON; of every blueprint of the API."""
    return jsonify({"error": str(error)}), status_of(error)


def fresh(response: Response) -> Response:
    """The response, which is never kept: the next one may say more."""
    response.headers["Cache-Control"] = "no-store"
    return response


def json_body() -> Any:
    """None where it is no JSON, or not said to be: other sites' pages cannot send such."""
    try:
        return request.get_json(silent=True)
    except RecursionError:  # brackets within brackets
        return None


def status_of(error: HitscopeError) -> int:
    """404 not there, 503 a service is down, 422 it is there but cannot be used."""
    if isinstance(error, NotFoundError):
        return 404
    return 503 if isinstance(error, ServiceError) else 422


@blueprint.before_app_request
def _refuse_unknown() -> tuple[Response, int] | None:
    """Without this a mistyped route would answer with the page, as every other address does."""
    if not request.path.startswith(PREFIX) or request.blueprint is not None:
        return None
    if request.endpoint is None:  # such as a wrong method, which is answered below
        return None
    told = f"There is no route {request.path[:80]!r}; docs/api.md lists all."
    return explain(NotFoundError(told))


@blueprint.app_errorhandler(HTTPException)
def _explain_http(error: HTTPException) -> Any:
    """405 and the like, which come before a route of this blueprint is chosen, as JSON too."""
    if not request.path.startswith(PREFIX):
        return error
    told = f"{request.method} {request.path[:80]}: {error.description}"
    response = error.get_response()  # keeps the headers, such as Allow
    response.data = jsonify({"error": told}).data
    response.mimetype = "application/json"
    return response


@blueprint.get("/datasets")
def datasets() -> Response:
    return jsonify([_dataset_json(dataset) for dataset in library().datasets])


def _dataset_json(dataset: Dataset) -> dict[str, Any]:
    """One row of the list; a damaged data set says what is wrong and hides no other."""
    batches = [{"split": batch.split, "batch_id": batch.batch_id} for batch in dataset.batches]
    try:
        first_event_id, error = dataset.first_event_id(), None
    except HitscopeError as damage:
        first_event_id, error = None, str(damage)
    return {
        "key": dataset.key,
        "batches": batches,
        "first_event_id": first_event_id,
        "error": error,
    }


@blueprint.get("/datasets/<key>/geometry.bin")
def geometry(key: str) -> Response:
    body, version = geometry_body(library().dataset(key).detector)
    response = Response(body, mimetype="application/octet-stream")
    # Only under the version of these bytes: the file may have changed since the page was made.
    if request.args.get("v") == version:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
    return revalidated(response)


@blueprint.get("/datasets/<key>/events/<event_id>")
def event(key: str, event_id: str) -> Response:
    view = library().open(_address(key, event_id), _results(), np.random.default_rng())
    return jsonify(payload(view))


@blueprint.get("/datasets/<key>/events/<event_id>/overlays")
def overlays(key: str, event_id: str) -> Response:
    """The rows asked for, as soon as one is done, or as far as they are when `wait` is over."""
    results = _results()
    dataset, event = library().event(_address(key, event_id))
    asked = overlay_request(request.args, results.algorithms)
    told = results.ask(event, dataset, asked.of, asked.viewer, asked.wait_s, asked.listed)
    results.ahead(event, dataset, asked.ahead, asked.viewer, current_app.config["ahead"])
    t0_ns = int(event.pulses.time_ns[0])
    verdict = None if told.verdict is None else verdict_json(told.verdict)
    rows = [overlay_json(row, t0_ns) for row in told.overlays]
    return fresh(jsonify({"overlays": rows, "verdict": verdict}))


@blueprint.post("/leave")
def leave() -> tuple[str, int]:
    """A page is closed: what it asked for in turns before this one, and has not begun, is not."""
    _results().leave(leaving_viewer(json_body()))
    return "", 204


@blueprint.get("/datasets/<key>/events/<event_id>/pulses.bin")
def pulses(key: str, event_id: str) -> Response:
    dataset, _, number = library().locate(_address(key, event_id))
    body = encode_pulses(dataset.event(number).pulses)
    return revalidated(Response(body, mimetype="application/octet-stream"))


@blueprint.get("/datasets/<key>/batches/<split>/<batch_id>/index")
def index(key: str, split: str, batch_id: str) -> Response:
    dataset = library().dataset(key)
    for batch in dataset.batches:
        if (batch.split, str(batch.batch_id)) == (split, batch_id):
            progress = dataset.index_progress(batch)
            return jsonify(
                {
                    "state": progress.state,
                    "fraction": progress.fraction,
                    "rows_per_s": progress.rows_per_s,
                    "seconds_left": progress.seconds_left,
                    "message": progress.message,
                }
            )
    name = f"{split[:40]}/batch_{batch_id[:40]}.parquet"
    raise NotFoundError(f"Data set {key!r} has no batch {name!r}.")


def _results() -> Results:
    return current_app.config["results"]


def _address(key: str, event_id: str) -> EventAddress:
    return EventAddress(key, parse_event_id(event_id))


def revalidated(response: Response) -> Response:
    """To be asked for again each time, and answered with 304 where it is the same still."""
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
