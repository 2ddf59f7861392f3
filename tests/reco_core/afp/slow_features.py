"""The table of features once more, in plain Python: one event, its clusters found by a search."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

import numpy as np

from reco_core.afp.alignment import UNKNOWN_SIGMA_COLS, UNKNOWN_SIGMA_ROWS
from reco_core.afp.clusters import find_clusters
from reco_core.afp.hits import HitBatch
from reco_core.afp.track import NONE, fit_tracks
from tests.reco_core.afp.simulation import made

NAN = math.nan
Cluster = list[tuple[int, int, int]]


def slow_features(hits: HitBatch) -> dict[str, float]:
    """Of one event of a run that is not known."""
    pixels = list(zip(hits.plane.tolist(), hits.row.tolist(), hits.col.tolist(), strict=True))
    charge = dict(zip(pixels, (hits.charge / 1e3).tolist(), strict=True))
    clusters = sorted(made.clusters(hits), key=min)
    planes = [[one for one in clusters if one[0][0] == plane] for plane in range(4)]
    on = [clusters[c] for c in fit_tracks(find_clusters(hits)).cluster[0] if c != NONE]
    off = [one for one in clusters if one not in on]
    return {
        **_counts(pixels, planes),
        **_sizes(pixels, clusters),
        **_charges(charge, clusters, on, off),
        **_track(hits),
        "off_track_clusters": len(off),
        "off_track_hits": sum(map(len, off)),
        "off_track_planes": len({one[0][0] for one in off}),
        **_edges([_main(own, on, charge) for own in planes if own]),
    }


def _counts(pixels: Cluster, planes: list[list[Cluster]]) -> dict[str, float]:
    hits = [sum(map(len, own)) for own in planes]
    return {
        "n_hits": len(pixels),
        "planes_hit": np.count_nonzero(hits),
        "plane_hits_max": max(hits),
        "plane_hits_min": min(hits),
        "n_clusters": sum(map(len, planes)),
        "plane_clusters_max": max(map(len, planes)),
        "plane_clusters_min": min(map(len, planes)),
        "column_hits_max": _most((plane, col) for plane, _, col in pixels),
        "row_hits_max": _most((plane, row) for plane, row, _ in pixels),
    }


def _most(lines: Iterable[tuple[int, int]]) -> int:
    return max(Counter(lines).values(), default=0)


def _sizes(pixels: Cluster, clusters: list[Cluster]) -> dict[str, float]:
    place = np.array(pixels).reshape(-1, 3)
    return {
        "cluster_hits_max": max(map(len, clusters), default=0),
        "cluster_rows_max": max((np.ptp([p[1] for p in one]) + 1 for one in clusters), default=0),
        "cluster_cols_max": max((np.ptp([p[2] for p in one]) + 1 for one in clusters), default=0),
        "spread_row_mm": 0.05 * place[:, 1].std() if pixels else NAN,
        "spread_col_mm": 0.25 * place[:, 2].std() if pixels else NAN,
    }


def _charges(
    charge: dict[tuple[int, int, int], float], clusters: list[Cluster], on: list[Cluster],
    off: list[Cluster],
) -> dict[str, float]:  # fmt: skip
    def sums(some: list[Cluster]) -> list[float]:
        return [sum(charge[pixel] for pixel in one) for one in some]

    return {
        "charge_ke": sum(charge.values()),
        "hit_charge_mean_ke": float(np.mean(list(charge.values()))) if charge else NAN,
        "hit_charge_max_ke": max(charge.values(), default=0),
        "cluster_charge_max_ke": max(sums(clusters), default=0),
        "track_charge_mean_ke": float(np.mean(sums(on))) if on else NAN,
        "track_charge_min_ke": min(sums(on), default=NAN),
        "off_track_charge_ke": sum(sums(off)),
    }


def _track(hits: HitBatch) -> dict[str, float]:
    track = fit_tracks(find_clusters(hits))
    z = np.flatnonzero(track.cluster[0] != NONE)
    if not len(z):
        names = ("track_chi2", "residual_row_max", "residual_col_max", "slope_row", "slope_col",
                 "row_at_0", "col_at_0")  # fmt: skip
        return {"track_planes": 0, **dict.fromkeys(names, NAN)}
    length = np.sqrt(np.sum((z - z.mean()) ** 2))
    return {
        "track_planes": len(z),
        "track_chi2": float(np.nan_to_num(track.chi2[0])),
        "residual_row_max": np.nanmax(np.abs(track.residual_row_um[0])) / 50 / UNKNOWN_SIGMA_ROWS,
        "residual_col_max": np.nanmax(np.abs(track.residual_col_um[0])) / 250 / UNKNOWN_SIGMA_COLS,
        "slope_row": track.row_per_plane[0] / np.hypot(UNKNOWN_SIGMA_ROWS / length, 0.054),
        "slope_col": track.col_per_plane[0] / np.hypot(UNKNOWN_SIGMA_COLS / length, 0.0108),
        "row_at_0": track.row_at_0[0],
        "col_at_0": track.col_at_0[0],
    }


def _main(own: list[Cluster], on: list[Cluster], charge: dict[tuple[int, int, int], float]):
    return next((one for one in own if one in on), None) or max(
        own, key=lambda one: np.float32(sum(charge[pixel] for pixel in one))
    )


def _edges(main: list[Cluster]) -> dict[str, float]:
    rows = [min(min(row, 335 - row) for _, row, _ in one) for one in main]
    cols = [min(min(col, 79 - col) for _, _, col in one) for one in main]
    return {
        "edge_rows_log": math.log1p(min(rows)) if rows else NAN,
        "edge_cols_log": math.log1p(min(cols)) if cols else NAN,
        "edge_planes": sum(0 in both for both in zip(rows, cols, strict=True)),
    }
