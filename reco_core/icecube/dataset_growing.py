"""A data set that grows batch by batch, and can go on after an interruption.

What is needed to go on lies in a hidden folder of the data set: the settings it was begun with,
and the meta and truth rows of each batch. They are joined at the end. train_meta.parquet comes
last: where it is there, the data set is complete.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import polars as pl

from reco_core.dataset_reading import reading, scan
from reco_core.dataset_writing import check_folder, stream_parquet, whole, writing
from reco_core.errors import DatasetError, FileFormatError
from reco_core.icecube.dataset_files import TRUTH_FILES, batches_in
from reco_core.icecube.dataset_write import (
    PULSES_PER_ROW_GROUP,
    BatchTables,
    remove_dataset,
    write_geometry,
)
from reco_core.icecube.detector import Detector

WORK_FOLDER: Final = ".unfinished"
SETTINGS_FILE: Final = ".simulation.json"
META_FILE: Final = "train_meta.parquet"

Settings = Mapping[str, int | str]


class GrowingDataset:
    """The training split of a data set in the making. Made by `growing_dataset`.

    batches_done : batches 1 to this are written.  complete : nothing is left to do.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._work = folder / WORK_FOLDER
        self.complete = (folder / META_FILE).exists()
        self.batches_done = 0
        while not self.complete and self._is_whole(self.batches_done + 1):
            self.batches_done += 1

    def add(self, batch: BatchTables, truth: pl.DataFrame) -> None:
        """Write the next batch, number batches_done + 1. truth : one row per event.

        Raises DatasetError if it cannot be written; the batch is then not there.
        """
        number = batch.batch_id
        if number != self.batches_done + 1:
            raise ValueError(f"batch_id is {number!r}; expected {self.batches_done + 1}")
        stream_parquet(batch.meta.lazy(), self._part("meta", number), self._work)
        stream_parquet(truth.lazy(), self._part("truth", number), self._work)
        # The pulses last: they appear under their name when all of the batch is written.
        pulses = batch.pulses.lazy()
        stream_parquet(pulses, self._batch(number), self._work, PULSES_PER_ROW_GROUP)
        self.batches_done = number

    def finish(self) -> None:
        """Join the rows of the batches to truth.parquet and train_meta.parquet."""
        self._join("truth", self.folder / TRUTH_FILES[0])
        self._join("meta", self.folder / META_FILE)
        self.complete = True
        self.tidy()

    def tidy(self) -> None:
        """Remove what is not part of the batches that are done: all of it if complete."""
        done = range(1, self.batches_done + 1)
        kept = {self._part(kind, number) for kind in ("meta", "truth") for number in done}
        with writing(self.folder):
            if self.complete:
                shutil.rmtree(self._work, ignore_errors=True)
                return
            for path in self._work.iterdir():
                if path not in kept:
                    path.unlink()
            for batch in batches_in(self.folder):
                if batch.batch_id not in done:
                    batch.path.unlink()

    def _join(self, kind: str, path: Path) -> None:
        numbers = range(1, self.batches_done + 1)
        parts = [self._part(kind, number) for number in numbers]
        rows = pl.scan_parquet(parts, glob=False, hive_partitioning=False)
        stream_parquet(rows, path, self._work)

    def _part(self, kind: str, number: int) -> Path:
        return self._work / f"{kind}_{number}.parquet"

    def _batch(self, number: int) -> Path:
        return self.folder / "train" / f"batch_{number}.parquet"

    def _is_whole(self, number: int) -> bool:
        """True if the files of a batch agree; one cut short when the machine stopped does not."""
        paths = (self._batch(number), self._part("meta", number), self._part("truth", number))
        if not all(path.exists() for path in paths):
            return False
        try:
            pulses, events, truths = (_rows(path) for path in paths)
            with reading(paths[1], "rows of a meta file"):
                last = scan(paths[1]).select(pl.col("last_pulse_index").max()).collect().item()
        except FileFormatError:
            return False
        return bool(truths == events and pulses == last + 1)


@contextmanager
def growing_dataset(
    folder: Path,
    settings: Settings,
    detector: Detector,
    resume: bool = False,
    force: bool = False,
) -> Iterator[GrowingDataset]:
    """A data set to add batches to; left with no batch written, nothing remains of it.

    settings : all that the content depends on; kept, and compared by `resume`.
    resume : go on with what is in the folder, if anything.  force : replace the data set in it.
    Raises DatasetError if the folder cannot be used so, or by another process at the same time.
    """
    _check(folder, settings, resume, force)
    is_new = not folder.exists()
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        try:
            if force:
                _remove(folder)
            dataset = GrowingDataset(folder)
            if not dataset.complete:
                _begin(folder, settings, detector)
            dataset.tidy()
            yield dataset
        finally:
            if not (folder / META_FILE).exists() and not batches_in(folder):
                _remove(folder)
                if is_new:
                    folder.rmdir()


def _check(folder: Path, settings: Settings, resume: bool, force: bool) -> None:
    """DatasetError unless the folder may be used; nothing is changed."""
    begun = None if force else _settings_in(folder)
    if begun is None:
        check_folder(folder, force)
    elif not resume:
        raise DatasetError(
            f"{folder} holds a data set begun by this command; --resume goes on with it, --force "
            "replaces it, or give another folder."
        )
    else:
        _compare(folder, begun, settings)


def _settings_in(folder: Path) -> Settings | None:
    """What the data set in the folder was begun with; None if nothing is known."""
    path = folder / SETTINGS_FILE
    with writing(folder):
        if not path.is_file():
            return None
    try:
        begun = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise DatasetError(
            f"{path} cannot be read: {error}. Expected the settings that the data set was begun "
            "with; --force begins it anew."
        ) from error
    return begun if isinstance(begun, dict) else {}


def _compare(folder: Path, begun: Settings, settings: Settings) -> None:
    for name, value in settings.items():
        if begun.get(name) != value:
            raise DatasetError(
                f"{folder} was begun with {name} {begun.get(name)!r}; --resume with {name} "
                f"{value!r} would mix two data sets. Give the {name} it was begun with, another "
                "folder, or --force to begin anew."
            )


def _begin(folder: Path, settings: Settings, detector: Detector) -> None:
    with writing(folder):
        (folder / WORK_FOLDER).mkdir(exist_ok=True)
        (folder / "train").mkdir(exist_ok=True)
    write_geometry(folder, detector)
    # Last, for a folder with settings is taken for one that can be gone on with.
    with whole(folder / SETTINGS_FILE, folder / WORK_FOLDER) as partial:
        partial.write_text(json.dumps(dict(settings), indent=1) + "\n")


def _remove(folder: Path) -> None:
    """Remove the data set and all that this module adds to it; other files stay."""
    remove_dataset(folder)
    with writing(folder):
        (folder / SETTINGS_FILE).unlink(missing_ok=True)
        if (folder / WORK_FOLDER).is_dir():
            shutil.rmtree(folder / WORK_FOLDER)
        with suppress(OSError):  # it may hold other files, or not be there
            (folder / "train").rmdir()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other processes from writing to the same folder at the same time."""
    with writing(folder):
        descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DatasetError(
                f"{folder} is being written by another process; wait until it ends, or stop it."
            ) from error
        yield
    finally:
        os.close(descriptor)


def _rows(path: Path) -> int:
    with reading(path, "a parquet file"):
        return int(scan(path).select(pl.len()).collect().item())
