"""A table with a row for every event of a data set; goes on after a stop."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import polars as pl

from reco_core.arguments import path
from reco_core.dataset_table import GrowingTable
from reco_core.errors import SettingError
from reco_core.icecube.dataset import Dataset
from reco_core.icecube.dataset_blocks import Block
from reco_core.icecube.dataset_pass import all_blocks, count_events, one_dataset
from reco_core.icecube.detector import Detector
from reco_core.in_threads import in_order
from reco_core.processors import usable_processors
from reco_core.progress import Progress


@dataclass(frozen=True)
class RowMaker:
    """made_of : all that the rows depend on beside the data.  schema : of the table.

    load : what takes time once.  rows_of : those of the events of a block, in its order.
    """

    made_of: Mapping[str, object]
    schema: pl.Schema
    load: Callable[[], None]
    rows_of: Callable[[Block, Detector], pl.DataFrame]


def add_table_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of a command that writes such a table, but for its own."""
    parser.add_argument("--data", type=path, required=True, help="folder of a data set")
    parser.add_argument("--out", type=path, required=True, help="table to write (parquet)")
    parser.add_argument(
        "--index-dir", type=path,
        help="where the indexes of the batches are kept (default: beside --out, until it is done)",
    )  # fmt: skip
    parser.add_argument(
        "--workers", type=int, default=usable_processors(), help="threads (all processors)"
    )


def check_workers(workers: int) -> None:
    """SettingError for less than one."""
    if workers < 1:
        raise SettingError(f"--workers is {workers}; expected 1 or more.")


def write_rows(
    folder: Path, out: Path, maker: RowMaker, index_dir: Path | None, workers: int, tell: TextIO
) -> None:
    """Write the rows of every event, in order of batch.

    index_dir : None for beside `out`.  tell : where progress is shown.
    Raises DatasetError for the files.
    """
    indexes = index_dir or out.with_name(f"{out.name}.index")
    dataset = one_dataset(folder, indexes)
    made_of = {
        **maker.made_of, "data": dataset.fingerprint(), "columns": maker.schema.names()
    }  # fmt: skip
    table = GrowingTable(out, made_of, maker.schema)
    _go_on(dataset, maker, table, workers, tell)
    table.finish()
    if index_dir is None:
        shutil.rmtree(indexes, ignore_errors=True)


def _go_on(
    dataset: Dataset, maker: RowMaker, table: GrowingTable, workers: int, tell: TextIO
) -> None:
    if table.n_rows:
        print(f"Going on after {table.n_rows:,} events.", file=tell)
    total = count_events(dataset)
    with Progress(total, "events", tell, table.n_rows, "reading the files") as progress:
        maker.load()
        blocks = all_blocks(dataset, table.n_rows)
        rows = in_order(lambda block: maker.rows_of(block, dataset.detector), blocks, workers)
        with closing(rows):
            for part in rows:
                table.add(part)
                progress.add(len(part))
