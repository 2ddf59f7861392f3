"""From velocities of light to fits, and the reasons that most methods share."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.directions import angles_of
from reco_core.icecube.detector import N_STRINGS, Detector, string_id
from reco_core.icecube.pulse_batch import BoolArray, FloatArray, IntArray, PulseBatch, kept
from reco_core.icecube.reconstructions.anchor import cherenkov_delay
from reco_core.icecube.reconstructions.fits import Fits, Reason, no_fits
from reco_core.icecube.segments import first_per_dom, medians

ROUNDING: Final = 1e-9


def along(
    velocity: FloatArray,
    point_m: FloatArray,
    quality: FloatArray,
    used: PulseBatch,
    detector: Detector,
    reason: NDArray[np.int8],
) -> Fits:
    """Fits for particles that travel along velocity (E, 3) m/ns via point_m (E, 3).

    Where reason is not OK, the rest is NaN, whatever stands in the other arrays.
    """
    ok = reason == Reason.OK
    speed = np.where(ok, np.linalg.norm(velocity, axis=1), np.nan)
    travel = velocity / speed[:, None]
    # Light on one string moves straight up or down; rounding must not give that an azimuth.
    travel[np.abs(travel) < ROUNDING] = 0.0
    zenith, azimuth = angles_of(0.0 - travel)  # 0.0 - 0.0, since -0.0 has azimuth pi
    first = first_per_dom(used)
    point = np.where(ok[:, None], point_m, np.nan)
    return no_fits(len(ok))._replace(
        zenith=zenith,
        azimuth=np.where(ok, azimuth, np.nan),
        point_m=point,
        time_ns=anchor_times(point, travel, first, detector),
        quality=np.where(ok, quality, np.nan),
        n_doms_used=np.where(ok, first.n_pulses, 0),
        speed_m_per_ns=speed,
        reason=reason.astype(np.int8),
    )


def anchor_times(
    point_m: FloatArray, travel: FloatArray, first: PulseBatch, detector: Detector
) -> FloatArray:
    """(E,) when particles pass point_m (E, 3) along travel (E, 3), as in anchor.anchor_time."""
    event = first.event
    delay = cherenkov_delay(detector.position_m[first.sensor_id], point_m[event], travel[event])
    return medians(first.time_ns - delay, first.start) + first.origin_ns


def lit_doms(batch: PulseBatch) -> IntArray:
    """(E,) DOMs with a pulse."""
    return first_per_dom(batch).n_pulses


def doubt_few_strings(fits: Fits, batch: PulseBatch) -> Fits:
    """The fits with 1 - 1/N of their quality, where N strings have non-auxiliary light.

    How straight or how fast light is says nothing where it is all on one string, or two.
    """
    first = first_per_dom(kept(batch, ~batch.auxiliary))
    lit = np.unique(first.event * (N_STRINGS + 1) + string_id(first.sensor_id))
    n_strings = np.bincount(lit // (N_STRINGS + 1), minlength=batch.n_events)
    return fits._replace(quality=fits.quality * (1 - 1 / np.maximum(n_strings, 1)))


def too_few_doms(used: PulseBatch) -> NDArray[np.int8]:
    """(E,) NO_DOM or ONE_DOM for events whose non-auxiliary pulses are on fewer than 2."""
    n_doms = lit_doms(used)
    return np.select([n_doms == 0, n_doms == 1], [Reason.NO_DOM, Reason.ONE_DOM], Reason.OK).astype(
        np.int8
    )


def first_of(reasons: NDArray[np.int8], where: BoolArray, reason: Reason) -> NDArray[np.int8]:
    """The reasons, with `reason` where it holds and none was found before."""
    return np.where((reasons == Reason.OK) & where, np.int8(reason), reasons)
