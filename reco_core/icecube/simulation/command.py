"""The command `python -m reco_core simulate`: a data set of simulated events in a folder."""

from __future__ import annotations

import argparse
import sys
from typing import Final

from reco_core.arguments import path
from reco_core.errors import SettingError
from reco_core.icecube.dataset_write import BatchTables, check_folder, write_dataset
from reco_core.icecube.detector import builtin_detector
from reco_core.icecube.ice import south_pole_ice
from reco_core.icecube.simulation.generate import (
    SimulatedEvent,
    meta_table,
    pulse_table,
    simulate,
    truth_table,
)
from reco_core.icecube.simulation.progress import with_progress

EVENTS_PER_BATCH: Final = 200_000  # as in the competition


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--out", type=path, required=True, help="folder to write the data set to")
    parser.add_argument("--events", type=int, default=60, help="number of events, 1 or more")
    parser.add_argument(
        "--seed", type=int, default=1, help="0 or more; the same seed gives the same files"
    )
    parser.add_argument(
        "--force", action="store_true", help="replace the data set that is in the folder"
    )


def run(args: argparse.Namespace) -> None:
    """Simulate and write; SettingError for impossible numbers, DatasetError for the folder."""
    _check_least("--events", args.events, 1)
    _check_least("--seed", args.seed, 0)
    check_folder(args.out, args.force)  # before the time that the simulation takes
    detector = builtin_detector()
    drawn = simulate(args.events, args.seed, detector, south_pole_ice())
    events = list(with_progress(drawn, args.events, "events", sys.stderr))
    batches = (
        _batch(1 + start // EVENTS_PER_BATCH, events[start : start + EVENTS_PER_BATCH])
        for start in range(0, len(events), EVENTS_PER_BATCH)
    )
    write_dataset(args.out, batches, truth_table(events), detector, force=args.force)


def _batch(batch_id: int, events: list[SimulatedEvent]) -> BatchTables:
    return BatchTables(batch_id, pulse_table(events), meta_table(events, batch_id))


def _check_least(option: str, value: int, least: int) -> None:
    if value < least:
        raise SettingError(f"{option} is {value!r}; expected a whole number of {least} or more.")
