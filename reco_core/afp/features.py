"""The table of features of an event's clusters and track, for whoever looks for anomalies.

docs/afp-features.md names each; it is made of the same table.
"""

from __future__ import annotations

from itertools import chain
from typing import Final

import numpy as np

from reco_core.afp.alignment import Alignment, checked_alignment
from reco_core.afp.clusters import ClusterBatch, find_clusters
from reco_core.afp.features_charge import CHARGES, fill_charges
from reco_core.afp.features_edge import EDGES, fill_edges
from reco_core.afp.features_hits import COUNTS, SIZES, fill_counts, fill_sizes
from reco_core.afp.features_row import Feature
from reco_core.afp.features_track import OFF_TRACK, TRACK, fill_off_track, fill_track
from reco_core.afp.hits import FloatArray, HitBatch
from reco_core.afp.sensor import N_COLS
from reco_core.afp.track import TrackBatch, fit_tracks
from reco_core.compiled import compiled_entry
from reco_core.in_threads import in_order
from reco_core.processors import usable_processors

GROUPS: Final = {
    "Hits and clusters": COUNTS,
    "Sizes": SIZES,
    "Charge": CHARGES,
    "Track": TRACK,
    "Off the track": OFF_TRACK,
    "Edges": EDGES,
}
FEATURES: Final[tuple[Feature, ...]] = tuple(chain(*GROUPS.values()))
NAMES: Final = tuple(row.name for row in FEATURES)
# Raised whenever a number changes: weights that were trained with others are then refused.
FEATURES_VERSION: Final = 1

# What detectors look at that learn without labels. Few, and hardly two that say the same: a column
# that only varies from one good proton to the next blurs the others, and one that comes twice
# counts twice.
ANOMALY_NAMES: Final = (
    "n_hits", "n_clusters", "plane_clusters_max", "plane_clusters_min", "track_planes",
    "track_chi2", "residual_row_max", "residual_col_max", "slope_row", "slope_col",
    "off_track_clusters", "off_track_hits", "edge_rows_log", "edge_cols_log", "edge_planes",
)  # fmt: skip
ANOMALY_COLUMNS: Final = tuple(NAMES.index(name) for name in ANOMALY_NAMES)

# Where the groups begin in a row of the table.
AT_SIZES: Final = len(COUNTS)
AT_CHARGES: Final = AT_SIZES + len(SIZES)
AT_TRACK: Final = AT_CHARGES + len(CHARGES)
AT_OFF_TRACK: Final = AT_TRACK + len(TRACK)
AT_EDGES: Final = AT_OFF_TRACK + len(OFF_TRACK)

EVENTS_PER_TASK: Final = 5_000


def features(
    hits: HitBatch, alignment: Alignment | None = None, threads: int | None = None
) -> FloatArray:
    """(E, F) the columns NAMES of each event; NaN where there is none, as FEATURES says.

    alignment : of each event, or one row for all; None where the run is not known, then what
    depends on the places of the planes is less sharp.  threads : all processors for None.
    """
    alignment = checked_alignment(alignment, hits.n_events)
    table = np.empty((hits.n_events, len(NAMES)))

    def fill(first: int) -> None:
        end = min(first + EVENTS_PER_TASK, hits.n_events)
        _fill_part(hits.part(first, end), alignment.part(first, end), table[first:end])

    tasks = range(0, hits.n_events, EVENTS_PER_TASK)
    for _ in in_order(fill, tasks, min(threads or usable_processors(), max(len(tasks), 1))):
        pass
    return table


def _fill_part(hits: HitBatch, alignment: Alignment, table: FloatArray) -> None:
    clusters = find_clusters(hits)
    _fill(hits, clusters, fit_tracks(clusters, alignment), alignment, table)


@compiled_entry
def _fill(
    hits: HitBatch, clusters: ClusterBatch, tracks: TrackBatch, alignment: Alignment,
    table: FloatArray,
) -> None:  # fmt: skip
    column = np.zeros(N_COLS, np.int64)
    for event in range(len(hits.start) - 1):
        known = event if len(alignment.n_events) > 1 else 0
        row = table[event]
        row[:] = 0.0
        fill_counts(hits, clusters, event, column, row)
        fill_sizes(hits, clusters, event, row[AT_SIZES:])
        fill_charges(hits, clusters, tracks, event, row[AT_CHARGES:])
        fill_track(tracks, alignment, known, event, row[AT_TRACK:AT_OFF_TRACK])
        fill_off_track(clusters, tracks, event, row[AT_OFF_TRACK:])
        fill_edges(clusters, tracks, event, row[AT_EDGES:])
