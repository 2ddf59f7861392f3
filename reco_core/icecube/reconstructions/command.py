"""The command `python -m reco_core reconstruct`: the answers of one method for a data set."""

from __future__ import annotations

import argparse
import shutil
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TextIO

from reco_core.arguments import path
from reco_core.errors import SettingError
from reco_core.icecube.dataset import Dataset
from reco_core.icecube.dataset_pass import all_blocks, count_events, one_dataset
from reco_core.icecube.dataset_table import GrowingTable
from reco_core.icecube.reconstructions.registry import RECONSTRUCTIONS, reconstruction_row
from reco_core.icecube.reconstructions.table import SCHEMA, reconstruct_block
from reco_core.icecube.simulation.command import usable_processors
from reco_core.in_threads import in_order
from reco_core.progress import Progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    keys = ", ".join(row.key for row in RECONSTRUCTIONS)
    parser.add_argument("--data", type=path, required=True, help="folder of a data set")
    parser.add_argument("--algorithm", required=True, metavar="KEY", help=f"one of: {keys}")
    parser.add_argument("--out", type=path, required=True, help="table to write (parquet)")
    parser.add_argument(
        "--index-dir", type=path,
        help="where the indexes of the batches are kept (default: beside --out, until it is done)",
    )  # fmt: skip
    parser.add_argument(
        "--workers", type=int, default=usable_processors(), help="threads (all processors)"
    )


def run(args: argparse.Namespace) -> None:
    """Write the table; started again after a stop, it goes on where it was."""
    if args.workers < 1:
        raise SettingError(f"--workers is {args.workers}; expected 1 or more.")
    reconstruct_dataset(
        args.data, args.algorithm, args.out, args.index_dir, args.workers, sys.stderr
    )


def reconstruct_dataset(
    folder: Path, key: str, out: Path, index_dir: Path | None, workers: int, tell: TextIO
) -> None:
    """Write the answers of a method for every event of a data set, in order of batch.

    index_dir : None for beside `out`.  tell : where progress is shown.
    Raises NotFoundError for the key, DatasetError for the files.
    """
    row = reconstruction_row(key)
    indexes = index_dir or out.with_name(f"{out.name}.index")
    dataset = one_dataset(folder, indexes)
    made_of = {
        "algorithm": key, "version": row.version, "weights": row.weights,
        "data": dataset.fingerprint(), "columns": SCHEMA.names(),
    }  # fmt: skip
    table = GrowingTable(out, made_of, SCHEMA)
    _go_on(dataset, key, table, workers, tell)
    table.finish()
    if index_dir is None:
        shutil.rmtree(indexes, ignore_errors=True)


def _go_on(dataset: Dataset, key: str, table: GrowingTable, workers: int, tell: TextIO) -> None:
    if table.n_rows:
        print(f"Going on after {table.n_rows:,} events.", file=tell)
    total = count_events(dataset)
    with Progress(total, "events", tell, table.n_rows, "reading the files") as progress:
        reconstruction_row(key).load()
        do = partial(reconstruct_block, key, detector=dataset.detector)
        rows = in_order(lambda block: do(block=block), all_blocks(dataset, table.n_rows), workers)
        with closing(rows):
            for part in rows:
                table.add(part)
                progress.add(len(part))
