"""Principal axis of the light: its longest extent, travelled from the early end to the late one.

The axis and the sense by quarters in time are those of the notebook "3d line fitting" of
momomuchu/KqggleNoteBOok, which scores 1.193 in the competition.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from reco_core.icecube.detector import Detector
from reco_core.icecube.pulse_batch import FloatArray, PulseBatch, kept
from reco_core.icecube.reconstructions.fits import Fits, Reason
from reco_core.icecube.reconstructions.motion import (
    along,
    doubt_few_strings,
    first_of,
    too_few_doms,
)
from reco_core.icecube.segments import sums

KEY: Final = "svd_axis"

QUARTER: Final = 4  # the sense is the last quarter's mean place less the first's
LEAST_STEP_M: Final = 1e-6  # below it early and late light are at one place, up to rounding


def fit(batch: PulseBatch, detector: Detector) -> Fits:
    """As plain_fit, with less quality where few strings have light."""
    return doubt_few_strings(plain_fit(batch, detector), batch)


def plain_fit(batch: PulseBatch, detector: Detector) -> Fits:
    """Axis of largest spread of the non-auxiliary pulses, each counting once.

    quality : linearity (l1 - l2) / l1 of the two largest variances, 1 for light on a line.
    """
    used = kept(batch, ~batch.auxiliary)
    position = detector.position_m[used.sensor_id]
    centre, variance, axis = principal_axes(position, used)
    step, step_ns = _late_less_early(used, position)
    sense = np.einsum("ij,ij->i", step, axis)
    undecided = np.abs(sense) < LEAST_STEP_M  # such as first and last pulse on one DOM
    sense = np.where(undecided, _trend(used, position, axis), sense)
    reason = too_few_doms(used)
    reason = first_of(reason, step_ns <= 0, Reason.ONE_TIME)
    reason = first_of(reason, np.abs(sense) < LEAST_STEP_M, Reason.NO_MOTION)
    with np.errstate(divide="ignore", invalid="ignore"):  # of events that have a reason
        velocity = axis * (sense / step_ns)[:, None]
        linearity = (variance[:, 2] - variance[:, 1]) / variance[:, 2]
    return along(velocity, centre, linearity, used, detector, reason)


def principal_axes(
    position_m: FloatArray, batch: PulseBatch
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Centre (E, 3) m, variances (E, 3) m2 ascending, and axis (E, 3) of the largest.

    position_m : (P, 3) of the pulses.  Zeros for an event without pulses.
    """
    n_pulses = np.maximum(batch.n_pulses, 1)[:, None]
    centre = sums(position_m, batch.start) / n_pulses
    away = position_m - centre[batch.event]
    products = away[:, :, None] * away[:, None, :]
    variance, axes = np.linalg.eigh(sums(products, batch.start) / n_pulses[:, :, None])
    return centre, np.maximum(variance, 0.0), axes[:, :, 2]


def _trend(batch: PulseBatch, position_m: FloatArray, axis: FloatArray) -> FloatArray:
    """(E,) m, mean product of place along the axis and time, over the spread in time."""
    n_pulses = np.maximum(batch.n_pulses, 1)
    step_ns = batch.time_ns - (sums(batch.time_ns, batch.start) / n_pulses)[batch.event]
    along_m = np.einsum("ij,ij->i", position_m, axis[batch.event])
    spread_ns = np.sqrt(sums(step_ns**2, batch.start) / n_pulses)
    with np.errstate(divide="ignore", invalid="ignore"):  # all at one time has a reason of its own
        return np.nan_to_num(sums(along_m * step_ns, batch.start) / n_pulses / spread_ns)


def _late_less_early(batch: PulseBatch, position_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean place (E, 3) m and mean time (E,) ns of the last quarter in time less the first's."""
    size = np.maximum(batch.n_pulses // QUARTER, 1)
    rank = np.arange(len(position_m)) - batch.start[:-1][batch.event]
    sign = (rank >= (batch.n_pulses - size)[batch.event]).astype(np.float64)
    sign -= rank < size[batch.event]  # 0 for the only pulse of an event
    place = sums(position_m * sign[:, None], batch.start) / size[:, None]
    return place, sums(batch.time_ns * sign, batch.start) / size
