"""The command `python -m reco_core validate-simulation`: ours beside the published real data."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from reco_core.arguments import path
from reco_core.errors import SettingError
from reco_core.icecube.validation.dataset_report import check_writable, write_report
from reco_core.icecube.validation.run import (
    DEFAULT_EVENTS,
    DEFAULT_SEEDS,
    FIRST_SEED,
    validate,
)
from reco_core.icecube.validation.table_text import report_text
from reco_core.processors import usable_processors

DEFAULT_OUT: Final = Path("build/simulation_validation.md")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add_sample_arguments(parser)
    parser.add_argument(
        "--out", type=path, default=DEFAULT_OUT, metavar="FILE",
        help=f"file for the table; numbers of each seed go to .json beside it ({DEFAULT_OUT})",
    )  # fmt: skip


def add_sample_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that say how much is simulated."""
    parser.add_argument(
        "--events", type=int, default=DEFAULT_EVENTS,
        help=f"events of each seed, 1 or more (default {DEFAULT_EVENTS})",
    )  # fmt: skip
    parser.add_argument(
        "--seeds", type=int, default=DEFAULT_SEEDS,
        help=f"number of seeds, 1 or more (default {DEFAULT_SEEDS})",
    )  # fmt: skip
    parser.add_argument(
        "--first-seed", type=int, default=FIRST_SEED,
        help=f"the first of them, 0 or more; tune with others (default {FIRST_SEED})",
    )  # fmt: skip
    parser.add_argument(
        "--workers", type=int, default=usable_processors(),
        help="processes that simulate; as many as there are processors",
    )  # fmt: skip


def run(args: argparse.Namespace) -> None:
    """Compare, print, write; SettingError for impossible numbers, DatasetError for the file."""
    seeds = seeds_of(args)
    check_writable(args.out)  # before the time that the simulation takes
    result = validate(args.events, seeds, args.workers)
    print(report_text(result), end="")
    write_report(args.out, result)


def seeds_of(args: argparse.Namespace) -> Sequence[int]:
    """The seeds that the options ask for; SettingError for impossible numbers."""
    least = {"--events": 1, "--seeds": 1, "--first-seed": 0, "--workers": 1}
    for option, smallest in least.items():
        value = getattr(args, option.removeprefix("--").replace("-", "_"))
        if value < smallest:
            raise SettingError(
                f"{option} is {value!r}; expected a whole number of {smallest} or more."
            )
    return range(args.first_seed, args.first_seed + args.seeds)
