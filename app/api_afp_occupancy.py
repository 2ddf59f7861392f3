"""Routes of the occupancy of AFP runs. Documented in docs/api.md.

GET /api/v1/afp/<key>/occupancy
GET /api/v1/afp/<key>/occupancy/counts.bin?run=7&station=3
GET /api/v1/afp/<key>/occupancy/odd.csv?run=7&station=3&z=5
"""

from __future__ import annotations

import json
import math
from typing import Any, Final

from flask import Blueprint, Response, current_app, jsonify, request

from app.api import explain, fresh, revalidated
from app.api_afp import afp_library
from app.services.afp_occupancy_bytes import csv_of, decode, odd_of
from app.services.afp_run_parts import LABEL, UNKNOWN, Part, part_of
from app.services.inference import Inference
from reco_core.errors import (
    DatasetError,
    HitscopeError,
    NotFoundError,
    ServiceError,
    SettingError,
)

LEAST_Z: Final = 1.0  # with less everything is odd
MOST_Z: Final = 40.0
DEFAULT_Z: Final = 5.0
AGAIN: Final = ("counting", "starting", "queued")  # states in which it is still to come
STARTING: Final = "The server is getting ready to count."

blueprint = Blueprint("afp_occupancy", __name__, url_prefix="/api/v1/afp")
blueprint.register_error_handler(HitscopeError, explain)


class CountingError(ServiceError):
    """Not yet there, which is no error: ask again."""

    def __init__(self, message: str, fraction: float | None) -> None:
        super().__init__(message)
        self.fraction = fraction


@blueprint.errorhandler(CountingError)
def _explain_counting(error: CountingError) -> tuple[Response, int]:
    told = {"message": str(error), "state": "counting", "fraction": error.fraction}
    return fresh(jsonify(told)), 202


@blueprint.get("/<key>/occupancy")
def runs(key: str) -> Response:
    rows = [
        {**row, "station_label": LABEL.get(row["station"])} for row in json.loads(_body(key, None))
    ]
    return revalidated(jsonify({"dataset": key, "parts": rows}))


@blueprint.get("/<key>/occupancy/counts.bin")
def counts(key: str) -> Response:
    return revalidated(
        Response(_body(key, part_of(request.args)), mimetype="application/octet-stream")
    )


@blueprint.get("/<key>/occupancy/odd.csv")
def odd(key: str) -> Response:
    part, least_z = part_of(request.args), _least_z()
    text = csv_of(odd_of(decode(_body(key, part)), least_z))
    response = Response(text, mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=_file_name(key, part))
    return fresh(response)


def _body(key: str, part: Part | None) -> bytes:
    """Raises CountingError until it is there."""
    entry = afp_library().dataset(key)
    inference: Inference = current_app.config["inference"]
    told, blobs = inference.afp_occupancy(entry.key, None if part is None else part.as_json())
    if told["state"] == "done":
        return blobs[0]
    raise _trouble(told)


def _trouble(told: dict[str, Any]) -> HitscopeError:
    if told["state"] in AGAIN:
        return CountingError(told["message"] or STARTING, told["fraction"])
    kind = {"absent": NotFoundError, "data": DatasetError}.get(told["error"], ServiceError)
    return kind(told["message"])


def _least_z() -> float:
    text = request.args.get("z", str(DEFAULT_Z))
    try:
        value = float(text[:40])
    except ValueError:
        value = math.nan
    if not LEAST_Z <= value <= MOST_Z:
        raise SettingError(f"z={text[:40]!r}; expected a number from {LEAST_Z:g} to {MOST_Z:g}.")
    return value


def _file_name(key: str, part: Part) -> str:
    run = UNKNOWN if part.run is None else part.run
    station = UNKNOWN if part.station is None else part.station
    return f"{key}_run_{run}_station_{station}_odd.csv"
