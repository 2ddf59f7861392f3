"""How well a score tells anomalous events from good ones, with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Final, NamedTuple

import numpy as np

from reco_core.afp.evaluation.counts import Counts
from reco_core.afp.evaluation.resampling import AT_ONCE, found_at, numbers_of, resampled
from reco_core.afp.hits import FloatArray, IntArray

RESAMPLES: Final = 200
INTERVAL: Final = (0.16, 0.84)  # one standard deviation of a Gaussian to either side
RATES: Final = (0.01, 0.001)  # false-positive rates at which recalls are told
PER_DECADE: Final = 24  # points of a curve, by the logarithm of the false-positive rate
N_EVEN: Final = 41  # further ones, even in that rate


class Interval(NamedTuple):
    """A number and the interval that the bootstrap gives it; NaN where there is none."""

    value: float
    low: float
    high: float


class Measures(NamedTuple):
    """Of a group of events, beside the good ones; NaN without either.

    auc : probability that one of them scores higher than a good one, equal ones half.
    average_precision : mean precision over the recalls.  recall_1, recall_01 : share of them found
    where 1 %, 0.1 % of the good ones are called anomalous; NaN where that is less than one event.
    called : share of them at or above the threshold that the detector comes with.
    """

    auc: Interval
    average_precision: Interval
    recall_1: Interval
    recall_01: Interval
    called: Interval


Measuring = Generator[float, None, dict[str, Measures]]


def measuring(
    counts: Counts, groups: Mapping[str, IntArray], threshold: float | None, seed: int = 0
) -> Measuring:
    """Measures of each group; yields how much is done (0 to 1), so that it can be left.

    groups : (K,) counts of the events of each in the bins; the first is the good ones.  threshold :
    begins a bin. The same for the same seed.
    """
    rng = np.random.default_rng(seed)
    of = list(groups.values())
    value = numbers_of(counts, of, RATES, threshold)
    drawn: list[FloatArray] = []
    for part in resampled(counts, of, RESAMPLES, RATES, threshold, rng):
        drawn.append(part)
        yield len(drawn) * AT_ONCE / RESAMPLES
    low, high = np.quantile(np.concatenate(drawn), INTERVAL, axis=0)
    return {
        name: Measures(*map(Interval, value[k].tolist(), low[k].tolist(), high[k].tolist()))
        for k, name in enumerate(groups)
    }


def measures(
    counts: Counts, groups: Mapping[str, IntArray], threshold: float | None, seed: int = 0
) -> dict[str, Measures]:
    """What measuring() comes to."""
    steps = measuring(counts, groups, threshold, seed)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: dict[str, Measures] = end.value
            return found


def curve_rates(n_good: int) -> IntArray:
    """(A,) ascending: good events called anomalous at the points of a curve; below n_good."""
    decades = np.log10(max(n_good, 1))
    ranks = np.geomspace(1, max(n_good, 1), int(decades * PER_DECADE) + 2)
    even = np.linspace(0, n_good, N_EVEN)
    told = [rate * n_good for rate in RATES]
    found = np.unique(np.concatenate((np.round((*ranks, *even)), told)).astype(np.int64))
    return found[found < n_good]


def curve(counts: Counts, good: IntArray, group: IntArray) -> FloatArray:
    """(A,) share of a group found at curve_rates() of the good events. good, group : (K,)."""
    return found_at(counts, good, group, curve_rates(int(good.sum())))


def auc(good: FloatArray, bad: FloatArray) -> float:
    """Area under the curve of true over false positives. good : (G,) ascending.  bad : (B,)."""
    if not (len(good) and len(bad)):
        return float("nan")
    below, up_to = np.searchsorted(good, bad, "left"), np.searchsorted(good, bad, "right")
    return float((below + up_to).mean() / 2 / len(good))


def recall(good: FloatArray, bad: FloatArray, rate: float) -> float:
    """Share of bad (B,) above the score that a share `rate` of good (G,), ascending, exceeds."""
    if not (len(good) and len(bad)):
        return float("nan")
    allowed = int(rate * len(good))
    return float((bad > good[len(good) - 1 - allowed]).mean())
