"""The command `python -m reco_core evaluate`: how good methods and verdict are, by the truth."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from reco_core.arguments import path
from reco_core.dataset_table import read_table
from reco_core.errors import SettingError
from reco_core.icecube.dataset_pass import one_dataset
from reco_core.icecube.evaluation.kind_text import kind_text
from reco_core.icecube.evaluation.kinds import KINDS as EVENT_KINDS
from reco_core.icecube.evaluation.kinds import kind_of
from reco_core.icecube.evaluation.run import (
    KINDS_FILE,
    MEASURES_FILE,
    Evaluation,
    evaluate,
)
from reco_core.icecube.evaluation.text import KINDS, table_text
from reco_core.icecube.evaluation.verdict_text import verdict_text
from reco_core.icecube.evaluation.verdicts import EVENTS, FILES, KEY, evaluate_verdict
from reco_core.icecube.reconstructions.registry import RECONSTRUCTIONS, reconstruction_row
from reco_core.processors import usable_processors


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    own = ", ".join(f"{row.key} {row.evaluated:,}" for row in RECONSTRUCTIONS)
    own += f", {KEY} {EVENTS:,}"
    parser.add_argument("--data", type=path, required=True, help="folder of a data set with truth")
    parser.add_argument("--events", type=int, help=f"the first N of the data set (default: {own})")
    kinds = ", ".join(repr(kind.name) for kind in EVENT_KINDS)
    parser.add_argument(
        "--only", metavar="KIND", default="",
        help=f"only events of one kind of all the data set, or the first N of them: {kinds}",
    )  # fmt: skip
    parser.add_argument(
        "--algorithm", action="append", metavar="KEY",
        help=f"one of them, {KEY} for the learned one; may be repeated (all)",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=path,
        help="folder for the tables (default: build/evaluation/NAME of the data set, with --only "
        "a folder in it)",
    )  # fmt: skip
    parser.add_argument(
        "--index-dir", type=path, help="folder of indexes (default: index beside the tables)"
    )
    parser.add_argument(
        "--workers", type=int, default=usable_processors(), help="threads (all processors)"
    )


def run(args: argparse.Namespace) -> None:
    """Evaluate, print, write; started again after a stop, it goes on where it was."""
    for option in ("events", "workers"):
        value = getattr(args, option)
        if value is not None and value < 1:
            raise SettingError(f"--{option} is {value}; expected 1 or more.")
    keys = _keys(args)
    rows = [reconstruction_row(key) for key in keys if key != KEY]
    beside = args.out or Path("build/evaluation") / args.data.absolute().name
    folder = beside if args.out or not args.only else beside / args.only.replace(" ", "_")
    dataset = one_dataset(args.data, args.index_dir or beside / "index")
    job = Evaluation(dataset, rows, args.events, folder, args.workers, args.only)
    if rows:
        _methods(job)
    if KEY in keys:
        _verdict(job)


def _keys(args: argparse.Namespace) -> Sequence[str]:
    """What is asked for, each once; the verdict is of all events, so not of one kind."""
    if args.only:
        kind_of(args.only)  # before any work
        if KEY in (args.algorithm or ()):
            raise SettingError(
                f"--algorithm {KEY} cannot be with --only: it tells classes from one another, and "
                "needs events of all."
            )
    methods = [row.key for row in RECONSTRUCTIONS]
    return list(dict.fromkeys(args.algorithm or (methods if args.only else (*methods, KEY))))


def _methods(job: Evaluation) -> None:
    measures = evaluate(job, sys.stderr)
    for kind in ("all",) if job.only else KINDS:
        print(table_text(measures, kind))
    found = read_table(job.folder / KINDS_FILE)
    for of in EVENT_KINDS:
        if text := kind_text(found, of.name):
            print(f"{of.name.capitalize()}: {of.meaning}.\n\n{text}")
    print(f"Written to {job.folder / MEASURES_FILE} and {KINDS_FILE} beside it")


def _verdict(job: Evaluation) -> None:
    for text in verdict_text(evaluate_verdict(job, sys.stderr)).values():
        print(text)
    print(f"Written to {job.folder / FILES[0]}")
