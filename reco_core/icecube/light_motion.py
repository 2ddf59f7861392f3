"""Which way the light of an event moves, for people: up, down, sideways, or not clear."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.icecube.detector import Detector
from reco_core.icecube.event import Pulses
from reco_core.icecube.selection import brightest, first_per_dom, non_auxiliary

FloatArray = NDArray[np.float64]

# Kendall's tau of time and place: 0.3 means that of 100 pairs of DOMs 65 are in order.
MIN_TAU: Final = 0.3
# How far tau must be from chance, in its standard deviations. Sideways asks for more, since there
# the axis is chosen from the same pulses.
MIN_SIGNIFICANCE_VERTICAL: Final = 2.0
MIN_SIGNIFICANCE_SIDEWAYS: Final = 3.0
# Less than 1 m up or down for 2 m sideways is sideways: 63 degrees from the vertical.
MIN_STEEPNESS: Final = 0.5


class LightMotion(StrEnum):
    """The value completes a sentence on the event."""

    UP = "moving up"
    DOWN = "moving down"
    SIDEWAYS = "moving sideways"
    UNCLEAR = "no clear direction"


def light_motion(pulses: Pulses, detector: Detector) -> LightMotion:
    """The sense of the first non-auxiliary pulses of the DOMs, by rank, so that no pulse rules.

    The axis is the vertical or, if the mean place of the later half of the DOMs is more than twice
    as far sideways from that of the earlier half as it is up or down, the horizontal of that step.
    Time and place along the axis must be in order in most pairs of DOMs (tau) and more so than by
    chance; the least that passes are 4 DOMs all in order, 7 for sideways.
    """
    first = brightest(first_per_dom(non_auxiliary(pulses)))
    if len(first) < 2:
        return LightMotion.UNCLEAR
    position = detector.position_m[first.sensor_id]  # (D, 3)
    half = len(first) // 2
    step = position[-half:].mean(axis=0) - position[:half].mean(axis=0)
    if abs(step[2]) >= MIN_STEEPNESS * np.hypot(step[0], step[1]):
        sign = _order(first.time_ns, position[:, 2], MIN_SIGNIFICANCE_VERTICAL)
        return (LightMotion.UNCLEAR, LightMotion.UP, LightMotion.DOWN)[sign]
    sideways = _order(first.time_ns, position[:, :2] @ step[:2], MIN_SIGNIFICANCE_SIDEWAYS)
    return LightMotion.SIDEWAYS if sideways else LightMotion.UNCLEAR


def _order(time_ns: NDArray[np.int64], place_m: FloatArray, min_significance: float) -> int:
    """1 if place rises with time, -1 if it falls, 0 if neither is clear.

    Kendall's S, the pairs in order less those out of order, has variance n (n - 1)(2 n + 5) / 18
    if time and place are unrelated (M. Kendall, Biometrika 30 (1938) 81).
    """
    n = len(time_ns)
    signs = np.sign(np.subtract.outer(time_ns, time_ns)) * np.sign(
        np.subtract.outer(place_m, place_m)
    )
    s = float(signs.sum()) / 2
    tau = s / (n * (n - 1) / 2)
    significance = s / np.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    clear = abs(tau) >= MIN_TAU and abs(significance) >= min_significance
    return int(np.sign(s)) if clear else 0
