"""Sums, medians and first pulses per event, over rows that are cut into events."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import compiled_entry
from reco_core.icecube.detector import N_SENSORS
from reco_core.icecube.pulse_batch import BoolArray, FloatArray, IntArray, PulseBatch, kept


def sums(values: NDArray[np.generic], start: IntArray) -> FloatArray:
    """(E, ...) sums of the rows [start[k], start[k + 1]) of values (P, ...); 0 over no rows."""
    total = np.zeros((len(start) - 1, *values.shape[1:]))
    filled = np.flatnonzero(np.diff(start))
    if len(filled):  # reduceat gives a row, not 0, where there are none
        total[filled] = np.add.reduceat(values, start[:-1][filled], axis=0)
    return total


def medians(values: FloatArray, start: IntArray) -> FloatArray:
    """(E,) medians of the rows of values (P,); NaN over no rows."""
    n_rows = np.diff(start)
    event = np.repeat(np.arange(len(n_rows)), n_rows)
    ordered = values[np.lexsort((values, event))]
    found = np.full(len(n_rows), np.nan)
    filled = np.flatnonzero(n_rows)
    low = start[:-1][filled] + (n_rows[filled] - 1) // 2
    high = start[:-1][filled] + n_rows[filled] // 2
    found[filled] = (ordered[low] + ordered[high]) / 2
    return found


def first_per_dom(batch: PulseBatch) -> PulseBatch:
    """The first pulse of each DOM in each event: the light that is scattered least."""
    return kept(batch, _is_first(batch.start, batch.sensor_id))


@compiled_entry
def _is_first(start: IntArray, sensor_id: NDArray[np.int16]) -> BoolArray:
    """(P,) Is the pulse the first of its DOM in its event?"""
    seen_in = np.full(N_SENSORS, -1, np.int64)
    first = np.zeros(len(sensor_id), np.bool_)
    for k in range(len(start) - 1):
        for row in range(start[k], start[k + 1]):
            first[row] = seen_in[sensor_id[row]] != k
            seen_in[sensor_id[row]] = k
    return first


def brightest(batch: PulseBatch, n: int) -> PulseBatch:
    """At most n pulses of each event, those of highest charge; of equal charges the earlier."""
    mask = np.ones(len(batch.time_ns), np.bool_)
    for k in np.flatnonzero(batch.n_pulses > n):  # few events are so large
        rows = slice(int(batch.start[k]), int(batch.start[k + 1]))
        mask[rows.start + np.argsort(-batch.charge_pe[rows], kind="stable")[n:]] = False
    return batch if mask.all() else kept(batch, mask)
