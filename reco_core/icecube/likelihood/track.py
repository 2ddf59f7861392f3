"""Likelihood of a muon's track, with its gradient, in compiled code."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import compiled
from reco_core.icecube.likelihood.arrival import first_pulse
from reco_core.icecube.likelihood.first_light import ELECTRONS, PLACE, PULSE_NS, RISE
from reco_core.icecube.likelihood.light_model import LightModel
from reco_core.units import CHERENKOV_ANGLE, GROUP_INDEX, SPEED_OF_LIGHT

FloatArray = NDArray[np.float64]

# Columns of a track: a point, m; when the muon is there, ns; unit vector of travel.
PX, TIME_NS, UX = 0, 3, 4
TRACK_COLUMNS: Final = 7

# The numbers that are searched for, in units of these: two offsets across, time, two tilts.
OFFSET_M, STEP_NS, TILT = 20.0, 50.0, 0.1
NUMBERS: Final = 5

SINE: Final = math.sin(CHERENKOV_ANGLE)
TANGENT: Final = math.tan(CHERENKOV_ANGLE)
WAY_PER_R: Final = 1 / SINE
SLOWNESS: Final = (GROUP_INDEX / SINE - 1 / TANGENT) / SPEED_OF_LIGHT  # ns later per m off the line
NEAREST_M: Final = 1.0  # smooths the tip that the arrival time has on the line itself


@compiled
def move(seed: FloatArray, sides: FloatArray, x: FloatArray, track: FloatArray) -> float:
    """The track at x (5,) from a seed, into track (7,); the length before u was made a unit."""
    square = 0.0
    for k in range(3):
        track[PX + k] = seed[PX + k] + OFFSET_M * (x[0] * sides[0, k] + x[1] * sides[1, k])
        track[UX + k] = seed[UX + k] + TILT * (x[3] * sides[0, k] + x[4] * sides[1, k])
        square += track[UX + k] * track[UX + k]
    track[TIME_NS] = seed[TIME_NS] + STEP_NS * x[2]
    length = math.sqrt(square)
    for k in range(3):
        track[UX + k] /= length
    return length


@compiled
def track_loss(model: LightModel, doms: FloatArray, track: FloatArray, slope: FloatArray) -> float:
    """-ln likelihood of a track (7,) for rows of DOMs (n, 6).

    slope : (7,) becomes its gradient, by u as if u had three free components.
    """
    loss = 0.0
    for a in range(TRACK_COLUMNS):
        slope[a] = 0.0
    ux, uy, uz = track[UX], track[UX + 1], track[UX + 2]
    for i in range(len(doms)):
        dx, dy = doms[i, PLACE] - track[PX], doms[i, PLACE + 1] - track[PX + 1]
        dz = doms[i, PLACE + 2] - track[PX + 2]
        along = dx * ux + dy * uy + dz * uz
        square = dx * dx + dy * dy + dz * dz - along * along
        r = math.sqrt(max(square, 0.0) + NEAREST_M * NEAREST_M)
        back = along - r / TANGENT  # where the light left the track
        late = doms[i, PULSE_NS] - track[TIME_NS] - along / SPEED_OF_LIGHT - r * SLOWNESS
        source_z = track[PX + 2] + back * uz - doms[i, RISE]
        level_z = doms[i, PLACE + 2] - doms[i, RISE]
        value, by_late, by_way, by_z = first_pulse(
            model, late, r * WAY_PER_R, source_z, level_z, doms[i, ELECTRONS]
        )
        loss -= value
        by_along = by_late / SPEED_OF_LIGHT - by_z * uz
        by_r = by_late * SLOWNESS - by_way * WAY_PER_R + by_z * uz / TANGENT
        over = by_r / r
        line = over * along - by_along
        slope[PX] += line * ux - over * dx
        slope[PX + 1] += line * uy - over * dy
        slope[PX + 2] += line * uz - over * dz - by_z
        slope[TIME_NS] += by_late
        turn = by_along - over * along
        slope[UX] += turn * dx
        slope[UX + 1] += turn * dy
        slope[UX + 2] += turn * dz - by_z * back
    return loss


@compiled
def slope_at(
    slope: FloatArray, sides: FloatArray, track: FloatArray, length: float, gradient: FloatArray
) -> None:
    """Gradient (5,) by the numbers that are searched for, from that of track_loss."""
    along = 0.0
    for k in range(3):
        along += slope[UX + k] * track[UX + k]
    for side in range(2):
        offset, tilt, lean = 0.0, 0.0, 0.0
        for k in range(3):
            offset += slope[PX + k] * sides[side, k]
            tilt += slope[UX + k] * sides[side, k]
            lean += track[UX + k] * sides[side, k]
        gradient[side] = OFFSET_M * offset
        gradient[3 + side] = TILT * (tilt - along * lean) / length
    gradient[2] = STEP_NS * slope[TIME_NS]
