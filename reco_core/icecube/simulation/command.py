"""The command `python -m reco_core simulate`: a data set of simulated events in a folder."""

from __future__ import annotations

import argparse
import sys

from reco_core.arguments import check_least, path
from reco_core.errors import SettingError
from reco_core.icecube.simulation.mixes import DEFAULT_MIX, MIXES
from reco_core.icecube.simulation.runner import Job, simulate_dataset
from reco_core.processors import usable_processors


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--out", type=path, required=True, help="folder to write the data set to")
    parser.add_argument("--events", type=int, default=60, help="number of events, 1 or more")
    parser.add_argument(
        "--seed", type=int, default=1, help="0 or more; the same seed gives the same files"
    )
    parser.add_argument("--mix", default=DEFAULT_MIX, help=f"kinds of events: {', '.join(MIXES)}")
    parser.add_argument(
        "--workers", type=int, help="processes that simulate; as many as there are processors"
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on with the data set in the folder, if any"
    )
    parser.add_argument(
        "--force", action="store_true", help="replace the data set that is in the folder"
    )


def run(args: argparse.Namespace) -> None:
    """Simulate and write; SettingError for impossible options, DatasetError for the folder."""
    workers = usable_processors() if args.workers is None else args.workers
    check_least("--events", args.events, 1)
    check_least("--seed", args.seed, 0)
    check_least("--workers", workers, 1)
    if args.mix not in MIXES:
        raise SettingError(f"--mix is {args.mix!r}; expected one of {', '.join(MIXES)}.")
    if args.resume and args.force:
        raise SettingError(
            "--resume goes on with the data set in the folder and --force replaces it; give one "
            "of them."
        )
    job = Job(args.mix, args.seed, args.events)
    simulate_dataset(args.out, job, workers, sys.stderr, args.resume, args.force)
