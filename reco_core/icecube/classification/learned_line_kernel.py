"""The compiled part of learned_line: the DOMs of an event along its line, lit and dark."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import compiled, compiled_entry
from reco_core.icecube.classification.gridfit_kernel import lit_doms
from reco_core.icecube.detector import FIRST_DEEPCORE_STRING, N_SENSORS, OMS_PER_STRING
from reco_core.icecube.pulse_batch import FloatArray, IntArray
from reco_core.units import CHERENKOV_ANGLE, SPEED_OF_LIGHT

TANGENT: Final = math.tan(CHERENKOV_ANGLE)

# Light of the line: not far from it, and not much before or after straight Cherenkov light.
NEAR_M: Final = 125.0
EARLY_NS, LATE_NS = -100.0, 500.0
MOST_DELAY_NS: Final = 500.0  # later light is noise or after-pulses: how late tells nothing
MOST_AWAY_M: Final = 300.0
LEAST_LENGTH_M: Final = 50.0  # of light on one DOM, so that charge over length stays finite

DARK_M: Final = 80.0  # a muon seldom lights DOMs farther away
DARK_SCALE_M: Final = 25.0  # a dark DOM counts exp(-distance / scale)
BEYOND_M: Final = 20.0  # before the first light and after the last
REGULAR_STRINGS: Final = FIRST_DEEPCORE_STRING - 1  # DeepCore's DOMs are few and close together

# Columns that are filled in; learned_line names them.
N_COLUMNS: Final = 19
(DELAY, EARLY, NEAR, NEAR_CHARGE, AWAY, CHARGE_AWAY, LENGTH, CHARGE_LENGTH, CHARGE_PLACE, PER_M,
 DARK_BEFORE, DARK_AFTER, DARK_DOMS_BEFORE, DARK_DOMS_AFTER, LIT_SHARE, ENTRY_Z, FIRST_Z, CHORD,
 CLOSEST) = range(N_COLUMNS)  # fmt: skip

Doms = NDArray[np.int16]


@compiled_entry
def look_along(
    start: IntArray, sensor_id: Doms, time_ns: FloatArray, charge_pe: FloatArray,
    position_m: FloatArray, line: FloatArray, found: FloatArray,
) -> None:  # fmt: skip
    """Fill found (E, N_COLUMNS); rows of lines (E, 7) that are not known stay as they are.

    line : point, m, when the muon is there, ns on the batch's clock, and travel direction.
    """
    charge, first = np.zeros(N_SENSORS), np.zeros(N_SENSORS)
    for k in range(len(line)):
        rows = slice(start[k], start[k + 1])
        doms = lit_doms(sensor_id[rows], time_ns[rows], charge_pe[rows], charge, first)
        if len(doms) and math.isfinite(line[k].sum()):
            begin, end = _lit_part(doms, charge, first, position_m, line[k], found[k])
            _dark_part(begin, end, charge, position_m, line[k], found[k])
            found[k, CLOSEST] = _closest(line[k])
        for i in range(len(doms)):
            charge[doms[i]] = 0.0


@compiled
def _beside(position_m: FloatArray, dom: int, line: FloatArray) -> tuple[float, float]:
    """How far along a line (7,) from its point a DOM is, and how far from it, m."""
    dx, dy, dz = (
        position_m[dom, 0] - line[0], position_m[dom, 1] - line[1], position_m[dom, 2] - line[2],
    )  # fmt: skip
    along = dx * line[4] + dy * line[5] + dz * line[6]
    return along, math.sqrt(max(dx * dx + dy * dy + dz * dz - along * along, 0.0))


@compiled
def _lit_part(
    doms: Doms, charge: FloatArray, first: FloatArray, position_m: FloatArray, line: FloatArray,
    found: FloatArray,
) -> tuple[float, float]:  # fmt: skip
    """Columns of the lit DOMs; where along the line their light begins and ends, m.

    Infinite if no light is near the line.
    """
    delay, early, near, away = 0.0, 0, 0, 0.0
    total, near_pe, away_pe, sum_pe, squares = 0.0, 0.0, 0.0, 0.0, 0.0
    begin, end = math.inf, -math.inf
    for i in range(len(doms)):
        pe = charge[doms[i]]
        along, r = _beside(position_m, doms[i], line)
        late = first[doms[i]] - line[3] - (along + r * TANGENT) / SPEED_OF_LIGHT
        delay += min(abs(late), MOST_DELAY_NS)
        early += late < EARLY_NS
        away += min(r, MOST_AWAY_M)
        away_pe += min(r, MOST_AWAY_M) * pe
        total += pe
        if r < NEAR_M and EARLY_NS < late < LATE_NS:
            left = along - r / TANGENT  # where the light left the line
            near, near_pe = near + 1, near_pe + pe
            sum_pe, squares = sum_pe + left * pe, squares + left * left * pe
            begin, end = min(begin, along), max(end, along)
    n = len(doms)
    found[DELAY], found[EARLY], found[AWAY] = delay / n, early / n, away / n
    found[NEAR], found[NEAR_CHARGE], found[CHARGE_AWAY] = near / n, near_pe / total, away_pe / total
    if near:
        mean = sum_pe / near_pe
        found[LENGTH] = end - begin
        found[CHARGE_LENGTH] = math.sqrt(max(squares / near_pe - mean * mean, 0.0))
        found[CHARGE_PLACE] = (mean - begin) / max(end - begin, 1.0)
        found[PER_M] = near_pe / (end - begin + LEAST_LENGTH_M)
    return begin, end


@compiled
def _dark_part(
    begin: float, end: float, charge: FloatArray, position_m: FloatArray, line: FloatArray,
    found: FloatArray,
) -> None:  # fmt: skip
    """Columns of all DOMs beside the line, given where its light begins and ends."""
    before, after, lit, between = 0.0, 0.0, 0, 0
    enters, leaves = math.inf, -math.inf
    for string in range(REGULAR_STRINGS):
        if not _passes(position_m, string, line):
            continue
        for dom in range(string * OMS_PER_STRING, (string + 1) * OMS_PER_STRING):
            along, r = _beside(position_m, dom, line)
            if r > DARK_M:
                continue
            enters, leaves = min(enters, along), max(leaves, along)
            if along < begin - BEYOND_M:
                before += math.exp(-r / DARK_SCALE_M)
            elif along > end + BEYOND_M:
                after += math.exp(-r / DARK_SCALE_M)
            else:
                between += 1
                lit += charge[dom] > 0.0
    if enters > leaves or begin > end:
        return
    found[DARK_BEFORE], found[DARK_AFTER] = begin - enters, leaves - end
    found[DARK_DOMS_BEFORE], found[DARK_DOMS_AFTER] = before, after
    found[LIT_SHARE] = lit / max(between, 1)
    found[ENTRY_Z], found[FIRST_Z] = line[2] + enters * line[6], line[2] + begin * line[6]
    found[CHORD] = leaves - enters


@compiled
def _passes(position_m: FloatArray, string: int, line: FloatArray) -> bool:
    """Does the line pass a string, which is straight down, within DARK_M somewhere?"""
    dom = string * OMS_PER_STRING + OMS_PER_STRING // 2
    dx, dy = position_m[dom, 0] - line[0], position_m[dom, 1] - line[1]
    across = math.hypot(line[4], line[5])
    if across < 1e-3:
        return bool(dx * dx + dy * dy < (DARK_M + NEAR_M) ** 2)
    return bool(abs(dx * line[5] - dy * line[4]) < DARK_M * across)


@compiled
def _closest(line: FloatArray) -> float:
    """Distance of the line from the centre of the array, m."""
    along = -(line[0] * line[4] + line[1] * line[5] + line[2] * line[6])
    squared = 0.0
    for axis in range(3):
        squared += (line[axis] + along * line[4 + axis]) ** 2
    return math.sqrt(squared)
