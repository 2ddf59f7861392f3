"""The evaluation of methods on a data set: answers of each, then the table of measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TextIO

import polars as pl

from reco_core.dataset_identity import digest
from reco_core.dataset_table import GrowingTable
from reco_core.icecube.dataset import Dataset
from reco_core.icecube.dataset_pass import count_events
from reco_core.icecube.evaluation.facts import facts_at
from reco_core.icecube.evaluation.kept_rows import Kept, kept_rows
from reco_core.icecube.evaluation.kind_table import KIND_MEASURES, kind_rows
from reco_core.icecube.evaluation.kinds import kind_groups
from reco_core.icecube.evaluation.measured import Measured, measured_events, picked_events
from reco_core.icecube.evaluation.tables import TIMED, tables
from reco_core.icecube.pulse_batch import IntArray
from reco_core.icecube.reconstructions.registry import ReconstructionRow
from reco_core.icecube.reconstructions.table import SCHEMA, reconstruct_block

MEASURES_FILE: Final = "evaluation.parquet"
CURVES_FILE: Final = "curves.parquet"
KINDS_FILE: Final = "kinds.parquet"

ANSWERS: Final = pl.Schema([*SCHEMA.items(), (TIMED, pl.Float64())])


@dataclass(frozen=True)
class Evaluation:
    """What is evaluated, and where its files go.

    events : of each method; None for its own number, or all that `only` picks.  only : name of the
    kind (kinds.py) whose events are looked at alone; empty for the first of the data set.
    """

    dataset: Dataset
    rows: Sequence[ReconstructionRow]
    events: int | None
    folder: Path
    workers: int
    only: str = ""


def evaluate(job: Evaluation, tell: TextIO) -> pl.DataFrame:
    """Rows of MEASURES, also written, as are those of CURVES and of KIND_MEASURES.

    Goes on after a stop. Raises DatasetError if a direction is not known, or no event is of the
    kind.
    """
    events = _events(job, tell)
    found = {row.key: answers(job, row, tell, events.place) for row in job.rows}
    parts = [
        tables(
            rows, events.source[: len(rows)], facts_at(events.known.facts, slice(len(rows))), key
        )
        for key, rows in found.items()
    ]
    measures = pl.concat(of_method for of_method, _ in parts)
    curves = pl.concat(of_method for _, of_method in parts)
    write(job.folder / MEASURES_FILE, measures)
    write(job.folder / CURVES_FILE, curves)
    write(job.folder / KINDS_FILE, _of_kinds(found, events, job.only))
    return measures


def _events(job: Evaluation, tell: TextIO) -> Measured:
    n_events = count_events(job.dataset)
    if job.only:
        print(f"Looking for {job.only} among {n_events:,} events.", file=tell)
        return picked_events(job.dataset, n_events, job.only)
    most = max(job.events or row.evaluated for row in job.rows)
    return measured_events(job.dataset, min(most, n_events))


def _of_kinds(found: Mapping[str, pl.DataFrame], events: Measured, only: str) -> pl.DataFrame:
    """Rows of KIND_MEASURES, by kind, group and method."""
    made = []
    vertex_m = events.known.more.vertex_m
    for kind, label, inside in kind_groups(events.known, events.belongs, only):
        for rows in found.values():
            which = inside[: len(rows)]
            of_group = rows.filter(pl.Series(which))
            source, vertex = (values[: len(rows)][which] for values in (events.source, vertex_m))
            made += kind_rows(of_group, source, vertex, kind, label)
    return pl.DataFrame(made, schema=KIND_MEASURES)


def write(path: Path, rows: pl.DataFrame) -> None:
    """The rows as a file, whole, in place of what was there."""
    path.unlink(missing_ok=True)
    table = GrowingTable(path, {}, rows.schema)
    table.add(rows)
    table.finish()


def answers(
    job: Evaluation, row: ReconstructionRow, tell: TextIO, place: IntArray | None = None
) -> pl.DataFrame:
    """The answers of a method for the first events, kept as KEY.parquet.

    place : ascending, in the order of the batches; then of the first of these events.
    """
    if place is None:
        most = min(job.events or row.evaluated, count_events(job.dataset))
    else:
        most = min(job.events or len(place), len(place))
    made_of: dict[str, object] = {
        "algorithm": row.key, "version": row.version, "weights": row.weights, "events": most,
        "data": job.dataset.fingerprint(),
    }  # fmt: skip
    if place is not None:
        made_of["places"] = digest(place.tolist())
    rows_of = partial(reconstruct_block, row.key)
    kept = Kept(row.key, row.label, made_of, ANSWERS, row.load, rows_of, row.block)
    return kept_rows(job.dataset, job.folder, kept, most, job.workers, tell, place)
