"""The command `python -m reco_core evaluate`: how far the methods are off, where truth is known."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from reco_core.arguments import path
from reco_core.errors import SettingError
from reco_core.icecube.dataset_pass import one_dataset
from reco_core.icecube.evaluation.run import Evaluation, evaluate
from reco_core.icecube.evaluation.text import KINDS, table_text
from reco_core.icecube.reconstructions.registry import RECONSTRUCTIONS, reconstruction_row
from reco_core.icecube.simulation.command import usable_processors


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    own = ", ".join(f"{row.key} {row.evaluated:,}" for row in RECONSTRUCTIONS)
    parser.add_argument("--data", type=path, required=True, help="folder of a data set with truth")
    parser.add_argument("--events", type=int, help=f"the first N of the data set (default: {own})")
    parser.add_argument(
        "--algorithm", action="append", metavar="KEY", help="one of them; may be repeated (all)"
    )
    parser.add_argument(
        "--out", type=path,
        help="folder for the tables (default: build/evaluation/NAME of the data set)",
    )  # fmt: skip
    parser.add_argument("--index-dir", type=path, help="folder of indexes (default: in --out)")
    parser.add_argument(
        "--workers", type=int, default=usable_processors(), help="threads (all processors)"
    )


def run(args: argparse.Namespace) -> None:
    """Evaluate, print, write; started again after a stop, it goes on where it was."""
    for option in ("events", "workers"):
        value = getattr(args, option)
        if value is not None and value < 1:
            raise SettingError(f"--{option} is {value}; expected 1 or more.")
    keys = args.algorithm or [row.key for row in RECONSTRUCTIONS]
    rows = [reconstruction_row(key) for key in dict.fromkeys(keys)]
    folder = args.out or Path("build/evaluation") / args.data.absolute().name
    dataset = one_dataset(args.data, args.index_dir or folder / "index")
    measures = evaluate(Evaluation(dataset, rows, args.events, folder, args.workers), sys.stderr)
    for kind in KINDS:
        print(table_text(measures, kind))
    print(f"Written to {folder / 'evaluation.parquet'}")
