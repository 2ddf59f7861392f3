"""The command line `python -m reco_core COMMAND`. A command is one row of COMMANDS."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from reco_core.errors import HitscopeError

EXIT_USER_ERROR: Final = 2  # as argparse uses for wrong options
EXIT_INTERRUPTED: Final = 130  # as a shell reports Ctrl-C


@dataclass(frozen=True)
class Command:
    """name : as typed.  module : where its `add_arguments` and `run` are, imported when chosen."""

    name: str
    help: str
    module: str


COMMANDS: Final = (
    Command(
        "reconstruct",
        "write the directions that a method finds for a data set",
        "reco_core.icecube.reconstructions.command",
    ),
    Command(
        "classify",
        "write the learned verdict on every event of a data set",
        "reco_core.icecube.classification.command",
    ),
    Command(
        "simulate",
        "write a data set of simulated events",
        "reco_core.icecube.simulation.command",
    ),
    Command(
        "evaluate",
        "measure how far off the methods are",
        "reco_core.icecube.evaluation.command",
    ),
    Command(
        "compare",
        "compare single events with truth and published fits",
        "reco_core.icecube.evaluation.comparison_command",
    ),
    Command(
        "train",
        "train one of the shipped models on simulated events",
        "reco_core.icecube.training.command",
    ),
    Command(
        "validate-simulation",
        "compare the simulation with published real data",
        "reco_core.icecube.validation.command",
    ),
    Command(
        "index",
        "build the indexes of batches ahead of their first use",
        "reco_core.icecube.dataset_command",
    ),
    Command(
        "afp-simulate",
        "write a data set of simulated AFP events",
        "reco_core.afp.simulation.command",
    ),
    Command(
        "afp-import",
        "bring AFP images or ROOT files into the stored form",
        "reco_core.afp.dataset_command",
    ),
    Command(
        "afp-train",
        "train an anomaly detector on AFP events, simulated or your own",
        "reco_core.afp.training.command",
    ),
    Command(
        "afp-score",
        "write how anomalous each AFP event is",
        "reco_core.afp.scoring.command",
    ),
    Command(
        "afp-evaluate",
        "measure how well the anomaly detectors do on simulated AFP events",
        "reco_core.afp.evaluation.command",
    ),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code. arguments : as typed after `python -m reco_core`."""
    typed = sys.argv[1:] if arguments is None else list(arguments)
    chosen = typed[0] if typed else ""
    try:
        args = _parser(chosen).parse_args(typed)
        import_module(args.module).run(args)
    except HitscopeError as error:
        print(f"{chosen}: {error}", file=sys.stderr)
        return EXIT_USER_ERROR
    except KeyboardInterrupt:
        print(f"{chosen}: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    return 0


def _parser(chosen: str) -> argparse.ArgumentParser:
    """Parser of all commands; only the chosen one's module is imported, for its options."""
    parser = argparse.ArgumentParser(prog="python -m reco_core", description=__doc__)
    rows = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        row = rows.add_parser(command.name, help=command.help)
        row.set_defaults(module=command.module)
        if command.name == chosen:
            import_module(command.module).add_arguments(row)
    return parser
