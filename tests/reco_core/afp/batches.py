"""Batches of hits for tests, and strategies that draw them."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from reco_core.afp.hits import HitBatch, checked_hits

Pixel = tuple[int, int, int]

ANYWHERE = st.tuples(st.integers(0, 3), st.integers(0, 335), st.integers(0, 79))
CROWDED = st.tuples(st.integers(0, 1), st.integers(0, 9), st.integers(0, 9))  # touch often
CORNERS = st.tuples(st.integers(0, 3), st.sampled_from([0, 1, 334, 335]), st.integers(76, 79))
CHARGES = st.floats(0.5, 4e4, width=32)
EVENTS = st.lists(
    st.one_of(
        st.dictionaries(ANYWHERE, CHARGES, max_size=12),
        st.dictionaries(CROWDED, CHARGES, max_size=60),
        st.dictionaries(CORNERS, CHARGES, max_size=20),
    ),
    max_size=5,
)


def batch_of(events: list[dict[Pixel, float]]) -> HitBatch:
    """Events given as {(plane, row, col): charge}."""
    start = np.cumsum([0, *map(len, events)])
    hits = [(*pixel, charge) for event in events for pixel, charge in event.items()]
    plane, row, col, charge = np.array(hits, np.float64).reshape(-1, 4).T
    whole = (plane.astype(int), row.astype(int), col.astype(int))
    return checked_hits(start, *whole, charge, "a test")


def crowded_event(n_hits: int, seed: int = 1) -> HitBatch:
    """One event with so many hits anywhere."""
    rng = np.random.default_rng(seed)
    pixel = np.sort(rng.choice(4 * 336 * 80, n_hits, replace=False))
    plane, row, col = np.unravel_index(pixel, (4, 336, 80))
    return checked_hits(np.array([0, n_hits]), plane, row, col, np.ones(n_hits), "a test")
