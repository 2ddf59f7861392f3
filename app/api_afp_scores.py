"""Routes of the scores of AFP data sets as files. Documented in docs/api.md.

GET /api/v1/afp/<key>/scores/<detector>.csv?threshold=0.93
GET /api/v1/afp/<key>/scores/<detector>.parquet?threshold=0.93
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from typing import IO, Final

from flask import Blueprint, Response, current_app, request

from app.api import explain, fresh
from app.api_afp import LARGEST, afp_library, afp_scores, query_number
from app.services.afp_opening import Opened
from app.services.afp_score_file import csv_parts, parquet_file
from reco_core.afp.detectors.registry import DetectorRow, detector_row
from reco_core.afp.scoring.rows import BLIND_RULE
from reco_core.afp.thresholds import chosen_rule, threshold
from reco_core.errors import HitscopeError, ServiceError

PART_BYTES: Final = 1 << 18
MIMETYPES: Final = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}

blueprint = Blueprint("afp_scores", __name__, url_prefix="/api/v1/afp")
blueprint.register_error_handler(HitscopeError, explain)


@blueprint.get("/<key>/scores/<detector>.csv", defaults={"ending": "csv"})
@blueprint.get("/<key>/scores/<detector>.parquet", defaults={"ending": "parquet"})
def scores_file(key: str, detector: str, ending: str) -> Response:
    """All kept scores. While a data set is being read there is none: 503, no file of other words.

    Whoever takes long to receive it holds a thread: half of them remain for those who look.
    """
    row = detector_row(detector[:80])
    places: threading.BoundedSemaphore = current_app.config["downloads"]
    if not places.acquire(blocking=False):
        raise ServiceError("Other downloads are under way; try again in a minute.")
    try:
        response = _table(key, row, ending)
    except BaseException:
        places.release()
        raise
    response.call_on_close(places.release)
    response.headers.set(
        "Content-Disposition", "attachment", filename=f"{key}_{row.key}_scores.{ending}"
    )
    return fresh(response)


def _table(key: str, row: DetectorRow, ending: str) -> Response:
    with afp_library().dataset(key).opened() as opened:
        file = afp_scores().file(row, opened)
        frames = file.begun(_threshold(row, opened))
        if ending == "csv":
            return Response(csv_parts(frames), mimetype=MIMETYPES[ending])
        return _sent(parquet_file(frames, file.folder), MIMETYPES[ending])


def _sent(file: IO[bytes], mimetype: str) -> Response:
    response = Response(_parts(file), mimetype=mimetype)
    response.content_length = os.fstat(file.fileno()).st_size
    response.call_on_close(file.close)
    return response


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while part := file.read(PART_BYTES):
            yield part


def _threshold(row: DetectorRow, opened: Opened) -> float:
    """That of the query; else the one that afp-score would take."""
    if "threshold" in request.args:
        return query_number("threshold", None, -LARGEST, LARGEST)
    own = row.threshold()
    if own is not None:
        return float(own["value"])
    return threshold(chosen_rule(BLIND_RULE), afp_scores().of(row, opened).value).value
