"""Sentences about one event that breaks a rule: which plane, which column, by how much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from reco_core.afp.alignment import Alignment
from reco_core.afp.clusters import ClusterBatch, find_clusters
from reco_core.afp.hits import HitBatch, IntArray
from reco_core.afp.sensor import COL_PITCH_MM, N_COLS, N_PLANES, N_ROWS, ROW_PITCH_MM
from reco_core.afp.track import NONE, TrackBatch, fit_tracks


class ClosestLook(NamedTuple):
    """One event.  found : its features by name.  clusters_on : (4,) clusters of each plane."""

    hits: HitBatch
    clusters: ClusterBatch
    tracks: TrackBatch
    alignment: Alignment
    found: Mapping[str, float]
    clusters_on: IntArray


def closest_look(hits: HitBatch, alignment: Alignment, found: Mapping[str, float]) -> ClosestLook:
    """hits, alignment : of one event."""
    clusters = find_clusters(hits)
    on = np.bincount(clusters.plane, minlength=N_PLANES)
    return ClosestLook(hits, clusters, fit_tracks(clusters, alignment), alignment, found, on)


def say_silent(look: ClosestLook) -> str:
    """Which planes have no hit."""
    silent = np.flatnonzero(look.clusters_on == 0)
    if len(silent) == N_PLANES:
        return "There is no hit at all."
    return f"{_planes(silent)} {_has(silent)} no hit."


def say_clusters(look: ClosestLook) -> str:
    """How many clusters there are, and where most."""
    n, expected = int(look.clusters_on.sum()), int((look.clusters_on > 0).sum())
    plane = int(look.clusters_on.argmax())
    most = int(look.clusters_on[plane])
    where = f"plane {plane} has most, {most}" if n > expected + 1 else f"plane {plane} has {most}"
    return f"{n} clusters where a proton makes {expected}: {where}."


def say_no_track(look: ClosestLook) -> str:
    """That nothing is straight."""
    return "No straight line goes through clusters of three planes."


def say_off_line(look: ClosestLook) -> str:
    """Which planes' clusters the line leaves out."""
    off = np.flatnonzero((look.tracks.cluster[0] == NONE) & (look.clusters_on > 0))
    return f"{_planes(off)} {_has(off)} hits, but none on the line through the others."


def say_residual(look: ClosestLook) -> str:
    """The largest residual in units of what it is expected to be."""
    rows, cols = np.abs(look.tracks.residual_row_um[0]), np.abs(look.tracks.residual_col_um[0])
    row_sigmas, col_sigmas = look.found["residual_row_max"], look.found["residual_col_max"]
    along, off, sigmas = (
        ("rows", rows, row_sigmas) if row_sigmas >= col_sigmas else ("columns", cols, col_sigmas)
    )
    plane = int(np.nanargmax(off))
    return (
        f"The cluster on plane {plane} is {off[plane]:.0f} um off the straight line along the "
        f"{along}, {sigmas:.1f} times what is expected."
    )


def say_slope(look: ClosestLook) -> str:
    """The larger slope; beside the run's protons, if its alignment is known."""
    row, col = look.found["slope_row"], look.found["slope_col"]
    along, mrad = (
        ("rows", look.tracks.slope_row_mrad[0]) if abs(row) >= abs(col)
        else ("columns", look.tracks.slope_col_mrad[0])
    )  # fmt: skip
    beside = "beside the run's protons" if look.alignment.n_events[0] else "to the beam"
    return (
        f"The track is inclined by {abs(mrad):.0f} mrad along the {along} {beside}, "
        f"{max(abs(row), abs(col)):.1f} times what is expected."
    )


def say_edge(look: ClosestLook) -> str:
    """Which planes are crossed at an edge."""
    hit = np.flatnonzero(look.clusters_on)
    planes = [plane for plane in hit if _at_edge(look.clusters, _main_cluster(look, int(plane)))]
    return f"The particle crosses {_planes(planes).lower()} at the edge of the sensor."


def _main_cluster(look: ClosestLook, plane: int) -> int:
    """That on the track, else that of highest charge."""
    if look.tracks.cluster[0, plane] != NONE:
        return int(look.tracks.cluster[0, plane])
    return int(np.where(look.clusters.plane == plane, look.clusters.charge, -1.0).argmax())


def _at_edge(clusters: ClusterBatch, k: int) -> bool:
    ends = (clusters.last_row[k] == N_ROWS - 1, clusters.last_col[k] == N_COLS - 1)
    return bool(clusters.first_row[k] == 0 or clusters.first_col[k] == 0 or any(ends))


def say_column(look: ClosestLook) -> str:
    """The column with most hits."""
    place = look.hits.plane.astype(int) * N_COLS + look.hits.col
    plane, col = divmod(int(np.bincount(place).argmax()), N_COLS)
    return f"{look.found['column_hits_max']:.0f} hits are in column {col} of plane {plane}."


def say_large_cluster(look: ClosestLook) -> str:
    """The largest cluster, and its size."""
    k = int(look.clusters.n_hits.argmax())
    rows = (int(look.clusters.last_row[k]) - int(look.clusters.first_row[k]) + 1) * ROW_PITCH_MM
    cols = (int(look.clusters.last_col[k]) - int(look.clusters.first_col[k]) + 1) * COL_PITCH_MM
    return (
        f"A cluster on plane {look.clusters.plane[k]} has {look.clusters.n_hits[k]} hits, over "
        f"{rows:.2f} mm along the rows and {cols:.2f} mm along the columns."
    )


def _planes(planes: Iterable[np.integer]) -> str:
    """Examples: "Plane 2", "Planes 0, 1 and 3"."""
    numbers = [str(plane) for plane in planes]
    if len(numbers) == 1:
        return f"Plane {numbers[0]}"
    return f"Planes {', '.join(numbers[:-1])} and {numbers[-1]}"


def _has(planes: IntArray) -> str:
    return "has" if len(planes) == 1 else "have"
