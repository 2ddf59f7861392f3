"""Binary and JSON routes for the browser code and for scripts. Documented in docs/api.md.

GET /api/v1/datasets
GET /api/v1/datasets/<key>/geometry.bin
GET /api/v1/datasets/<key>/events/<event id>
GET /api/v1/datasets/<key>/events/<event id>/pulses.bin
GET /api/v1/datasets/<key>/batches/<split>/<batch id>/index
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from flask import Blueprint, Response, current_app, jsonify, request

from app.routes import MAX_EVENT_ID, EventAddress
from app.services.events import Library, payload
from reco_core.errors import HitscopeError, NotFoundError
from reco_core.icecube.detector import DUST_LAYER_M, OUTLINE_STRINGS, Detector
from reco_core.icecube.event import Pulses

GEOMETRY_MAGIC = b"HSG1"
PULSES_MAGIC = b"HSP1"

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


def geometry_url(key: str, detector: Detector) -> str:
    """Address of a data set's geometry; its version follows its bytes, so it never goes stale."""
    version = hashlib.sha256(encode_geometry(detector)).hexdigest()[:16]
    return f"/api/v1/datasets/{key}/geometry.bin?v={version}"


def detector_json() -> dict[str, Any]:
    """What the scene draws beside the sensors."""
    return {"outline": list(OUTLINE_STRINGS), "dust_m": list(DUST_LAYER_M)}


def library() -> Library:
    return current_app.config["library"]


@blueprint.errorhandler(HitscopeError)
def _explain(error: HitscopeError) -> tuple[Response, int]:
    status = 404 if isinstance(error, NotFoundError) else 422
    return jsonify({"error": str(error)}), status


@blueprint.get("/datasets")
def datasets() -> Response:
    rows = [
        {
            "key": dataset.key,
            "batches": [
                {"split": batch.split, "batch_id": batch.batch_id} for batch in dataset.batches
            ],
            "first_event_id": dataset.first_event_id(),
        }
        for dataset in library().datasets
    ]
    return jsonify(rows)


@blueprint.get("/datasets/<key>/geometry.bin")
def geometry(key: str) -> Response:
    body = encode_geometry(library().dataset(key).detector)
    response = Response(body, mimetype="application/octet-stream")
    if "v" in request.args:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@blueprint.get("/datasets/<key>/events/<int:event_id>")
def event(key: str, event_id: int) -> Response:
    view = library().open(_address(key, event_id), np.random.default_rng())
    return jsonify(payload(view))


@blueprint.get("/datasets/<key>/events/<int:event_id>/pulses.bin")
def pulses(key: str, event_id: int) -> Response:
    dataset, _, _ = library().locate(_address(key, event_id))
    response = Response(
        encode_pulses(dataset.event(event_id).pulses), mimetype="application/octet-stream"
    )
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


@blueprint.get("/datasets/<key>/batches/<split>/<int:batch_id>/index")
def index(key: str, split: str, batch_id: int) -> Response:
    dataset = library().dataset(key)
    for batch in dataset.batches:
        if (batch.split, batch.batch_id) == (split, batch_id):
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
    raise NotFoundError(f"Data set {key!r} has no batch {split}/batch_{batch_id}.parquet.")


def _address(key: str, event_id: int) -> EventAddress:
    if event_id > MAX_EVENT_ID:
        raise NotFoundError(f"{event_id} is not an event id: the largest is {MAX_EVENT_ID}.")
    return EventAddress(key, event_id)
