"""The scores of all events of a data set by one detector, kept on disk and gone on with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import polars as pl

from reco_core.afp.dataset import AfpDataset
from reco_core.afp.dataset_alignment import DatasetAlignment, dataset_alignment
from reco_core.afp.detectors.kinds import Scorer
from reco_core.afp.detectors.registry import DetectorRow
from reco_core.afp.hits import FloatArray
from reco_core.afp.scoring.kept import SCHEMA, SCORE, begun_scores, kept_scores
from reco_core.dataset_table import read_table
from reco_core.progress import Progress
from reco_core.weights import FOLDER


def dataset_scores(
    dataset: AfpDataset,
    row: DetectorRow,
    cache: Path,
    tell: TextIO,
    weights: Path = FOLDER,
    places: DatasetAlignment | None = None,
) -> FloatArray:
    """(N,) score of every event, on all processors; read where they are kept.

    After a stop it goes on where it was.  cache : folder of what is kept.  tell : where progress is
    shown.  places : of the planes, where known of before. Raises DatasetError.
    """
    found = kept_scores(dataset, row, cache, weights)
    if found is not None:
        return found
    table = begun_scores(dataset, row, cache, weights)
    noun = f"events by {row.label}"
    with Progress(dataset.n_events, noun, tell, table.n_rows, "reading the files") as progress:
        scorer = row.load(weights)
        at = places or dataset_alignment(dataset)
        for scores in _blocks(dataset, scorer, at, table.n_rows, row.block):
            table.add(scores)
            progress.add(len(scores))
    table.finish()
    return read_table(table.path)[SCORE].to_numpy()


def _blocks(
    dataset: AfpDataset, scorer: Scorer, at: DatasetAlignment, first: int, block: int
) -> Iterator[pl.DataFrame]:
    for begin, hits in dataset.blocks(block, first):
        score = scorer.score(hits, at.of(begin, begin + hits.n_events))
        yield pl.DataFrame({SCORE: score}, schema=SCHEMA)
