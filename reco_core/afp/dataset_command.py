"""The command `python -m reco_core afp-import`: AFP files in the stored form, to keep."""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from reco_core.afp.dataset_import import import_files, source_files
from reco_core.afp.dataset_sources import ImportOptions
from reco_core.afp.dataset_stored import is_stored, read_notes
from reco_core.arguments import path
from reco_core.dataset_writing import check_folder
from reco_core.errors import DatasetError
from reco_core.progress import Progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "--data", type=path, required=True,
        help=".npy file of images, ROOT file with the tree TreeHits, or folder of such files",
    )  # fmt: skip
    parser.add_argument("--out", type=path, required=True, help="folder to write, new or empty")
    parser.add_argument("--run", type=int, help="run number (default: from the file's name)")
    parser.add_argument(
        "--first-pixel", type=int, choices=(0, 1),
        help="number of the first row and column in ROOT files (default: found out)",
    )  # fmt: skip


def run(args: argparse.Namespace) -> None:
    """Import; DatasetError or FileFormatError if nothing can be."""
    options = ImportOptions(args.run, args.first_pixel)
    if is_stored(args.data):
        raise DatasetError(f"{args.data} is in the stored form already; it is used as it is.")
    paths = source_files(args.data.absolute())
    target = args.out.absolute()
    check_folder(target, force=False)
    with Bar(sys.stderr) as bar:
        import_files(paths, target, options, bar)
    _tell(target)


def _tell(target: Path) -> None:
    notes, problems = read_notes(target)
    for note in notes:
        print(note, file=sys.stderr)
    for problem in problems:
        print(f"Left out: {problem}", file=sys.stderr)
    print(f"Wrote {target}", file=sys.stderr)


class Bar(ExitStack):
    """Progress of which the whole becomes known with the first step."""

    def __init__(self, out: TextIO) -> None:
        super().__init__()
        self._out = out
        self._done = 0
        self._progress: Progress | None = None

    def __call__(self, done: int, total: int) -> None:
        if not total:
            return
        if self._progress is None:
            self._progress = self.enter_context(Progress(total, "entries", self._out))
        self._progress.add(done - self._done)
        self._done = done
