"""Hits of many events, packed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reco_core.afp.hits import EMPTY, HitBatch, checked_hits, images, joined
from reco_core.errors import FileFormatError

PIXEL = st.tuples(st.integers(0, 3), st.integers(0, 335), st.integers(0, 79))
EVENT = st.dictionaries(PIXEL, st.floats(0.5, 1e5, width=32), max_size=12)


def batch_of(events: list[dict[tuple[int, int, int], float]]) -> HitBatch:
    start = np.cumsum([0, *map(len, events)])
    hits = [(*pixel, charge) for event in events for pixel, charge in event.items()]
    plane, row, col, charge = np.array(hits, np.float64).reshape(-1, 4).T
    whole = (plane.astype(int), row.astype(int), col.astype(int))
    return checked_hits(start, *whole, charge, "a test")


@settings(deadline=None)
@given(st.lists(EVENT, max_size=5))
def test_images_hold_every_hit_and_nothing_else(events) -> None:
    batch = batch_of(events)
    dense = images(batch)
    assert dense.shape == (len(events), 4, 336, 80)
    for k, event in enumerate(events):
        assert np.count_nonzero(dense[k]) == len(event)
        for (plane, row, col), charge in event.items():
            assert dense[k, plane, row, col] == np.float32(charge)


@settings(deadline=None)
@given(st.lists(EVENT, max_size=5), st.integers(0, 5))
def test_parts_joined_are_the_whole(events, cut) -> None:
    batch, at = batch_of(events), min(cut, len(events))
    again = joined([batch.part(0, at), batch.part(at, len(events))])
    assert all(np.array_equal(a, b) for a, b in zip(again, batch, strict=True))


def test_hits_stand_in_order_of_plane_row_and_col() -> None:
    batch = batch_of([{(3, 5, 1): 1.0, (0, 9, 2): 2.0, (0, 9, 1): 3.0}])
    assert batch.plane.tolist() == [0, 0, 3]
    assert batch.col.tolist() == [1, 2, 1]
    assert batch.charge.tolist() == [3.0, 2.0, 1.0]


@pytest.mark.parametrize(
    ("hit", "named"),
    [
        ((4, 0, 0, 1.0), "plane 4, expected 0 to 3"),
        ((-1, 0, 0, 1.0), "plane -1"),
        ((0, 336, 0, 1.0), "row 336, expected 0 to 335"),
        ((0, 0, 80, 1.0), "col 80, expected 0 to 79"),
        ((0, 0, 0, 0.0), "charge 0.0"),
        ((0, 0, 0, -3.0), "charge -3.0"),
        ((0, 0, 0, np.nan), "charge nan"),
        ((0, 0, 0, np.inf), "charge inf"),
    ],
)
def test_what_is_no_hit_is_named(hit, named) -> None:
    plane, row, col, charge = (np.array([value]) for value in hit)
    with pytest.raises(FileFormatError, match="a file: event 1 has " + named):
        checked_hits(np.array([0, 0, 1]), plane, row, col, charge, "a file")


def test_a_pixel_is_hit_once() -> None:
    column = np.array([0, 0])
    with pytest.raises(FileFormatError, match="event 0 has plane 0, row 0, column 0 twice"):
        checked_hits(np.array([0, 2]), column, column, column, np.ones(2), "a file")


def test_nothing_is_a_batch_too() -> None:
    assert joined([]) is EMPTY
    assert images(EMPTY).shape == (0, 4, 336, 80)
