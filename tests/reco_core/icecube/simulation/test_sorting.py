"""Sorting in compiled code."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reco_core.compiled import compiled_entry
from reco_core.icecube.simulation.electrons import MOST_ELECTRONS
from reco_core.icecube.simulation.launches import MOST_LAUNCHES
from reco_core.icecube.simulation.sorting import MOST_NS, MOST_ROWS, TICKS_PER_NS, sort_rows

TICK_NS = 1 / TICKS_PER_NS


@compiled_entry
def sorted_in_place(rows, spare, begin, end, time_ns):
    sort_rows(rows, spare, begin, end, time_ns)


def in_ticks(time_ns):
    """What is compared: whole ticks of 2**-10 ns."""
    return np.floor(time_ns * TICKS_PER_NS).astype(np.int64)


def check_sorted(time_ns, before, begin, end, longer=0):
    """Sort rows[begin:end] with a spare that is longer than need be, and compare with numpy."""
    rows = before.copy()
    sorted_in_place(rows, np.full(len(rows) + longer, -1), begin, end, time_ns)
    part = np.sort(before[begin:end])
    expected = part[np.argsort(in_ticks(time_ns[part]), kind="stable")]
    np.testing.assert_array_equal(rows[begin:end], expected)
    assert (np.diff(time_ns[rows[begin:end]]) > -TICK_NS).all()
    np.testing.assert_array_equal(rows[:begin], before[:begin])
    np.testing.assert_array_equal(rows[end:], before[end:])


TIMES = st.one_of(
    st.floats(-1e6, 1e6),
    st.integers(-3, 3).map(float),  # many are equal
    st.integers(-20, 20).map(lambda quarter: quarter * TICK_NS / 4),
)


@given(
    st.lists(TIMES, max_size=200),
    st.integers(0, 200), st.integers(0, 200), st.integers(0, 99), st.integers(0, 30),
)  # fmt: skip
@settings(deadline=None)
def test_the_part_is_sorted_and_the_rest_untouched(values, a, b, seed, longer):
    time_ns = np.array(values, np.float64)
    begin, end = sorted((min(a, len(time_ns)), min(b, len(time_ns))))
    rows = np.random.default_rng(seed).permutation(len(time_ns))
    check_sorted(time_ns, rows, begin, end, longer)


def times_of(kind, n, rng):
    """Times of n rows, ns."""
    return {
        "spread": rng.normal(0, 1e5, n),
        "few": rng.integers(-3, 4, n).astype(np.float64),
        "equal": np.full(n, -12.5),
        "ascending": np.arange(n) * 0.5 - n,
        "descending": n - np.arange(n) * 0.5,
        "close": rng.normal(0, 2 * TICK_NS, n),
    }[kind]


@pytest.mark.parametrize("begin", [0, 3])
@pytest.mark.parametrize("kind", ["spread", "few", "equal", "ascending", "descending", "close"])
@pytest.mark.parametrize("n", [0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 100, 5000])
def test_lists_of_all_lengths_are_sorted(n, kind, begin):
    rng = np.random.default_rng(n)
    total = begin + n + 5
    check_sorted(times_of(kind, total, rng), rng.permutation(total), begin, begin + n)


def test_times_and_rows_up_to_the_limits_are_told_apart():
    last = MOST_ROWS - 1
    time_ns = np.zeros(MOST_ROWS)
    rows = np.array([last, 0, 7, last - 1, 3, 1, 2, 5, 4, 6, 8])
    time_ns[rows[:6]] = np.array([1, 1, -1, -1, 0.5, -0.5]) * (MOST_NS - 1)
    check_sorted(time_ns, rows, 0, len(rows))


def test_the_longest_lists_of_an_event_are_within_the_limits():
    assert max(MOST_ELECTRONS, MOST_LAUNCHES) <= MOST_ROWS
    assert MOST_NS > 1e9


def test_a_long_list_is_sorted():
    time_ns = np.random.default_rng(1).normal(size=100_000)
    check_sorted(time_ns, np.arange(len(time_ns)), 0, len(time_ns))
