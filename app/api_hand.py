"""Route of what is held in hand: the likelihood of a track or cascade. Documented in docs/api.md.

POST /api/v1/datasets/<key>/events/<event_id>/likelihood
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify

from app.api import explain, fresh, json_body, library
from app.routes import EventAddress, parse_event_id
from app.services.held import hand_request
from app.services.inference import Inference, Place
from reco_core.errors import HitscopeError

blueprint = Blueprint("hand", __name__, url_prefix="/api/v1/datasets")
blueprint.register_error_handler(HitscopeError, explain)


@blueprint.post("/<key>/events/<event_id>/likelihood")
def likelihood(key: str, event_id: str) -> Response:
    asked = hand_request(json_body())
    dataset, _, number = library().locate(EventAddress(key, parse_event_id(event_id)))
    return fresh(jsonify(_inference().by_hand(Place(dataset.key, number), asked)))


def _inference() -> Inference:
    return current_app.config["inference"]
