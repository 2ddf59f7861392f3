"""Routes of how well each method does on a data set. Documented in docs/api.md.

GET /api/v1/performance/<key>?by=class
GET /api/v1/performance/<key>/measures.csv
GET /api/v1/performance/<key>/measures.parquet
"""

from __future__ import annotations

import io
import math
from typing import Any, Final

from flask import Blueprint, Response, current_app, jsonify, request, send_file

from app.api import explain, fresh
from app.services.performance import Method, Performance, Report, measures_of
from app.services.performance_answers import MOST_EVENTS
from app.services.performance_measure import STATED, TIMES
from app.services.performance_verdict import VerdictMeasured
from app.theme import style_of
from reco_core.errors import HitscopeError, ServiceError, SettingError
from reco_core.icecube.classification.learned_names import CLASSES, P_HARD, PROBABILITIES
from reco_core.icecube.evaluation.groups import ALL, BINS, BY_ENERGY
from reco_core.icecube.evaluation.tables import SHARES

# Kind of groups -> its name and unit, and which of BINS its groups are.
KINDS: Final = {
    "class": ("Class", "", None),
    "energy": ("Energy", "GeV", "energy"),
    "zenith": ("Zenith", "rad", "zenith"),
    "pulses": ("Pulses", "", "pulses"),
    **{f"{name} energy": (f"Energy, {name}s", "GeV", "energy") for name in BY_ENERGY},
}
MIMETYPES: Final = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}

blueprint = Blueprint("performance", __name__, url_prefix="/api/v1/performance")
blueprint.register_error_handler(HitscopeError, explain)


def performance() -> Performance:
    return current_app.config["performance"]


@blueprint.get("/<key>")
def report(key: str) -> Response:
    by = request.args.get("by", "class")
    if by not in KINDS:
        raise SettingError(f"by={by[:40]!r}; expected one of {', '.join(KINDS)}.")
    return fresh(jsonify(report_json(performance().report(key), by)))


@blueprint.get("/<key>/measures.csv", defaults={"ending": "csv"})
@blueprint.get("/<key>/measures.parquet", defaults={"ending": "parquet"})
def measures(key: str, ending: str) -> Response:
    found = performance().report(key)
    if not found.is_complete:
        raise ServiceError("The measures are being computed; ask again in a few seconds.")
    frame, file = measures_of(found), io.BytesIO()
    frame.write_csv(file) if ending == "csv" else frame.write_parquet(file)
    file.seek(0)
    response = send_file(
        file, mimetype=MIMETYPES[ending], as_attachment=True,
        download_name=f"{found.dataset}_performance.{ending}",
    )  # fmt: skip
    return fresh(response)


def report_json(found: Report, by: str) -> dict[str, Any]:
    """What the page shows; curves of all events and of the groups of one kind."""
    truth = found.truth and dict(zip(("n_known", "n_events"), found.truth, strict=True))
    return {
        "dataset": found.dataset,
        "by": by,
        "complete": found.is_complete,
        "message": found.message,
        "truth": truth,
        "most_events": MOST_EVENTS,
        "stated_share": STATED,
        "shares": [round(float(share), 4) for share in SHARES],
        "times_stated": [round(float(times), 4) for times in TIMES],
        "kinds": [_kind_json(key) for key in KINDS],
        "methods": [_method_json(method, by) for method in found.methods],
        "verdict": found.verdict and _verdict_json(found.verdict),
        "reliability": _reliability_json(found.verdict) if found.verdict else [],
    }


def _kind_json(key: str) -> dict[str, Any]:
    """edges : of the groups in `labels`, null for infinity; both null where the data name them."""
    label, unit, of = KINDS[key]
    told: dict[str, Any] = {"key": key, "label": label, "unit": unit}
    for binned in BINS:
        if binned.kind == of:
            edges = [edge if math.isfinite(edge) else None for edge in binned.edges]
            return {**told, "edges": edges, "labels": binned.labels}
    return {**told, "edges": None, "labels": None}


def _method_json(method: Method, by: str) -> dict[str, Any]:
    algorithm, style = method.algorithm, style_of(method.algorithm.key)
    numbers = method.measured
    curves, calibration = numbers.get("curves", {}), numbers.get("calibration", {})
    return {
        "key": algorithm.key,
        "label": algorithm.label,
        "source": algorithm.source,
        "colour": style.colour,
        "colour_light": style.colour_light,
        "state": method.state,
        "message": method.message,
        "n_answers": method.n_answers,
        "n_events": numbers.get("n_events"),
        "n_without_truth": numbers.get("n_without_truth"),
        "measures": [
            {name: value for name, value in row.items() if name != "algorithm"}
            for row in numbers.get("measures", ())
        ],
        "curves": {kind: curves.get(kind, {}) for kind in (ALL, by)},
        "calibration": {kind: calibration.get(kind, {}) for kind in (ALL, by)},
    }


def _verdict_json(verdict: VerdictMeasured) -> dict[str, Any]:
    numbers = verdict.measured
    return {
        "key": verdict.algorithm.key,
        "label": verdict.algorithm.label,
        "state": verdict.state,
        "message": verdict.message,
        "n_answers": verdict.n_answers,
        "hard_degrees": verdict.hard_degrees,
        "classes": CLASSES,
        "unscored": [{"key": row.key, "label": row.label} for row in verdict.unscored],
        "scores": numbers.get("scores", []),
        "confusion": numbers.get("confusion", []),
    }


def _reliability_json(verdict: VerdictMeasured) -> list[dict[str, Any]]:
    """Curves in the order of the probabilities; those without a point left out."""
    names = dict(zip(PROBABILITIES, (name.capitalize() for name in CLASSES), strict=False))
    names[P_HARD] = f"Off by more than {verdict.hard_degrees:g}\u00b0"
    curves = verdict.measured.get("reliability", {})
    return [
        {"key": key, "label": names[key], "points": curves[key]}
        for key in PROBABILITIES
        if key in curves
    ]
