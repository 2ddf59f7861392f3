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
from reco_core.afp.evaluation.sweep import SWEPT, sweep_weights
from reco_core.afp.evaluation.tables import SHIPPED, left_out, rows_of
from reco_core.afp.scoring.scores import dataset_scores
from reco_core.afp.simulation.chunk import PHYSICS_VERSION, Job
from reco_core.afp.simulation.runner import simulate_afp
from reco_core.dataset_writing import write_table
from reco_core.errors import FileFormatError
from reco_core.processors import usable_processors
from reco_core.weights import FOLDER, card_path, read_card

FILE: Final = "afp-evaluation.parquet"
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


def evaluate(job: Evaluation, tell: TextIO) -> pl.DataFrame:
    """Rows of tables.SCHEMA, also written to FILE in the folder. Goes on after a stop."""
    dataset = _test_set(job, tell)
    places = dataset_alignment(dataset)
    known = dataset.event_classes().to_numpy().astype(np.str_)
    parts = [
        _rows(
            job, dataset, places, row, job.weights, SHIPPED, _contamination(job, row), known, tell
        )
        for row in job.rows
    ]
    for share in job.contaminations:
        weights = sweep_weights(job.folder, job.train_seed, job.train_events, share, tell)
        for row in job.rows:
            if row.key in SWEPT:
                parts.append(
                    _rows(job, dataset, places, row, weights, "trained", share, known, tell)
                )
            elif row.key in AUTOENCODERS:
                parts.append(left_out(row.key, share, TOO_LONG))
    found = pl.concat(parts)
    write_table(found, job.folder / FILE)
    return found


def _rows(
    job: Evaluation, dataset: AfpDataset, places: DatasetAlignment, row: DetectorRow,
    weights: Path, name: str, share: float | None, known: np.typing.NDArray[np.str_], tell: TextIO,
) -> pl.DataFrame:  # fmt: skip
    score = dataset_scores(dataset, row, job.folder / "index", tell, weights, places)
    return rows_of(row.key, name, share, score, known, _speed(dataset, places, row, weights))


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
