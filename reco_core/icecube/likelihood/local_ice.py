"""Mean inverse lengths of the ice along a way, with their slopes, in compiled code."""

from __future__ import annotations

import math
from typing import Final

from reco_core.compiled import compiled
from reco_core.icecube.likelihood.light_model import (
    LEVEL_LOW_M,
    LEVEL_STEP_M,
    LEVELS,
    LightModel,
)
from reco_core.icecube.likelihood.spline import first_of_four, on_line, slopes, weights

# Means are taken over no less height than this, so that level ways have one, and smoothly so.
LEAST_RISE_M: Final = 10.0
LOWEST: Final = 10.0  # steps from the ends, where the splines are exact
HIGHEST: Final = LEVELS - 11.0

Ice = tuple[float, float, float, float]


@compiled
def mean_inverse(model: LightModel, source_z_m: float, level_z_m: float) -> Ice:
    """1 / effective scattering and 1 / absorption length, 1/m, between a source and a DOM.

    Both heights are those of the layers (height less the rise of the layers). Then the derivatives
    of both by source_z_m.
    """
    middle, away = (source_z_m + level_z_m) / 2, source_z_m - level_z_m
    rise = math.sqrt(away * away + LEAST_RISE_M * LEAST_RISE_M)
    s_high, a_high, s_top, a_top = _sums(model, middle + rise / 2)
    s_low, a_low, s_bottom, a_bottom = _sums(model, middle - rise / 2)
    scattering, absorption = (s_high - s_low) / rise, (a_high - a_low) / rise
    lean = away / rise
    by_scattering = (s_top - s_bottom) / 2 + ((s_top + s_bottom) / 2 - scattering) * lean
    by_absorption = (a_top - a_bottom) / 2 + ((a_top + a_bottom) / 2 - absorption) * lean
    return scattering, absorption, by_scattering / rise, by_absorption / rise


@compiled
def _sums(model: LightModel, z_m: float) -> Ice:
    """Integrals of 1 / length up to a height, and their derivatives; straight beyond the table."""
    place = (z_m - LEVEL_LOW_M) / LEVEL_STEP_M
    inside = min(max(place, LOWEST), HIGHEST)
    i = first_of_four(inside, LEVELS)
    w, s = weights(inside - i - 1), slopes(inside - i - 1)
    by_s, by_a = on_line(model.scattering_sum, i, s), on_line(model.absorption_sum, i, s)
    beyond = place - inside
    return (
        on_line(model.scattering_sum, i, w) + beyond * by_s,
        on_line(model.absorption_sum, i, w) + beyond * by_a,
        by_s / LEVEL_STEP_M,
        by_a / LEVEL_STEP_M,
    )
