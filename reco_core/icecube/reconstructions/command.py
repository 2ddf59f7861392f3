"""The command `python -m reco_core reconstruct`: the answers of one method for a data set."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import TextIO

from reco_core.icecube.dataset_rows import (
    RowMaker,
    add_table_arguments,
    check_workers,
    write_rows,
)
from reco_core.icecube.reconstructions.registry import RECONSTRUCTIONS, reconstruction_row
from reco_core.icecube.reconstructions.table import SCHEMA, reconstruct_block


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    keys = ", ".join(row.key for row in RECONSTRUCTIONS)
    parser.add_argument("--algorithm", required=True, metavar="KEY", help=f"one of: {keys}")
    add_table_arguments(parser)


def run(args: argparse.Namespace) -> None:
    """Write the table; started again after a stop, it goes on where it was."""
    check_workers(args.workers)
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
    made_of = {"algorithm": key, "version": row.version, "weights": row.weights}
    maker = RowMaker(made_of, SCHEMA, row.load, partial(reconstruct_block, key))
    write_rows(folder, out, maker, index_dir, workers, tell)
