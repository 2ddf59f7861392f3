"""Rows that an evaluation computes of the first events of a data set, and keeps."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TextIO

import polars as pl

from reco_core.dataset_table import GrowingTable, read_table, same_table
from reco_core.icecube.dataset import Dataset
from reco_core.icecube.dataset_blocks import Block
from reco_core.icecube.dataset_pass import all_blocks
from reco_core.icecube.dataset_picked import picked_blocks
from reco_core.icecube.detector import Detector
from reco_core.icecube.evaluation.tables import TIMED
from reco_core.icecube.pulse_batch import IntArray
from reco_core.in_threads import in_order
from reco_core.progress import Progress


@dataclass(frozen=True)
class Kept:
    """Kept as KEY.parquet.  made_of : all that the rows depend on.  schema : with TIMED.

    load : what takes time once.  rows_of : those of a block, without TIMED.  block : events of one.
    clock : seconds, of this thread's work alone where no other thread helps it.
    """

    key: str
    label: str
    made_of: Mapping[str, object]
    schema: pl.Schema
    load: Callable[[], None]
    rows_of: Callable[[Block, Detector], pl.DataFrame]
    block: int
    clock: Callable[[], float] = time.thread_time


def kept_rows(
    dataset: Dataset, folder: Path, kept: Kept, most: int, workers: int, tell: TextIO,
    place: IntArray | None = None,
) -> pl.DataFrame:  # fmt: skip
    """The rows of the first `most` events; goes on after a stop.

    place : ascending, in the order of the batches; then of the first `most` of these events.
    """
    path = folder / f"{kept.key}.parquet"
    if same_table(path, kept.made_of):
        return read_table(path)
    path.unlink(missing_ok=True)
    table = GrowingTable(path, kept.made_of, kept.schema, keep_made_of=True)
    kept.load()
    do = partial(_timed, kept=kept, detector=dataset.detector)
    with Progress(most, f"events by {kept.label}", tell, table.n_rows) as progress:
        blocks = (
            all_blocks(dataset, table.n_rows, most, kept.block)
            if place is None
            else picked_blocks(dataset, place[table.n_rows : most])
        )
        for part in in_order(do, blocks, workers):
            table.add(part)
            progress.add(len(part))
    table.finish()
    return read_table(path)


def _timed(block: Block, kept: Kept, detector: Detector) -> pl.DataFrame:
    started_s = kept.clock()
    rows = kept.rows_of(block, detector)
    took_s = kept.clock() - started_s
    return rows.with_columns(pl.lit(took_s / max(len(rows), 1)).alias(TIMED))
