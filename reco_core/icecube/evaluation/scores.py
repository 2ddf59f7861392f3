"""Probabilities in numbers: how well they tell events apart, and whether they come true."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from reco_core.icecube.evaluation.measure import INTERVAL, Interval
from reco_core.icecube.pulse_batch import BoolArray, FloatArray, IntArray

BINS: Final = 10
RESAMPLES: Final = 100


class Reliability(NamedTuple):
    """Events in BINS of equal width of their probability.

    n_events : (BINS,).  mean_p : (BINS,) what was said, and share : (BINS,) what came true; NaN in
    an empty bin.
    """

    n_events: IntArray
    mean_p: FloatArray
    share: FloatArray


def auc(score: FloatArray, is_so: BoolArray) -> float:
    """Probability that an event that is so scores higher than one that is not; equal ones half.

    score, is_so : (N,).  NaN where all are so, or none.
    """
    n_so = int(is_so.sum())
    n_other = len(is_so) - n_so
    if not (n_so and n_other):
        return float("nan")
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    rank = np.cumsum(count) - (count - 1) / 2
    return float((rank[place[is_so]].sum() - n_so * (n_so + 1) / 2) / (n_so * n_other))


def auc_interval(score: FloatArray, is_so: BoolArray, seed: int = 0) -> Interval:
    """The AUC and its interval by the bootstrap; all NaN where all are so, or none."""
    value, rng = auc(score, is_so), np.random.default_rng(seed)
    rows = (rng.integers(0, len(score), len(score)) for _ in range(RESAMPLES))
    drawn = np.array([auc(score[row], is_so[row]) for row in rows])
    drawn = drawn[np.isfinite(drawn)]
    low, high = np.quantile(drawn, INTERVAL) if len(drawn) else (np.nan, np.nan)
    return Interval(value, float(low), float(high))


def reliability(p: FloatArray, is_so: BoolArray) -> Reliability:
    """p : (N,) in [0, 1].  is_so : (N,)."""
    place = np.minimum((p * BINS).astype(np.int64), BINS - 1)
    n = np.bincount(place, minlength=BINS)
    with np.errstate(invalid="ignore"):
        mean = np.bincount(place, p, BINS) / n
        share = np.bincount(place, is_so, BINS) / n
    return Reliability(n, mean, share)


def calibration_error(p: FloatArray, is_so: BoolArray) -> float:
    """Expected calibration error: mean distance of what is said and what comes true, over bins."""
    n, mean, share = reliability(p, is_so)
    some = n > 0
    return float((n[some] * np.abs(mean[some] - share[some])).sum() / n.sum())


def log_loss(p_class: FloatArray, number: IntArray) -> float:
    """Mean of -ln of the probability (N, classes) that was given to what each (N,) is."""
    given = p_class[np.arange(len(number)), number]
    return float(-np.log(np.maximum(given, np.finfo(np.float64).tiny)).mean())
