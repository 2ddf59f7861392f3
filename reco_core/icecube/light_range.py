"""The time range shown at first: where the light of the event is, without most of the noise."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.icecube.detector import N_SENSORS
from reco_core.icecube.event import Pulses
from reco_core.icecube.selection import first_per_dom, light, relative_time

FloatArray = NDArray[np.float64]

# A core of 90 % takes in a lone early or late pulse of a faint event together with a long dark
# gap; 80 % does not, and the light cut off there comes back because it has no dark gap before it.
CORE_SHARE: Final = 0.8
DARK_GAP_NS: Final = 200.0
MARGIN: Final = 0.05  # of the length, on either side
MIN_WIDTH_NS: Final = 500.0  # about the time light takes from one string to the next


def light_range(pulses: Pulses) -> tuple[float, float]:
    """Start and end, ns on the clock of the pulses (at least one), 500 ns or more apart.

    Looks at the time at which each DOM sees its first non-auxiliary pulse (of all pulses if none
    is non-auxiliary). The core is the shortest interval with 80 % of the DOMs, each with weight
    log(1 + its charge / PE), so that bright DOMs count more, since they are rarely noise, but none
    outweighs the rest. It grows to earlier and later DOMs until 200 ns without a new one, then by
    5 % on either side, and is moved within the event. An event shorter than 500 ns is centred.
    """
    shown = light(pulses)
    first = first_per_dom(shown)
    charge_pe = np.bincount(shown.sensor_id, shown.charge_pe, N_SENSORS)[first.sensor_id]
    time = relative_time(first)
    start, end = _grown(time, *_core(time, np.log1p(charge_pe)))
    event = pulses.time_ns[[0, -1]] - first.time_ns[0]
    start, end = _with_margin(start, end, float(event[0]), float(event[1]))
    return start + float(first.time_ns[0]), end + float(first.time_ns[0])


def _core(time_ns: FloatArray, weight: FloatArray) -> tuple[int, int]:
    """First and last row of the shortest interval with CORE_SHARE of the weight."""
    weight = weight if weight.sum() > 0 else np.ones_like(weight)
    before = np.concatenate(([0.0], np.cumsum(weight)))  # (D + 1,)
    # The last row of the interval that starts at a row; a little less than the share, since the
    # sums are rounded.
    wanted = before[:-1] + (CORE_SHARE - 1e-9) * before[-1]
    last = np.searchsorted(before[1:], wanted)
    start = np.flatnonzero(last < len(time_ns))
    best = start[np.argmin(time_ns[last[start]] - time_ns[start])]
    return int(best), int(last[best])


def _grown(time_ns: FloatArray, first: int, last: int) -> tuple[float, float]:
    """Times of the DOMs before and after the core that no dark gap separates from it."""
    dark = np.flatnonzero(np.diff(time_ns) > DARK_GAP_NS)  # rows before a gap
    start = max(dark[dark < first] + 1, default=0)
    end = min(dark[dark >= last], default=len(time_ns) - 1)
    return float(time_ns[start]), float(time_ns[end])


def _with_margin(start: float, end: float, earliest: float, latest: float) -> tuple[float, float]:
    width = max((end - start) * (1 + 2 * MARGIN), MIN_WIDTH_NS)
    width = min(width, max(latest - earliest, MIN_WIDTH_NS))
    if width >= latest - earliest:
        middle = (earliest + latest) / 2
    else:
        middle = min(max((start + end) / 2, earliest + width / 2), latest - width / 2)
    return middle - width / 2, middle + width / 2
