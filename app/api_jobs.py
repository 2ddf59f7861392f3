"""Routes of jobs: whole data sets scored with an algorithm. Documented in docs/api.md.

GET  /api/v1/jobs
POST /api/v1/jobs                                    {"dataset": key, "algorithm": key}
GET  /api/v1/jobs/<id>
POST /api/v1/jobs/<id>/cancel
GET  /api/v1/jobs/<id>/tables/<split>_batch_<n>.parquet
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, jsonify, request, send_file
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, UnsupportedMediaType

from app.api import explain, fresh
from app.services.afp_jobs import detectors_json
from app.services.jobs import Job, Jobs
from reco_core.errors import DatasetError, HitscopeError

MAX_BODY_BYTES: Final = 10_000
FIELDS: Final = ("dataset", "algorithm")

blueprint = Blueprint("jobs", __name__, url_prefix="/api/v1/jobs")
blueprint.register_error_handler(HitscopeError, explain)


class RefusedError(HitscopeError):
    """A request that is not understood."""


def jobs() -> Jobs:
    return current_app.config["jobs"]


@blueprint.errorhandler(HTTPException)
def _explain_http(error: HTTPException) -> tuple[Response, int]:
    return jsonify({"error": str(error.description)}), error.code or 500


@blueprint.before_request
def _refuse_other_origins() -> tuple[Response, int] | None:
    """Another site's page can send a POST in its visitor's name; browsers say where it is from."""
    if request.method != "POST" or _is_own(request.headers.get("Sec-Fetch-Site")):
        return None
    return jsonify({"error": "Jobs are started and cancelled from Hitscope's own pages only."}), 403


def _is_own(site: str | None) -> bool:
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    try:
        return origin is None or urlsplit(origin).netloc == request.host
    except ValueError:  # such as "http://["
        return False


@blueprint.get("")
def list_jobs() -> Response:
    service = jobs()
    algorithms = [
        {"key": row.key, "label": row.label, "source": row.source, "of": "IceCube"}
        for row in service.algorithms.values()
    ]
    library = current_app.config.get("afp")
    afp = [entry.key for entry in library.datasets] if library else []
    try:
        datasets = [dataset.key for dataset in service.library.datasets]
    except DatasetError:  # the event page says what is wrong with the folder of data
        datasets = []
    told = {"jobs": [job_json(job) for job in service.list()]}
    algorithms += detectors_json() if afp else []
    return fresh(
        jsonify({**told, "algorithms": algorithms, "datasets": datasets + afp, "of_afp": afp})
    )


@blueprint.post("")
def start() -> tuple[Response, int]:
    dataset_key, algorithm_key = _question()
    job, is_queued_now = jobs().queue(dataset_key, algorithm_key)
    _tell()
    return jsonify(job_json(job)), 201 if is_queued_now else 200


@blueprint.get("/<job_id>")
def one(job_id: str) -> Response:
    return fresh(jsonify(job_json(jobs().get(job_id))))


@blueprint.post("/<job_id>/cancel")
def cancel(job_id: str) -> Response:
    if request.content_length and _body() != {}:
        raise RefusedError("The request to cancel a job has no fields.")
    job = jobs().cancel(job_id)
    _tell()
    return jsonify(job_json(job))


@blueprint.get("/<job_id>/tables/<split>_batch_<batch_id>.parquet")
def table(job_id: str, split: str, batch_id: str) -> Response:
    job = jobs().get(job_id)
    path = jobs().batch_file(job_id, split, batch_id)
    response = send_file(
        path.absolute(),
        mimetype="application/vnd.apache.parquet",
        as_attachment=True,
        download_name=f"{job.dataset}_{job.algorithm}_{path.name}",
        conditional=True,
    )
    response.headers["Cache-Control"] = "no-cache"
    return response


def job_json(job: Job) -> dict[str, Any]:
    """The job, its tables and its summary, as the browser code reads them."""
    files = jobs().batch_files(job.id)
    return {
        **asdict(job),
        "tables": [f"{blueprint.url_prefix}/{job.id}/tables/{path.name}" for path in files],
        "summary": jobs().summary(job.id),
    }


def _question() -> tuple[str, str]:
    body = _body()
    if not isinstance(body, dict) or set(body) != set(FIELDS):
        raise RefusedError(f"Expected a JSON object with exactly the fields {', '.join(FIELDS)}.")
    for name in FIELDS:
        if not isinstance(body[name], str):
            raise RefusedError(f"{name} is {str(body[name])[:80]!r}; expected a text.")
    return body["dataset"], body["algorithm"]


def _body() -> Any:
    if request.mimetype != "application/json":
        raise UnsupportedMediaType(f"Content-Type is {request.mimetype[:80]!r}; expected JSON.")
    if request.content_length is None or request.content_length > MAX_BODY_BYTES:
        raise RequestEntityTooLarge(f"Expected at most {MAX_BODY_BYTES} bytes of JSON.")
    try:
        return json.loads(request.get_data())
    except (ValueError, RecursionError) as error:  # a RecursionError for many brackets
        raise RefusedError("The body of the request is no JSON object.") from error


def _tell() -> None:
    """Wake the process that works on jobs, if the server has one."""
    changed = current_app.config.get("jobs_changed")
    if changed is not None:
        changed()
