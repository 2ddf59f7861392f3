"""How well a score tells anomalous events from good ones, with bootstrap intervals."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from reco_core.afp.hits import FloatArray

RESAMPLES: Final = 200
INTERVAL: Final = (0.16, 0.84)  # one standard deviation of a Gaussian to either side
RATES: Final = (0.01, 0.001)  # false-positive rates at which recalls are told


class Interval(NamedTuple):
    """A number and the interval that the bootstrap gives it."""

    value: float
    low: float
    high: float


class Measures(NamedTuple):
    """Of good and anomalous events; NaN without either.

    auc : probability that an anomalous event scores higher than a good one, equal ones half.
    average_precision : mean precision over the recalls.  recall_1, recall_01 : share of anomalous
    events found where 1 %, 0.1 % of the good ones are called anomalous.
    """

    auc: Interval
    average_precision: Interval
    recall_1: Interval
    recall_01: Interval


def measures(good: FloatArray, bad: FloatArray, seed: int = 0) -> Measures:
    """good, bad : (G,), (B,) scores of good and anomalous events. The same for the same seed."""
    rng = np.random.default_rng(seed)
    value = _all(good, bad)
    if not (len(good) and len(bad)):
        return Measures(*(Interval(np.nan, np.nan, np.nan) for _ in value))
    drawn = np.array([_all(_drawn(good, rng), _drawn(bad, rng)) for _ in range(RESAMPLES)])
    low, high = np.quantile(drawn, INTERVAL, axis=0)
    return Measures(*(Interval(*map(float, each)) for each in zip(value, low, high, strict=True)))


def _drawn(score: FloatArray, rng: np.random.Generator) -> FloatArray:
    return score[rng.integers(0, len(score), len(score))]


def _all(good: FloatArray, bad: FloatArray) -> tuple[float, float, float, float]:
    good, bad = np.sort(good), np.sort(bad)
    one, tenth = (recall(good, bad, rate) for rate in RATES)
    return auc(good, bad), average_precision(good, bad), one, tenth


def auc(good: FloatArray, bad: FloatArray) -> float:
    """Area under the curve of true over false positives. good : (G,) ascending.  bad : (B,)."""
    if not (len(good) and len(bad)):
        return float("nan")
    below, up_to = np.searchsorted(good, bad, "left"), np.searchsorted(good, bad, "right")
    return float((below + up_to).mean() / 2 / len(good))


def average_precision(good: FloatArray, bad: FloatArray) -> float:
    """Sum over scores of the gain in recall times the precision. good, bad : ascending."""
    if not (len(good) and len(bad)):
        return float("nan")
    found = len(bad) - np.searchsorted(bad, bad, "left")
    wrong = len(good) - np.searchsorted(good, bad, "left")
    return float((found / (found + wrong)).mean())


def recall(good: FloatArray, bad: FloatArray, rate: float) -> float:
    """Share of bad (B,) above the score that a share `rate` of good (G,), ascending, exceeds."""
    if not (len(good) and len(bad)):
        return float("nan")
    allowed = int(rate * len(good))
    return float((bad > good[len(good) - 1 - allowed]).mean())
