"""Features of charge. Of files without charges they are numbers of hits in units of 1,000."""

from __future__ import annotations

import math
from typing import Final

from reco_core.afp.clusters import ClusterBatch
from reco_core.afp.features_row import NO_HIT, NO_TRACK, Feature
from reco_core.afp.hits import FloatArray, HitBatch
from reco_core.afp.sensor import N_PLANES
from reco_core.afp.track import NONE, TrackBatch
from reco_core.compiled import compiled

CHARGES: Final = (
    Feature("charge_ke", "ke", "charge of all hits"),
    Feature("hit_charge_mean_ke", "ke", "mean charge of a hit", NO_HIT),
    Feature("hit_charge_max_ke", "ke", "highest charge of a hit"),
    Feature("cluster_charge_max_ke", "ke", "highest charge of a cluster"),
    Feature("track_charge_mean_ke", "ke", "mean charge of a cluster on the track", NO_TRACK),
    Feature("track_charge_min_ke", "ke", "lowest charge of a cluster on the track", NO_TRACK),
    Feature("off_track_charge_ke", "ke", "charge of the hits off the track"),
)
KILO: Final = 1e-3


@compiled
def fill_charges(
    hits: HitBatch, clusters: ClusterBatch, tracks: TrackBatch, event: int, out: FloatArray
) -> None:
    """CHARGES of an event."""
    first, end = hits.start[event], hits.start[event + 1]
    for hit in range(first, end):
        charge = KILO * float(hits.charge[hit])
        out[0] += charge
        out[2] = max(out[2], charge)
    out[1] = out[0] / (end - first)
    for c in range(clusters.start[event], clusters.start[event + 1]):
        out[3] = max(out[3], KILO * clusters.charge[c])
    total, least = 0.0, math.inf
    for plane in range(N_PLANES):
        c = tracks.cluster[event, plane]
        if c != NONE:
            total += KILO * clusters.charge[c]
            least = min(least, KILO * clusters.charge[c])
    n = tracks.n_planes[event]
    out[4] = total / n
    out[5] = least if n > 0 else math.nan
    out[6] = max(out[0] - total, 0.0)
