"""Where the searches for a cascade start: rough centres of the light, directions of the grid."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import ZERO, compiled
from reco_core.icecube.likelihood.cascade_grid import Grid
from reco_core.icecube.likelihood.cascade_loss import (
    CASCADE_COLUMNS,
    DX,
    ELECTRONS,
    LOG_GEV,
    NUMBERS,
    PULSE_NS,
    PX,
    TIME_NS,
    UX,
)
from reco_core.units import SPEED_IN_ICE

FloatArray = NDArray[np.float64]

STARTS: Final = 3
BRIGHT_POWERS: Final = (0.0, 1.0, 4.0)  # of a DOM's photo-electrons, for the centre of each start
EARLY_SHARE: Final = 0.25  # of the DOMs whose light comes before that of a rough centre
HALVINGS: Final = 12
FOLLOWED: Final = 4  # directions
APART: Final = 0.7  # cosine above which two directions are alike


class Room(NamedTuple):
    """Arrays to work in.

    starts : (S, 8) cascades.  losses : (S,) their -ln L, infinite where there is none.
    centre : (8,) a cascade at the centre of light.  cascade, slope : (8,).  sides : (2, 3).
    gradient : (7,).  late : (k,) ns.
    """

    starts: FloatArray
    losses: FloatArray
    centre: FloatArray
    cascade: FloatArray
    slope: FloatArray
    sides: FloatArray
    gradient: FloatArray
    late: FloatArray


def new_room(n_doms: int) -> Room:
    """Room for events with no more than this many DOMs."""
    n = max(STARTS, FOLLOWED)
    centre, cascade, slope = np.zeros((3, CASCADE_COLUMNS))
    return Room(
        np.zeros((n, CASCADE_COLUMNS)), np.zeros(n), centre, cascade, slope,
        np.zeros((2, 3)), np.zeros(NUMBERS), np.zeros(n_doms),
    )  # fmt: skip


@compiled
def copy_cascade(cascade: FloatArray, into: FloatArray) -> None:
    """Both (8,)."""
    for a in range(CASCADE_COLUMNS):
        into[a] = cascade[a]


@compiled
def one_start(cascade: FloatArray, room: Room) -> None:
    """One start, and no other."""
    for s in range(len(room.losses)):
        room.losses[s] = math.inf
    copy_cascade(cascade, room.starts[0])
    room.losses[0] = 0.0


@compiled
def rough_places(doms: FloatArray, room: Room) -> None:
    """Starts at the centre of the DOMs, of their light, and of the brightest ones."""
    for s in range(len(room.losses)):
        room.losses[s] = math.inf
    for s in range(STARTS):
        start, total = room.starts[s], 0.0
        for a in range(CASCADE_COLUMNS):
            start[a] = 0.0
        for i in range(len(doms)):
            weight = doms[i, ELECTRONS] ** BRIGHT_POWERS[s]
            total += weight
            for a in range(3):
                start[PX + a] += weight * doms[i, DX + a]
        for a in range(3):
            start[PX + a] /= total
        start[UX + 2] = 1.0
        start[TIME_NS] = _time_at(doms, start, room.late)
        room.losses[s] = 0.0


@compiled
def _time_at(doms: FloatArray, place: FloatArray, late: FloatArray) -> float:
    """When light left a place, if a share EARLY_SHARE of the DOMs saw it too early."""
    low, high = math.inf, -math.inf
    for i in range(len(doms)):
        dx, dy = doms[i, DX] - place[PX], doms[i, DX + 1] - place[PX + 1]
        dz = doms[i, DX + 2] - place[PX + 2]
        late[i] = doms[i, PULSE_NS] - math.sqrt(dx * dx + dy * dy + dz * dz) / SPEED_IN_ICE
        low, high = min(low, late[i]), max(high, late[i])
    for _ in range(HALVINGS):
        middle, below = (low + high) / 2, ZERO + 0
        for i in range(len(doms)):
            below += late[i] < middle
        if below > EARLY_SHARE * len(doms):
            high = middle
        else:
            low = middle
    return (low + high) / 2


@compiled
def best_directions(grid: Grid, cascade: FloatArray, room: Room) -> None:
    """Starts in the best directions of the grid that are not alike."""
    for s in range(len(room.losses)):
        room.losses[s] = math.inf
        best = ZERO + 0
        for g in range(len(grid.loss)):
            if grid.loss[g] < grid.loss[best]:
                best = g
        if s >= FOLLOWED or not grid.loss[best] < math.inf:
            continue
        start = room.starts[s]
        copy_cascade(cascade, start)
        start[LOG_GEV] = grid.log_gev[best]
        for a in range(3):
            start[UX + a] = grid.sphere[best, a]
        room.losses[s] = grid.loss[best]
        for g in range(len(grid.loss)):
            cosine = 0.0
            for a in range(3):
                cosine += grid.sphere[g, a] * start[UX + a]
            if cosine > APART:
                grid.loss[g] = math.inf
