"""AFP data sets: events of one station each, numbered 0 to N-1, read as hits.

A data set is a folder in the stored form (dataset_stored.py), as the simulation writes it, and is
used in place; or images in .npy files; or ROOT files of ATLAS. Those are brought into the stored
form once, in a folder of the index folder, from which any event opens in milliseconds.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from reco_core.afp.dataset_events import CLASS, INFO, Known
from reco_core.afp.dataset_import import import_files, import_key, source_files
from reco_core.afp.dataset_index import INDEX_VERSION, Index, open_index
from reco_core.afp.dataset_sources import ImportOptions, Tell
from reco_core.afp.dataset_stored import (
    EVENTS_FILE,
    HITS_FILE,
    NOTES_FILE,
    TRUTH_FILE,
    HitsTable,
    is_stored,
    read_notes,
)
from reco_core.afp.hits import HitBatch
from reco_core.dataset_identity import digest, identity
from reco_core.errors import FileFormatError, NotFoundError, SettingError

__all__ = ["AfpDataset", "AfpEvent", "ImportOptions", "open_afp", "state_of"]

# Blocks of events end before they have more hits, so that showers do not fill the memory.
HITS_PER_BLOCK: Final = 2_000_000
# An event takes as long to read as the events about it, which are looked at next.
WINDOW_EVENTS: Final = 256
HITS_PER_WINDOW: Final = 50_000
WINDOWS: Final = 16


@dataclass(frozen=True, eq=False)
class AfpEvent:
    """One station's read-out.  hits : a batch of this one event.

    run, evn, station, side : None where not known.  event_class : by the truth, if there is one.
    """

    event_id: int
    hits: HitBatch
    run: int | None
    evn: int | None
    station: int | None
    side: str | None
    event_class: str | None


class Window(NamedTuple):
    """Some events read together (E).  known : their rows of KNOWN_SCHEMA."""

    first: int
    hits: HitBatch
    known: pl.DataFrame


def open_afp(
    path: Path,
    index_dir: Path,
    options: ImportOptions | None = None,
    tell: Tell = lambda done, total: None,
) -> AfpDataset:
    """Open a data set; the first time, files that are not in the stored form are imported.

    index_dir : where what is made of the files is kept.  tell : is told how many entries, or rows,
    of how many are read. Two processes that open the same files at once import them once.
    Raises DatasetError; FileFormatError for bad files, if no file is good.
    """
    path = Path(os.path.abspath(path))
    options = options or ImportOptions()
    key = state_of(path, options)
    kept = index_dir / f"afp-{key}"
    if is_stored(path):
        return AfpDataset(path, path, key, kept, tell)
    if not is_stored(kept):
        import_files(source_files(path), kept, options, tell)
    return AfpDataset(path, kept, key, kept, tell)


def state_of(path: Path, options: ImportOptions | None = None) -> str:
    """(32,) hexadecimal digits that change with the files: the fingerprint of what is opened now.

    Reads none of them. Raises DatasetError where there is no data set.
    """
    if is_stored(path):
        names = (HITS_FILE, EVENTS_FILE, TRUTH_FILE, NOTES_FILE)
        return digest([INDEX_VERSION, [identity(path / name) for name in names]])
    return import_key(source_files(path), options or ImportOptions())


class AfpDataset:
    """One data set. Safe to use from several threads.

    path : as opened.  notes : what a user should know of how it was read.  problems : files that
    are left out, and why.
    """

    def __init__(self, path: Path, folder: Path, key: str, kept: Path, tell: Tell) -> None:
        """folder : of the stored form.  kept : folder of its index."""
        self.path = path
        self._key = key
        self._hits = HitsTable(folder)
        self._index: Index = open_index(folder, self._hits, kept, tell)
        notes, problems = read_notes(folder)
        self.notes: tuple[str, ...] = (*notes, *self._index.notes)
        self.problems: tuple[str, ...] = tuple(problems)
        self._window = lru_cache(WINDOWS)(self._read)

    def __repr__(self) -> str:
        return f"<AfpDataset {self.path}: {self.n_events:,} events, {self.n_hits:,} hits>"

    @property
    def n_events(self) -> int:
        return len(self._index.start) - 1

    @property
    def n_hits(self) -> int:
        return self._hits.n_rows

    @property
    def has_truth(self) -> bool:
        """Is there a truth.parquet?"""
        return self._known.truth is not None

    @property
    def _known(self) -> Known:
        return self._index.known

    def fingerprint(self) -> str:
        """(32,) hexadecimal digits; those of the files, as they were when this was opened."""
        return self._key

    def event(self, event_id: int) -> AfpEvent:
        """One event. Raises NotFoundError; FileFormatError if its hits break the rules."""
        if not 0 <= event_id < self.n_events:
            raise NotFoundError(f"No event {event_id} in {self.path}; it has {self._has()}.")
        for table in (self._hits, *self._known.tables):
            table.check_same()
        window = self._around(event_id)
        k = event_id - window.first
        return AfpEvent(**window.known.row(k, named=True), hits=window.hits.part(k, k + 1))

    def _around(self, event_id: int) -> Window:
        """The event and others about it, or alone among very many hits, or bad ones."""
        first = event_id - event_id % WINDOW_EVENTS
        end = min(first + WINDOW_EVENTS, self.n_events)
        if self._index.start[end] - self._index.start[first] <= HITS_PER_WINDOW:
            with suppress(FileFormatError):
                return self._window(first, end)
        return self._read(event_id, event_id + 1)

    def _read(self, first: int, end: int) -> Window:
        hits = self._hits.hits(self._index.start, first, end)
        return Window(first, hits, self._known.rows(first, end))

    def hits(self, first: int, end: int) -> HitBatch:
        """The events first to end - 1; FileFormatError names one that breaks the rules."""
        self._check_range(first, end)
        return self._hits.hits(self._index.start, first, end)

    def blocks(
        self, n: int, first: int = 0, end: int | None = None
    ) -> Iterator[tuple[int, HitBatch]]:
        """(event_id of its first, events) of blocks of at most n events, in order.

        first, end : leave out those before, and from `end` on. A block with very many hits has
        fewer events. Raises FileFormatError.
        """
        last = self.n_events if end is None else end
        self._check_range(first, last)
        if n < 1:
            raise SettingError(f"Blocks of {n!r} events; expected 1 or more.")
        while first < last:
            stop = self._end_of_block(first, min(first + n, last))
            yield first, self._hits.hits(self._index.start, first, stop)
            first = stop

    def _end_of_block(self, first: int, end: int) -> int:
        rows = self._index.start[first : end + 1]
        fits = int(np.searchsorted(rows, int(rows[0]) + HITS_PER_BLOCK, "right")) - 1
        return first + max(fits, 1)

    def info(self, first: int = 0, end: int | None = None) -> pl.DataFrame:
        """event_id, run, evn, side, station of the events first to end - 1; null if not known."""
        last = self.n_events if end is None else end
        self._check_range(first, last)
        return self._known.rows(first, last).select(INFO)

    def event_classes(self, first: int = 0, end: int | None = None) -> pl.Series:
        """Truth class of the events first to end - 1, as text; null where not known."""
        last = self.n_events if end is None else end
        self._check_range(first, last)
        return self._known.rows(first, last)[CLASS]

    def _check_range(self, first: int, end: int) -> None:
        if not 0 <= first <= end <= self.n_events:
            raise NotFoundError(
                f"No events {first} to {end - 1} in {self.path}; it has {self._has()}."
            )

    def _has(self) -> str:
        return f"events 0 to {self.n_events - 1}" if self.n_events else "no events"
