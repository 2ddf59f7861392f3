"""Data sets in the layout of the Kaggle competition "IceCube - Neutrinos in Deep Ice".

    FOLDER/sensor_geometry.csv       optional; else the built-in geometry
    FOLDER/train_meta.parquet        optional, and test_meta.parquet: events, places of their
                                     pulses, directions
    FOLDER/train/batch_1.parquet     pulses; any number of batches, also in FOLDER/test/
    FOLDER/truth.parquet or .csv     optional, not in the competition: more about the particles

Each batch gets an index on disk on its first use, from which any event opens in a millisecond. A
large one is built by a process in the background; until it is ready, and wherever it cannot be
written, events are read straight from the batch file.

A meta file that lists a batch is taken to list all its events.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np

from reco_core.dataset_identity import Identity, digest, identity
from reco_core.dataset_names import is_utf8, sub_folders, unique_name, url_safe
from reco_core.errors import DatasetError, NotFoundError
from reco_core.icecube.dataset_blocks import Block, block_of, cuts
from reco_core.icecube.dataset_contents import Contents, nearest
from reco_core.icecube.dataset_files import (
    GEOMETRY_FILE,
    SPLITS,
    Batch,
    IntArray,
    batches_in,
)
from reco_core.icecube.dataset_fingerprint import batch_fingerprint
from reco_core.icecube.dataset_geometry import read_geometry
from reco_core.icecube.dataset_index import IndexStore
from reco_core.icecube.dataset_meta import FloatArray, Spans
from reco_core.icecube.dataset_open import OpenBatch, Opener
from reco_core.icecube.dataset_progress import IndexProgress
from reco_core.icecube.detector import Detector, builtin_detector
from reco_core.icecube.event import Event, Split

__all__ = ["Batch", "Dataset", "IndexProgress", "find_datasets"]

# An event that is in no batch by the meta file is looked for in all, if they are so few.
FEW_BATCHES: Final = 16

log = logging.getLogger(__name__)


def find_datasets(root: Path, index_dir: Path, index_limit_bytes: int) -> tuple[Dataset, ...]:
    """The data set in the folder `root`, or those in its sub-folders, by name.

    Looks only at names of files; reads none. index_dir : where the indexes are kept, up to
    index_limit_bytes in all. Raises DatasetError if there is no data set.
    """
    root = Path(os.path.abspath(root))
    if not is_utf8(root):
        raise DatasetError(f"The name of the data folder {str(root)!a} is not UTF-8; rename it.")
    folders = [root] if batches_in(root) else sub_folders(root)
    store = IndexStore(index_dir, index_limit_bytes)
    found: dict[str, Dataset] = {}
    for folder in folders:
        if batches := batches_in(folder):
            key = unique_name(url_safe(folder.name), found)
            found[key] = Dataset(key, folder, batches, store)
    if not found:
        raise DatasetError(
            f"No data set in {root}. Looked for train/batch_1.parquet or test/batch_1.parquet "
            "(any number) there and in its sub-folders. To open another folder, type: "
            "make run DATA=folder"
        )
    return tuple(found.values())


class Dataset:
    """One data set. Safe to use from several threads; files are opened when first needed.

    key : name for URLs, unique among the data sets found together.  batches : train before test,
    then by number. Of an event_id that is in several batches the first one counts.
    """

    def __init__(
        self, key: str, folder: Path, batches: tuple[Batch, ...], store: IndexStore
    ) -> None:
        self.key = key
        self.folder = folder
        self.batches = batches
        self._opener = Opener(store)
        self._geometry: tuple[Identity | None, Detector | None] = (None, None)

    def __repr__(self) -> str:
        return f"<Dataset {self.key}: {len(self.batches)} batches in {self.folder}>"

    @property
    def detector(self) -> Detector:
        """Geometry of sensor_geometry.csv as it is now, else the built-in one.

        Raises FileFormatError if the file is bad.
        """
        path = self.folder / GEOMETRY_FILE
        if not os.path.lexists(path):
            return builtin_detector()
        found = identity(path)
        known, detector = self._geometry
        if detector is None or known != found:
            detector = read_geometry(path)
            self._geometry = (found, detector)
        return detector

    def event(self, event_id: int) -> Event:
        """One event with its checked pulses.

        Raises NotFoundError; EventError if its pulses break the rules or it has none;
        FileFormatError if its files are damaged.
        """
        batch, _ = self.locate(event_id)
        return self.event_of(batch, event_id)

    def event_of(self, batch: Batch, event_id: int) -> Event:
        """The event of that ID in a batch, also where an earlier batch has one of the same ID."""
        opened = self._opener.open(batch, build=True)
        where = f"event {event_id} of {batch.label}"
        pulses = opened.pulses(self._place(opened, event_id), where)
        truth = opened.contents.truth.truth(self._place(opened, event_id))
        return Event(event_id, batch.split, batch.batch_id, pulses, truth)

    def locate(self, event_id: int) -> tuple[Batch, int]:
        """Batch of an event and its place there, 0 for the first.

        A damaged batch is passed over; it counts, as FileFormatError, if no other has the event.
        Raises NotFoundError.
        """
        damage: DatasetError | None = None
        for batch in self._candidates(event_id):
            try:
                place = self._opener.open(batch).contents.find(event_id)
            except DatasetError as error:
                damage = damage or error
            else:
                if place is not None:
                    return batch, place
        raise damage or self._not_found(event_id)

    def position(self, event_id: int) -> tuple[int, int]:
        """(k, n): the event is the k-th, counted from 1, of the n events of its batch."""
        return self.around(event_id)[2:]

    def neighbours(self, event_id: int) -> tuple[int | None, int | None]:
        """The events before and after, in the order of the files and on from batch to batch."""
        return self.around(event_id)[:2]

    def around(self, event_id: int) -> tuple[int | None, int | None, int, int]:
        """neighbours() and position() of an event in one look."""
        batch, place = self.locate(event_id)
        ids = self._opener.open(batch).contents.event_id
        k = self.batches.index(batch)
        before = chain(_pairs(batch, ids[:place][::-1]), self._events(self.batches[:k][::-1], -1))
        after = chain(_pairs(batch, ids[place + 1 :]), self._events(self.batches[k + 1 :], +1))
        return self._first_reachable(before), self._first_reachable(after), place + 1, len(ids)

    def first_event_id(self) -> int:
        """First event of the first readable batch that has any.

        Raises NotFoundError; FileFormatError if no batch can be read.
        """
        for _, event_id in self._events(self.batches, +1):
            return event_id
        for batch in self.batches:
            self._opener.open(batch)  # raises what is wrong, if something is
        raise NotFoundError(f"No event in any batch of data set {self.key!r} ({self.folder}).")

    def random_event_id(self, rng: np.random.Generator) -> int:
        """An event with pulses: any readable batch with equal chance, then any event of it."""
        order = [self.batches[k] for k in rng.permutation(len(self.batches))]
        for batch in self._readable(order):
            contents = self._opener.open(batch).contents
            place = contents.random_place(rng)
            if place is not None:
                return int(contents.event_id[place])
        return self.first_event_id()

    def contents(self, batch: Batch) -> Contents:
        """What is known of the events of a batch; raises FileFormatError."""
        return self._opener.open(batch).contents

    def event_ids(self, batch: Batch) -> IntArray:
        """(E,) all events of a batch, in its order; raises FileFormatError."""
        return self.contents(batch).event_id

    def blocks(self, batch: Batch, size: int, first: int, end: int) -> Iterator[Block]:
        """The events at the places [first, end) of a batch, at most `size` at a time.

        Fast where the batch has an index. An event whose pulses break the rules is in
        Block.errors. Raises FileFormatError.
        """
        opened = self._opener.open(batch)
        for begin, stop in cuts(first, end, size):
            yield block_of(opened, begin, stop, partial(self.event_of, batch))

    def known_directions(self, batch: Batch) -> tuple[FloatArray, FloatArray]:
        """Zenith and azimuth, (E,) rad, of the events of a batch; NaN where not known."""
        return self.contents(batch).zenith, self.contents(batch).azimuth

    def place(self, batch: Batch, event_id: int) -> int | None:
        """Place of an event in `event_ids(batch)`, or None; raises FileFormatError."""
        return self.contents(batch).find(event_id)

    def event_count(self, batch: Batch) -> int | None:
        """Number of events by the meta file alone (too large where it scatters them), or None."""
        span = self._spans(batch.split).get(batch.batch_id)
        return span and span.last_row - span.first_row + 1

    def batch_fingerprint(self, batch: Batch) -> str:
        """Changes with any file that its events are made from; DatasetError if it is gone."""
        return batch_fingerprint(batch, self._opener.store)

    def fingerprint(self) -> str:
        """Changes with any file of the data set. Looks at 3 files per batch, and reads none."""
        return digest([self.batch_fingerprint(batch) for batch in self.batches])

    def ensure_index(self, batch: Batch, wait: bool = False) -> IndexProgress:
        """Start building the index unless it is there, being built, or known to be impossible.

        A small batch, up to 1,000,000 pulses, is indexed before this returns; `wait`: any batch.
        """
        self._opener.ensure_index(batch, wait)
        return self.index_progress(batch)

    def index_progress(self, batch: Batch) -> IndexProgress:
        """How far the index of a batch is."""
        return self._opener.progress(batch)

    def _place(self, opened: OpenBatch, event_id: int) -> int:
        place = opened.contents.find(event_id)
        if place is None:  # its file was replaced, or the meta file was wrong about it
            raise self._not_found(event_id)
        return place

    def _candidates(self, event_id: int) -> Iterator[Batch]:
        """Batches that may hold an event, in order; the meta file's ranges of IDs exclude most."""
        excluded = []
        spans: dict[Split, Spans] = {}
        for batch in self.batches:
            if batch.split not in spans:
                spans[batch.split] = self._spans(batch.split)
            span = spans[batch.split].get(batch.batch_id)
            if span is None or span.covers(event_id) or self._opener.is_open(batch):
                yield batch
            else:
                excluded.append(batch)
        if len(self.batches) <= FEW_BATCHES:
            yield from excluded

    def _spans(self, split: Split) -> Spans:
        """Spans of a split's meta file; none if it is bad, which opening any batch will tell."""
        try:
            return self._opener.store.spans(self.folder / f"{split}_meta.parquet")
        except DatasetError:
            return {}

    def _readable(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """The batches that can be opened; the others are logged."""
        for batch in batches:
            try:
                self._opener.open(batch)
            except DatasetError as error:
                log.warning("%s is passed over: %s", batch.label, error)
            else:
                yield batch

    def _events(self, batches: Iterable[Batch], step: int) -> Iterator[tuple[Batch, int]]:
        for batch in self._readable(batches):
            yield from _pairs(batch, self._opener.open(batch).contents.event_id[::step])

    def _first_reachable(self, events: Iterable[tuple[Batch, int]]) -> int | None:
        """The first that is found under its ID: passes over repetitions of earlier events."""
        reachable = (event for batch, event in events if self.locate(event)[0] == batch)
        return next(reachable, None)

    def _not_found(self, event_id: int) -> NotFoundError:
        text = f"No event {event_id} in data set {self.key!r} ({self.folder})."
        for split in SPLITS:
            present = {batch.batch_id for batch in self.batches if batch.split == split}
            for batch_id, span in self._spans(split).items():
                if span.covers(event_id) and batch_id not in present:
                    name = f"{split}/batch_{batch_id}.parquet"
                    return NotFoundError(f"{text} It may be in {name}, which is not there.")
        near = nearest(event_id, [opened.contents for opened in self._opener.all_open()])
        return NotFoundError(f"{text} Nearest in the batches open now: {near or 'none'}.")


def _pairs(batch: Batch, event_ids: IntArray) -> Iterator[tuple[Batch, int]]:
    return ((batch, int(event_id)) for event_id in event_ids)
