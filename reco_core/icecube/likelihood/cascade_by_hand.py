"""How likely a cascade is that somebody holds in hand: the number that the cascade fit compares.

The DOMs are the fit's: the nearest ones to where its first search for the place ends, with what
they saw around that time. So all cascades that are held are judged by the same light. The energy is
the likeliest for the vertex, time and direction in hand.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from reco_core.compiled import ZERO, compiled, compiled_entry, flag
from reco_core.directions import angles_of
from reco_core.errors import ReconstructionError
from reco_core.icecube.detector import Detector, builtin_detector
from reco_core.icecube.event import Pulses
from reco_core.icecube.likelihood.by_hand import Held
from reco_core.icecube.likelihood.cascade_doms import MOST_DOMS, Pulsed, Seen, Sensors, no_doms
from reco_core.icecube.likelihood.cascade_loss import (
    CASCADE_COLUMNS,
    LOG_GEV,
    NUMBERS,
    PX,
    TIME_NS,
    UX,
    cascade_loss,
)
from reco_core.icecube.likelihood.cascade_search import (
    DONE,
    LEAST_DOMS,
    ROUGH,
    Models,
    begin_rough,
    follow,
    follow_all,
    look_around,
    n_lit,
    to_vertex,
)
from reco_core.icecube.likelihood.cascade_starts import Room, copy_cascade, new_room, one_start
from reco_core.icecube.likelihood.minimiser import Search, new_search
from reco_core.icecube.pulse_batch import FloatArray, pack
from reco_core.icecube.reconstructions import cascade_fit
from reco_core.icecube.reconstructions.fits import Reason
from reco_core.icecube.reconstructions.motion import too_few_doms
from reco_core.icecube.simulation.light_yield import shower_maximum_m
from reco_core.units import SPEED_OF_LIGHT

FIT: Final = cascade_fit.KEY

# Energies that are looked at: ln of 3 GeV to 500 PeV, then between the neighbours of the best.
LOG_LOW, LOG_STEP, LOG_STEPS = 1.0, 1.0, 19
GOLDEN: Final = (math.sqrt(5.0) - 1) / 2
ROUNDS: Final = 2  # of the fit's last search: one in hand may be farther off than the fit's start
HALVINGS: Final = 24  # by the golden section: to 1e-5 in ln energy


class Around(NamedTuple):
    """What the likelihood of cascades looks at in one event. doms : (k, 8) rows."""

    models: Models
    doms: FloatArray
    n_lit: int


class HeldCascade(NamedTuple):
    """A cascade in hand, its ln likelihood and its likeliest energy, GeV."""

    held: Held
    log_likelihood: float
    energy_gev: float


def doms_around(pulses: Pulses, detector: Detector) -> Around:
    """The DOMs of an event that the cascade fit looks at.

    Raises ReconstructionError where fewer than 2 of them saw light, as the fit has it.
    """
    batch = pack([pulses])
    reason = Reason(int(too_few_doms(pack([pulses.select(~pulses.auxiliary)]))[0]))
    if reason != Reason.OK:
        raise ReconstructionError(reason.text)
    models, sensors = cascade_fit.surroundings(detector)
    seen = no_doms()
    lit = take_doms(
        models, sensors, Pulsed(*batch[1:5]), new_room(MOST_DOMS), seen, new_search(NUMBERS)
    )
    if lit < LEAST_DOMS:
        raise ReconstructionError(Reason.DARK_VERTEX.text)
    return Around(models, seen.doms[: seen.count[0]].copy(), int(lit))


def cascade_log_likelihood(around: Around, held: Held) -> HeldCascade:
    """ln likelihood of a cascade in hand, with the likeliest energy; see cascade_loss."""
    return _looked_at(around, held, follows=False)


def cascade_from(around: Around, held: Held) -> HeldCascade:
    """The likeliest cascade near one in hand."""
    return _looked_at(around, held, follows=True)


def load() -> None:
    """Compile, or read what was compiled before."""
    cascade_fit.load()
    models, sensors = cascade_fit.surroundings(builtin_detector())
    seen, search = no_doms(), new_search(NUMBERS)
    nothing = Pulsed(*pack([])[1:5])
    take_doms(models, sensors, nothing, new_room(MOST_DOMS), seen, search)
    _looked_at(Around(models, seen.doms[:0], 0), Held(0.0, 0.0, (0.0, 0.0, 0.0), 0.0), False)


def _looked_at(around: Around, held: Held, follows: bool) -> HeldCascade:
    cascade = np.concatenate((held.point_m, [held.time_ns, 0.0], held.travel))
    room, search = new_room(1), new_search(NUMBERS)
    loss = hold_cascade(around.models, around.doms, cascade, room, search, flag(follows))
    energy_gev = math.exp(cascade[LOG_GEV])
    if not follows:
        return HeldCascade(held, -loss, energy_gev)
    zenith, azimuth = angles_of(-cascade[UX : UX + 3])
    x, y, z = (float(value) for value in cascade[PX : PX + 3])
    found = Held(float(zenith), float(azimuth), (x, y, z), float(cascade[TIME_NS]))
    return HeldCascade(found, -loss, energy_gev)


@compiled_entry
def take_doms(
    models: Models, sensors: Sensors, pulsed: Pulsed, room: Room, seen: Seen, search: Search
) -> int:
    """Fill seen with the DOMs that search_cascades ends with; how many of them are lit."""
    found = np.zeros(CASCADE_COLUMNS)
    if len(pulsed.sensor_id) == 0:
        return ZERO
    begin_rough(sensors, pulsed, found, room, seen)
    best = follow_all(models, ROUGH, seen.doms[: seen.count[0]], room, search)
    copy_cascade(room.starts[best], found)
    look_around(sensors, pulsed, found, room.centre, seen)
    return n_lit(seen)


@compiled_entry
def hold_cascade(
    models: Models, doms: FloatArray, cascade: FloatArray, room: Room, search: Search,
    follows: bool,
) -> float:  # fmt: skip
    """-ln likelihood of a cascade (8,) given by its vertex; sets its energy.

    follows : go on to the likeliest cascade near it, which it becomes.
    """
    best = ZERO + 0
    low_loss = math.inf
    for k in range(LOG_STEPS):
        loss = _loss_with(models, doms, cascade, LOG_LOW + LOG_STEP * k, room)
        if loss < low_loss:
            best, low_loss = k, loss
    log_gev = _likeliest(models, doms, cascade, LOG_LOW + LOG_STEP * best, room)
    loss = _loss_with(models, doms, cascade, log_gev, room)
    if follows:
        one_start(room.cascade, room)
        for _ in range(ROUNDS):
            follow(models, DONE, doms, room, 0, search)
        copy_cascade(room.starts[0], cascade)
        to_vertex(cascade)
        return float(room.losses[0])
    cascade[LOG_GEV] = log_gev
    return loss


@compiled
def _loss_with(
    models: Models, doms: FloatArray, vertex: FloatArray, log_gev: float, room: Room
) -> float:
    """-ln likelihood with an energy; room.cascade becomes the cascade at its light."""
    deep = shower_maximum_m(math.exp(log_gev))
    copy_cascade(vertex, room.cascade)
    for a in range(3):
        room.cascade[PX + a] += deep * vertex[UX + a]
    room.cascade[TIME_NS] += deep / SPEED_OF_LIGHT
    room.cascade[LOG_GEV] = log_gev
    return cascade_loss(models.fine, models.charges, 1.0, doms, room.cascade, room.slope)


@compiled
def _likeliest(
    models: Models, doms: FloatArray, vertex: FloatArray, log_gev: float, room: Room
) -> float:
    """The likeliest ln energy within LOG_STEP of one, by the golden section."""
    low, high = log_gev - LOG_STEP, log_gev + LOG_STEP
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left = _loss_with(models, doms, vertex, left, room)
    at_right = _loss_with(models, doms, vertex, right, room)
    for _ in range(HALVINGS):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = _loss_with(models, doms, vertex, left, room)
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = _loss_with(models, doms, vertex, right, room)
    return (low + high) / 2
