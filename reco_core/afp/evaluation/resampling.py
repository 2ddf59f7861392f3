"""Measures of counted scores, and of what the bootstrap makes of them.

Events drawn with replacement make multinomial counts of the bins, so a resample costs as much as
there are bins, however many events they hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from reco_core.afp.evaluation.counts import BoolArray, Counts
from reco_core.afp.hits import FloatArray, IntArray

AT_ONCE: Final = 10  # resamples that are drawn together
N_NUMBERS: Final = 5  # auc, average precision, recalls at two rates, share called anomalous


def resampled(
    counts: Counts, groups: Sequence[IntArray], resamples: int, rates: Sequence[float],
    threshold: float | None, rng: np.random.Generator,
) -> Iterator[FloatArray]:  # fmt: skip
    """(resamples, G, N_NUMBERS) of all groups, some resamples at a time.

    groups : (K,) counts of the events of each; the first is the good ones, to which the others are
    compared.
    """
    for first in range(0, resamples, AT_ONCE):
        n = min(AT_ONCE, resamples - first)
        good = _drawn(groups[0], n, rng)
        rows = [_numbers(counts, good, good, rates, threshold)]
        for group in groups[1:]:
            rows.append(_numbers(counts, good, _drawn(group, n, rng), rates, threshold))
        yield np.stack(rows, axis=1)


def numbers_of(
    counts: Counts, groups: Sequence[IntArray], rates: Sequence[float], threshold: float | None
) -> FloatArray:
    """(G, N_NUMBERS) as the events are. See resampled."""
    good = groups[0][None]
    of = (good, *(group[None] for group in groups[1:]))
    return np.array([_numbers(counts, good, group, rates, threshold)[0] for group in of])


def _drawn(of: IntArray, n: int, rng: np.random.Generator) -> IntArray:
    """(n, K) counts of as many events as there are, drawn with replacement."""
    drawn = np.zeros((n, len(of)), np.int64)
    (there,) = np.nonzero(of)
    if len(there):
        drawn[:, there] = rng.multinomial(of.sum(), of[there] / of.sum(), size=n)
    return drawn


def _numbers(
    counts: Counts, good: IntArray, group: IntArray, rates: Sequence[float], threshold: float | None
) -> FloatArray:
    """(R, N_NUMBERS), NaN where there is nothing to measure. good, group : (R, K)."""
    found = np.full((len(good), N_NUMBERS), np.nan)
    n_good, n_group = good[0].sum(), group[0].sum()
    if not n_group:
        return found
    from_here = _reversed(group)
    if threshold is not None:
        found[:, 4] = from_here[:, counts.from_threshold(threshold)] / n_group
    if group is good or not n_good:
        return found
    good_from_here, mixed = _reversed(good), counts.is_mixed
    found[:, 0] = _auc(good, good_from_here, group) / n_good / n_group
    found[:, 1] = _precision(good, good_from_here, group, from_here, mixed) / n_group
    for k, rate in enumerate(rates):
        if allowed := int(rate * n_good):
            found[:, 2 + k] = _recall(good, good_from_here, group, from_here, mixed, allowed)
    return found


def _reversed(of: IntArray) -> IntArray:
    """(R, K + 1) events in each bin and those above it; 0 at the end."""
    total = np.zeros((len(of), of.shape[1] + 1), np.int64)
    np.cumsum(of[:, ::-1], axis=1, out=total[:, -2::-1])
    return total


def _auc(good: IntArray, good_from_here: IntArray, group: IntArray) -> FloatArray:
    below = good_from_here[:, :1] - good_from_here[:, :-1]
    total: FloatArray = (group * (below + 0.5 * good)).sum(axis=1)
    return total


def _precision(
    good: IntArray, good_from_here: IntArray, group: IntArray, from_here: IntArray, mixed: BoolArray
) -> FloatArray:
    """Sum of the precisions at each event; half of a mixed bin is above the middle of it."""
    inside = 0.5 * mixed
    found = from_here[:, :-1] - inside * group
    wrong = good_from_here[:, :-1] - inside * good
    precision = np.divide(found, found + wrong, where=group > 0, out=np.zeros_like(found))
    total: FloatArray = (group * precision).sum(axis=1)
    return total


def _recall(
    good: IntArray, good_from_here: IntArray, group: IntArray, from_here: IntArray,
    mixed: BoolArray, allowed: int,
) -> FloatArray:  # fmt: skip
    """Share of the group above the score that no more than `allowed` good events exceed."""
    row = np.arange(len(good))
    at = (good_from_here > allowed).sum(axis=1) - 1
    part = (allowed - good_from_here[row, at + 1]) / good[row, at] * mixed[at]
    above = from_here[row, at + 1] + part * group[row, at]
    share: FloatArray = above / from_here[:, 0]
    return share


def found_at(counts: Counts, good: IntArray, group: IntArray, allowed: IntArray) -> FloatArray:
    """(A,) share of a group above scores that `allowed` (A,) good events exceed; below len(good).

    good, group : (K,).
    """
    goods, groups = _reversed(good[None]), _reversed(group[None])
    return np.array(
        [
            _recall(good[None], goods, group[None], groups, counts.is_mixed, n)[0]
            for n in allowed.tolist()
        ]
    )
