"""Compiled: trees of an isolation forest, followed by many events at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import compiled_entry

if TYPE_CHECKING:
    from reco_core.afp.detectors.isolation_forest import Trees

EVENTS: Final = 256  # that go down a tree together: their steps do not wait for one another


@compiled_entry
def depth_sums(told: NDArray[np.float32], trees: Trees) -> NDArray[np.float64]:
    """(E,) sum over the trees of the depth where each event ends, in the order of the trees."""
    total = np.zeros(len(told))
    node = np.zeros(EVENTS, np.int32)
    for first in range(0, len(told), EVENTS):
        n = min(EVENTS, len(told) - first)
        for t in range(len(trees.root)):
            node[:n] = trees.root[t]
            for _ in range(trees.steps[t]):
                for k in range(n):
                    at = node[k]
                    goes_left = told[first + k, trees.feature[at]] <= trees.cut[at]
                    node[k] = trees.left[at] if goes_left else trees.right[at]
            for k in range(n):
                total[first + k] += trees.depth[node[k]]
    return total
