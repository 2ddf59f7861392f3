"""Pairs of hit DOMs as candidate directions, and what a regressor is told of each pair.

From the notebook "polars 2 dots method" of MiMakh/ice_cube_kaggle: every ordered pair of hit DOMs
is a direction, from the second dot back to the first; a regressor predicts by how much it is off,
and of a sample of pairs the best wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from reco_core.icecube.detector import Detector, string_id
from reco_core.icecube.pulse_batch import FloatArray, IntArray, PulseBatch

PAIRS: Final = 100  # looked at in each event, as in the notebook
STEP: Final = 0.6180339887498949  # of the golden ratio: whatever their number, pairs lie evenly

AXES: Final = ("x_m", "y_m", "z_m")


@dataclass(frozen=True, eq=False)
class Pairs:
    """Ordered pairs of DOMs of E events (Q pairs in all).

    start : (E + 1,) rows of each event.  first, second : (Q,) rows of the table of DOMs.
    """

    start: IntArray
    first: IntArray
    second: IntArray

    @property
    def event(self) -> IntArray:
        return np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))


def dom_rows(batch: PulseBatch, detector: Detector) -> pl.DataFrame:
    """One row per lit DOM of each event, events in order, DOMs in that of their first pulse."""
    pulses = pl.LazyFrame(
        {
            "event": batch.event, "sensor_id": batch.sensor_id, "time_ns": batch.time_ns,
            "charge_pe": batch.charge_pe, "auxiliary": batch.auxiliary,
        }
    )  # fmt: skip
    time, charge = pl.col("time_ns"), pl.col("charge_pe")
    doms = pulses.group_by("event", "sensor_id", maintain_order=True).agg(
        time.first().alias("first_ns"), time.mean().alias("mean_ns"), time.last().alias("last_ns"),
        charge.min().alias("min_pe"), charge.mean().alias("mean_pe"),
        charge.max().alias("max_pe"), charge.sum().alias("sum_pe"),
        pl.len().cast(pl.Float64).alias("n_pulses"),
        pl.col("auxiliary").sum().cast(pl.Float64).alias("n_auxiliary"),
    ).collect()  # fmt: skip
    place = detector.position_m[doms["sensor_id"].to_numpy()]
    string = string_id(doms["sensor_id"].to_numpy())
    return doms.with_columns(
        **{axis: place[:, k] for k, axis in enumerate(AXES)}, string=string.astype(np.float64)
    )


def dom_start(doms: pl.DataFrame, n_events: int) -> IntArray:
    """(E + 1,) rows of each event in the table of DOMs."""
    rows = np.searchsorted(doms["event"].to_numpy(), np.arange(n_events + 1))
    return np.asarray(rows, np.int64)


def sampled_pairs(start: IntArray, n_pairs: int = PAIRS) -> Pairs:
    """All ordered pairs of an event's DOMs, or n_pairs of them evenly spread; none of one DOM.

    start : (E + 1,) rows of each event.  The sample is the same whatever else is in the batch.
    """
    n_doms = np.diff(start)
    n_all = n_doms * (n_doms - 1)
    taken = np.minimum(n_all, n_pairs)
    pair_start = np.concatenate(([0], np.cumsum(taken)))
    event = np.repeat(np.arange(len(n_doms)), taken)
    rank = np.arange(len(event)) - pair_start[event]
    number = np.where(n_all[event] <= n_pairs, rank, rank * _stride(n_all)[event] % n_all[event])
    others = np.maximum(n_doms[event] - 1, 1)
    first, second = number // others, number % others
    second += second >= first  # a DOM makes no pair with itself
    return Pairs(pair_start, start[event] + first, start[event] + second)


def _stride(n_all: IntArray) -> IntArray:
    """(E,) steps through that many pairs which come by none twice: they have no common divisor."""
    stride = np.maximum(np.floor(STEP * n_all).astype(np.int64), 1)
    while (np.gcd(stride, n_all) > 1).any():
        stride += np.gcd(stride, n_all) > 1
    return np.asarray(stride)


def pair_directions(doms: pl.DataFrame, pairs: Pairs) -> FloatArray:
    """(Q, 3) unit vectors from the second dot to the first: where the particle came from."""
    place = doms.select(AXES).to_numpy()
    step = place[pairs.first] - place[pairs.second]
    return np.asarray(step / np.linalg.norm(step, axis=1, keepdims=True))
