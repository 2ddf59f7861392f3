"""The evaluation of methods on a data set: answers of each, then the table of measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TextIO

import polars as pl

from reco_core.icecube.dataset import Dataset
from reco_core.icecube.dataset_pass import count_events
from reco_core.icecube.dataset_table import GrowingTable
from reco_core.icecube.evaluation.facts import facts_of, first_of
from reco_core.icecube.evaluation.kept_rows import Kept, kept_rows
from reco_core.icecube.evaluation.tables import TIMED, tables
from reco_core.icecube.reconstructions.registry import ReconstructionRow
from reco_core.icecube.reconstructions.table import SCHEMA, reconstruct_block

MEASURES_FILE: Final = "evaluation.parquet"
CURVES_FILE: Final = "curves.parquet"


ANSWERS: Final = pl.Schema([*SCHEMA.items(), (TIMED, pl.Float64())])


@dataclass(frozen=True)
class Evaluation:
    """What is evaluated, and where its files go.  events : None for each method's own number."""

    dataset: Dataset
    rows: Sequence[ReconstructionRow]
    events: int | None
    folder: Path
    workers: int


def evaluate(job: Evaluation, tell: TextIO) -> pl.DataFrame:
    """Rows of MEASURES, also written, as are those of CURVES; goes on after a stop."""
    found = {row.key: answers(job, row, tell) for row in job.rows}
    source, facts = facts_of(job.dataset, max(map(len, found.values())))
    parts = [
        tables(rows, source[: len(rows)], first_of(facts, len(rows)), key)
        for key, rows in found.items()
    ]
    measures = pl.concat(of_method for of_method, _ in parts)
    curves = pl.concat(of_method for _, of_method in parts)
    write(job.folder / MEASURES_FILE, measures)
    write(job.folder / CURVES_FILE, curves)
    return measures


def write(path: Path, rows: pl.DataFrame) -> None:
    """The rows as a file, whole, in place of what was there."""
    path.unlink(missing_ok=True)
    table = GrowingTable(path, {}, rows.schema)
    table.add(rows)
    table.finish()


def answers(job: Evaluation, row: ReconstructionRow, tell: TextIO) -> pl.DataFrame:
    """The answers of a method for the first events, kept as KEY.parquet."""
    most = min(job.events or row.evaluated, count_events(job.dataset))
    made_of = {
        "algorithm": row.key, "version": row.version, "weights": row.weights, "events": most,
        "data": job.dataset.fingerprint(),
    }  # fmt: skip
    rows_of = partial(reconstruct_block, row.key)
    kept = Kept(row.key, row.label, made_of, ANSWERS, row.load, rows_of, row.block)
    return kept_rows(job.dataset, job.folder, kept, most, job.workers, tell)
