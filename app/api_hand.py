"""Route of what is held in hand: the likelihood of a track or cascade. Documented in docs/api.md.

POST /api/v1/datasets/<key>/events/<event_id>/likelihood
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from app.api import library, status_of
from app.routes import EventAddress, parse_event_id
from app.services.held import hand_request
from app.services.inference import Inference, Place
from reco_core.errors import HitscopeError

blueprint = Blueprint("hand", __name__, url_prefix="/api/v1/datasets")


@blueprint.errorhandler(HitscopeError)
def _explain(error: HitscopeError) -> tuple[Response, int]:
    return jsonify({"error": str(error)}), status_of(error)


@blueprint.post("/<key>/events/<event_id>/likelihood")
def likelihood(key: str, event_id: str) -> Response:
    asked = hand_request(_body())
    dataset, _, number = library().locate(EventAddress(key, parse_event_id(event_id)))
    response = jsonify(_inference().by_hand(Place(dataset.key, number), asked))
    response.headers["Cache-Control"] = "no-store"
    return response


def _body() -> Any:
    """None where it is no JSON, or not said to be: other sites' pages cannot send such."""
    try:
        return request.get_json(silent=True)
    except RecursionError:  # brackets within brackets
        return None


def _inference() -> Inference:
    return current_app.config["inference"]
