"""The law of arrival times once more, by numerical integration: what the tables are held to."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy.integrate import quad
from scipy.special import gammaincc, gammaln
from scipy.stats import norm


def slow_log_density(tau: float, xi: float, b: float) -> float:
    """ln of the gamma law of shape xi and rate b, convolved with a Gaussian of width 1.

    Over y = x ** k with k = min(xi, 1), which takes the pole at x = 0 away.
    """
    k = min(xi, 1.0)

    def log_part(y: float) -> float:
        x = y ** (1 / k)
        power = (xi - k) * np.log(max(x, 1e-300)) if xi > k else 0.0
        return xi * np.log(b) - b * x - gammaln(xi) + power - (tau - x) ** 2 / 2 - np.log(k)

    low = max(tau - 12, 0.0)
    peak = _peak(tau, xi, b)
    edges = sorted({low, *(x for x in (peak - 3, peak, peak + 3) if x > low), peak + 12})
    places = [x**k for x in edges]
    top = max(log_part(y) for y in places)
    total = sum(
        quad(lambda y: np.exp(log_part(y) - top), a, z, epsabs=0, epsrel=1e-9, limit=400)[0]
        for a, z in pairwise(places)
    )
    return float(np.log(total) + top - np.log(2 * np.pi) / 2)


def _peak(tau: float, xi: float, b: float) -> float:
    """Where x ** (xi - 1) exp(-b x) exp(-(tau - x)^2 / 2) is highest, or 0."""
    middle = tau - b
    return max((middle + np.sqrt(max(middle**2 + 4 * (xi - 1), 0.0))) / 2, 0.0)


def slow_survival(tau: float, xi: float, b: float) -> float:
    """Share of delays plus Gaussian errors that is later than tau."""
    end = min(tau, 10.0)
    if end <= -10.0:
        return 1.0
    later = quad(
        lambda z: gammaincc(xi, b * max(tau - z, 0.0)) * norm.pdf(z), -10.0, end,
        epsabs=0, epsrel=1e-9, limit=400, points=[end - 1e-3],
    )[0]  # fmt: skip
    return float(norm.sf(tau) + later)
