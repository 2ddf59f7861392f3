"""The command `python -m reco_core afp-train`: train an anomaly detector, shipped or your own."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from reco_core.afp.training.run import LEAST_EVENTS, TRAININGS, Request, Training, train
from reco_core.arguments import check_least, path
from reco_core.errors import SettingError
from reco_core.processors import usable_processors
from reco_core.weights import FOLDER


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    keys = ", ".join(TRAININGS)
    parser.add_argument("--detector", required=True, metavar="KEY", help=f"one of: {keys}")
    parser.add_argument(
        "--data", type=path, help="data set to train on (default: simulated events)"
    )
    parser.add_argument(
        "--labels", type=path,
        help="CSV file with event_id and event_class of some events (default: the truth, if the "
        "data set has one)",
    )  # fmt: skip
    parser.add_argument("--events", type=int, help="events used, evenly over the data set")
    parser.add_argument("--seed", type=int, help="of simulation and training")
    parser.add_argument(
        "--contamination", type=float, help="share of anomalous events where they are simulated"
    )
    parser.add_argument(
        "--out", type=path, default=FOLDER, help=f"folder of the weights (default {FOLDER})"
    )
    parser.add_argument(
        "--index-dir", type=path, help="folder of indexes of --data (default: index in --out)"
    )
    parser.add_argument(
        "--workers", type=int, default=usable_processors(), help="threads of the networks' training"
    )


def run(args: argparse.Namespace) -> None:
    """Train and write the weights with their cards; a stopped training of a network goes on."""
    check_least("--workers", args.workers, 1)
    request = Request(
        _row(args), args.out, args.data, args.labels, args.index_dir, args.workers
    )  # fmt: skip
    for made in train(request, sys.stderr):
        print(f"{made.name}:")
        for name, value in made.numbers.items():
            print(f"  {name}: {value:,.4g}")


def _row(args: argparse.Namespace) -> Training:
    """The training with what was typed in place of its own."""
    if args.detector not in TRAININGS:
        raise SettingError(
            f"--detector is {args.detector!r}; expected one of: {', '.join(TRAININGS)}."
        )
    if args.labels is not None and args.data is None:
        raise SettingError("--labels needs --data: they are labels of its events.")
    if args.contamination is not None and args.data is not None:
        raise SettingError("--contamination cannot be with --data: it is of simulated events.")
    row = TRAININGS[args.detector]
    given = {name: getattr(args, name) for name in ("events", "seed", "contamination")}
    row = replace(row, **{name: value for name, value in given.items() if value is not None})
    check_least("--events", row.events, LEAST_EVENTS)
    check_least("--seed", row.seed, 0)
    if not 0.0 <= row.contamination <= 1.0:
        raise SettingError(
            f"--contamination is {row.contamination!r}; expected a number from 0 to 1."
        )
    return row
