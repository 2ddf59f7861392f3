"""Opening angles in numbers: mean, median and 68 % containment, with bootstrap intervals."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from reco_core.icecube.pulse_batch import FloatArray

RESAMPLES: Final = 300
INTERVAL: Final = (0.16, 0.84)  # one standard deviation of a Gaussian to either side
SHARES: Final = {"median": 0.5, "contain68": 0.68}


class Interval(NamedTuple):
    """A number and the interval that the bootstrap gives it."""

    value: float
    low: float
    high: float


class Measure(NamedTuple):
    """Of N > 0 opening angles, rad.  contain68 : within which 68 % of them lie."""

    n_events: int
    mean: Interval
    median: Interval
    contain68: Interval


def measure(angle: FloatArray, seed: int = 0) -> Measure:
    """The measure of opening angles (N,) rad, N > 0; the same for the same angles and seed."""
    rng = np.random.default_rng(seed)
    ordered = np.sort(angle)
    return Measure(
        len(angle),
        _mean(ordered, rng),
        *(_quantile(ordered, share, rng) for share in SHARES.values()),
    )


def _mean(ordered: FloatArray, rng: np.random.Generator) -> Interval:
    n = len(ordered)
    drawn = [ordered[rng.integers(0, n, n)].mean() for _ in range(RESAMPLES)]
    return Interval(float(ordered.mean()), *_interval(np.array(drawn)))


def _quantile(ordered: FloatArray, share: float, rng: np.random.Generator) -> Interval:
    """The k-th of n values drawn again with replacement is the value at the k-th of n uniform
    numbers, which is Beta(k, n + 1 - k): no need to draw and sort them all.
    """
    n = len(ordered)
    k = min(int(share * n) + 1, n)
    place = (rng.beta(k, n + 1 - k, RESAMPLES) * n).astype(np.int64)
    drawn = ordered[np.minimum(place, n - 1)]
    return Interval(float(np.quantile(ordered, share)), *_interval(drawn))


def _interval(drawn: FloatArray) -> tuple[float, float]:
    low, high = np.quantile(drawn, INTERVAL)
    return float(low), float(high)
