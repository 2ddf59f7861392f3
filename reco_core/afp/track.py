"""The straight line of a proton through the planes: at most one cluster of each.

A line starts from two clusters and takes in the nearest of each further plane, within 0.5 mm, the
distance at which the track finding of ATLAS Athena links clusters of neighbouring planes. Of all
such lines that through most planes is taken, and of those the one that fits best.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.alignment import Alignment, checked_alignment
from reco_core.afp.clusters import ClusterBatch
from reco_core.afp.hits import FloatArray, IntArray
from reco_core.afp.sensor import COL_PITCH_MM, N_PLANES, PLANE_PITCH_MM, ROW_PITCH_MM
from reco_core.compiled import compiled, compiled_entry

MOST_CLUSTERS: Final = 8  # of a plane that are looked at: those of highest charge
NONE: Final = -1
ROAD_MM: Final = 0.5
ROAD_SIGMAS: Final = 3.0  # what the planes may be off comes on top
# Steps from plane to plane up to twice the road: scattering by 100 mrad is to be followed.
STEP_MM: Final = 1.0
# Selections of real tracks allow +-3 mrad: tells lines apart that fit alike.
SLOPE_RAD: Final = 0.003
SLOPE_ROWS: Final = SLOPE_RAD * PLANE_PITCH_MM / ROW_PITCH_MM
SLOPE_COLS: Final = SLOPE_RAD * PLANE_PITCH_MM / COL_PITCH_MM
SLOPE_SHARE: Final = 1 / math.sqrt(5)  # of the resolution, in the slope of a line through 4 planes


class TrackBatch(NamedTuple):
    """The best line of each of E events; NaN where there is none through two planes.

    row_at_0, col_at_0 : (E,) place on plane 0, pixels.  row_per_plane, col_per_plane : (E,) pixels
    from plane to plane; beside the mean direction of the run's tracks where the alignment is known.
    chi2 : (E,) NaN below 3 planes; 2 (n_planes - 2) is expected.  n_planes : (E,) 0, or 2 to 4.
    cluster : (E, 4) number in the batch of clusters, NONE without.  residual_row_um,
    residual_col_um : (E, 4) cluster less line, along the plane; NaN without a cluster.
    """

    row_at_0: FloatArray
    col_at_0: FloatArray
    row_per_plane: FloatArray
    col_per_plane: FloatArray
    chi2: FloatArray
    n_planes: NDArray[np.uint8]
    cluster: NDArray[np.int32]
    residual_row_um: FloatArray
    residual_col_um: FloatArray

    @property
    def slope_row_mrad(self) -> FloatArray:
        """(E,) along the rows, away from the beam."""
        return np.asarray(self.row_per_plane * (ROW_PITCH_MM / PLANE_PITCH_MM * 1e3))

    @property
    def slope_col_mrad(self) -> FloatArray:
        """(E,) along the columns."""
        return np.asarray(self.col_per_plane * (COL_PITCH_MM / PLANE_PITCH_MM * 1e3))


class Seen(NamedTuple):
    """The clusters of an event that are looked at, aligned; n (4,) of each plane.

    cluster, row, col, charge : (4, MOST_CLUSTERS).
    """

    n: IntArray
    cluster: IntArray
    row: FloatArray
    col: FloatArray
    charge: FloatArray


class Limits(NamedTuple):
    """In pixels, of row and col.  sigma : of a cluster.  road, step, slope : see the constants."""

    sigma: tuple[float, float]
    road: tuple[float, float]
    step: tuple[float, float]
    slope: tuple[float, float]


class Line(NamedTuple):
    """Places on plane 0 and steps from plane to plane, pixels.  n_planes : 0 for none."""

    row: float
    col: float
    row_step: float
    col_step: float
    n_planes: int
    chi2: float
    cost: float


def fit_tracks(clusters: ClusterBatch, alignment: Alignment | None = None) -> TrackBatch:
    """The best line of each event; a bounded number of clusters is tried, however many there are.

    alignment : of each event or of all; None where it is not known.
    """
    n = clusters.n_events
    alignment = checked_alignment(alignment, n)
    row, col, row_step, col_step, chi2 = np.full((5, n), np.nan)
    tracks = TrackBatch(
        row, col, row_step, col_step, chi2, np.zeros(n, np.uint8),
        np.full((n, N_PLANES), NONE, np.int32), np.full((n, N_PLANES), np.nan),
        np.full((n, N_PLANES), np.nan),
    )  # fmt: skip
    _fit(clusters, alignment, tracks)
    return tracks


def track_places(
    tracks: TrackBatch, alignment: Alignment | None = None
) -> tuple[FloatArray, FloatArray]:
    """(E, 4) row and col where each line crosses each plane, in that plane's own pixels."""
    here = checked_alignment(alignment, len(tracks.n_planes))
    plane = np.arange(N_PLANES)
    row = tracks.row_at_0[:, None] + tracks.row_per_plane[:, None] * plane
    col = tracks.col_at_0[:, None] + tracks.col_per_plane[:, None] * plane
    on_row = (row + here.shift_row) / (1 - here.scale_row)
    return on_row, (col + here.shift_col) / (1 - here.scale_col)


