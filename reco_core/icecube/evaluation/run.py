"""The evaluation of methods on a data set: answers of each, then the table of measures."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TextIO

import polars as pl

from reco_core.icecube.dataset import Dataset
from reco_core.icecube.dataset_blocks import Block
from reco_core.icecube.dataset_pass import all_blocks, count_events
from reco_core.icecube.dataset_table import GrowingTable, read_table, same_table
from reco_core.icecube.detector import Detector
from reco_core.icecube.evaluation.facts import facts_of, first_of
from reco_core.icecube.evaluation.tables import TIMED, tables
from reco_core.icecube.reconstructions.registry import ReconstructionRow
from reco_core.icecube.reconstructions.table import SCHEMA, reconstruct_block
from reco_core.in_threads import in_order
from reco_core.progress import Progress

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
    answers = {row.key: _answers(job, row, tell) for row in job.rows}
    source, facts = facts_of(job.dataset, max(map(len, answers.values())))
    parts = [
        tables(rows, source[: len(rows)], first_of(facts, len(rows)), key)
        for key, rows in answers.items()
    ]
    measures = pl.concat(of_method for of_method, _ in parts)
    curves = pl.concat(of_method for _, of_method in parts)
    _write(job.folder / MEASURES_FILE, measures)
    _write(job.folder / CURVES_FILE, curves)
    return measures


def _write(path: Path, rows: pl.DataFrame) -> None:
    path.unlink(missing_ok=True)
    table = GrowingTable(path, {}, rows.schema)
    table.add(rows)
    table.finish()


def _answers(job: Evaluation, row: ReconstructionRow, tell: TextIO) -> pl.DataFrame:
    """The answers of a method for the first events, kept as KEY.parquet."""
    most = min(job.events or row.evaluated, count_events(job.dataset))
    path = job.folder / f"{row.key}.parquet"
    made_of = {
        "algorithm": row.key, "version": row.version, "weights": row.weights, "events": most,
        "data": job.dataset.fingerprint(),
    }  # fmt: skip
    if same_table(path, made_of):
        return read_table(path)
    path.unlink(missing_ok=True)
    table = GrowingTable(path, made_of, ANSWERS, keep_made_of=True)
    row.load()
    do = partial(_timed, key=row.key, detector=job.dataset.detector)
    with Progress(most, f"events by {row.label}", tell, table.n_rows) as progress:
        blocks = all_blocks(job.dataset, table.n_rows, most, row.block)
        for part in in_order(do, blocks, job.workers):
            table.add(part)
            progress.add(len(part))
    table.finish()
    return read_table(path)


def _timed(block: Block, key: str, detector: Detector) -> pl.DataFrame:
    started_s = time.thread_time()
    rows = reconstruct_block(key, block, detector)
    took_s = time.thread_time() - started_s
    return rows.with_columns(pl.lit(took_s / max(len(rows), 1)).alias(TIMED))
