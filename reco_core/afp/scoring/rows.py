"""Rows of a table of scores: what is known of each event, its score, and what that comes to."""

from __future__ import annotations

from typing import Final

import polars as pl

from reco_core.afp.dataset import AfpDataset
from reco_core.afp.hits import FloatArray

SCHEMA: Final = pl.Schema({
    "event_id": pl.Int64, "run": pl.Int64, "evn": pl.Int64, "side": pl.String, "station": pl.Int64,
    "score": pl.Float64, "threshold": pl.Float64, "anomalous": pl.Boolean,
})  # fmt: skip
ROWS: Final = 200_000  # of a table that are in memory at a time
BLIND_RULE: Final = "median_mad:5"  # for detectors that come without a threshold


def score_rows(
    dataset: AfpDataset, first: int, score: FloatArray, threshold: float
) -> pl.DataFrame:
    """(n,) rows of SCHEMA for the events from `first` on; score : (n,) theirs.

    Events with a score of at least the threshold are anomalous. Raises DatasetError.
    """
    known = dataset.info(first, first + len(score))
    found = known.with_columns(
        score=score, threshold=pl.lit(threshold), anomalous=score >= threshold
    )
    return found.select(SCHEMA.names()).cast(SCHEMA)