@compiled_entry
def _fit(clusters: ClusterBatch, alignment: Alignment, tracks: TrackBatch) -> None:
    shape = (N_PLANES, MOST_CLUSTERS)
    seen = Seen(
        np.zeros(N_PLANES, np.int64), np.zeros(shape, np.int64), np.zeros(shape), np.zeros(shape),
        np.zeros(shape),
    )  # fmt: skip
    chosen, best = np.zeros(N_PLANES, np.int64), np.zeros(N_PLANES, np.int64)
    for event in range(len(clusters.start) - 1):
        known = event if len(alignment.n_events) > 1 else 0
        _look(clusters, event, alignment, known, seen)
        limits = _limits(alignment.sigma_row[known], alignment.sigma_col[known])
        line = _best_line(seen, limits, chosen, best)
        if line.n_planes > 0:
            _write(tracks, event, seen, line, best)


@compiled
def _limits(sigma_row: float, sigma_col: float) -> Limits:
    off_row, off_col = ROAD_SIGMAS * sigma_row, ROAD_SIGMAS * sigma_col
    return Limits(
        (sigma_row, sigma_col),
        (ROAD_MM / ROW_PITCH_MM + off_row, ROAD_MM / COL_PITCH_MM + off_col),
        (STEP_MM / ROW_PITCH_MM + off_row, STEP_MM / COL_PITCH_MM + off_col),
        (math.hypot(SLOPE_ROWS, SLOPE_SHARE * sigma_row),
         math.hypot(SLOPE_COLS, SLOPE_SHARE * sigma_col)),
    )  # fmt: skip


@compiled
def _look(clusters: ClusterBatch, event: int, alignment: Alignment, known: int, seen: Seen) -> None:
    """Gather the clusters of highest charge of each plane."""
    seen.n[:] = 0
    for c in range(clusters.start[event], clusters.start[event + 1]):
        plane = clusters.plane[c]
        k = seen.n[plane]
        if k == MOST_CLUSTERS:
            k = np.argmin(seen.charge[plane])
            if clusters.charge[c] <= seen.charge[plane, k]:
                continue
        else:
            seen.n[plane] += 1
        row, col = clusters.row[c], clusters.col[c]
        seen.cluster[plane, k], seen.charge[plane, k] = c, clusters.charge[c]
        scale_row, scale_col = alignment.scale_row[known, plane], alignment.scale_col[known, plane]
        seen.row[plane, k] = row * (1.0 - scale_row) - alignment.shift_row[known, plane]
        seen.col[plane, k] = col * (1.0 - scale_col) - alignment.shift_col[known, plane]


