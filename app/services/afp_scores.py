"""What each anomaly detector says of one AFP event. For the inference process: heavy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.services.afp_numbers import number
from reco_core.afp.alignment import Alignment
from reco_core.afp.detectors.registry import DETECTORS, DetectorRow, detector_row
from reco_core.afp.hits import HitBatch
from reco_core.errors import HitscopeError, NotFoundError


def scores_json(hits: HitBatch, alignment: Alignment | None) -> list[dict[str, Any]]:
    """hits : of one event. A row per detector; one that cannot be used says why."""
    return [_score(row, hits, alignment) for row in DETECTORS]


def _score(row: DetectorRow, hits: HitBatch, alignment: Alignment | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "key": row.key, "label": row.label, "about": row.about, "images": row.images,
        "message": "", "score": None, "threshold": None, "anomalous": None, "reasons": [],
    }  # fmt: skip
    try:
        (score,) = row.score(hits, alignment).tolist()
        (reasons,) = row.reasons(hits, alignment)
        limit = row.threshold()
    except HitscopeError as error:
        return {**told, "message": str(error)}
    told |= {"score": number(score), "reasons": list(reasons)}
    if limit is None:
        return told
    told_limit = {name: number(value) for name, value in limit.items()}
    return {**told, "threshold": told_limit, "anomalous": bool(score >= limit["value"])}


def image_of(key: str, hits: HitBatch) -> NDArray[np.float32]:
    """(4, 336, 80) what the network of that key makes of one event, 0 to 1.

    Raises NotFoundError for a detector that makes no images; FileFormatError for bad weights.
    """
    row = detector_row(key)
    if not row.images:
        keys = ", ".join(other.key for other in DETECTORS if other.images)
        raise NotFoundError(f"{key!r} makes no images. Those that do: {keys}.")
    scorer: Any = row.load()
    made: NDArray[np.float32] = scorer.image_reconstruction(hits)
    return made


def load(hits: HitBatch) -> None:
    """Read all weights and compile; what cannot be used is told to whoever asks."""
    for row in DETECTORS:
        _score(row, hits, None)
