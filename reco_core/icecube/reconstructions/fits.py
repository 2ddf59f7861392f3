"""What the methods give for a whole batch of events, and why they have no answer for some."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.icecube.pulse_batch import FloatArray, IntArray


class Reason(IntEnum):
    """Why there is no answer."""

    OK = 0
    NO_DOM = 1
    ONE_DOM = 2
    ONE_DOM_IN_TIME = 3
    ONE_DOM_NEAR = 4
    ONE_TIME = 5
    NO_MOTION = 6
    NO_CHARGE_EARLY = 7
    NO_CHARGE_LATE = 8
    ONE_CENTRE = 9
    DARK_VERTEX = 10

    @property
    def text(self) -> str:
        """The sentence that people read."""
        return _TEXT[self]


_TEXT: Final = {
    Reason.OK: "ok",
    Reason.NO_DOM: "No DOM has a non-auxiliary pulse; a direction needs at least 2.",
    Reason.ONE_DOM: "The non-auxiliary pulses are on one DOM; a direction needs at least 2.",
    Reason.ONE_DOM_IN_TIME: "The pulses that are not far too late are on one DOM; a line needs 2.",
    Reason.ONE_DOM_NEAR: "The pulses near the line are on fewer than 2 DOMs.",
    Reason.ONE_TIME: "All the light is at one time; nothing tells which way it moves.",
    Reason.NO_MOTION: "The light does not move on average, so it has no direction.",
    Reason.NO_CHARGE_EARLY: "The early half of the pulses has no charge.",
    Reason.NO_CHARGE_LATE: "The late half of the pulses has no charge.",
    Reason.ONE_CENTRE: "The early and the late light have the same centre.",
    Reason.DARK_VERTEX: "Light of the likeliest vertex explains the pulses of fewer than 2 DOMs.",
}


class Fits(NamedTuple):
    """Answers of one method for E events; NaN where a method has none, or no such number.

    zenith in [0, pi], azimuth in [0, 2 pi) : (E,) rad, where the particle came from.
    uncertainty_rad : (E,) within which the truth lies in 68 % of such events, by the method itself.
    point_m : (E, 3) a point of the line; the vertex of a cascade.  time_ns : (E,) when the particle
    is there if it moves at c, on the event's clock.  quality : (E,) in [0, 1], how far to trust the
    direction; what it is made of is the method's own.  n_doms_used : (E,) DOMs of the last step.
    speed_m_per_ns : (E,) as fitted to the light.  energy_gev : (E,) an estimate.
    reason : (E,) a Reason.
    """

    zenith: FloatArray
    azimuth: FloatArray
    uncertainty_rad: FloatArray
    point_m: FloatArray
    time_ns: FloatArray
    quality: FloatArray
    n_doms_used: IntArray
    speed_m_per_ns: FloatArray
    energy_gev: FloatArray
    reason: NDArray[np.int8]


def no_fits(n_events: int) -> Fits:
    """Fits to be filled in: all NaN, reason OK."""
    nan = np.full(n_events, np.nan)
    return Fits(
        nan, nan.copy(), nan.copy(), np.full((n_events, 3), np.nan), nan.copy(), nan.copy(),
        np.zeros(n_events, np.int64), nan.copy(), nan.copy(), np.zeros(n_events, np.int8),
    )  # fmt: skip
