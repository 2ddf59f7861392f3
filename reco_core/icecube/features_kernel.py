"""The compiled part of the features: sums of products of time and place over the pulses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import compiled_entry
from reco_core.icecube.pulse_batch import BoolArray, FloatArray

N_KINDS = 4  # auxiliary outside and inside the window, then the others
N_TERMS = 15  # the products of two of 1, t, x, y and z


@compiled_entry
def sums_by_kind(
    event: NDArray[np.uint32], auxiliary: BoolArray, in_window: BoolArray,
    time_ns: FloatArray, x_m: FloatArray, y_m: FloatArray, z_m: FloatArray, n_events: int,
) -> FloatArray:  # fmt: skip
    """(E, N_KINDS, N_TERMS) sums over the pulses (P,) of each event and kind."""
    found = np.zeros((n_events, N_KINDS, N_TERMS))
    factor = np.ones(5)
    for row in range(len(event)):
        kind = 2 * (not auxiliary[row]) + in_window[row]
        sums = found[event[row], kind]
        factor[1], factor[2], factor[3], factor[4] = time_ns[row], x_m[row], y_m[row], z_m[row]
        k = 0
        for a in range(5):
            for b in range(a, 5):
                sums[k] += factor[a] * factor[b]
                k += 1
    return found
