"""Features of the track, and of what is not on it.

Residuals and slopes are given in units of what they are expected to be off by, which takes in how
well the places of the planes are known: so an event says the same, only less sharply, where its
run is not known.
"""

from __future__ import annotations

import math
from typing import Final

from reco_core.afp.alignment import Alignment
from reco_core.afp.clusters import ClusterBatch
from reco_core.afp.features_row import NO_TRACK, Feature
from reco_core.afp.hits import FloatArray
from reco_core.afp.sensor import COL_PITCH_MM, N_PLANES, PLANE_PITCH_MM, ROW_PITCH_MM
from reco_core.afp.track import NONE, TrackBatch
from reco_core.compiled import compiled

TRACK: Final = (
    Feature("track_planes", "", "planes on the track; 0 for no track"),
    Feature("track_chi2", "", "chi2 of the track, 0 with 2 planes", NO_TRACK),
    Feature("residual_row_max", "sigma", "largest residual along the rows", NO_TRACK),
    Feature("residual_col_max", "sigma", "largest residual along the columns", NO_TRACK),
    Feature("slope_row", "sigma", "slope along the rows", NO_TRACK),
    Feature("slope_col", "sigma", "slope along the columns", NO_TRACK),
    Feature("row_at_0", "rows", "place of the track on plane 0", NO_TRACK),
    Feature("col_at_0", "columns", "place of the track on plane 0", NO_TRACK),
)
OFF_TRACK: Final = (
    Feature("off_track_clusters", "", "clusters off the track"),
    Feature("off_track_hits", "", "hits off the track"),
    Feature("off_track_planes", "", "planes with a cluster off the track"),
)
BEAM_SLOPE_RAD: Final = 0.0003  # spread of the protons' slopes, as reco_core.afp.simulation has it
ROW_UM: Final = ROW_PITCH_MM * 1e3
COL_UM: Final = COL_PITCH_MM * 1e3


@compiled
def fill_track(
    tracks: TrackBatch, alignment: Alignment, known: int, event: int, out: FloatArray
) -> None:
    """TRACK of an event.  known : its row of the alignment."""
    out[0] = tracks.n_planes[event]
    if tracks.n_planes[event] == 0:
        out[1:] = math.nan
        return
    sigma_row, sigma_col = alignment.sigma_row[known], alignment.sigma_col[known]
    mean, spread = 0.0, 0.0
    for plane in range(N_PLANES):
        if tracks.cluster[event, plane] != NONE:
            mean += plane / out[0]
            spread += plane * plane
            row = abs(tracks.residual_row_um[event, plane]) / (sigma_row * ROW_UM)
            col = abs(tracks.residual_col_um[event, plane]) / (sigma_col * COL_UM)
            out[2], out[3] = max(out[2], row), max(out[3], col)
    length = math.sqrt(spread - out[0] * mean * mean)
    out[1] = tracks.chi2[event] if out[0] > 2.0 else 0.0
    beam = BEAM_SLOPE_RAD * PLANE_PITCH_MM
    out[4] = tracks.row_per_plane[event] / math.hypot(sigma_row / length, beam / ROW_PITCH_MM)
    out[5] = tracks.col_per_plane[event] / math.hypot(sigma_col / length, beam / COL_PITCH_MM)
    out[6], out[7] = tracks.row_at_0[event], tracks.col_at_0[event]


@compiled
def fill_off_track(clusters: ClusterBatch, tracks: TrackBatch, event: int, out: FloatArray) -> None:
    """OFF_TRACK of an event."""
    last = NONE
    for c in range(clusters.start[event], clusters.start[event + 1]):
        plane = clusters.plane[c]
        if tracks.cluster[event, plane] != c:
            out[0] += 1
            out[1] += clusters.n_hits[c]
            out[2] += plane != last
            last = plane
