"""Two halves: the line from the early half of the light to the late half."""

from __future__ import annotations

from typing import Final

import numpy as np

from reco_core.icecube.detector import Detector
from reco_core.icecube.pulse_batch import BoolArray, FloatArray, PulseBatch, kept
from reco_core.icecube.reconstructions.fits import Fits, Reason
from reco_core.icecube.reconstructions.motion import (
    along,
    doubt_few_strings,
    first_of,
    too_few_doms,
)
from reco_core.icecube.segments import sums

KEY: Final = "two_halves"

MIN_DISTANCE_M: Final = 1e-6  # below it the two centres coincide up to rounding


def fit(batch: PulseBatch, detector: Detector) -> Fits:
    """As plain_fit, with less quality where few strings have light."""
    return doubt_few_strings(plain_fit(batch, detector), batch)


def plain_fit(batch: PulseBatch, detector: Detector) -> Fits:
    """The line through the charge-weighted centres of the early and late non-auxiliary pulses.

    The halves have equally many pulses; the middle one of an odd number is in neither, so that
    the event played backwards gives the opposite direction. Of pulses at one time those earlier
    in the file are the earlier.
    quality : distance of the centres over the root mean square extent of the light, at most 1.
    """
    used = kept(batch, ~batch.auxiliary)
    position = detector.position_m[used.sensor_id]
    half = used.n_pulses // 2
    rank = np.arange(len(position)) - used.start[:-1][used.event]
    early, late = rank < half[used.event], rank >= (used.n_pulses - half)[used.event]
    (start, start_ns, early_pe), (end, end_ns, late_pe) = (
        _centre(used, position, rows) for rows in (early, late)
    )
    step, step_ns = end - start, end_ns - start_ns
    reason = too_few_doms(used)
    reason = first_of(reason, early_pe <= 0, Reason.NO_CHARGE_EARLY)
    reason = first_of(reason, late_pe <= 0, Reason.NO_CHARGE_LATE)
    reason = first_of(reason, step_ns <= 0, Reason.ONE_TIME)
    distance = np.linalg.norm(step, axis=1)
    reason = first_of(reason, distance < MIN_DISTANCE_M, Reason.ONE_CENTRE)
    with np.errstate(divide="ignore", invalid="ignore"):  # of events that have a reason
        velocity = step / step_ns[:, None]
        quality = np.minimum(distance / (2 * _extent(used, position)), 1.0)
    return along(velocity, (start + end) / 2, quality, used, detector, reason)


def _centre(
    batch: PulseBatch, position_m: FloatArray, rows: BoolArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Charge-weighted place (E, 3) m and time (E,) ns of rows (P,), and their charge (E,) PE."""
    weight = batch.charge_pe * rows
    charge = sums(weight, batch.start)
    some = np.where(charge > 0, charge, 1.0)
    place = sums(position_m * weight[:, None], batch.start) / some[:, None]
    return place, sums(batch.time_ns * weight, batch.start) / some, charge


def _extent(batch: PulseBatch, position_m: FloatArray) -> FloatArray:
    """(E,) m, root mean square distance of the pulses from their mean place."""
    n_pulses = np.maximum(batch.n_pulses, 1)
    centre = sums(position_m, batch.start) / n_pulses[:, None]
    away = position_m - centre[batch.event]
    return np.asarray(np.sqrt(sums(np.einsum("ij,ij->i", away, away), batch.start) / n_pulses))
