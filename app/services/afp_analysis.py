"""Clusters and track of one AFP event in plain values. For the inference process: heavy."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.alignment import Alignment
from reco_core.afp.clusters import ClusterBatch, find_clusters
from reco_core.afp.hits import HitBatch
from reco_core.afp.track import NONE, TrackBatch, fit_tracks, track_places

MOST_CLUSTERS: Final = 1000  # told of an event: a crowd is not looked at one by one


def analysis_json(hits: HitBatch, alignment: Alignment | None) -> dict[str, Any]:
    """hits : of one event.  alignment : its row, None where not known. See docs/api.md."""
    clusters = find_clusters(hits)
    tracks = fit_tracks(clusters, alignment)
    return {
        "clusters": _clusters(clusters),
        "n_clusters": np.bincount(clusters.plane, minlength=4).tolist(),
        "track": _track(tracks, alignment) if tracks.n_planes[0] else None,
        "planes": None if alignment is None else _planes(alignment),
    }


def _clusters(clusters: ClusterBatch) -> dict[str, list[Any]]:
    some = slice(0, MOST_CLUSTERS)
    return {
        "plane": clusters.plane[some].tolist(),
        "row": _rounded(clusters.row[some], 3),
        "col": _rounded(clusters.col[some], 3),
        "charge": _rounded(clusters.charge[some], 1),
        "n_hits": clusters.n_hits[some].tolist(),
    }


def _track(tracks: TrackBatch, alignment: Alignment | None) -> dict[str, Any]:
    row, col = track_places(tracks, alignment)
    (chi2,) = _rounded(tracks.chi2, 3)
    return {
        "n_planes": int(tracks.n_planes[0]),
        "chi2": chi2,
        "row": _rounded(row[0], 3),
        "col": _rounded(col[0], 3),
        "slope_row_mrad": round(float(tracks.slope_row_mrad[0]), 3),
        "slope_col_mrad": round(float(tracks.slope_col_mrad[0]), 3),
        "cluster": [None if k == NONE else k for k in tracks.cluster[0].tolist()],
        "residual_row_um": _rounded(tracks.residual_row_um[0], 1),
        "residual_col_um": _rounded(tracks.residual_col_um[0], 1),
    }


def _planes(alignment: Alignment) -> dict[str, list[float | None]]:
    """How far off the planes are: at row - shift_row - scale_row * row, beside plane 0."""
    return {
        "shift_row": _rounded(alignment.shift_row[0], 4),
        "scale_row": _rounded(alignment.scale_row[0], 6),
        "shift_col": _rounded(alignment.shift_col[0], 4),
        "scale_col": _rounded(alignment.scale_col[0], 6),
    }


def _rounded(values: NDArray[np.floating], digits: int) -> list[float | None]:
    """None for what is not a number: JSON has no word for it."""
    return [round(v, digits) if math.isfinite(v) else None for v in values.tolist()]
