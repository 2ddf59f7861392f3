"""Clusters beside a plain search for neighbours."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings

from reco_core.afp.clusters import find_clusters
from reco_core.afp.hits import EMPTY, HitBatch
from tests.reco_core.afp.batches import EVENTS, batch_of, crowded_event
from tests.reco_core.afp.simulation import made


def groups(hits: HitBatch, label: np.ndarray) -> list[set[tuple[int, int, int]]]:
    pixels = zip(hits.plane.tolist(), hits.row.tolist(), hits.col.tolist(), strict=True)
    found: dict[int, set[tuple[int, int, int]]] = {}
    for pixel, number in zip(pixels, label.tolist(), strict=True):
        found.setdefault(number, set()).add(pixel)
    return [found[number] for number in sorted(found)]


@settings(deadline=None)
@given(EVENTS)
def test_clusters_are_those_of_a_plain_search(events) -> None:
    hits = batch_of(events)
    clusters = find_clusters(hits)
    for k in range(hits.n_events):
        first, end = clusters.start[k], clusters.start[k + 1]
        own = hits.part(k, k + 1)
        label = clusters.label[hits.start[k] : hits.start[k + 1]]
        assert ((label >= first) & (label < end)).all()
        expected = sorted(made.clusters(own), key=min)
        assert groups(own, label) == [set(one) for one in expected]


@settings(deadline=None)
@given(EVENTS)
def test_numbers_are_those_of_the_hits(events) -> None:
    hits = batch_of(events)
    clusters = find_clusters(hits)
    assert (clusters.event[clusters.label] == hits.event).all()
    for c in range(len(clusters.plane)):
        own = clusters.label == c
        row, col, charge = hits.row[own], hits.col[own], hits.charge[own].astype(float)
        assert set(hits.plane[own]) == {clusters.plane[c]}
        assert clusters.n_hits[c] == own.sum()
        assert (clusters.first_row[c], clusters.last_row[c]) == (row.min(), row.max())
        assert (clusters.first_col[c], clusters.last_col[c]) == (col.min(), col.max())
        assert clusters.charge[c] == pytest.approx(charge.sum())
        assert clusters.row[c] == pytest.approx(np.average(row, weights=charge))
        assert clusters.col[c] == pytest.approx(np.average(col, weights=charge))


def test_corners_touch_and_planes_do_not() -> None:
    hits = batch_of([{(0, 5, 5): 1.0, (0, 6, 6): 3.0, (1, 5, 5): 1.0, (1, 7, 5): 1.0}])
    clusters = find_clusters(hits)
    assert clusters.label.tolist() == [0, 0, 1, 2]
    assert clusters.row[0] == 5.75


def test_the_end_of_a_row_does_not_touch_the_next_begin() -> None:
    hits = batch_of([{(0, 5, 79): 1.0, (0, 6, 0): 1.0}])
    assert find_clusters(hits).label.tolist() == [0, 1]


def test_without_charges_the_place_is_the_plain_mean() -> None:
    clusters = find_clusters(batch_of([{(0, 5, 5): 1.0, (0, 6, 5): 1.0}]))
    assert clusters.row.tolist() == [5.5]
    assert clusters.charge.tolist() == [2.0]


def test_events_without_hits_have_no_clusters() -> None:
    assert find_clusters(EMPTY).start.tolist() == [0]
    clusters = find_clusters(batch_of([{}, {(0, 1, 1): 1.0}, {}]))
    assert clusters.start.tolist() == [0, 0, 1, 1]


def test_a_full_plane_is_one_cluster() -> None:
    plane, row, col = np.unravel_index(np.arange(336 * 80), (1, 336, 80))
    one = HitBatch(
        np.array([0, 336 * 80]), plane.astype(np.uint8), row.astype(np.uint16),
        col.astype(np.uint8), np.ones(336 * 80, np.float32),
    )  # fmt: skip
    clusters = find_clusters(one)
    assert clusters.n_hits.tolist() == [336 * 80]
    assert (clusters.row[0], clusters.col[0]) == pytest.approx((167.5, 39.5))


def test_hits_are_not_compared_in_pairs() -> None:
    """20,000 hits take some milliseconds; 200 million pairs would take a good part of a second."""
    hits = crowded_event(20_000)
    find_clusters(hits)
    begun = time.process_time()
    find_clusters(hits)
    assert time.process_time() - begun < 0.05
