"""Scores of data sets as they are kept on disk: by data, detector, its version and its weights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl

from reco_core.afp.dataset import AfpDataset
from reco_core.afp.detectors.registry import DetectorRow
from reco_core.afp.hits import FloatArray
from reco_core.dataset_identity import digest
from reco_core.dataset_table import GrowingTable, read_table, same_table, table_blocks
from reco_core.dataset_writing import writing
from reco_core.weights import FOLDER

SCORE: Final = "score"
SCHEMA: Final = pl.Schema({SCORE: pl.Float64})


def score_path(dataset: AfpDataset, row: DetectorRow, cache: Path, weights: Path = FOLDER) -> Path:
    """Where the scores are kept: by data, detector, its version and its weights."""
    return cache / "afp-scores" / f"{row.key}-{digest(made_of(dataset, row, weights))}.parquet"


def kept_scores(
    dataset: AfpDataset, row: DetectorRow, cache: Path, weights: Path = FOLDER
) -> FloatArray | None:
    """(N,) scores as `dataset_scores` has kept them; None if it has not."""
    if not is_kept(dataset, row, cache, weights):
        return None
    return read_table(score_path(dataset, row, cache, weights))[SCORE].to_numpy()


def score_blocks(
    dataset: AfpDataset, row: DetectorRow, cache: Path, events: int
) -> Iterator[FloatArray]:
    """The kept scores by the shipped weights, so many events at a time; see kept_scores."""
    for block in table_blocks(score_path(dataset, row, cache), events):
        yield block[SCORE].to_numpy()


def is_kept(dataset: AfpDataset, row: DetectorRow, cache: Path, weights: Path = FOLDER) -> bool:
    """Are all scores there?"""
    path = score_path(dataset, row, cache, weights)
    return same_table(path, made_of(dataset, row, weights))


def begun_scores(
    dataset: AfpDataset, row: DetectorRow, cache: Path, weights: Path = FOLDER
) -> GrowingTable:
    """The table of scores to be kept, with the rows of an earlier run that was stopped."""
    path = score_path(dataset, row, cache, weights)
    with writing(path):
        path.unlink(missing_ok=True)
    return GrowingTable(path, made_of(dataset, row, weights), SCHEMA, keep_made_of=True)


def made_of(dataset: AfpDataset, row: DetectorRow, weights: Path) -> dict[str, object]:
    """All that kept scores depend on."""
    return {
        "detector": row.key, "fingerprint": row.fingerprint(weights),
        "data": dataset.fingerprint(),
    }  # fmt: skip
