"""Thresholds of anomaly scores: from which score on an event is called anomalous.

A rule is a row of RULES and is written KEY:NUMBER, as in "median_mad:5". All but the last look at
the scores alone; what share of good events they call anomalous depends on the shape of the scores.
The last one is told which events are good and keeps that share.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from reco_core.afp.hits import BoolArray, FloatArray
from reco_core.errors import SettingError

RESAMPLES: Final = 100
MOST_DRAWN: Final = 20_000  # scores of one resample
INTERVAL: Final = (0.16, 0.84)  # one standard deviation of a Gaussian to either side
CONFIDENCE: Final = 0.95  # of the interval of a false-positive rate
FIRST_TAIL: Final = 0.98  # quantile beyond which scores are peaks, as Siffer et al. have it
LEAST_PEAKS: Final = 20


class Threshold(NamedTuple):
    """Events with a score of at least `value` are anomalous.

    low, high : interval of `value`.  false_positives : share of good events at or above it, with
    its interval; NaN where none are known.
    """

    value: float
    low: float
    high: float
    false_positives: tuple[float, float, float] = (np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class Rule:
    """A way to choose a threshold.  number : meaning of its number; least, most: of its values.

    value : of scores (N,) and the number.  labelled : are the scores those of good events?
    """

    key: str
    label: str
    number: str
    usual: float
    least: float
    most: float
    value: Callable[[FloatArray, float], float]
    about: str
    labelled: bool = False


class Chosen(NamedTuple):
    """A rule with its number."""

    rule: Rule
    number: float

    def __str__(self) -> str:
        return f"{self.rule.key}:{self.number:g}"


def mean_std(score: FloatArray, k: float) -> float:
    """Mean plus k standard deviations."""
    return float(score.mean() + k * score.std())


def median_mad(score: FloatArray, k: float) -> float:
    """Median plus k median absolute deviations."""
    middle = np.median(score)
    return float(middle + k * np.median(np.abs(score - middle)))


def quantile(score: FloatArray, share: float) -> float:
    """Score below which that share lies."""
    return float(np.quantile(score, share))


def peaks(score: FloatArray, risk: float) -> float:
    """Score that is exceeded with probability `risk` if the tail is a generalised Pareto law.

    Peaks over threshold: Siffer et al., "Anomaly detection in streams with extreme value theory",
    KDD 2017, eq. 1. Among the scores themselves where the tail holds too few, or the risk is not
    that small.
    """
    first = float(np.quantile(score, FIRST_TAIL))
    over = score[score > first] - first
    share = len(over) / len(score)
    if len(over) < LEAST_PEAKS or risk >= share:
        return float(np.quantile(score, 1.0 - risk))
    shape, scale = pareto(over)
    if abs(shape) < 1e-9:
        return first + scale * float(np.log(share / risk))
    return first + scale / shape * float((risk / share) ** -shape - 1.0)


def pareto(over: FloatArray) -> tuple[float, float]:
    """(shape, scale) of the generalised Pareto law likeliest for excesses (N,) > 0.

    Of theta = shape / scale alone, as Grimshaw does (Technometrics 35, 1993): for each the best
    shape is the mean of ln(1 + theta * excess).
    """
    from scipy.optimize import minimize_scalar

    mean, most = float(over.mean()), float(over.max())

    def loss(theta: float) -> float:
        if abs(theta) * mean < 1e-9:
            return float(np.log(mean) + 1.0)
        shape = float(np.log1p(theta * over).mean())
        return float(np.log(shape / theta) + shape + 1.0)

    # Below -1 / most the law ends before the largest excess; near it the likelihood has a pole
    # that means nothing, where the shape is below -1.
    falling, rising = np.geomspace(0.9, 1e-3, 20) / most, np.geomspace(1e-3, 30, 40) / mean
    grid = np.concatenate((-falling, [0.0], rising))
    losses = [loss(theta) for theta in grid]
    k = int(np.argmin(losses))
    low, high = grid[max(k - 1, 0)], grid[min(k + 1, len(grid) - 1)]
    theta = float(minimize_scalar(loss, bounds=(low, high), method="bounded").x)
    if abs(theta) * mean < 1e-9:
        return 0.0, mean
    shape = float(np.log1p(theta * over).mean())
    return shape, shape / theta


def upper_share(score: FloatArray, share: float) -> float:
    """Least score that at most that share of good events reaches."""
    ordered = np.sort(score)
    allowed = int(share * len(ordered))
    above = ordered[len(ordered) - allowed - 1]
    return float(np.nextafter(above, np.inf))


def rate_interval(n_of: int, n: int) -> tuple[float, float]:
    """Interval (Clopper and Pearson, Biometrika 26, 1934) of a rate: n_of out of n > 0."""
    from scipy.stats import beta

    tail = (1.0 - CONFIDENCE) / 2
    low = float(beta.ppf(tail, n_of, n - n_of + 1)) if n_of else 0.0
    high = float(beta.ppf(1.0 - tail, n_of + 1, n - n_of)) if n_of < n else 1.0
    return low, high


RULES: Final = (
    Rule(
        "mean_std", "mean + k standard deviations", "k", 1.0, 0.0, 100.0, mean_std,
        "As in the IFJ-AFP anomaly detector, with k = 1. It has no fixed meaning: a few large "
        "scores move it far.",
    ),
    Rule(
        "median_mad", "median + k MAD", "k", 5.0, 0.0, 1e3, median_mad,
        "Median plus k median absolute deviations: up to half of the events may be anomalous "
        "before it breaks down.",
    ),
    Rule(
        "quantile", "quantile", "share of events below", 0.99, 0.0, 1.0, quantile,
        "A fixed share of all events is called anomalous, whatever they are.",
    ),
    Rule(
        "peaks", "peaks over threshold", "probability to exceed it", 1e-3, 1e-9, 0.02, peaks,
        "A generalised Pareto law is fitted to the highest 2 % of the scores and told where it is "
        "exceeded that rarely (Siffer et al. 2017). Anomalies in the data are part of that tail.",
    ),
    Rule(
        "false_positives", "false positives of labelled events", "share of good events", 0.01,
        0.0, 0.5, upper_share,
        "At most that share of the events that labels, or the truth, call good is called "
        "anomalous; the interval of the rate goes with the number of labels.", True,
    ),
)  # fmt: skip


def chosen_rule(text: str) -> Chosen:
    """A rule as typed: KEY or KEY:NUMBER. SettingError tells what is expected."""
    key, _, number = text.partition(":")
    for rule in RULES:
        if rule.key == key:
            return Chosen(rule, _number(rule, number, text) if number else rule.usual)
    known = ", ".join(f"{rule.key}:{rule.usual:g}" for rule in RULES)
    raise SettingError(f"Unknown rule of a threshold {text!r}. Expected one such as: {known}.")


def _number(rule: Rule, number: str, text: str) -> float:
    try:
        value = float(number)
    except ValueError:
        value = float("nan")
    if not rule.least <= value <= rule.most:
        raise SettingError(
            f"Rule of a threshold {text!r}: the number ({rule.number}) is {number!r}; expected "
            f"{rule.least:g} to {rule.most:g}."
        )
    return value


def check_labelled(chosen: Chosen, good: BoolArray | None) -> None:
    """SettingError if the rule needs events known to be good and `good`, (N,), has none."""
    if chosen.rule.labelled and (good is None or not good.any()):
        raise SettingError(
            f"Rule of a threshold {str(chosen)!r}: there are no events known to be good."
        )


def threshold(
    chosen: Chosen, score: FloatArray, good: BoolArray | None = None, seed: int = 0
) -> Threshold:
    """The threshold of a rule for scores (N,), all finite.

    good : (N,) events known to be good; the others may be anything. Needed by the rule that keeps
    their share; where given, it is told with any rule. SettingError where there is none, or no
    score.
    """
    check_labelled(chosen, good)
    of = score[good] if chosen.rule.labelled and good is not None else score
    if not len(of):
        raise SettingError(f"Rule of a threshold {str(chosen)!r}: there are no scores.")
    value = chosen.rule.value(of, chosen.number)
    low, high = _interval(chosen, of, value, np.random.default_rng(seed))
    if good is None or not good.any():
        return Threshold(value, low, high)
    n_of, n = int((score[good] >= value).sum()), int(good.sum())
    return Threshold(value, low, high, (n_of / n, *rate_interval(n_of, n)))


def _interval(
    chosen: Chosen, score: FloatArray, value: float, rng: np.random.Generator
) -> tuple[float, float]:
    """By the bootstrap; of many scores fewer are drawn, and the interval shrunk as it would be."""
    n = min(len(score), MOST_DRAWN)
    drawn = [
        chosen.rule.value(score[rng.integers(0, len(score), n)], chosen.number)
        for _ in range(RESAMPLES)
    ]
    middle = np.median(drawn)
    low, high = (np.quantile(drawn, INTERVAL) - middle) * np.sqrt(n / len(score))
    return float(value + low), float(value + high)
