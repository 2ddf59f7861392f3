"""The evaluation: a test set is simulated, scored by each detector, and compared with the truth.

All that takes time is kept in the folder and used again: the test set, the weights of the sweep,
the scores.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

import numpy as np
import polars as pl

from reco_core.afp.dataset import AfpDataset, open_afp
from reco_core.afp.dataset_alignment import DatasetAlignment, dataset_alignment
from reco_core.afp.detectors.registry import DetectorRow, detector_row
from reco_core.afp.evaluation.counts import Counts
from reco_core.afp.evaluation.groups import counted
from reco_core.afp.evaluation.sweep import SWEPT, sweep_weights
from reco_core.afp.evaluation.tables import (
    SHIPPED,
    Evaluated,
    counted_rows,
    curves_of,
    left_out,
)
from reco_core.afp.scoring.scores import dataset_scores
from reco_core.afp.simulation.chunk import Job
from reco_core.afp.simulation.runner import simulate_afp
from reco_core.afp.simulation.version import PHYSICS_VERSION
from reco_core.dataset_writing import write_table
from reco_core.errors import FileFormatError
from reco_core.processors import usable_processors
from reco_core.weights import FOLDER, card_path, read_card

FILE: Final = "afp-evaluation.parquet"
CURVES_FILE: Final = "afp-evaluation-curves.parquet"
TIMED: Final = 2_000  # events that are scored again to measure the speed, kept scores or not
AUTOENCODERS: Final = ("autoencoder", "autoencoder_seed")
TOO_LONG: Final = "not trained anew: 10 minutes and more each"


@dataclass(frozen=True)
class Evaluation:
    """What is evaluated, and where its files go.

    seed : of the test set.  events : of it.  contaminations : of the sweep, none for no sweep.
    weights : folder of those that are measured as shipped.
    """

    rows: Sequence[DetectorRow]
    folder: Path
    seed: int
    events: int
    contaminations: Sequence[float]
    train_seed: int
    train_events: int
    weights: Path = FOLDER


def evaluate(job: Evaluation, tell: TextIO) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of tables.SCHEMA, with seed and version of the events, and of tables.CURVES.

    The curves are of the shipped weights. Both are written to the folder, as FILE and CURVES_FILE.
    Goes on after a stop.
    """
    bench = _Bench(job, tell)
    parts, curves = [], []
    for row in job.rows:
        of, counts = bench.counted(row, job.weights, SHIPPED, _contamination(job, row))
        parts.append(counted_rows(of, counts))
        curves.append(curves_of(row.key, counts))
    for share in job.contaminations:
        weights = sweep_weights(job.folder, job.train_seed, job.train_events, share, tell)
        for row in job.rows:
            if row.key in SWEPT:
                parts.append(counted_rows(*bench.counted(row, weights, "trained", share)))
            elif row.key in AUTOENCODERS:
                parts.append(left_out(row.key, share, TOO_LONG))
    found = pl.concat(parts).with_columns(
        seed=pl.lit(job.seed, pl.Int64), simulation_version=pl.lit(PHYSICS_VERSION, pl.Int64)
    )
    write_table(found, job.folder / FILE)
    write_table(pl.concat(curves), job.folder / CURVES_FILE)
    return found, pl.concat(curves)


class _Bench:
    """The test set, and what scoring it takes."""

    def __init__(self, job: Evaluation, tell: TextIO) -> None:
        self._job, self._tell = job, tell
        self._dataset = _test_set(job, tell)
        self._places = dataset_alignment(self._dataset)
        self._known = self._dataset.event_classes().to_numpy().astype(np.str_)

    def counted(
        self, row: DetectorRow, weights: Path, name: str, share: float | None
    ) -> tuple[Evaluated, Counts]:
        """Scores of a detector with the weights of a folder, read where they are kept."""
        index, places = self._job.folder / "index", self._places
        score = dataset_scores(self._dataset, row, index, self._tell, weights, places)
        limit = row.threshold(weights)
        threshold = None if limit is None else float(limit["value"])
        speed = _speed(self._dataset, places, row, weights)
        of = Evaluated(row.key, name, share, threshold, row.fingerprint(weights), speed)
        return of, counted(score, self._known, threshold)


def _test_set(job: Evaluation, tell: TextIO) -> AfpDataset:
    data = job.folder / f"test-{PHYSICS_VERSION}-{job.seed}-{job.events}"
    if not (data / "truth.parquet").exists():
        print(f"Simulating {job.events:,} events of the mix test, seed {job.seed}", file=tell)
        simulate_afp(data, Job("test", job.seed, job.events, 0.0), usable_processors(), tell, True)
    return open_afp(data, job.folder / "index")


def _contamination(job: Evaluation, row: DetectorRow) -> float | None:
    """That of the events the shipped weights were trained on; None where labels told them."""
    if row.key == "boosted":
        return None
    with suppress(FileFormatError, KeyError, IndexError):
        return float(read_card(card_path(row.weights[0], job.weights)).data["contamination"])
    return None


def _speed(dataset: AfpDataset, places: DatasetAlignment, row: DetectorRow, weights: Path) -> float:
    """Events per second, features included, on all processors, once what compiles has done so."""
    scorer = row.load(weights)
    n = min(TIMED, dataset.n_events)
    hits, at = dataset.hits(0, n), places.of(0, n)
    scorer.score(hits.part(0, min(n, 10)), at.part(0, min(n, 10)))
    begun = time.perf_counter()
    scorer.score(hits, at)
    return n / (time.perf_counter() - begun)


def rows_for(keys: Sequence[str]) -> list[DetectorRow]:
    """Rows of the registry; NotFoundError for a key that there is not."""
    return [detector_row(key) for key in keys]
