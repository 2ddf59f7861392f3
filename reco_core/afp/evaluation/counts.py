"""Scores counted in bins, for each group of events: all that an evaluation needs of many scores.

Where there are few events every score has a bin of its own, and nothing is lost. Of millions the
bins hold about as many events each, and hardly any among the highest scores of good events, where
recalls are measured.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.hits import FloatArray, IntArray

MOST_DISTINCT: Final = 20_000  # scores that have a bin each
N_TAIL: Final = 1_000  # bins of the good scores, by the logarithm of how many are higher
N_EVEN: Final = 500  # further bins, each with as many good, or other, events

BoolArray = NDArray[np.bool_]


def bin_edges(
    good: FloatArray, others: FloatArray, threshold: float | None = None, most: int = MOST_DISTINCT
) -> FloatArray:
    """(K,) ascending: a bin holds scores from its edge to the next; the first what is below, too.

    good, others : scores of good and of all other events, or even samples of both.
    threshold : begins a bin.  most : distinct scores that have a bin each.
    """
    found = np.unique(np.concatenate((good, others)))
    if len(found) > most:
        found = np.unique(_apart(np.concatenate((_tail(good), _even(good), _even(others)))))
    if threshold is not None:
        found = np.union1d(found, [threshold])
    return found if len(found) else np.zeros(1)


def _tail(score: FloatArray) -> FloatArray:
    """The highest, and on to the lowest by equal ratios of the number of higher ones."""
    if not len(score):
        return score
    ranks = np.geomspace(1, len(score), N_TAIL).astype(np.int64) - 1
    return np.sort(score)[::-1][np.unique(ranks)]


def _even(score: FloatArray) -> FloatArray:
    if not len(score):
        return score
    return np.quantile(score, np.linspace(0, 1, N_EVEN), method="lower")


def _apart(edges: FloatArray) -> FloatArray:
    """With an edge just above each score that many events share: it has a bin of its own then."""
    ordered = np.sort(edges)
    shared = ordered[1:][ordered[1:] == ordered[:-1]]
    return np.concatenate((ordered, np.nextafter(shared, np.inf)))


class Counts:
    """of : (C, K) events of each group in each bin.  edges : (K,) as bin_edges() gives them."""

    def __init__(self, edges: FloatArray, n_groups: int) -> None:
        self.edges = edges
        self.of: IntArray = np.zeros((n_groups, len(edges)), np.int64)
        self._low = np.full(len(edges), np.inf)
        self._high = np.full(len(edges), -np.inf)

    def add(self, score: FloatArray, group: IntArray) -> None:
        """score, group : (N,); events of a group below 0 do not count."""
        score, group = score[group >= 0], group[group >= 0]
        place = np.maximum(np.searchsorted(self.edges, score, "right") - 1, 0)
        n_bins = len(self.edges)
        self.of += np.bincount(group * n_bins + place, minlength=self.of.size).reshape(
            self.of.shape
        )
        np.minimum.at(self._low, place, score)
        np.maximum.at(self._high, place, score)

    @property
    def is_mixed(self) -> BoolArray:
        """(K,) does a bin hold different scores?"""
        return self._low < self._high

    def from_threshold(self, threshold: float) -> int:
        """The first bin at or above a threshold that begins a bin."""
        return int(np.searchsorted(self.edges, threshold))
