"""The command `python -m reco_core classify`: the learned verdict on every event of a data set."""

from __future__ import annotations

import argparse
import math
import sys
from functools import partial
from pathlib import Path
from typing import TextIO

from reco_core.icecube.classification import learned
from reco_core.icecube.classification.learned import check_hard
from reco_core.icecube.classification.learned_names import HARD_DEGREES, VERSION, weights_digest
from reco_core.icecube.classification.learned_table import SCHEMA, classify_block
from reco_core.icecube.dataset_rows import (
    RowMaker,
    add_table_arguments,
    check_workers,
    write_rows,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add_table_arguments(parser)
    parser.add_argument(
        "--hard-degrees", type=float, default=HARD_DEGREES, metavar="DEGREES",
        help="p_hard is the probability that the best reconstruction is off by more, 1 to 90 "
        f"({HARD_DEGREES:g})",
    )  # fmt: skip


def run(args: argparse.Namespace) -> None:
    """Write the table; started again after a stop, it goes on where it was."""
    check_workers(args.workers)
    hard_rad = math.radians(args.hard_degrees)
    classify_dataset(args.data, args.out, hard_rad, args.index_dir, args.workers, sys.stderr)


def classify_dataset(
    folder: Path, out: Path, hard_rad: float, index_dir: Path | None, workers: int, tell: TextIO
) -> None:
    """Write the verdict on every event of a data set, in order of batch.

    hard_rad : see learned_verdicts.  index_dir : None for beside `out`.  tell : where progress is
    shown.  Raises SettingError for the limit, DatasetError for the files.
    """
    check_hard(hard_rad)
    made_of = {"version": VERSION, "weights": weights_digest(), "hard_rad": hard_rad}
    maker = RowMaker(made_of, SCHEMA, learned.load, partial(classify_block, hard_rad=hard_rad))
    write_rows(folder, out, maker, index_dir, workers, tell)
