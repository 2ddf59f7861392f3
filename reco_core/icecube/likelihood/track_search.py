"""The likeliest track of each event: many starts, the best few followed, in compiled code."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import ZERO, compiled, compiled_entry, whole
from reco_core.icecube.detector import N_SENSORS
from reco_core.icecube.likelihood.around import across, mean_square_angle
from reco_core.icecube.likelihood.first_light import PLACE, PULSE_NS
from reco_core.icecube.likelihood.light_model import LightModel
from reco_core.icecube.likelihood.minimiser import BEST, LEFT, Search, begin, tell
from reco_core.icecube.likelihood.track import (
    NUMBERS,
    PX,
    SLOWNESS,
    TIME_NS,
    TRACK_COLUMNS,
    UX,
    move,
    slope_at,
    track_loss,
)
from reco_core.units import SPEED_OF_LIGHT

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

FIRST_LOOK: Final = whole(12)  # evaluations for each start that is tried
FIRST_ENOUGH: Final = 0.3  # and the fall of -ln L below which it is not followed that far
LAST_LOOK: Final = whole(120)
LAST_ENOUGH: Final = 1e-5
CURVE_STEP: Final = 0.02  # of the differences that give the curvature
EARLY_SHARE: Final = 0.35  # of the DOMs that light up before a track through the centre of light
HALVINGS: Final = 12
FIRST_APART: Final = -1.0  # 1 - cosine below which starts are alike
LAST_APART: Final = 3e-4


class Room(NamedTuple):
    """Arrays to work in. starts : (S, 7) tracks.  losses, order : (S,) their -ln L.  track : (7,).

    sides : (2, 3).  slope : (7,).  gradient : (5,).  late : (5160,) ns.
    """

    starts: FloatArray
    losses: FloatArray
    order: FloatArray
    track: FloatArray
    sides: FloatArray
    slope: FloatArray
    gradient: FloatArray
    late: FloatArray


def new_room(n_starts: int) -> Room:
    """Room for events with this many starts."""
    return Room(
        np.zeros((n_starts, TRACK_COLUMNS)), np.zeros(n_starts), np.zeros(n_starts),
        np.zeros(TRACK_COLUMNS), np.zeros((2, 3)), np.zeros(TRACK_COLUMNS), np.zeros(NUMBERS),
        np.zeros(N_SENSORS),
    )  # fmt: skip


@compiled_entry
def search_tracks(
    coarse: LightModel, model: LightModel, start: IntArray, doms: FloatArray,
    given: FloatArray, sphere: FloatArray, tried: int, followed: int, room: Room, search: Search,
    track: FloatArray, curve: FloatArray, spread: FloatArray,
) -> None:  # fmt: skip
    """The likeliest track of each of E events, from a coarse look at many starts.

    start : (E + 1,) rows of doms (n, 6) of each event.  given : (E, S, 7) tracks to start
    from, NaN for none.  sphere : (D, 3) more directions, through the centre of light.  tried,
    followed : how many starts are looked at with the coarse model, and of what that gives, with the
    other one, to the end.
    Fills track (E, 7), curve (E, 5, 5), the Hessian of -ln L, and spread (E,), the mean square
    angle, rad2, to the other minima, each with its likelihood.
    """
    for k in range(len(start) - 1):
        if start[k] == start[k + 1]:
            continue
        rows = doms[start[k] : start[k + 1]]
        for s in range(given.shape[1]):
            for a in range(TRACK_COLUMNS):
                room.starts[s, a] = given[k, s, a]
        _through_centre(rows, sphere, room, given.shape[1])
        for s in range(len(room.losses)):
            room.losses[s] = math.inf
            if room.starts[s, 0] == room.starts[s, 0]:  # false for NaN
                room.losses[s] = track_loss(coarse, rows, room.starts[s], room.slope)
        _follow_best(coarse, rows, room, tried, FIRST_APART, FIRST_LOOK, FIRST_ENOUGH, search)
        _follow_best(model, rows, room, followed, LAST_APART, LAST_LOOK, LAST_ENOUGH, search)
        best = lowest(room.losses)
        for a in range(TRACK_COLUMNS):
            track[k, a] = room.starts[best, a]
        spread[k] = mean_square_angle(room.starts[:, UX:], room.losses, best)
        _curvature(model, rows, room, track[k], search, curve[k])


@compiled
def lowest(values: FloatArray) -> int:
    """Place of the lowest value."""
    found = ZERO
    for s in range(len(values)):
        if values[s] < values[found]:
            found = s
    return found


@compiled
def _follow_best(
    model: LightModel, rows: FloatArray, room: Room, many: int, apart: float, evaluations: int,
    enough: float, search: Search,
) -> None:  # fmt: skip
    """Search from the best starts, passing over those like a better one; give up all others.

    apart : 1 - cosine of the angle below which two directions are alike.
    """
    for s in range(len(room.losses)):
        room.order[s] = room.losses[s]
        room.losses[s] = math.inf
    for _ in range(many):
        s = _next_start(room, apart)
        if s < 0:
            break
        room.order[s] = -math.inf
    for s in range(len(room.losses)):
        if room.order[s] == -math.inf:
            _follow(model, rows, room, s, evaluations, enough, search)


@compiled
def _next_start(room: Room, apart: float) -> int:
    """The best start that is not like one chosen before; -1 if there is none."""
    while True:
        found = -1
        for s in range(len(room.order)):
            free = -math.inf < room.order[s] < math.inf
            if free and (found < 0 or room.order[s] < room.order[found]):
                found = s
        if found < 0:
            return -1
        alike = False
        for s in range(len(room.order)):
            if room.order[s] == -math.inf:
                cosine = 0.0
                for a in range(UX, UX + 3):
                    cosine += room.starts[s, a] * room.starts[found, a]
                alike |= 1 - cosine < apart
        if not alike:
            return found
        room.order[found] = math.inf


@compiled
def _through_centre(rows: FloatArray, sphere: FloatArray, room: Room, first: int) -> None:
    """Tracks of all directions through the mean place of DOMs, timed by its earlier DOMs.

    The sphere is turned about the vertical with the event, so that answers turn with it too.
    """
    n = len(rows)
    x, y, z = 0.0, 0.0, 0.0
    for i in range(n):
        x += rows[i, PLACE] / n
        y += rows[i, PLACE + 1] / n
        z += rows[i, PLACE + 2] / n
    cos, sin = _level_direction(rows[0, PLACE] - x, rows[0, PLACE + 1] - y)
    for s in range(len(sphere)):
        found = room.starts[first + s]
        found[PX], found[PX + 1], found[PX + 2] = x, y, z
        ux = cos * sphere[s, 0] - sin * sphere[s, 1]
        uy = sin * sphere[s, 0] + cos * sphere[s, 1]
        uz = sphere[s, 2]
        found[UX], found[UX + 1], found[UX + 2] = ux, uy, uz
        for i in range(n):
            dx, dy, dz = rows[i, PLACE] - x, rows[i, PLACE + 1] - y, rows[i, PLACE + 2] - z
            along = dx * ux + dy * uy + dz * uz
            r = math.sqrt(max(dx * dx + dy * dy + dz * dz - along * along, 0.0))
            room.late[i] = rows[i, PULSE_NS] - along / SPEED_OF_LIGHT - r * SLOWNESS
        found[TIME_NS] = _quantile(room.late, n, EARLY_SHARE)


@compiled
def _level_direction(x: float, y: float) -> tuple[float, float]:
    """The unit vector along (x, y); along x if that is no direction."""
    length = math.sqrt(x * x + y * y)
    return (x / length, y / length) if length > 0.1 else (1.0, 0.0)


@compiled
def _quantile(values: FloatArray, n: int, share: float) -> float:
    """About where a share of the first n values is lower: by halving their range."""
    low, high = values[0], values[0]
    for i in range(n):
        low, high = min(low, values[i]), max(high, values[i])
    for _ in range(HALVINGS):
        middle, below = (low + high) / 2, 0
        for i in range(n):
            below += values[i] < middle
        if below > share * n:
            high = middle
        else:
            low = middle
    return float((low + high) / 2)


@compiled
def _follow(
    model: LightModel, rows: FloatArray, room: Room, s: int, evaluations: int, enough: float,
    search: Search,
) -> None:  # fmt: skip
    """Search from the s-th start, which becomes where the search ends."""
    across(room.starts[s, UX:], room.sides)
    for i in range(NUMBERS):
        search.x[i] = 0.0
    begin(search, evaluations)
    while search.count[LEFT] > 0:
        value = _loss_at(model, rows, room, room.starts[s], search)
        tell(search, value, room.gradient, enough)
    move(room.starts[s], room.sides, search.best, room.track)
    for a in range(TRACK_COLUMNS):
        room.starts[s, a] = room.track[a]
    room.losses[s] = search.value[BEST]


@compiled
def _loss_at(
    model: LightModel, rows: FloatArray, room: Room, seed: FloatArray, search: Search
) -> float:
    """-ln L at search.x from a seed; its gradient goes to room.gradient."""
    length = move(seed, room.sides, search.x, room.track)
    value = track_loss(model, rows, room.track, room.slope)
    slope_at(room.slope, room.sides, room.track, length, room.gradient)
    return float(value)


@compiled
def _curvature(
    model: LightModel, rows: FloatArray, room: Room, seed: FloatArray, search: Search,
    curve: FloatArray,
) -> None:  # fmt: skip
    """Hessian (5, 5) of -ln L at a track, in units of the numbers that are searched for."""
    across(seed[UX:], room.sides)
    for i in range(2 * NUMBERS):
        for j in range(NUMBERS):
            search.x[j] = 0.0
        sign = 2.0 * (i % 2) - 1
        search.x[i // 2] = sign * CURVE_STEP
        _loss_at(model, rows, room, seed, search)
        for j in range(NUMBERS):
            part = sign * room.gradient[j] / (4 * CURVE_STEP)
            curve[i // 2, j] += part
            curve[j, i // 2] += part
