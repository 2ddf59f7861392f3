"""The likeliest cascade of each event: place and time, then energy and direction, then all."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import ZERO, compiled, compiled_entry
from reco_core.icecube.likelihood.around import across, mean_square_angle
from reco_core.icecube.likelihood.cascade_doms import (
    EARLIEST_NS,
    LATEST_NS,
    Pulsed,
    Seen,
    Sensors,
    look,
    take_brightest,
    take_nearest,
)
from reco_core.icecube.likelihood.cascade_grid import Grid, grid_losses, light_around
from reco_core.icecube.likelihood.cascade_loss import (
    LOG_GEV,
    NUMBERS,
    PULSE_NS,
    PX,
    TIME_NS,
    UX,
    ChargeModel,
    cascade_loss,
    move,
    slope_at,
)
from reco_core.icecube.likelihood.cascade_starts import (
    Room,
    best_directions,
    copy_cascade,
    one_start,
    rough_places,
)
from reco_core.icecube.likelihood.light_model import LightModel
from reco_core.icecube.likelihood.minimiser import BEST, LEFT, Search, begin, tell
from reco_core.icecube.simulation.light_yield import shower_maximum_m
from reco_core.units import SPEED_OF_LIGHT

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Four searches one after the other. The first two are for the place, by times alone: from rough
# centres and the brightest DOMs, then with the nearest. The third follows the best directions of
# the grid, the last what is likeliest then.
ROUGH, PLACED, TURNED, DONE = range(4)
EVALUATIONS: Final = (25, 25, 20, 80)  # for each start
ENOUGH: Final = (0.05, 0.05, 0.05, 1e-4)  # fall of -ln L below which a start is not followed on
CHARGES: Final = (0.0, 0.0, 1.0, 1.0)  # weight of the charges

LEAST_DOMS: Final = 2
CURVE_STEP: Final = 0.02  # of the differences that give the curvature
SPAN_NS: Final = 1e12  # no pulse is farther off


class Models(NamedTuple):
    """coarse, fine : of arrival times, for the first look and the last.  charges : of charges."""

    coarse: LightModel
    fine: LightModel
    charges: ChargeModel


@compiled_entry
def search_cascades(
    models: Models, sensors: Sensors, start: IntArray, pulsed: Pulsed, tried: NDArray[np.bool_],
    room: Room, seen: Seen, grid: Grid, search: Search,
    found: FloatArray, curve: FloatArray, spread: FloatArray, n_doms: IntArray,
) -> None:  # fmt: skip
    """The likeliest cascade of each of E events, where tried (E,).

    start : (E + 1,) rows of pulsed.  Fills found (E, 8), its place and time those of the vertex;
    curve (E, 7, 7), the Hessian of -ln L; spread (E,), the mean square angle, rad2, to the other
    directions followed, each with its likelihood; n_doms (E,), how many DOMs with a pulse that is
    not auxiliary were looked at last.
    """
    for k in range(len(start) - 1):
        if tried[k]:
            rows = slice(start[k], start[k + 1])
            own = Pulsed(
                pulsed.sensor_id[rows], pulsed.time_ns[rows], pulsed.charge_pe[rows],
                pulsed.auxiliary[rows],
            )  # fmt: skip
            spread[k] = _search(models, sensors, own, room, seen, grid, search, found[k])
            _curvature(models, seen.doms[: seen.count[0]], room, search, curve[k])
            n_doms[k] = n_lit(seen)
            to_vertex(found[k])


@compiled
def _search(
    models: Models, sensors: Sensors, pulsed: Pulsed, room: Room, seen: Seen, grid: Grid,
    search: Search, found: FloatArray,
) -> float:  # fmt: skip
    """All searches of one event, into found (8,); the mean square angle to other directions."""
    spread = 0.0
    for stage in range(len(EVALUATIONS)):
        if stage == ROUGH:
            begin_rough(sensors, pulsed, found, room, seen)
        elif stage == PLACED:
            look_around(sensors, pulsed, found, room.centre, seen)
            one_start(found, room)
        elif stage == TURNED:
            light_around(models.fine, models.charges, seen.doms[: seen.count[0]], found, grid)
            grid_losses(models.charges, seen.doms[: seen.count[0]], grid)
            best_directions(grid, found, room)
        else:
            one_start(found, room)
        best = follow_all(models, stage, seen.doms[: seen.count[0]], room, search)
        copy_cascade(room.starts[best], found)
        if stage == TURNED:
            spread = mean_square_angle(room.starts[:, UX:], room.losses, best)
    one_start(found, room)
    return spread


@compiled
def begin_rough(
    sensors: Sensors, pulsed: Pulsed, found: FloatArray, room: Room, seen: Seen
) -> None:
    """The brightest DOMs, and rough places as starts."""
    look(sensors, pulsed, found, -SPAN_NS, SPAN_NS, seen)
    take_brightest(sensors, seen)
    rough_places(seen.doms[: seen.count[0]], room)
    copy_cascade(room.starts[1], room.centre)


@compiled
def look_around(
    sensors: Sensors, pulsed: Pulsed, found: FloatArray, centre: FloatArray, seen: Seen
) -> None:
    """What DOMs saw of a cascade; of one at the centre of light if it explains next to nothing."""
    for _ in range(2):
        look(sensors, pulsed, found, EARLIEST_NS, LATEST_NS, seen)
        take_nearest(sensors, found, seen)
        if n_lit(seen) >= LEAST_DOMS:
            return
        copy_cascade(centre, found)


@compiled
def n_lit(seen: Seen) -> int:
    """How many of the DOMs taken have a pulse that is not auxiliary."""
    n = ZERO + 0
    for i in range(seen.count[0]):
        n += seen.doms[i, PULSE_NS] == seen.doms[i, PULSE_NS]  # false for NaN
    return n


@compiled
def to_vertex(cascade: FloatArray) -> None:
    """From where most light leaves back to where the cascade starts."""
    deep = shower_maximum_m(math.exp(cascade[LOG_GEV]))
    for a in range(3):
        cascade[PX + a] -= deep * cascade[UX + a]
    cascade[TIME_NS] -= deep / SPEED_OF_LIGHT


@compiled
def follow_all(models: Models, stage: int, doms: FloatArray, room: Room, search: Search) -> int:
    """Search from each start there is, which becomes where the search ends; the best one."""
    best = ZERO + 0
    for s in range(len(room.losses)):
        if room.losses[s] < math.inf:
            follow(models, stage, doms, room, s, search)
        if room.losses[s] < room.losses[best]:
            best = s
    return best


@compiled
def follow(
    models: Models, stage: int, doms: FloatArray, room: Room, s: int, search: Search
) -> None:
    """Search from the s-th start."""
    seed = room.starts[s]
    across(seed[UX:], room.sides)
    for i in range(NUMBERS):
        search.x[i] = 0.0
    begin(search, EVALUATIONS[stage])
    while search.count[LEFT] > 0:
        value = _loss_at(models, stage, doms, room, seed, search)
        tell(search, value, room.gradient, ENOUGH[stage])
    move(seed, room.sides, search.best, room.cascade)
    copy_cascade(room.cascade, seed)
    room.losses[s] = search.value[BEST]


@compiled
def _loss_at(
    models: Models, stage: int, doms: FloatArray, room: Room, seed: FloatArray, search: Search
) -> float:
    """-ln L at search.x from a seed; its gradient goes to room.gradient."""
    light = models.coarse if stage == ROUGH else models.fine
    length = move(seed, room.sides, search.x, room.cascade)
    value = cascade_loss(light, models.charges, CHARGES[stage], doms, room.cascade, room.slope)
    slope_at(room.slope, room.sides, room.cascade, length, room.gradient)
    return value


@compiled
def _curvature(
    models: Models, doms: FloatArray, room: Room, search: Search, curve: FloatArray
) -> None:
    """Hessian (7, 7) of -ln L at the first start, in units of the numbers that are searched for."""
    seed = room.starts[0]
    across(seed[UX:], room.sides)
    for i in range(2 * NUMBERS):
        for j in range(NUMBERS):
            search.x[j] = 0.0
        sign = 2.0 * (i % 2) - 1
        search.x[i // 2] = sign * CURVE_STEP
        _loss_at(models, DONE, doms, room, seed, search)
        for j in range(NUMBERS):
            part = sign * room.gradient[j] / (4 * CURVE_STEP)
            curve[i // 2, j] += part
            curve[j, i // 2] += part
