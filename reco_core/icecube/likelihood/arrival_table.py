"""Tables of when light arrives: Pandel's law, smeared by a Gaussian.

The delay of one photo-electron follows a gamma law of shape xi and rate rho (D. Pandel; AMANDA
collaboration, astro-ph/0407044, eq. 12), to which an error of Gaussian width sigma is added (N. van
Eijndhoven et al., arXiv:0704.1706). In units of sigma, with b = rho sigma, completing the square
leaves one function of two numbers, for which a table is made, where that paper has five formulas:

    ln density(tau; xi, b) = xi ln b + b^2 / 2 - b tau + H(tau - b, xi)
    H(eta, xi) = ln [ 1 / Gamma(xi) integral over x > 0 of x^(xi - 1) phi(x - eta) ]

The survival, the share of light that is later than tau, has a table of three: (b, xi, tau - b).
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

# Axes: asinh(eta / ETA_SCALE), ln xi, ln b. Tables reach MARGIN steps farther, for the splines'
# ends are not exact.
ETA_SCALE: Final = 4.0
ETA_LOW, ETA_STEP, ETA_NODES = -1.8, 0.07, 128  # eta -11.8 to 2,400
XI_LOW, XI_STEP, XI_NODES = float(np.log(0.005)), 0.2, 49  # xi 0.005 to 74
B_LOW, B_STEP, B_NODES = float(np.log(0.008)), 0.3, 15  # b 0.008 to 0.53
MARGIN: Final = 5

NEAR: Final = 14.0  # from here on a Gauss-Hermite sum is exact
HERMITE_NODES: Final = 40
SURVIVAL_NODES: Final = 6
# Of the integrals over ln x: steps below half a sigma are exact. B_STEP is a multiple of it, so one
# table of the incomplete gamma function serves every b.
LOG_STEP: Final = B_STEP / 10
LOG_LOW: Final = -14.0
LEAST: Final = 1e-290


class ArrivalTable(NamedTuple):
    """Spline coefficients. density : (xi, eta) of H.  survival : (b * xi, eta) of ln survival."""

    density: FloatArray
    survival: FloatArray


@cache
def arrival_table() -> ArrivalTable:
    """Both tables; 0.5 s of work, once in a process."""
    from scipy.ndimage import spline_filter

    eta = ETA_SCALE * np.sinh(_axis(ETA_LOW, ETA_STEP, ETA_NODES))
    xi = np.exp(_axis(XI_LOW, XI_STEP, XI_NODES))
    log_b = _axis(B_LOW, B_STEP, B_NODES)
    density = spline_filter(log_core(eta, xi))
    survival = spline_filter(log_survivals(eta, xi, log_b))
    return ArrivalTable(density, survival.reshape(-1, len(eta)))


def _axis(low: float, step: float, nodes: int) -> FloatArray:
    return np.asarray(low + step * np.arange(-MARGIN, nodes + MARGIN), np.float64)


def log_core(eta: FloatArray, xi: FloatArray) -> FloatArray:
    """H of (n,) eta, ascending, and (m,) xi; (m, n)."""
    n_near = int(np.searchsorted(eta, NEAR))
    parts = (_near_core(eta[:n_near], xi), _far_core(eta[n_near:], xi))
    return np.asarray(np.column_stack(parts), np.float64)


def _near_core(eta: FloatArray, xi: FloatArray) -> FloatArray:
    """By parts, which takes the pole at x = 0 away, and over ln x."""
    from scipy.special import gammaln

    log_x = np.arange(-20.0, np.log(NEAR + 10 + 2 * np.sqrt(xi.max())), LOG_STEP)
    x = np.exp(log_x)
    power = np.outer(xi + 1, log_x) - gammaln(xi + 1)[:, None]  # (m, w)
    found = np.empty((len(xi), len(eta)))
    for k, place in enumerate(eta):
        log_part = power - (x - place) ** 2 / 2
        top = log_part.max(axis=1)
        found[:, k] = top + np.log(np.exp(log_part - top[:, None]) @ (x - place))
    return np.asarray(found + np.log(LOG_STEP) - np.log(2 * np.pi) / 2)


def _far_core(eta: FloatArray, xi: FloatArray) -> FloatArray:
    from scipy.special import gammaln

    place, weight = _hermite(HERMITE_NODES)
    spread = np.log1p(place / eta[:, None])  # (n, nodes)
    mean = np.exp((xi - 1)[:, None, None] * spread) @ weight  # (m, n)
    return np.asarray(np.outer(xi - 1, np.log(eta)) + np.log(mean) - gammaln(xi)[:, None])


def log_survivals(eta: FloatArray, xi: FloatArray, log_b: FloatArray) -> FloatArray:
    """ln of the share of light later than tau = eta + b; eta ascending, log_b by B_STEP; (b, xi,
    eta).
    """
    from scipy.special import gammaincc

    log_x = np.arange(LOG_LOW, np.log(NEAR + 10), LOG_STEP)
    n_steps = len(log_x) + round((log_b[-1] - log_b[0]) / LOG_STEP)
    log_delay = LOG_LOW + log_b[0] + LOG_STEP * np.arange(n_steps)
    later = gammaincc(xi[:, None], np.exp(log_delay))  # (xi, delays)
    found = np.empty((len(log_b), len(xi), len(eta)))
    for k, rate in enumerate(np.exp(log_b)):
        tau, first = eta + rate, round((log_b[k] - log_b[0]) / LOG_STEP)
        n_near = int(np.searchsorted(tau, NEAR))
        these = later[:, first : first + len(log_x)]
        found[k, :, :n_near] = _near_survival(tau[:n_near], np.exp(log_x), these)
        found[k, :, n_near:] = _far_survival(tau[n_near:], xi, float(rate))
    return np.asarray(np.log(np.maximum(found, LEAST)))


def _near_survival(tau: FloatArray, x: FloatArray, later: FloatArray) -> FloatArray:
    """Delays below 0 in full, those above, x, by the gamma law's survival (xi, x)."""
    from scipy.special import ndtr

    gauss = np.exp(-((x[:, None] - tau) ** 2) / 2) / np.sqrt(2 * np.pi)  # (x, tau)
    return np.asarray(ndtr(-tau) + later @ (gauss * x[:, None] * LOG_STEP))


def _far_survival(tau: FloatArray, xi: FloatArray, b: float) -> FloatArray:
    from scipy.special import gammaincc

    place, weight = _hermite(SURVIVAL_NODES)
    return np.asarray(gammaincc(xi[:, None, None], b * (tau[:, None] + place)) @ weight)


def _hermite(n: int) -> tuple[FloatArray, FloatArray]:
    """Places and weights of a Gaussian mean."""
    place, weight = np.polynomial.hermite_e.hermegauss(n)
    return place, weight / np.sqrt(2 * np.pi)
