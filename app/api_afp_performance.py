"""Routes of how well anomaly detectors do. Documented in docs/api.md.

GET /api/v1/afp/<key>/performance
GET /api/v1/afp/<key>/performance/measures.csv
GET /api/v1/afp-evaluation
"""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, current_app, jsonify

from app.api import explain, fresh, revalidated
from app.api_afp import afp_library
from app.services.afp_opening import ReadingError
from app.services.afp_performance_json import measures_table, report_json, test_mix_json
from app.services.inference import Inference
from app.theme import detector_colours
from reco_core.afp.evaluation.shipped import shipped
from reco_core.errors import DatasetError, HitscopeError, NotFoundError, ServiceError

blueprint = Blueprint("afp_performance", __name__, url_prefix="/api/v1")
blueprint.register_error_handler(HitscopeError, explain)


@blueprint.errorhandler(ReadingError)
def _explain_reading(error: ReadingError) -> tuple[Response, int]:
    """Not yet there, which is no error: ask again."""
    told = {"message": str(error), "state": "reading", "fraction": error.fraction}
    return fresh(jsonify(told)), 202


@blueprint.get("/afp/<key>/performance")
def report(key: str) -> Response:
    return fresh(jsonify(_coloured(_report(key))))


@blueprint.get("/afp/<key>/performance/measures.csv")
def measures(key: str) -> Response:
    found = _report(key)
    if not found["complete"]:
        raise ServiceError("The measures are being computed; ask again in a few seconds.")
    response = Response(measures_table(found).write_csv(), mimetype="text/csv")
    response.headers.set(
        "Content-Disposition", "attachment", filename=f"{found['dataset']}_performance.csv"
    )
    return fresh(response)


@blueprint.get("/afp-evaluation")
def evaluation() -> Response:
    return revalidated(jsonify(_coloured(test_mix_json(shipped()))))


def _report(key: str) -> dict[str, Any]:
    """Raises ReadingError while there is nothing to tell yet."""
    entry = afp_library().dataset(key)
    with entry.opened() as opened:
        n_events, classes = opened.dataset.n_events, opened.classes
    inference: Inference = current_app.config["inference"]
    told, blobs = inference.afp_performance(entry.key)
    if told["state"] == "done":
        return report_json(entry.key, n_events, classes, json.loads(blobs[0]))
    if told["state"] == "failed":
        kind = {"absent": NotFoundError, "data": DatasetError}.get(told["error"], ServiceError)
        raise kind(told["message"])
    raise ReadingError(told["message"] or "The server is getting ready.", told["fraction"])


def _coloured(told: dict[str, Any]) -> dict[str, Any]:
    for detector in told["detectors"]:
        detector["colour"], detector["colour_light"] = detector_colours(detector["key"])
    return told
