"""The command `python -m reco_core afp-evaluate`: how well the anomaly detectors do."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from reco_core.afp.detectors.registry import DETECTORS
from reco_core.afp.evaluation.run import FILE, Evaluation, evaluate, rows_for
from reco_core.afp.evaluation.shipped import Shipped, ship
from reco_core.afp.evaluation.text import MEASURES, class_text, overall_text, sweep_text
from reco_core.afp.simulation.mixes import MIXES
from reco_core.arguments import check_least, path
from reco_core.errors import SettingError
from reco_core.weights import FOLDER

SWEEP: Final = (0.0, 0.01, 0.05, 0.10)
SEED, TRAIN_SEED, TRAIN_EVENTS = 2_000, 1_000, 200_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    keys = ", ".join(row.key for row in DETECTORS)
    parser.add_argument(
        "--detector", action="append", metavar="KEY", help=f"may be repeated (all): {keys}"
    )
    parser.add_argument(
        "--out", type=path, default=Path("build/afp-evaluation"),
        help="folder for tables and for what is kept (default build/afp-evaluation)",
    )  # fmt: skip
    parser.add_argument(
        "--weights", type=path, default=FOLDER,
        help="folder of the weights that are measured (default: those that are shipped)",
    )  # fmt: skip
    parser.add_argument(
        "--seed", type=int, default=SEED,
        help=f"of the test set (default {SEED}; shipped weights saw seeds below {SEED})",
    )  # fmt: skip
    parser.add_argument("--events", type=int, default=MIXES["test"].events, help="of the test set")
    parser.add_argument(
        "--contamination", type=float, action="append", metavar="SHARE",
        help="of anomalous events in the training of the sweep; may be repeated (0, 0.01, 0.05, "
        "0.1)",
    )  # fmt: skip
    parser.add_argument("--no-sweep", action="store_true", help="the shipped weights alone")
    parser.add_argument(
        "--train-events", type=int, default=TRAIN_EVENTS,
        help=f"of each training of the sweep (default {TRAIN_EVENTS:,})",
    )  # fmt: skip
    parser.add_argument(
        "--ship", action="store_true",
        help="put the tables beside the weights, too, where the page shows them",
    )  # fmt: skip


def run(args: argparse.Namespace) -> None:
    """Evaluate, print, write; started again after a stop, it goes on where it was."""
    check_least("--events", args.events, len(MIXES["test"].deck))
    check_least("--seed", args.seed, 0)
    check_least("--train-events", args.train_events, 1_000)
    shares = () if args.no_sweep else tuple(args.contamination or SWEEP)
    for share in shares:
        if not 0.0 <= share <= 1.0:
            raise SettingError(f"--contamination is {share!r}; expected a number from 0 to 1.")
    rows = rows_for(args.detector or [row.key for row in DETECTORS])
    job = Evaluation(
        rows, args.out, args.seed, args.events, shares, TRAIN_SEED, args.train_events, args.weights
    )
    found, curves = evaluate(job, sys.stderr)
    if args.ship:
        ship(Shipped(found, curves), args.weights)
    print(overall_text(found))
    for measure in MEASURES:
        print(class_text(found, measure))
    if shares:
        print(sweep_text(found))
    print(f"Written to {args.out / FILE}")
