"""Sorting rows by a key in compiled code.

Shell's method: numpy's own sort compiles to a dozen functions for each type of array, seconds of a
first start, and the lists here are short.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import compiled
from reco_core.icecube.simulation.particles import FloatArray


@compiled
def sort_rows(rows: NDArray[np.int64], begin: int, end: int, key: FloatArray) -> None:
    """Put rows[begin:end] in ascending order of key[row], in place."""
    gap = 1
    while gap < (end - begin) // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for k in range(begin + gap, end):
            row = rows[k]
            value = key[row]
            j = k - gap
            while j >= begin and key[rows[j]] > value:
                rows[j + gap] = rows[j]
                j -= gap
            rows[j + gap] = row
        gap //= 3
