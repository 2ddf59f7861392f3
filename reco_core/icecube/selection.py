"""Which pulses a method looks at: the light, one pulse per DOM, the brightest."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.icecube.event import Pulses

# Steps that compare every pulse with every other look at no more than this many, those of highest
# charge: 800 x 800 pairs take milliseconds, while the largest event of the competition data has
# 178,250 pulses. Only 1.1 % of its events have more than 1,000, so few are cut at all.
MAX_PULSES_QUADRATIC: Final = 800


def non_auxiliary(pulses: Pulses) -> Pulses:
    """The pulses without the auxiliary flag; may be none."""
    return pulses.select(~pulses.auxiliary)


def light(pulses: Pulses) -> Pulses:
    """The non-auxiliary pulses, or all of them in an event that has no other."""
    chosen = non_auxiliary(pulses)
    return chosen if len(chosen) else pulses


def first_per_dom(pulses: Pulses) -> Pulses:
    """The first pulse of each DOM that has one, in order of time; the light least scattered."""
    _, first = np.unique(pulses.sensor_id, return_index=True)
    return pulses.select(_mask(len(pulses), first))


def brightest(pulses: Pulses, n: int = MAX_PULSES_QUADRATIC) -> Pulses:
    """The n pulses of highest charge, in order of time; of equal charges the earlier."""
    if len(pulses) <= n:
        return pulses
    return pulses.select(_mask(len(pulses), np.argsort(-pulses.charge_pe, kind="stable")[:n]))


def relative_time(pulses: Pulses) -> NDArray[np.float64]:
    """(P,) ns since the first pulse: small numbers, whose squares keep their precision."""
    return np.asarray(pulses.time_ns - pulses.time_ns[0], np.float64)


def _mask(length: int, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
    mask = np.zeros(length, np.bool_)
    mask[rows] = True
    return mask
