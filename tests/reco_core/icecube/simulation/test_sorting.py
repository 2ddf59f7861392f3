"""Sorting in compiled code."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from reco_core.compiled import compiled_entry
from reco_core.icecube.simulation.sorting import sort_rows


@compiled_entry
def sorted_in_place(rows, begin, end, key):
    sort_rows(rows, begin, end, key)


@given(
    st.lists(st.floats(-1e6, 1e6), max_size=200),
    st.integers(0, 200), st.integers(0, 200), st.integers(0, 99),
)  # fmt: skip
@settings(deadline=None)
def test_the_part_is_sorted_and_the_rest_untouched(values, a, b, seed):
    key = np.array(values, np.float64)
    begin, end = sorted((min(a, len(key)), min(b, len(key))))
    before = np.random.default_rng(seed).permutation(len(key))
    rows = before.copy()
    sorted_in_place(rows, begin, end, key)
    np.testing.assert_array_equal(key[rows[begin:end]], np.sort(key[before[begin:end]]))
    np.testing.assert_array_equal(np.sort(rows[begin:end]), np.sort(before[begin:end]))
    np.testing.assert_array_equal(rows[:begin], before[:begin])
    np.testing.assert_array_equal(rows[end:], before[end:])


def test_a_long_list_is_sorted():
    key = np.random.default_rng(1).normal(size=100_000)
    rows = np.arange(len(key))
    sorted_in_place(rows, 0, len(key), key)
    np.testing.assert_array_equal(rows, np.argsort(key))
