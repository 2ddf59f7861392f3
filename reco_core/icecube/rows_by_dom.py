"""Rows of pulses gathered to the DOMs they are on."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.icecube.pulse_batch import IntArray

SENSOR_BITS: Final = 13
ROW_BITS: Final = 31  # which leaves 19 for the event: batches have up to 200,000


def rows_by_dom(
    event: NDArray[np.integer], sensor_id: NDArray[np.int16]
) -> tuple[IntArray, IntArray]:
    """(P,) the rows in order of event and sensor_id, and where each DOM's begin in it.

    event : (P,) below 2^19.  Rows of one DOM keep their order. Sorting numbers that hold the row in
    their last bits is several times faster than sorting rows by several keys.
    """
    key = event.astype(np.int64) << SENSOR_BITS | sensor_id
    key = key << ROW_BITS | np.arange(len(key))
    key.sort()
    return key & ((1 << ROW_BITS) - 1), np.flatnonzero(np.diff(key >> ROW_BITS, prepend=-1))
