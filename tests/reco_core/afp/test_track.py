"""The line through the planes, and where the planes are."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reco_core.afp.alignment import (
    LEAST_EVENTS,
    UNKNOWN_SIGMA_COLS,
    UNKNOWN_SIGMA_ROWS,
    estimate_alignment,
    unknown_alignment,
)
from reco_core.afp.clusters import find_clusters
from reco_core.afp.hits import joined
from reco_core.afp.track import NONE, fit_tracks, track_places
from tests.reco_core.afp.batches import EVENTS, batch_of, crowded_event
from tests.reco_core.afp.simulation import made

SHARP = unknown_alignment()._replace(sigma_row=np.array([0.2]), sigma_col=np.array([0.3]))


def track_of(*pixels, alignment=None):
    hits = batch_of([dict.fromkeys(pixels, 10_000.0)])
    return fit_tracks(find_clusters(hits), alignment)


def test_a_straight_line_is_found() -> None:
    track = track_of((0, 100, 40), (1, 102, 40), (2, 104, 40), (3, 106, 40))
    assert (track.row_at_0[0], track.row_per_plane[0]) == pytest.approx((100, 2))
    assert (track.col_at_0[0], track.col_per_plane[0]) == pytest.approx((40, 0))
    assert track.n_planes.tolist() == [4]
    assert track.chi2[0] == pytest.approx(0, abs=1e-18)
    assert track.slope_row_mrad[0] == pytest.approx(2 * 0.05 / 9 * 1e3)
    assert track.cluster.tolist() == [[0, 1, 2, 3]]


def test_residuals_are_those_of_least_squares() -> None:
    rows = np.array([100.0, 101.0, 104.0, 103.0])
    track = track_of(*((plane, int(row), 40) for plane, row in enumerate(rows)))
    off = rows - np.polyval(np.polyfit(np.arange(4), rows, 1), np.arange(4))
    assert track.residual_row_um[0] == pytest.approx(off * 50)
    assert track.chi2[0] == pytest.approx(np.sum(off**2) / UNKNOWN_SIGMA_ROWS**2)


def test_a_plane_without_a_cluster_near_the_line_is_left_out() -> None:
    track = track_of((0, 100, 40), (1, 300, 10), (2, 100, 40), (3, 100, 40))
    assert track.cluster[0, 1] == NONE
    assert np.isnan(track.residual_row_um[0, 1])
    assert track.n_planes[0] == 3


def test_two_planes_make_a_line_without_chi2() -> None:
    track = track_of((0, 100, 40), (3, 103, 40))
    assert track.n_planes[0] == 2
    assert np.isnan(track.chi2[0])
    assert track.row_per_plane[0] == pytest.approx(1)


def test_no_line_through_one_plane_or_through_clusters_far_apart() -> None:
    for pixels in ([], [(2, 5, 5)], [(0, 5, 5), (1, 200, 70)]):
        track = track_of(*pixels)
        assert track.n_planes.tolist() == [0]
        assert np.isnan(track.row_at_0).all()
        assert (track.cluster == NONE).all()


def test_noise_beside_the_proton_is_left_out() -> None:
    proton = [(plane, 100, 40) for plane in range(4)]
    noise = [(2, 104, 42), (2, 90, 40), (1, 108, 40), (3, 95, 41)]
    track = track_of(*proton, *noise, alignment=SHARP)
    assert track.row_at_0[0] == pytest.approx(100)
    assert track.chi2[0] == pytest.approx(0, abs=1e-18)


GRID = st.integers(0, 12).map(lambda k: 3 * k)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), GRID, GRID), unique=True, max_size=10))
def test_the_line_is_that_of_a_plain_search(pixels) -> None:
    track = track_of(*pixels, alignment=SHARP)
    n_planes, cost = plain_search(pixels)
    assert track.n_planes[0] == n_planes
    if n_planes > 2:
        steps = np.array([track.row_per_plane[0], track.col_per_plane[0]])
        assert track.chi2[0] + np.sum((steps / SLOPE) ** 2) == pytest.approx(cost, abs=1e-6)


SIGMA = np.array([0.2, 0.3])
ROAD = np.array([10.0, 2.0]) + 3 * SIGMA
STEP = np.array([20.0, 4.0]) + 3 * SIGMA
SLOPE = np.hypot([0.54, 0.108], SIGMA / np.sqrt(5))


def plain_search(pixels) -> tuple[int, float]:
    """Planes and cost (chi2 and pull of the slope) of the best line."""
    found = []
    for one, other in itertools.combinations(sorted(pixels), 2):
        gap = other[0] - one[0]
        if not gap:
            continue
        a, b = np.array(one[1:]), np.array(other[1:])
        if (np.abs(b - a) / gap > STEP).any():
            continue
        chosen = {one[0]: a, other[0]: b}
        for plane in {0, 1, 2, 3} - set(chosen):
            near = [
                (np.max(np.abs(np.array(at) - a - (b - a) * (plane - one[0]) / gap) / ROAD), at)
                for p, *at in sorted(pixels) if p == plane
            ]  # fmt: skip
            if near and min(near)[0] < 1:
                chosen[plane] = np.array(min(near, key=lambda one: one[0])[1])
        z, place = np.array(list(chosen)), np.array(list(chosen.values()))
        steps, at_0 = np.polyfit(z, place, 1)
        chi2 = np.sum(((place - at_0 - np.outer(z, steps)) / SIGMA) ** 2)
        found.append((-len(z), chi2 + np.sum((steps / SLOPE) ** 2)))
    planes, cost = min(found, default=(0, 0.0))
    return -planes, cost


@settings(deadline=None)
@given(EVENTS)
def test_clusters_of_a_track_are_on_their_planes(events) -> None:
    clusters = find_clusters(batch_of(events))
    tracks = fit_tracks(clusters)
    for k, own in enumerate(tracks.cluster):
        used = own != NONE
        assert used.sum() == tracks.n_planes[k]
        assert (clusters.plane[own[used]] == np.flatnonzero(used)).all()
        assert (clusters.event[own[used]] == k).all()
        assert (np.isfinite(tracks.residual_row_um[k]) == used).all()


def test_thousands_of_clusters_take_milliseconds() -> None:
    clusters = find_clusters(crowded_event(5_000))
    fit_tracks(clusters)
    begun = time.process_time()
    assert fit_tracks(clusters).n_planes[0] >= 3
    assert time.process_time() - begun < 0.05


@pytest.fixture(scope="module")
def run():
    """Events of one run, their stations, and where its planes are."""
    chunk = made.test_mix()[0]
    station = made.truth_column(chunk.truth, "STATION").astype(int)
    return chunk, station, made.chunk.run_conditions("test", made.SEED, 0)


def test_the_alignment_is_that_of_the_simulation(run) -> None:
    """To a tenth of a row, at the mean row; columns, which are read out whole, to a quarter."""
    chunk, station, here = run
    found = estimate_alignment(chunk.hits, station)
    assert (found.n_events > 300).all()
    tilt = np.cos(here.tilt_rad)
    row = 80 * (1 - tilt / tilt[:, :1]) + (here.shift_row_mm[:, :1] - here.shift_row_mm) / 0.05
    assert found.shift_row + found.scale_row * 80 == pytest.approx(row, abs=0.15)
    col = (here.shift_col_mm[:, :1] - here.shift_col_mm) / 0.25
    assert found.shift_col + found.scale_col * 45 == pytest.approx(col, abs=0.25)
    assert (found.sigma_row < 0.25).all()
    assert (found.sigma_col < 0.4).all()


def test_few_events_tell_nothing_of_the_planes(run) -> None:
    chunk, _, _ = run
    found = estimate_alignment(chunk.hits.part(0, LEAST_EVENTS - 1))
    assert found.n_events.tolist() == [0]
    assert found.sigma_row.tolist() == [UNKNOWN_SIGMA_ROWS]
    assert found.sigma_col.tolist() == [UNKNOWN_SIGMA_COLS]


def test_aligned_tracks_cross_the_planes_where_their_clusters_are(run) -> None:
    chunk, station, _ = run
    single = np.flatnonzero(chunk.kind == 0)
    hits = joined([chunk.hits.part(k, k + 1) for k in single])
    alignment = estimate_alignment(chunk.hits, station).rows(station[single])
    clusters = find_clusters(hits)
    tracks = fit_tracks(clusters, alignment)
    on = tracks.cluster != NONE
    rows, cols = track_places(tracks, alignment)
    off_row = clusters.row[tracks.cluster[on]] - rows[on]
    off_col = clusters.col[tracks.cluster[on]] - cols[on]
    assert off_row * 50 == pytest.approx(tracks.residual_row_um[on], abs=0.5)
    assert np.sqrt(np.median(off_row**2)) < 0.15
    assert np.sqrt(np.median(off_col**2)) < 0.3
    assert np.nanmedian(tracks.chi2) < 4
    assert (tracks.n_planes >= 3).mean() > 0.99
