"""Clusters: hits of one plane that touch, sides or corners, taken as one crossing of a particle.

Eight neighbours and places weighted by charge, as the clustering of ATLAS Athena for AFP. Each hit
is looked at a few times, however many an event has.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.hits import FloatArray, HitBatch, IntArray
from reco_core.compiled import compiled, compiled_entry

Labels = NDArray[np.int32]


class ClusterBatch(NamedTuple):
    """Clusters of E events, C in all, by event, then plane, then their first hit by row and col.

    start : (E+1,) event k has the clusters start[k]:start[k+1].  plane : (C,).  row, col : (C,)
    place in pixels weighted by charge, whole numbers in the middle of a pixel.  charge : (C,)
    electrons, or the number of hits where the file holds no charges.  n_hits : (C,).  first_row,
    last_row, first_col, last_col : (C,) the pixels that it spans.  label : (H,) the cluster of each
    hit of the batch.
    """

    start: IntArray
    plane: NDArray[np.uint8]
    row: FloatArray
    col: FloatArray
    charge: FloatArray
    n_hits: NDArray[np.int32]
    first_row: NDArray[np.uint16]
    last_row: NDArray[np.uint16]
    first_col: NDArray[np.uint8]
    last_col: NDArray[np.uint8]
    label: Labels

    @property
    def n_events(self) -> int:
        return len(self.start) - 1

    @property
    def event(self) -> IntArray:
        """(C,) which event each cluster is of."""
        return np.repeat(np.arange(self.n_events), np.diff(self.start))


def find_clusters(hits: HitBatch) -> ClusterBatch:
    """The clusters of every event. Runs in several threads at once: compiled, without the lock."""
    start, label = _labelled(hits.start, hits.plane, hits.row, hits.col)
    n = int(start[-1])
    clusters = ClusterBatch(
        start, np.zeros(n, np.uint8), np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n, np.int32),
        np.full(n, 65535, np.uint16), np.zeros(n, np.uint16),
        np.full(n, 255, np.uint8), np.zeros(n, np.uint8), label,
    )  # fmt: skip
    _sum_up(hits.plane, hits.row, hits.col, hits.charge, clusters)
    return clusters


@compiled_entry
def _labelled(
    start: IntArray, plane: NDArray[np.uint8], row: NDArray[np.uint16], col: NDArray[np.uint8]
) -> tuple[IntArray, Labels]:
    """Where the clusters of each event begin, and the cluster of each hit."""
    first = np.zeros(len(start), np.int64)
    label = np.zeros(len(plane), np.int32)
    n = 0
    for event in range(len(start) - 1):
        _join_neighbours(start[event], start[event + 1], plane, row, col, label)
        for hit in range(start[event], start[event + 1]):
            head = label[hit]
            if head == hit:
                label[hit] = n
                n += 1
            else:
                label[hit] = label[head]  # which comes before, and has its number
        first[event + 1] = n
    return first, label


@compiled
def _join_neighbours(
    begin: int, end: int, plane: NDArray[np.uint8], row: NDArray[np.uint16],
    col: NDArray[np.uint8], parent: Labels,
) -> None:  # fmt: skip
    """Make every hit of an event point to the first one of its cluster.

    The hits are in order of plane, row and col, so those of the row before are passed once, beside
    those of this row.
    """
    line, above = begin, begin  # first hits of this row, and of the row before that are still near
    for hit in range(begin, end):
        parent[hit] = hit
        if hit > begin and (plane[hit] != plane[hit - 1] or row[hit] != row[hit - 1]):
            follows = plane[hit] == plane[hit - 1] and row[hit] == row[hit - 1] + 1
            above = line if follows else hit
            line = hit
        if hit > line and col[hit - 1] + 1 == col[hit]:
            _join(parent, hit - 1, hit)
        while above < line and col[above] + 1 < col[hit]:
            above += 1
        near = above
        while near < line and col[near] <= col[hit] + 1:
            _join(parent, near, hit)
            near += 1
    for hit in range(begin, end):
        parent[hit] = _head(parent, hit)


@compiled
def _join(parent: Labels, one: int, other: int) -> None:
    """Put the clusters of two hits together; the earlier first hit leads."""
    a, b = _head(parent, one), _head(parent, other)
    if a < b:
        parent[b] = a
    else:
        parent[a] = b


@compiled
def _head(parent: Labels, hit: int) -> int:
    """The hit that leads the cluster; the way there is halved for those who ask again."""
    while parent[hit] != hit:
        parent[hit] = parent[parent[hit]]
        hit = parent[hit]
    return hit


@compiled_entry
def _sum_up(
    plane: NDArray[np.uint8], row: NDArray[np.uint16], col: NDArray[np.uint8],
    charge: NDArray[np.float32], clusters: ClusterBatch,
) -> None:  # fmt: skip
    """Fill in the clusters' places, spans and charges.

    Places are summed from that of the first hit: so they are whole numbers within one row or
    column, and the inverse is the same to the last bit whatever stands beside the cluster.
    """
    first_hit = np.zeros(len(clusters.plane), np.int64)
    for hit in range(len(plane)):
        c, weight = clusters.label[hit], float(charge[hit])
        if clusters.n_hits[c] == 0:
            first_hit[c] = hit
        clusters.plane[c] = plane[hit]
        clusters.n_hits[c] += 1
        clusters.charge[c] += weight
        clusters.row[c] += weight * (float(row[hit]) - float(row[first_hit[c]]))
        clusters.col[c] += weight * (float(col[hit]) - float(col[first_hit[c]]))
        clusters.first_row[c] = min(clusters.first_row[c], row[hit])
        clusters.last_row[c] = max(clusters.last_row[c], row[hit])
        clusters.first_col[c] = min(clusters.first_col[c], col[hit])
        clusters.last_col[c] = max(clusters.last_col[c], col[hit])
    for c in range(len(clusters.plane)):
        inverse = 1.0 / clusters.charge[c]
        clusters.row[c] = row[first_hit[c]] + clusters.row[c] * inverse
        clusters.col[c] = col[first_hit[c]] + clusters.col[c] * inverse
