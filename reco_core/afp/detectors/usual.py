"""What is usual of the features: stands in where one is missing, and gives reasons in words."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from reco_core.afp.detectors.kinds import MOST_REASONS, Reasons
from reco_core.afp.features import FEATURES
from reco_core.afp.features_row import Feature
from reco_core.afp.hits import FloatArray

USUAL: Final = (0.005, 0.995)  # quantiles of the bulk between which a value is usual
# Of what is usual from end to end: a value has to be beyond an end by that to be told of. With a
# residual of 0 an event is not odd, though one in two hundred has less than 0.02 of the usual 4.
LEAST_BEYOND: Final = 0.02
LEAST_SCALE: Final = 0.1  # of a feature, in units of its scale with the trimmed events


class Usual(NamedTuple):
    """Of the F features: median, mean and scale of the bulk, and between what they usually are."""

    median: FloatArray
    centre: FloatArray
    scale: FloatArray
    low: FloatArray
    high: FloatArray


def usual_of(table: FloatArray, bulk: FloatArray) -> Usual:
    """table : (E, F) of all training events, without NaN.  bulk : (B, F) of the most usual ones."""
    low, high = np.quantile(bulk, USUAL, axis=0)
    # A feature that hardly varies in the bulk would else make a small change look huge.
    scale = np.maximum(bulk.std(axis=0), LEAST_SCALE * table.std(axis=0))
    scale[scale == 0] = 1.0
    return Usual(np.median(table, axis=0), bulk.mean(axis=0), scale, low, high)


def filled(table: FloatArray, median: FloatArray) -> FloatArray:
    """The table with the median where a feature is missing: that says nothing either way."""
    return np.where(np.isnan(table), median, table)


def reasons_of(table: FloatArray, usual: Usual) -> list[Reasons]:
    """Of each event the features furthest outside what is usual. table : (E, F), with NaN."""
    values = filled(table, usual.median)
    slack = LEAST_BEYOND * (usual.high - usual.low)
    away = np.where(
        (values < usual.low - slack) | (values > usual.high + slack),
        np.abs(values - usual.centre) / usual.scale, 0.0,
    )  # fmt: skip
    order = np.argsort(-away, axis=1)[:, :MOST_REASONS]
    return [
        tuple(_sentence(FEATURES[k], row[k], usual, k) for k in best if off[k] > 0)
        for row, best, off in zip(values, order, away, strict=True)
    ]


def _sentence(feature: Feature, value: float, usual: Usual, k: int) -> str:
    unit = f" {feature.unit}" if feature.unit else ""
    low, high = (number(float(side[k])) for side in (usual.low, usual.high))
    between = low if low == high else f"{low} to {high}"
    return f"{feature.meaning}: {number(value)}{unit}; usual: {between}"


def number(value: float) -> str:
    """With three digits that tell something, and never as a power of ten: 2,840, 14.5, 0.0476."""
    return f"{float(f'{value:.3g}') + 0.0:,.10f}".rstrip("0").rstrip(".")