@compiled
def _best_line(seen: Seen, limits: Limits, chosen: IntArray, best: IntArray) -> Line:
    """The line through most planes, of those the best one; its clusters go to `best`."""
    found, all_seen = Line(0.0, 0.0, 0.0, 0.0, 0, 0.0, 0.0), seen.n.sum()
    for p in range(N_PLANES - 1):
        for q in range(p + 1, N_PLANES):
            if found.n_planes == all_seen > 0:
                return found
            for i in range(seen.n[p]):
                for j in range(seen.n[q]):
                    if not _follow(seen, limits, p, i, q, j, chosen):
                        continue
                    line = _line_through(seen, limits, chosen)
                    more = line.n_planes > found.n_planes
                    if more or (line.n_planes == found.n_planes and line.cost < found.cost):
                        found = line
                        best[:] = chosen
    return found


@compiled
def _follow(seen: Seen, limits: Limits, p: int, i: int, q: int, j: int, chosen: IntArray) -> bool:
    """Choose the nearest clusters to the line through one of plane p and one of q; False if none.

    chosen : (4,) places in `seen`, NONE where no cluster is near.
    """
    row_step = (seen.row[q, j] - seen.row[p, i]) / (q - p)
    col_step = (seen.col[q, j] - seen.col[p, i]) / (q - p)
    if abs(row_step) > limits.step[0] or abs(col_step) > limits.step[1]:
        return False
    for plane in range(N_PLANES):
        row = seen.row[p, i] + (plane - p) * row_step
        col = seen.col[p, i] + (plane - p) * col_step
        chosen[plane] = _nearest(seen, limits, plane, row, col)
    chosen[p], chosen[q] = i, j
    return True


@compiled
def _nearest(seen: Seen, limits: Limits, plane: int, row: float, col: float) -> int:
    """The nearest cluster of the plane within the road, or NONE."""
    found, least = NONE, 1.0
    for k in range(seen.n[plane]):
        off_row = abs(seen.row[plane, k] - row) / limits.road[0]
        off_col = abs(seen.col[plane, k] - col) / limits.road[1]
        off = max(off_row, off_col)
        if off < least:
            found, least = k, off
    return found


@compiled
def _line_through(seen: Seen, limits: Limits, chosen: IntArray) -> Line:
    """Least squares through the chosen clusters, all planes as good."""
    n, z, zz, row, col, row_z, col_z = 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for plane in range(N_PLANES):
        k = chosen[plane]
        if k != NONE:
            n += 1
            z += plane
            zz += plane * plane
            row += seen.row[plane, k]
            col += seen.col[plane, k]
            row_z += plane * seen.row[plane, k]
            col_z += plane * seen.col[plane, k]
    spread = n * zz - z * z
    row_step, col_step = (n * row_z - z * row) / spread, (n * col_z - z * col) / spread
    row, col = (row - row_step * z) / n, (col - col_step * z) / n
    chi2 = 0.0
    for plane in range(N_PLANES):
        k = chosen[plane]
        if k != NONE:
            chi2 += ((seen.row[plane, k] - row - plane * row_step) / limits.sigma[0]) ** 2
            chi2 += ((seen.col[plane, k] - col - plane * col_step) / limits.sigma[1]) ** 2
    tilted = (row_step / limits.slope[0]) ** 2 + (col_step / limits.slope[1]) ** 2
    return Line(row, col, row_step, col_step, n, chi2, chi2 + tilted)


@compiled
def _write(tracks: TrackBatch, event: int, seen: Seen, line: Line, best: IntArray) -> None:
    tracks.row_at_0[event], tracks.col_at_0[event] = line.row, line.col
    tracks.row_per_plane[event], tracks.col_per_plane[event] = line.row_step, line.col_step
    tracks.n_planes[event] = line.n_planes
    if line.n_planes > 2:
        tracks.chi2[event] = line.chi2
    for plane in range(N_PLANES):
        k = best[plane]
        if k != NONE:
            tracks.cluster[event, plane] = seen.cluster[plane, k]
            row = seen.row[plane, k] - line.row - plane * line.row_step
            col = seen.col[plane, k] - line.col - plane * line.col_step
            tracks.residual_row_um[event, plane] = row * ROW_PITCH_MM * 1e3
            tracks.residual_col_um[event, plane] = col * COL_PITCH_MM * 1e3
