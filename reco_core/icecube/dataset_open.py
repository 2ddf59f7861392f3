"""Opened batches: from the index if there is one, else straight from the batch file."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from typing import Final

from reco_core.dataset_lock import is_building
from reco_core.errors import FileFormatError, HitscopeError
from reco_core.icecube.dataset_build import build_index
from reco_core.icecube.dataset_contents import (
    Contents,
    contents_of_meta,
    contents_of_runs,
    find_runs,
    meta_rows,
)
from reco_core.icecube.dataset_files import Batch, PulseFile, pulses_of
from reco_core.icecube.dataset_index import Index, IndexStore
from reco_core.icecube.dataset_progress import IndexProgress, ProgressFile, start_builder
from reco_core.icecube.event import Pulses

OPEN_BATCHES: Final = 8
SMALL_BATCH_PULSES: Final = 1_000_000  # indexed at once, in a fraction of a second
SMALL_PATIENCE_S: Final = 10.0  # for another process that indexes the same small batch
RETRY_AFTER_S: Final = 60.0  # after a builder that was killed, or found the disk full

log = logging.getLogger(__name__)


class DirectBatch:
    """A batch without an index: each event is a slice of the batch file."""

    def __init__(self, store: IndexStore, batch: Batch) -> None:
        """Raises FileFormatError if the batch, meta or truth file is bad."""
        self.batch = batch
        self._file = PulseFile(batch)
        self._meta = meta_rows(batch, store.spans(batch.meta_path))
        contents = self._meta and contents_of_meta(batch, self._file.n_pulses, self._meta)
        self.contents: Contents = contents or self._contents_of_file()

    def pulses(self, place: int, where: str) -> Pulses:
        """Pulses of the event at a place of `contents`; EventError if they break the rules.

        `contents` may be another afterwards, if the meta file turns out to be wrong.
        """
        event_id = int(self.contents.event_id[place])
        first, count = int(self.contents.first_pulse[place]), int(self.contents.n_pulses[place])
        if first < 0:
            return pulses_of(self._file.rows_of(event_id), where)
        frame = self._file.rows(first, count)
        if len(frame) == count and (frame["event_id"] == event_id).all():
            return pulses_of(frame, where)
        log.warning("%s does not fit %s; it is ignored", self.batch.meta_path, self.batch.label)
        self.contents = self._contents_of_file()
        return pulses_of(self._file.rows_of(event_id), where)

    def _contents_of_file(self) -> Contents:
        return contents_of_runs(self.batch, find_runs(self._file), self._meta)


OpenBatch = Index | DirectBatch


class Opener:
    """Opens batches, keeps the last few open, and sees to it that indexes get built."""

    def __init__(self, store: IndexStore) -> None:
        self.store = store
        self._lock = threading.Lock()
        self._open: OrderedDict[Batch, tuple[str, OpenBatch]] = OrderedDict()
        self._running: set[str] = set()  # keys of the builders started here
        self._trouble: dict[str, tuple[float, str]] = {}  # key: when, and what went wrong
        self._warned = False

    def open(self, batch: Batch, build: bool = False) -> OpenBatch:
        """The batch as its files are now.

        build : start building the index if there is none. Raises FileFormatError.
        """
        key = self.store.key(batch)
        known = self._known(batch, key)
        if isinstance(known, Index):
            self.store.stamp(key)
            return known
        if build:
            self.ensure_index(batch)
        opened = self.store.open(batch, key) or known or DirectBatch(self.store, batch)
        with self._lock:
            self._open[batch] = (key, opened)
            while len(self._open) > OPEN_BATCHES:
                self._open.popitem(last=False)
        return opened

    def is_open(self, batch: Batch) -> bool:
        return batch in self._open

    def all_open(self) -> list[OpenBatch]:
        with self._lock:
            return [opened for _, opened in self._open.values()]

    def _known(self, batch: Batch, key: str) -> OpenBatch | None:
        with self._lock:
            known_key, opened = self._open.get(batch, ("", None))
            if known_key != key:
                return None
            self._open.move_to_end(batch)
            return opened

    def ensure_index(self, batch: Batch, wait: bool = False) -> None:
        """Build the index of a small batch, start a builder for a large one, unless in vain.

        wait : build a large one here, too.
        """
        key = self.store.key(batch)
        if isinstance(self._known(batch, key), Index):
            return
        troubled_at, _ = self._trouble.get(key, (-RETRY_AFTER_S, ""))
        if key in self._running or time.monotonic() - troubled_at < RETRY_AFTER_S:
            return
        if self.store.has(key) or self.store.failure(key) is not None:
            return
        try:
            self._build(batch, key, wait)
        except HitscopeError as error:  # recorded by the builder; opening the batch will tell
            log.warning("no index of %s: %s", batch.label, error)
        except OSError as error:
            self._note_unwritable(key, error)

    def _build(self, batch: Batch, key: str, wait: bool) -> None:
        if wait or _is_small(batch):
            build_index(self.store, batch, patience_s=SMALL_PATIENCE_S)
        elif not is_building(self.store.folder, key):
            self._running.add(key)
            try:
                start_builder(self.store, batch, lambda code: self._note_end(key, code))
            except OSError:
                self._running.discard(key)
                raise

    def _note_end(self, key: str, code: int) -> None:
        self._running.discard(key)
        if code and self.store.failure(key) is None:
            message = f"The builder of the index ended with code {code}; see build.log."
            self._trouble[key] = (time.monotonic(), message)
            log.warning("%s Folder: %s", message, self.store.folder)

    def _note_unwritable(self, key: str, error: OSError) -> None:
        message = (
            f"The index cannot be written to {self.store.folder} ({error}); "
            "events are read straight from the batch files, which is slower."
        )
        self._trouble[key] = (time.monotonic(), message)
        if not self._warned:
            self._warned = True
            log.warning("%s", message)

    def progress(self, batch: Batch) -> IndexProgress:
        """How far the index of a batch is."""
        key = self.store.key(batch)
        if self.store.has(key):
            return IndexProgress("ready")
        if (failure := self.store.failure(key)) is not None:
            return IndexProgress("failed", message=failure)
        if key in self._running or is_building(self.store.folder, key):
            told = ProgressFile(self.store.folder, key).read()
            return IndexProgress(
                "building",
                int(told.get("rows_done", 0)),
                int(told.get("rows_total", 0)),
                told.get("rows_per_s"),
                told.get("seconds_left"),
            )
        if key in self._trouble:
            return IndexProgress("failed", message=self._trouble[key][1])
        return IndexProgress("absent")


def _is_small(batch: Batch) -> bool:
    """Is it quick to index? A damaged file is: the builder will find the damage at once."""
    try:
        return PulseFile(batch).n_pulses <= SMALL_BATCH_PULSES
    except FileFormatError:
        return True
