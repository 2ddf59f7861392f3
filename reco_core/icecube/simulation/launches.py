"""Launches: when a DOM starts to record, and whether a neighbour saw light at the same time.

A launch with light on one of the four nearest DOMs of its string within 1 us is in hard local
coincidence (HLC): it records 6.4 us. Any other one records a few samples around its first peak.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import compiled, flat
from reco_core.icecube.detector import N_SENSORS, OMS_PER_STRING
from reco_core.icecube.simulation.electrons import Electrons
from reco_core.icecube.simulation.particles import FloatArray

DISCRIMINATOR_PE: Final = 0.25
COINCIDENCE_NS: Final = 1000.0
NEIGHBOURS: Final = 2  # on either side
RECORD_NS: Final = 6400.0  # length of a record in coincidence (arXiv:1612.05093)
# Two records of one DOM without coincidence are never closer: the smallest such distance in
# the official simulation's sample events is 2457 ns.
REST_NS: Final = 2450.0

MOST_LAUNCHES: Final = 200_000

SWALLOWED: Final = -1
ALONE: Final = 0
COINCIDENT: Final = 1


class Launches(NamedTuple):
    """Launches of one event, by sensor, in order of time within a sensor.

    sensor, time_ns : (N,).  place : (N,) row of Electrons.place of its first photo-electron.
    kind : (N,) ALONE, COINCIDENT, or SWALLOWED by the record of an earlier launch.
    first, many : (5160,) where a sensor's launches begin, and how many.  count : (1,).
    """

    sensor: NDArray[np.int32]
    time_ns: FloatArray
    place: NDArray[np.int64]
    kind: NDArray[np.int8]
    first: NDArray[np.int64]
    many: NDArray[np.int64]
    count: NDArray[np.int64]  # type: ignore[assignment]  # hides a tuple's own, which none needs


def no_launches() -> Launches:
    """Room for an event."""
    return flat(
        Launches(
            np.zeros(MOST_LAUNCHES, np.int32),
            np.zeros(MOST_LAUNCHES),
            np.zeros(MOST_LAUNCHES, np.int64),
            np.zeros(MOST_LAUNCHES, np.int8),
            np.zeros(N_SENSORS, np.int64),
            np.zeros(N_SENSORS, np.int64),
            np.zeros(1, np.int64),
        )
    )


@compiled
def find_launches(electrons: Electrons, launches: Launches) -> int:
    """Launches of the ordered photo-electrons with their kinds; how many are COINCIDENT."""
    for k in range(launches.count[0]):
        launches.many[launches.sensor[k]] = 0
    launches.count[0] = 0
    for k in range(electrons.count[1]):
        _of_sensor(electrons, launches, electrons.lit[k])
    coincident = 0
    for k in range(launches.count[0]):
        launches.kind[k] = COINCIDENT if _has_partner(launches, k) else ALONE
    for k in range(electrons.count[1]):
        coincident += _swallow(launches, electrons.lit[k])
    return coincident


@compiled
def _of_sensor(electrons: Electrons, launches: Launches, sensor: int) -> None:
    """Photo-electrons over the threshold start a launch unless the DOM rests from the last one."""
    begin = electrons.first[sensor]
    launches.first[sensor] = launches.count[0]
    rested = -math.inf
    for place in range(begin, begin + electrons.many[sensor]):
        row = electrons.place[place]
        if electrons.time_ns[row] < rested or electrons.charge_pe[row] < DISCRIMINATOR_PE:
            continue
        k = launches.count[0]
        if k >= MOST_LAUNCHES:
            raise RuntimeError("an event has more launches than MOST_LAUNCHES")
        launches.count[0] = k + 1
        launches.sensor[k], launches.time_ns[k] = sensor, electrons.time_ns[row]
        launches.place[k] = place
        launches.many[sensor] += 1
        rested = electrons.time_ns[row] + REST_NS


@compiled
def _has_partner(launches: Launches, k: int) -> bool:
    sensor, time = launches.sensor[k], launches.time_ns[k]
    om = sensor % OMS_PER_STRING
    low, high = max(om - NEIGHBOURS, 0), min(om + NEIGHBOURS, OMS_PER_STRING - 1)
    for other in range(sensor - om + low, sensor - om + high + 1):
        if other == sensor:
            continue
        for j in range(launches.first[other], launches.first[other] + launches.many[other]):
            if abs(launches.time_ns[j] - time) <= COINCIDENCE_NS:
                return True
    return False


@compiled
def _swallow(launches: Launches, sensor: int) -> int:
    """Mark launches that lie in the record of an earlier one; how many COINCIDENT ones remain."""
    until = -math.inf
    coincident = 0
    for k in range(launches.first[sensor], launches.first[sensor] + launches.many[sensor]):
        if launches.time_ns[k] < until:
            launches.kind[k] = SWALLOWED
        elif launches.kind[k] == COINCIDENT:
            until = launches.time_ns[k] + RECORD_NS
            coincident += 1
    return coincident
