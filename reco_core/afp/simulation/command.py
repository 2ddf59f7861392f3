"""The command `python -m reco_core afp-simulate`: a folder of simulated AFP events."""

from __future__ import annotations

import argparse
import sys

from reco_core.afp.simulation.chunk import Job
from reco_core.afp.simulation.mixes import DEFAULT_CONTAMINATION, DEFAULT_MIX, MIXES
from reco_core.afp.simulation.runner import simulate_afp
from reco_core.arguments import check_least, path
from reco_core.errors import SettingError
from reco_core.processors import usable_processors


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    sizes = ", ".join(f"{row.events:,} for {row.name}" for row in MIXES.values())
    parser.add_argument("--out", type=path, required=True, help="folder to write the events to")
    parser.add_argument("--events", type=int, help=f"number of events, 1 or more ({sizes})")
    parser.add_argument(
        "--seed", type=int, default=1, help="0 or more; the same seed gives the same files"
    )
    about = "; ".join(f"{row.name}: {row.about}" for row in MIXES.values())
    parser.add_argument("--mix", default=DEFAULT_MIX, help=f"{about} ({DEFAULT_MIX})")
    parser.add_argument(
        "--contamination", type=float,
        help=f"share of anomalous events in the mix beam, 0 to 1 ({DEFAULT_CONTAMINATION})",
    )  # fmt: skip
    parser.add_argument(
        "--workers", type=int, help="threads that simulate; as many as there are processors"
    )
    parser.add_argument(
        "--force", action="store_true", help="replace the data set that is in the folder"
    )


def run(args: argparse.Namespace) -> None:
    """Simulate and write; SettingError for impossible options, DatasetError for the folder."""
    if args.mix not in MIXES:
        raise SettingError(f"--mix is {args.mix!r}; expected one of {', '.join(MIXES)}.")
    mix = MIXES[args.mix]
    events = mix.events if args.events is None else args.events
    workers = usable_processors() if args.workers is None else args.workers
    check_least("--events", events, 1)
    check_least("--seed", args.seed, 0)
    check_least("--workers", workers, 1)
    job = Job(mix.name, args.seed, events, _contamination(args))
    simulate_afp(args.out, job, workers, sys.stderr, args.force)


def _contamination(args: argparse.Namespace) -> float:
    """Share of anomalous events; the mix test has its own."""
    given = args.contamination
    if given is None:
        return DEFAULT_CONTAMINATION
    if MIXES[args.mix].deck:
        raise SettingError(
            f"--contamination is {given!r}, but the mix {args.mix} fixes the share of every class; "
            "leave one of them out."
        )
    if not 0.0 <= given <= 1.0:
        raise SettingError(f"--contamination is {given!r}; expected a number from 0 to 1.")
    return float(given)
