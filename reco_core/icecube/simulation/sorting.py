"""Sorting rows by time in compiled code.

numpy's own sort compiles to a dozen functions for each type of array, seconds of a first start.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import compiled
from reco_core.icecube.simulation.particles import FloatArray

ROW_BITS: Final = 22
TICKS_PER_NS: Final = 1024.0
RUN: Final = 8  # so many are sorted one by one, longer lists by merging

# Time and row go into one number: what is compared then lies side by side in memory.
MOST_ROWS: Final = 1 << ROW_BITS
MOST_NS: Final = 2.0 ** (62 - ROW_BITS) / TICKS_PER_NS


@compiled
def sort_rows(
    rows: NDArray[np.int64], spare: NDArray[np.int64], begin: int, end: int, time_ns: FloatArray
) -> None:
    """Put rows[begin:end], each < MOST_ROWS, in order of time_ns[row], in place.

    Times within 0.001 ns count as equal, and go by row; |time_ns| < MOST_NS (a second).
    spare : as long as rows; used, not read. Give all as slices: a record's own arrays have their
    lengths in their types, and this would be compiled for each.
    """
    for k in range(begin, end):
        rows[k] += np.int64(math.floor(time_ns[rows[k]] * TICKS_PER_NS)) << ROW_BITS
    for start in range(begin, end, RUN):
        _insert(rows, start, min(start + RUN, end))
    width = RUN
    while width < end - begin:
        for start in range(begin, end, 2 * width):
            _merge(rows, spare, start, min(start + width, end), min(start + 2 * width, end))
        width *= 2
    for k in range(begin, end):
        rows[k] &= MOST_ROWS - 1


@compiled
def _insert(keys: NDArray[np.int64], begin: int, end: int) -> None:
    for k in range(begin + 1, end):
        key = keys[k]
        j = k - 1
        while j >= begin and keys[j] > key:
            keys[j + 1] = keys[j]
            j -= 1
        keys[j + 1] = key


@compiled
def _merge(
    keys: NDArray[np.int64], spare: NDArray[np.int64], begin: int, middle: int, end: int
) -> None:
    """Merge the ordered [begin, middle) and [middle, end)."""
    if middle >= end or keys[middle - 1] < keys[middle]:
        return
    for k in range(begin, middle):
        spare[k] = keys[k]
    left, right, out = begin, middle, begin
    while left < middle and right < end:
        # Without a branch that would be guessed wrong half of the time.
        a, b = spare[left], keys[right]
        step = int(a < b)
        keys[out] = min(a, b)
        left, right, out = left + step, right + 1 - step, out + 1
    while left < middle:
        keys[out] = spare[left]
        left, out = left + 1, out + 1
