"""Features of hits and clusters: how many there are, how large, and how they are spread."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.clusters import ClusterBatch
from reco_core.afp.features_row import NO_HIT, Feature
from reco_core.afp.hits import FloatArray, HitBatch
from reco_core.afp.sensor import COL_PITCH_MM, N_PLANES, ROW_PITCH_MM
from reco_core.compiled import compiled

COUNTS: Final = (
    Feature("n_hits", "", "hits"),
    Feature("planes_hit", "", "planes with a hit"),
    Feature("plane_hits_max", "", "hits of the plane that has most"),
    Feature("plane_hits_min", "", "hits of the plane that has fewest"),
    Feature("n_clusters", "", "clusters"),
    Feature("plane_clusters_max", "", "clusters of the plane that has most"),
    Feature("plane_clusters_min", "", "clusters of the plane that has fewest"),
    Feature("column_hits_max", "", "hits of the column, of one plane, that has most"),
    Feature("row_hits_max", "", "hits of the row, of one plane, that has most"),
)
SIZES: Final = (
    Feature("cluster_hits_max", "", "hits of the largest cluster"),
    Feature("cluster_rows_max", "rows", "rows that the longest cluster spans"),
    Feature("cluster_cols_max", "columns", "columns that the widest cluster spans"),
    Feature("spread_row_mm", "mm", "standard deviation of the hits along the rows", NO_HIT),
    Feature("spread_col_mm", "mm", "standard deviation of the hits along the columns", NO_HIT),
)


@compiled
def fill_counts(
    hits: HitBatch, clusters: ClusterBatch, event: int, column: NDArray[np.int64], out: FloatArray
) -> None:
    """COUNTS of an event.  column : (80,) zeros, left as such."""
    hit, cluster = hits.start[event], clusters.start[event]
    end, end_cluster = hits.start[event + 1], clusters.start[event + 1]
    out[0], out[4] = end - hit, end_cluster - cluster
    out[3], out[6] = out[0], out[4]
    for plane in range(N_PLANES):
        first, first_cluster = hit, cluster
        while hit < end and hits.plane[hit] == plane:
            hit += 1
        while cluster < end_cluster and clusters.plane[cluster] == plane:
            cluster += 1
        out[1] += hit > first
        out[2], out[3] = max(out[2], hit - first), min(out[3], hit - first)
        n_clusters = cluster - first_cluster
        out[5], out[6] = max(out[5], n_clusters), min(out[6], n_clusters)
        out[7] = max(out[7], _most_in_column(hits, first, hit, column))
        out[8] = max(out[8], _most_in_row(hits, first, hit))


@compiled
def _most_in_column(hits: HitBatch, first: int, end: int, column: NDArray[np.int64]) -> int:
    most = 0
    for hit in range(first, end):
        column[hits.col[hit]] += 1
        most = max(most, column[hits.col[hit]])
    for hit in range(first, end):
        column[hits.col[hit]] = 0
    return most


@compiled
def _most_in_row(hits: HitBatch, first: int, end: int) -> int:
    """Hits are in order of rows."""
    most, here = 0, 0
    for hit in range(first, end):
        here = here + 1 if hit > first and hits.row[hit] == hits.row[hit - 1] else 1
        most = max(most, here)
    return most


@compiled
def fill_sizes(hits: HitBatch, clusters: ClusterBatch, event: int, out: FloatArray) -> None:
    """SIZES of an event."""
    for c in range(clusters.start[event], clusters.start[event + 1]):
        rows = int(clusters.last_row[c]) - int(clusters.first_row[c]) + 1
        cols = int(clusters.last_col[c]) - int(clusters.first_col[c]) + 1
        out[0] = max(out[0], clusters.n_hits[c])
        out[1], out[2] = max(out[1], rows), max(out[2], cols)
    first, end = hits.start[event], hits.start[event + 1]
    out[3] = ROW_PITCH_MM * _deviation(hits.row, first, end)
    out[4] = COL_PITCH_MM * _deviation(hits.col, first, end)


@compiled
def _deviation(place: NDArray[np.integer], first: int, end: int) -> float:
    n, mean, square = end - first, 0.0, 0.0
    for hit in range(first, end):
        mean += place[hit]
    mean /= n
    for hit in range(first, end):
        square += (place[hit] - mean) ** 2
    return math.sqrt(square / n)
