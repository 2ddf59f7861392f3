"""The triggers of IceCube, on launches in coincidence (arXiv:1612.05093).

SMT8: 8 launches in 5 us.  DeepCore SMT3: 3 in 2.5 us on DeepCore.  Volume: 4 in 1 us within a
cylinder of radius 175 m and 75 m up and down.  String: 5 of 7 neighbouring DOMs in 1.5 us.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import ZERO, compiled, flat
from reco_core.icecube.detector import OMS_PER_STRING
from reco_core.icecube.simulation.launches import COINCIDENT, MOST_LAUNCHES, Launches
from reco_core.icecube.simulation.particles import FloatArray
from reco_core.icecube.simulation.sorting import sort_rows
from reco_core.icecube.simulation.world import World, Z

SMT_MANY: Final = 8
SMT_NS: Final = 5000.0
DEEPCORE_MANY: Final = 3
DEEPCORE_NS: Final = 2500.0
VOLUME_MANY: Final = 4
VOLUME_NS: Final = 1000.0
VOLUME_RADIUS_M: Final = 175.0
VOLUME_HALF_HEIGHT_M: Final = 75.0
STRING_MANY: Final = 5
STRING_SPAN: Final = 7
STRING_NS: Final = 1500.0

LEAST_LAUNCHES: Final = DEEPCORE_MANY  # with fewer nothing triggers

# Read out around the triggers; read-outs that meet are one event.
BEFORE_NS: Final = 4012.0
AFTER_NS: Final = 6000.0


class Hits(NamedTuple):
    """Launches in coincidence in order of time.

    row : (N,) of Launches.  spare : (N,) for sorting.  sensor : (N,).  time_ns : (N,).
    marked : (N,) part of a trigger.  deepcore : (N,) rows here that lie in DeepCore.
    count : (2,) launches, and those in DeepCore.
    """

    row: NDArray[np.int64]
    spare: NDArray[np.int64]
    sensor: NDArray[np.int32]
    time_ns: FloatArray
    marked: NDArray[np.uint8]
    deepcore: NDArray[np.int64]
    count: NDArray[np.int64]  # type: ignore[assignment]  # hides a tuple's own, which none needs


def no_hits() -> Hits:
    """Room for an event."""
    return flat(
        Hits(
            np.zeros(MOST_LAUNCHES, np.int64),
            np.zeros(MOST_LAUNCHES, np.int64),
            np.zeros(MOST_LAUNCHES, np.int32),
            np.zeros(MOST_LAUNCHES),
            np.zeros(MOST_LAUNCHES, np.uint8),
            np.zeros(MOST_LAUNCHES, np.int64),
            np.zeros(2, np.int64),
        )
    )


@compiled
def triggered_span(world: World, launches: Launches, hits: Hits) -> tuple[float, float]:
    """First and last time, ns, of the launches in the first group of triggers; NaN without any."""
    _in_order(launches, hits)
    if not _multiplicity(hits):
        _deepcore(world, hits)
        _volume(world, hits)
        _string(hits)
    first, last = math.nan, math.nan
    for k in range(hits.count[0]):
        if hits.marked[k] == 0:
            continue
        if math.isnan(first):
            first = hits.time_ns[k]
        elif hits.time_ns[k] - last > BEFORE_NS + AFTER_NS:
            break
        last = hits.time_ns[k]
    return first, last


@compiled
def can_trigger(world: World, sensor: NDArray[np.int64], many: int) -> bool:
    """Whether fewer than SMT_MANY different DOMs lie so that some trigger is possible.

    sensor : (N,), the first `many`.
    """
    dense = 0
    for k in range(many):
        dense += world.deepcore[sensor[k]]
        near, on_string = 0, 0
        span_end = _span_end(sensor[k])
        for j in range(many):
            near += in_cylinder(world, sensor[k], sensor[j])
            on_string += sensor[k] <= sensor[j] < span_end
        if near >= VOLUME_MANY or on_string >= STRING_MANY:
            return True
    return bool(dense >= DEEPCORE_MANY)


@compiled
def _in_order(launches: Launches, hits: Hits) -> None:
    many = ZERO
    for k in range(launches.count[0]):
        if launches.kind[k] == COINCIDENT:
            hits.row[many] = k
            many += 1
    sort_rows(hits.row[:], hits.spare[:], ZERO, many, launches.time_ns[:])
    for k in range(many):
        hits.sensor[k] = launches.sensor[hits.row[k]]
        hits.time_ns[k] = launches.time_ns[hits.row[k]]
        hits.marked[k] = 0
    hits.count[0] = many


@compiled
def _multiplicity(hits: Hits) -> bool:
    """Mark all hits that lie with seven others in a window; whether all do."""
    start, done = 0, 0
    for k in range(hits.count[0]):
        while hits.time_ns[k] - hits.time_ns[start] > SMT_NS:
            start += 1
        if k - start + 1 >= SMT_MANY:
            for j in range(max(start, done), k + 1):
                hits.marked[j] = 1
            done = k + 1
    marked = 0
    for k in range(hits.count[0]):
        marked += hits.marked[k]
    return bool(marked == hits.count[0])


@compiled
def _deepcore(world: World, hits: Hits) -> None:
    many = 0
    for k in range(hits.count[0]):
        if world.deepcore[hits.sensor[k]]:
            hits.deepcore[many] = k
            many += 1
    for last in range(DEEPCORE_MANY - 1, many):
        first = hits.deepcore[last - DEEPCORE_MANY + 1]
        if hits.time_ns[hits.deepcore[last]] - hits.time_ns[first] <= DEEPCORE_NS:
            for k in range(last - DEEPCORE_MANY + 1, last + 1):
                hits.marked[hits.deepcore[k]] = 1


@compiled
def _volume(world: World, hits: Hits) -> None:
    """A hit triggers with three others around it, before and after it, in one window."""
    time, many = hits.time_ns, hits.count[0]
    for start in range(many - VOLUME_MANY + 1):
        if hits.marked[start] and hits.marked[min(start + VOLUME_MANY, many - 1)]:
            continue  # is read out anyway
        end = start
        while end < many and time[end] - time[start] <= VOLUME_NS:
            end += 1
        if end - start >= VOLUME_MANY:
            _mark_volume(world, hits, start, end)


@compiled
def _mark_volume(world: World, hits: Hits, start: int, end: int) -> None:
    for centre in range(start, end):
        near = 0
        for k in range(start, end):
            near += in_cylinder(world, hits.sensor[centre], hits.sensor[k])
        if near >= VOLUME_MANY:
            for k in range(start, end):
                if in_cylinder(world, hits.sensor[centre], hits.sensor[k]):
                    hits.marked[k] = 1
            return


@compiled
def in_cylinder(world: World, centre: int, other: int) -> bool:
    a, b = centre // OMS_PER_STRING, other // OMS_PER_STRING
    dx, dy = world.x_m[a] - world.x_m[b], world.y_m[a] - world.y_m[b]
    dz = world.dom[a, centre % OMS_PER_STRING, Z] - world.dom[b, other % OMS_PER_STRING, Z]
    return bool(dx * dx + dy * dy <= VOLUME_RADIUS_M**2 and abs(dz) <= VOLUME_HALF_HEIGHT_M)


@compiled
def _span_end(top: int) -> int:
    """The sensor behind the span of DOMs of which this is the topmost."""
    return int(min(top + STRING_SPAN, top - top % OMS_PER_STRING + OMS_PER_STRING))


@compiled
def _string(hits: Hits) -> None:
    """A hit is the topmost of a span of DOMs with four others in a window around it."""
    for k in range(hits.count[0]):
        top = hits.sensor[k]
        span_end = _span_end(top)
        seen = 0
        for j in range(k, hits.count[0]):
            if hits.time_ns[j] - hits.time_ns[k] > STRING_NS:
                break
            seen += top - STRING_SPAN < hits.sensor[j] < span_end
        if seen >= STRING_MANY:
            _mark_string(hits, k)


@compiled
def _mark_string(hits: Hits, k: int) -> None:
    """Mark the hits within 7 DOMs and the window of hit k, if one span holds enough of them."""
    string = hits.sensor[k] // OMS_PER_STRING
    own = hits.sensor[k] % OMS_PER_STRING
    for top in range(own - STRING_SPAN + 1, own + 1):
        seen = 0
        for j in range(k, hits.count[0]):
            if hits.time_ns[j] - hits.time_ns[k] > STRING_NS:
                break
            below = hits.sensor[j] % OMS_PER_STRING - top
            seen += hits.sensor[j] // OMS_PER_STRING == string and 0 <= below < STRING_SPAN
        if seen >= STRING_MANY:
            for j in range(k, hits.count[0]):
                if hits.time_ns[j] - hits.time_ns[k] > STRING_NS:
                    break
                below = hits.sensor[j] % OMS_PER_STRING - top
                if hits.sensor[j] // OMS_PER_STRING == string and 0 <= below < STRING_SPAN:
                    hits.marked[j] = 1
            return
