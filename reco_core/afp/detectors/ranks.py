"""Ranks of scores among those of the training events, from a table, so that one event has one too.

A rank is given as its tail: the share of training events that score as high, or higher. Between the
entries of the table its logarithm is a straight line; beyond the last it goes on falling
exponentially, so that no two scores have the same rank.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from reco_core.afp.hits import FloatArray

# Tails of the entries: every percent, then closer and closer to 0.
TAILS: Final = np.concatenate((np.arange(99, 10, -1) / 100, np.geomspace(0.1, 1e-6, 101)))
LEAST_ABOVE: Final = 10  # training events beyond the last entry
DECADE: Final = np.log(10.0)


class RankTable(NamedTuple):
    """score : (K,) ascending.  tail : (K,) descending, share of training events at or above it."""

    score: FloatArray
    tail: FloatArray


def rank_table(score: FloatArray) -> RankTable:
    """Of the scores (N,) of training events, N > 0, finite."""
    n = len(score)
    tails = TAILS[TAILS * n >= LEAST_ABOVE] if n >= 2 * LEAST_ABOVE else np.array([0.5])
    at = np.quantile(score, 1.0 - tails)
    last = np.append(np.diff(at) > 0, True)  # of equal ones the last, with the least tail
    return RankTable(at[last], tails[last])


def tail_of(table: RankTable, score: FloatArray) -> FloatArray:
    """(N,) in (0, 1), strictly falling with the score."""
    surprise = -np.log(table.tail)
    found = np.exp(-np.interp(score, table.score, surprise))
    first, last = table.score[0], table.score[-1]
    above = score > last
    found[above] = table.tail[-1] * np.exp(-(score[above] - last) / _scale(table))
    below = score < first
    # What is missing to 1 falls with the distance, on the scale of the middle of the scores.
    middle = max(float(np.interp(DECADE / 5, surprise, table.score) - first), np.finfo(float).tiny)
    found[below] = 1.0 - (1.0 - table.tail[0]) * middle / (middle + first - score[below])
    return found


def _scale(table: RankTable) -> float:
    """Rise of the score while the tail falls by e: that of the table's last decade."""
    surprise = -np.log(table.tail)
    earlier = float(np.interp(surprise[-1] - DECADE, surprise, table.score))
    rise = float(table.score[-1]) - earlier
    return rise / DECADE if rise > 0 else max(abs(float(table.score[-1])), 1.0)


def mean_rank_score(tails: list[FloatArray]) -> FloatArray:
    """(N,) -log10 of one less the mean rank, of the tails (N,) of several detectors.

    Rises with the mean rank, but does not end at 1: 2 is the rarest hundredth of the training
    events, 3 the rarest thousandth.
    """
    return np.asarray(-np.log10(np.mean(tails, axis=0)))
