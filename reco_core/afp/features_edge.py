"""Features of how near to an edge of its planes a particle came."""

from __future__ import annotations

import math
from typing import Final

from reco_core.afp.clusters import ClusterBatch
from reco_core.afp.features_row import NO_HIT, Feature
from reco_core.afp.hits import FloatArray
from reco_core.afp.sensor import N_COLS, N_PLANES, N_ROWS
from reco_core.afp.track import NONE, TrackBatch
from reco_core.compiled import compiled

EDGES: Final = (
    Feature(
        "edge_rows_log", "", "ln(1 + rows between the main clusters and the first or last row), "
        "the least of the planes", NO_HIT,
    ),
    Feature(
        "edge_cols_log", "", "ln(1 + columns between the main clusters and the first or last "
        "column), the least of the planes", NO_HIT,
    ),
    Feature("edge_planes", "", "planes whose main cluster touches an edge"),
)  # fmt: skip


@compiled
def fill_edges(clusters: ClusterBatch, tracks: TrackBatch, event: int, out: FloatArray) -> None:
    """EDGES of an event. A plane's main cluster: that on the track, else that of most charge."""
    rows, cols, begin = math.inf, math.inf, clusters.start[event]
    for plane in range(N_PLANES):
        end = begin
        while end < clusters.start[event + 1] and clusters.plane[end] == plane:
            end += 1
        main = _main_cluster(clusters, begin, end, tracks.cluster[event, plane])
        begin = end
        if main == NONE:
            continue
        off_row = min(int(clusters.first_row[main]), N_ROWS - 1 - int(clusters.last_row[main]))
        off_col = min(int(clusters.first_col[main]), N_COLS - 1 - int(clusters.last_col[main]))
        rows, cols = min(rows, off_row), min(cols, off_col)
        out[2] += off_row == 0 or off_col == 0
    out[0] = math.log1p(rows) if rows < math.inf else math.nan
    out[1] = math.log1p(cols) if cols < math.inf else math.nan


@compiled
def _main_cluster(clusters: ClusterBatch, begin: int, end: int, on_track: int) -> int:
    if on_track != NONE:
        return on_track
    main = NONE
    for c in range(begin, end):
        if main == NONE or clusters.charge[c] > clusters.charge[main]:
            main = c
    return main
