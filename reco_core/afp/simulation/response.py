"""From particles to the charges that are read out, for compiled code."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.sensor import (
    COL_PITCH_MM,
    N_COLS,
    N_PIXELS,
    N_ROWS,
    ROW_PITCH_MM,
    THICKNESS_MM,
    TILT_RAD,
)
from reco_core.afp.simulation.parameters import Parameters
from reco_core.afp.simulation.tracks import Track, World, crossing
from reco_core.compiled import compiled, flat
from reco_core.random_stream import Stream, exponential, normal, uniform

MOST_TOUCHED: Final = 20_000  # of an event; what comes after is lost
PLANE_PIXELS: Final = N_ROWS * N_COLS
LANDAU_PEAK: Final = -0.22278  # most probable value of the standard law
HALF_PI: Final = math.pi / 2
COS_TILT: Final = math.cos(TILT_RAD)
DELTA_STEP_MM: Final = 0.025  # half a row
LEAST_SPAN: Final = 1e-6


class Charges(NamedTuple):
    """The charges (electrons) of one event while it is made; empty between events.

    charge : (N_PIXELS,) 0 without any.  touched : the pixels that have some, `filled[0]` of them.
    """

    charge: NDArray[np.float64]
    touched: NDArray[np.int64]
    filled: NDArray[np.int64]


def no_charges() -> Charges:
    """Room for an event; 1 MB."""
    return flat(
        Charges(np.zeros(N_PIXELS), np.zeros(MOST_TOUCHED, np.int64), np.zeros(1, np.int64))
    )


@compiled
def deposit(charges: Charges, plane: int, row: int, col: int, charge_e: float) -> None:
    """Add charge to a pixel, if there is one."""
    if 0 <= row < N_ROWS and 0 <= col < N_COLS:
        deposit_at(charges, (plane * N_ROWS + row) * N_COLS + col, charge_e)


@compiled
def deposit_at(charges: Charges, pixel: int, charge_e: float) -> None:
    """Same, for the number of a pixel."""
    if charge_e <= 0.0:
        return
    if charges.charge[pixel] == 0.0:
        if charges.filled[0] == MOST_TOUCHED:
            return
        charges.touched[charges.filled[0]] = pixel
        charges.filled[0] += 1
    charges.charge[pixel] += charge_e


@compiled
def landau(rng: Stream) -> float:
    """A draw from the standard Landau law: the stable law of alpha = beta = 1, scale pi / 2.

    Source: Chambers, Mallows and Stuck, J. Am. Stat. Assoc. 71 (1976) 340.
    """
    angle = math.pi * (uniform(rng) - 0.5)
    turned = HALF_PI + angle
    ratio = HALF_PI * exponential(rng) * math.cos(angle) / turned
    return turned * math.tan(angle) - math.log(ratio) + math.log(HALF_PI)


@compiled
def landau_charge(rng: Stream, use: Parameters) -> float:
    """Charge (electrons) of a proton through a plane at 14 degrees."""
    return use.charge_peak_e + use.charge_width_e * (landau(rng) - LANDAU_PEAK)


@compiled
def cross(
    rng: Stream, world: World, station: int, plane: int, track: Track, charges: Charges
) -> None:
    """A particle crosses a plane, which may not see it."""
    use = world.use
    if uniform(rng) >= use.efficiency:
        return
    row, col = crossing(track, world, station, plane)
    angle = world.conditions.tilt_rad[station, plane] + math.atan(track.slope_x)
    span = max(abs(THICKNESS_MM * math.tan(angle) / ROW_PITCH_MM), LEAST_SPAN)
    charge_e = landau_charge(rng, use) * COS_TILT / math.cos(angle)
    share_among_rows(use, charges, plane, row - span / 2, row + span / 2, col, charge_e)
    if uniform(rng) < use.delta_share:
        delta_ray(rng, use, charges, plane, row, col)


@compiled
def cross_planes(
    rng: Stream, world: World, station: int, first: int, end: int, track: Track, charges: Charges
) -> None:
    """A particle crosses the planes first to end - 1."""
    for plane in range(first, end):
        cross(rng, world, station, plane, track, charges)


@compiled
def share_among_rows(
    use: Parameters, charges: Charges, plane: int, low: float, high: float, col: float,
    charge_e: float,
) -> None:  # fmt: skip
    """Charge spread evenly from low to high along the rows, close to a border on two columns."""
    within = math.floor(col)
    place = col - within
    border = min(place, 1.0 - place) / (use.column_sharing / 2)  # 1 where sharing ends
    over = 0.5 * max(0.0, 1.0 - border)
    neighbour = within - 1 if place < 0.5 else within + 1
    for row in range(math.floor(low), math.floor(high) + 1):
        part = charge_e * (min(high, row + 1.0) - max(low, float(row))) / (high - low)
        deposit(charges, plane, row, within, part * (1.0 - over))
        deposit(charges, plane, row, neighbour, part * over)


@compiled
def delta_ray(
    rng: Stream, use: Parameters, charges: Charges, plane: int, row: float, col: float
) -> None:
    """An electron that is knocked out and runs along the plane in any direction."""
    azimuth = 2 * math.pi * uniform(rng)
    ahead = DELTA_STEP_MM / ROW_PITCH_MM * math.cos(azimuth)
    aside = DELTA_STEP_MM / COL_PITCH_MM * math.sin(azimuth)
    way_mm = use.delta_least_mm + (use.delta_most_mm - use.delta_least_mm) * uniform(rng)
    charge_e = use.delta_charge_e_per_mm * DELTA_STEP_MM
    for k in range(1, int(way_mm / DELTA_STEP_MM) + 1):
        at_row, at_col = math.floor(row + k * ahead), math.floor(col + k * aside)
        deposit(charges, plane, at_row, at_col, charge_e)


@compiled
def apply_threshold(rng: Stream, use: Parameters, charges: Charges) -> None:
    """Add the electronics' noise, and forget what is below the threshold."""
    kept = 0
    for k in range(charges.filled[0]):
        pixel = charges.touched[k]
        charges.charge[pixel] += use.noise_e * normal(rng)
        if charges.charge[pixel] < use.threshold_e:
            charges.charge[pixel] = 0.0
        else:
            charges.touched[kept] = pixel
            kept += 1
    charges.filled[0] = kept


