"""The command `python -m reco_core index`: build indexes ahead of the first use."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Final, TextIO

from reco_core.arguments import path
from reco_core.errors import DatasetError, SettingError
from reco_core.icecube.dataset_build import build_index
from reco_core.icecube.dataset_files import BATCH_NAME, SPLITS, Batch, batches_in
from reco_core.icecube.dataset_index import IndexStore
from reco_core.icecube.dataset_progress import measured

BAR_WIDTH: Final = 30
DEFAULT_LIMIT_BYTES: Final = 20_000_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "paths", type=path, nargs="+", metavar="FILE_OR_FOLDER",
        help="train/batch_1.parquet of a data set, or the folder of a data set for all its batches",
    )  # fmt: skip
    parser.add_argument("--index-dir", type=path, required=True, help="folder for the indexes")
    parser.add_argument(
        "--limit-bytes", type=int, default=DEFAULT_LIMIT_BYTES,
        help="size up to which indexes are kept, the least recently used go first (default 20e9)",
    )  # fmt: skip


def run(args: argparse.Namespace) -> None:
    """Build what is missing; FileFormatError or DatasetError about the first bad file."""
    if args.limit_bytes < 0:
        raise SettingError(f"--limit-bytes is {args.limit_bytes}; expected 0 or more.")
    store = IndexStore(args.index_dir, args.limit_bytes)
    for given in args.paths:
        for batch in _batches(given.absolute()):
            _build(store, batch)


def _batches(given: Path) -> tuple[Batch, ...]:
    match = BATCH_NAME.fullmatch(given.name)
    for split in SPLITS:
        if match and given.parent.name == split:
            return (Batch(split, int(match[1]), given),)
    batches = batches_in(given)
    if not batches:
        raise DatasetError(
            f"{given} is neither a batch file (train/batch_1.parquet) nor the folder of a data set "
            "(with train/batch_1.parquet or test/batch_1.parquet in it)."
        )
    return batches


def _build(store: IndexStore, batch: Batch) -> None:
    key = store.key(batch)
    if store.has(key):
        print(f"{batch.label}: index is there", file=sys.stderr)
        return
    bar = Bar(batch.label, sys.stderr)
    try:
        built = build_index(store, batch, bar)
    except OSError as error:
        raise DatasetError(
            f"The index of {batch.path} cannot be written to {store.folder}: {error}. "
            "Free some space or choose another folder with --index-dir."
        ) from error
    finally:
        bar.end()
    if not built:
        print(f"{batch.label}: another builder is at it", file=sys.stderr)


class Bar:
    """Progress with rate and time left: a moving bar on a terminal, else one line at the end."""

    def __init__(self, label: str, out: TextIO) -> None:
        self._label, self._out = label, out
        self._started = time.monotonic()
        self._moving = False

    def __call__(self, done: int, total: int) -> None:
        seconds = time.monotonic() - self._started
        if self._out.isatty():
            self._moving = True
            filled = BAR_WIDTH * done // total if total else BAR_WIDTH
            bar = "#" * filled + "." * (BAR_WIDTH - filled)
            self._out.write(f"\r{self._label} [{bar}] {self._numbers(done, total, seconds)}  ")
            self._out.flush()
        elif done == total:
            print(f"{self._label}: {done:,} pulses in {seconds:.1f} s", file=self._out)

    def _numbers(self, done: int, total: int, seconds: float) -> str:
        told = measured(done, total, seconds)
        text = f"{done / 1e6:.1f} of {total / 1e6:.1f} million pulses"
        if "rows_per_s" in told:
            rate, left = told["rows_per_s"] / 1e6, told["seconds_left"]
            text += f", {rate:.1f} million/s, {left:.0f} s left"
        return text

    def end(self) -> None:
        """Leave the line of the bar."""
        if self._moving:
            self._out.write("\n")
