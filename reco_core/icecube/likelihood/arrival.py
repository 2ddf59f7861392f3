"""Density of a DOM's first pulse in time, with its slopes, in compiled code."""

from __future__ import annotations

import math
from typing import Final

from reco_core.compiled import compiled
from reco_core.icecube.likelihood.arrival_table import (
    B_LOW,
    B_NODES,
    B_STEP,
    ETA_LOW,
    ETA_NODES,
    ETA_SCALE,
    ETA_STEP,
    MARGIN,
    XI_LOW,
    XI_NODES,
    XI_STEP,
)
from reco_core.icecube.likelihood.light_model import LightModel
from reco_core.icecube.likelihood.local_ice import mean_inverse
from reco_core.icecube.likelihood.spline import Four, first_of_four, on_plane, slopes, weights
from reco_core.units import SPEED_IN_ICE

XI_LEAST: Final = math.exp(XI_LOW)
XI_MOST: Final = math.exp(XI_LOW + XI_STEP * (XI_NODES - 1))
B_LEAST: Final = math.exp(B_LOW)
B_MOST: Final = math.exp(B_LOW + B_STEP * (B_NODES - 1))
ETA_LEAST: Final = ETA_SCALE * math.sinh(ETA_LOW)
LAST_ETA: Final = MARGIN + ETA_NODES - 1.0
XI_ROWS: Final = XI_NODES + 2 * MARGIN
B_ROWS: Final = B_NODES + 2 * MARGIN
ETA_COLUMNS: Final = ETA_NODES + 2 * MARGIN

FARTHEST_NOISE: Final = 600.0  # in noise_ns; so that its density is never rounded to 0


@compiled
def first_pulse(
    model: LightModel, late_ns: float, way_m: float, source_z_m: float, level_z_m: float, n: float
) -> Four:
    """ln of the density, 1/ns, of the first of n photo-electrons; derivatives by the next three.

    late_ns : behind light that goes straight.  way_m : from source to DOM, > 0.  source_z_m,
    level_z_m : of source and DOM, both less the rise of the layers at the DOM.  n : 1 or more.
    Returns ln density and its derivatives by late_ns, way_m, source_z_m.
    """
    scatter, absorb, scatter_z, absorb_z = mean_inverse(model, source_z_m, level_z_m)
    xi = way_m * scatter / model.scattering
    b = model.smear_ns * (1 / model.pandel_time_ns + SPEED_IN_ICE * absorb)
    value, by_tau, by_xi, by_b = first_of(model, late_ns / model.smear_ns, xi, b, n)
    value -= math.log(model.smear_ns)
    away = min(abs(late_ns) / model.noise_ns, FARTHEST_NOISE)
    noise = model.noise_share / (2 * model.noise_ns) * math.exp(-away)
    light = (1 - model.noise_share) * math.exp(value)
    share = light / (light + noise)
    fall = -math.copysign((1 - share) / model.noise_ns, late_ns) if away < FARTHEST_NOISE else 0.0
    by_z = by_xi * way_m / model.scattering * scatter_z
    by_z += by_b * model.smear_ns * SPEED_IN_ICE * absorb_z
    return (
        math.log(light + noise),
        share * by_tau / model.smear_ns + fall,
        share * by_xi * scatter / model.scattering,
        share * by_z,
    )


@compiled
def first_of(model: LightModel, tau: float, xi: float, b: float, n: float) -> Four:
    """ln of the density in tau of the first of n photo-electrons: ln n p(tau) S(tau)^(n - 1).

    Its derivatives by tau, xi, b. A shape or rate beyond the table is taken as its last.
    """
    shape, rate = min(max(xi, XI_LEAST), XI_MOST), min(max(b, B_LEAST), B_MOST)
    log_rate, eta = math.log(rate), max(tau - rate, ETA_LEAST)
    column, by_column = _eta_place(eta)
    row = (math.log(shape) - XI_LOW) / XI_STEP + MARGIN
    i, j = first_of_four(row, XI_ROWS), first_of_four(column, ETA_COLUMNS)
    wi, si = weights(row - i - 1), slopes(row - i - 1)
    wj, sj = weights(column - j - 1), slopes(column - j - 1)
    core, core_i, core_j = on_plane(model.density, i, j, wi, si, wj, sj)
    value = shape * log_rate - rate * rate / 2 - rate * eta + core
    by_eta, by_xi = core_j * by_column, core_i / (XI_STEP * shape) + log_rate
    by_tau, by_b = by_eta - rate, shape / rate + rate - tau - by_eta
    if n > 1:
        later, later_b, later_i, later_j = _survival(model, log_rate, i, j, wi, si, wj, sj)
        value += math.log(n) + (n - 1) * later
        by_eta = (n - 1) * later_j * by_column
        by_tau += by_eta
        by_xi += (n - 1) * later_i / (XI_STEP * shape)
        by_b += (n - 1) * later_b / (B_STEP * rate) - by_eta
    if eta == ETA_LEAST:  # earlier than any light: only noise counts
        by_tau, by_b = 0.0, 0.0
    return value, by_tau, by_xi if shape == xi else 0.0, by_b if rate == b else 0.0


@compiled
def _eta_place(eta: float) -> tuple[float, float]:
    """Column of a table, and its derivative; the last column for all beyond."""
    scaled = eta / ETA_SCALE
    root = math.sqrt(scaled * scaled + 1)
    column = (math.log(scaled + root) - ETA_LOW) / ETA_STEP + MARGIN
    if column >= LAST_ETA:
        return LAST_ETA, 0.0
    return column, 1 / (ETA_SCALE * ETA_STEP * root)


@compiled
def _survival(
    model: LightModel, log_rate: float, i: int, j: int, wi: Four, si: Four, wj: Four, sj: Four
) -> Four:
    """ln of the share of light that is later; derivatives by b, xi, eta in steps of the table."""
    place = (log_rate - B_LOW) / B_STEP + MARGIN
    h = first_of_four(place, B_ROWS)
    wh, sh = weights(place - h - 1), slopes(place - h - 1)
    value, by_h, by_i, by_j = 0.0, 0.0, 0.0, 0.0
    for a in range(4):
        plane, plane_i, plane_j = on_plane(model.survival, (h + a) * XI_ROWS + i, j, wi, si, wj, sj)
        value += wh[a] * plane
        by_h += sh[a] * plane
        by_i += wh[a] * plane_i
        by_j += wh[a] * plane_j
    if value > 0.0:  # no share is above 1: what splines overshoot would count a million times
        return 0.0, 0.0, 0.0, 0.0
    return value, by_h, by_i, by_j