@compiled
def noise_charge(rng: Stream, use: Parameters) -> float:
    """Charge (electrons) of a hit without a particle."""
    return use.threshold_e + use.noise_hit_e * exponential(rng)


@compiled
def noise_hits(
    rng: Stream, world: World, station: int, plane: int, mean: float, charges: Charges
) -> None:
    """Hits anywhere on a plane, and those of its hot pixels."""
    use, here = world.use, world.conditions
    left = mean - exponential(rng)
    while left > 0.0:
        pixel = plane * PLANE_PIXELS + int(uniform(rng) * PLANE_PIXELS)
        deposit_at(charges, pixel, noise_charge(rng, use))
        left -= exponential(rng)
    k = 0
    while k < here.hot_rate.shape[2] and here.hot_rate[station, plane, k] > 0.0:
        if uniform(rng) < here.hot_rate[station, plane, k]:
            deposit_at(charges, here.hot[station, plane, k], noise_charge(rng, use))
        k += 1


@compiled
def time_over_threshold(use: Parameters, charge_e: float) -> float:
    """Counts, 1 to the largest, whose charge is the nearest one."""
    above = max(0.0, charge_e - use.tot_constant_e)
    root = math.sqrt(use.tot_linear_e**2 + 4 * use.tot_square_e * above)
    counts = math.floor((root - use.tot_linear_e) / (2 * use.tot_square_e) + 0.5)
    return min(max(float(counts), 1.0), use.tot_most)


@compiled
def charge_of(use: Parameters, tot: float) -> float:
    """Charge (electrons) that stands for a time over threshold."""
    return use.tot_constant_e + tot * (use.tot_linear_e + tot * use.tot_square_e)
