"""The command `python -m reco_core evaluate`: how good methods and verdict are, by the truth."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from reco_core.arguments import path
from reco_core.errors import SettingError
from reco_core.icecube.dataset_pass import one_dataset
from reco_core.icecube.evaluation.run import MEASURES_FILE, Evaluation, evaluate
from reco_core.icecube.evaluation.text import KINDS, table_text
from reco_core.icecube.evaluation.verdict_text import verdict_text
from reco_core.icecube.evaluation.verdicts import EVENTS, FILES, KEY, evaluate_verdict
from reco_core.icecube.reconstructions.registry import RECONSTRUCTIONS, reconstruction_row
from reco_core.icecube.simulation.command import usable_processors


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    own = ", ".join(f"{row.key} {row.evaluated:,}" for row in RECONSTRUCTIONS)
    own += f", {KEY} {EVENTS:,}"
    parser.add_argument("--data", type=path, required=True, help="folder of a data set with truth")
    parser.add_argument("--events", type=int, help=f"the first N of the data set (default: {own})")
    parser.add_argument(
        "--algorithm", action="append", metavar="KEY",
        help=f"one of them, {KEY} for the learned one; may be repeated (all)",
    )  # fmt: skip
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
    keys = dict.fromkeys(args.algorithm or (*(row.key for row in RECONSTRUCTIONS), KEY))
    rows = [reconstruction_row(key) for key in keys if key != KEY]
    folder = args.out or Path("build/evaluation") / args.data.absolute().name
    dataset = one_dataset(args.data, args.index_dir or folder / "index")
    job = Evaluation(dataset, rows, args.events, folder, args.workers)
    if rows:
        _methods(job)
    if KEY in keys:
        _verdict(job)


def _methods(job: Evaluation) -> None:
    measures = evaluate(job, sys.stderr)
    for kind in KINDS:
        print(table_text(measures, kind))
    print(f"Written to {job.folder / MEASURES_FILE}")


def _verdict(job: Evaluation) -> None:
    for text in verdict_text(evaluate_verdict(job, sys.stderr)).values():
        print(text)
    print(f"Written to {job.folder / FILES[0]}")
