"""The classical direction that was measured on real events: principal axis, sense from time.

Recipe of the notebook "3D line fitting" (momomuchu/KqggleNoteBOok), measured there on the first
10,000 training events of the competition: the non-auxiliary pulses, at most the 800 of highest
charge; the first principal axis of the positions of their DOMs, unweighted; its sense from the mean
position of the last quarter of them in time minus that of the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.directions import opening_angle, source_direction
from reco_core.icecube.selection import MAX_PULSES_QUADRATIC
from reco_core.icecube.validation.sample import BoolArray, FloatArray, IntArray, Sample

# Mean angle from the truth of a direction drawn at random, and of the better of its two senses.
RANDOM_DIRECTION_RAD: Final = np.pi / 2
RANDOM_AXIS_RAD: Final = 1.0

MIN_EXTENT_M2: Final = 1e-6  # variance along the axis; DOMs are metres apart


@dataclass(frozen=True, eq=False)
class Ladder:
    """Opening angles, (E,) rad, of the axis to the true direction.

    time_sense : with its sense from time.  better_sense : with the nearer one, in [0, pi / 2].
    has_axis, has_sense : (E,) bool. Without an axis (fewer than two DOMs) both angles are the mean
    of random directions, pi / 2 and 1 rad; with an axis but no sense, the first is pi / 2.
    """

    time_sense: FloatArray
    better_sense: FloatArray
    has_axis: BoolArray
    has_sense: BoolArray


def ladder(sample: Sample, position_m: FloatArray) -> Ladder:
    """The opening angles of all events. position_m : (5160, 3) m of the sensors."""
    rows = chosen_rows(sample)
    event, place = sample.event[rows], position_m[sample.sensor_id[rows]]
    count = np.bincount(event, minlength=len(sample.end))
    axis, has_axis = principal_axes(event, place, count)  # (E, 3)
    along = np.sum(axis * movement(event, place, count), axis=1)  # m
    angle = opening_angle(axis, -source_direction(sample.zenith, sample.azimuth))
    better = np.minimum(angle, np.pi - angle)
    has_sense = has_axis & (along != 0)
    sensed = np.where(along > 0, angle, np.pi - angle)
    return Ladder(
        time_sense=np.where(has_sense, sensed, RANDOM_DIRECTION_RAD),
        better_sense=np.where(has_axis, better, RANDOM_AXIS_RAD),
        has_axis=has_axis,
        has_sense=has_sense,
    )


def chosen_rows(sample: Sample, most: int = MAX_PULSES_QUADRATIC) -> IntArray:
    """Ascending rows of the non-auxiliary pulses; of events with more, the `most` brightest.

    Of equal charges the earlier is taken.
    """
    rows = np.flatnonzero(~sample.auxiliary)
    event = sample.event[rows]
    end = np.searchsorted(event, np.arange(len(sample.end)), side="right")
    kept = np.ones(len(rows), np.bool_)
    for k in np.flatnonzero(np.diff(end, prepend=0) > most):
        mine = slice(end[k - 1] if k else 0, end[k])
        faint = np.argsort(-sample.charge_pe[rows[mine]], kind="stable")[most:]
        kept[mine][faint] = False
    return rows[kept]


def principal_axes(
    event: IntArray, place: FloatArray, count: IntArray
) -> tuple[FloatArray, BoolArray]:
    """(E, 3) unit vectors of either sense, and for which events the positions have an extent.

    event : (P,) ascending.  place : (P, 3) m.  count : (E,) pulses of each event, 0 or more.
    """
    offset = place - _mean(event, place, count)[event]
    spread = np.empty((len(count), 3, 3))
    for i in range(3):
        for j in range(i, 3):
            total = np.bincount(event, offset[:, i] * offset[:, j], len(count))
            spread[:, i, j] = spread[:, j, i] = total / np.maximum(count, 1)
    variance, vectors = np.linalg.eigh(spread)  # ascending: the last is the longest
    return vectors[:, :, 2], variance[:, 2] > MIN_EXTENT_M2


def movement(event: IntArray, place: FloatArray, count: IntArray) -> FloatArray:
    """(E, 3) m, from the mean position of the first quarter in time to that of the last.

    A quarter is rounded down, to one pulse at least. Zero where there is no pulse.
    """
    quarter = np.maximum(count // 4, 1)
    rank = np.arange(len(event)) - (np.cumsum(count) - count)[event]
    first = rank < quarter[event]
    last = rank >= (count - quarter)[event]
    size = np.minimum(quarter, count)
    return _mean(event[last], place[last], size) - _mean(event[first], place[first], size)


def _mean(event: IntArray, place: FloatArray, count: NDArray[np.int64]) -> FloatArray:
    totals = [np.bincount(event, place[:, axis], len(count)) for axis in range(3)]
    return np.stack(totals, axis=1) / np.maximum(count, 1)[:, None]
