"""Which rows of hits.parquet each event has: read once, kept in a folder, mapped from then on.

The folder is named after the state of the files it was made from, so a changed file finds none.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from reco_core.afp.dataset_events import Known
from reco_core.afp.dataset_sources import Tell
from reco_core.afp.dataset_stored import HitsTable
from reco_core.afp.hits import IntArray
from reco_core.dataset_writing import whole, writing
from reco_core.errors import DatasetError, FileFormatError

INDEX_VERSION: Final = 1
START_FILE: Final = "start.npy"
ABOUT_FILE: Final = "index.json"
# Without a table of events N is the last event_id + 1, which then must not be a wild number.
MOST_EVENTS: Final = 200_000_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Index:
    """start : (N+1,) event k has the rows start[k]:start[k+1] of hits.parquet.

    known : the tables of events.  notes : what is to be said of them.
    """

    start: IntArray
    known: Known
    notes: tuple[str, ...]


def open_index(folder: Path, hits: HitsTable, kept: Path, tell: Tell) -> Index:
    """The index of the stored form in `folder`, made first if it is not in the folder `kept`.

    Where it cannot be written there it stays in memory. Raises FileFormatError for bad files.
    """
    return _kept(folder, kept) or _made(folder, hits, kept, tell)


def _kept(folder: Path, kept: Path) -> Index | None:
    try:
        about = json.loads((kept / ABOUT_FILE).read_text())
        start = np.load(kept / START_FILE, mmap_mode="r", allow_pickle=False)
        if about["version"] != INDEX_VERSION:
            return None
        return Index(start, Known(folder, about["in_order"]), tuple(about["notes"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError) as error:
        log.warning("the index in %s is damaged and is made again: %s", kept, error)
        return None


def _made(folder: Path, hits: HitsTable, kept: Path, tell: Tell) -> Index:
    known = Known(folder)
    n_events, notes = _number_of_events(hits, known)
    listing = next((str(table.path) for table in known.tables if table.in_order), "")
    start = _starts(hits, n_events, listing, tell)
    try:
        _keep(kept, start, known, notes)
    except DatasetError as error:
        log.warning("the index of %s stays in memory: %s", folder, error)
        return Index(start, known, tuple(notes))
    return _kept(folder, kept) or Index(start, known, tuple(notes))


def _keep(kept: Path, start: IntArray, known: Known, notes: Iterable[str]) -> None:
    about = {"version": INDEX_VERSION, "in_order": known.in_order(), "notes": list(notes)}
    with writing(kept):
        kept.mkdir(parents=True, exist_ok=True)
    # Not a file after the other with the same name: the one that is looked for first comes last.
    with whole(kept / START_FILE) as partial, partial.open("wb") as file:
        np.save(file, start, allow_pickle=False)
    with whole(kept / ABOUT_FILE) as partial:
        partial.write_text(json.dumps(about))


def _number_of_events(hits: HitsTable, known: Known) -> tuple[int, list[str]]:
    for table in known.tables:
        if table.in_order:
            return table.n_rows, []
    last = max((table.last() for table in known.tables), default=-1)
    if hits.n_rows:
        last = max(last, int(_last_id(hits)))
    if last >= MOST_EVENTS:
        raise FileFormatError(
            f"{hits.path}: the last event_id is {last}; expected events numbered 0 to N-1, at most "
            f"{MOST_EVENTS:,} where no events.parquet lists them."
        )
    return last + 1, [
        f"No table lists all events, so there are {last + 1:,}: up to the highest event_id."
    ]


def _last_id(hits: HitsTable) -> int:
    """event_id of the last row; the rows are sorted, or _starts says that they are not."""
    return max(int(ids.max()) for _, ids in hits.event_ids())


def _starts(hits: HitsTable, n_events: int, listing: str, tell: Tell) -> IntArray:
    """Count the rows of each event, in bounded memory but for 8 bytes an event.

    listing : the table that tells how many there are.
    """
    start = np.zeros(n_events + 1, np.int64)
    before = 0
    for first, ids in hits.event_ids():
        steps = np.diff(ids, prepend=before)
        if (steps < 0).any():
            k = int(np.argmax(steps < 0))
            raise FileFormatError(
                f"{hits.path}: event_id falls to {ids[k]} in row {first + k}; expected rows sorted "
                "by event_id."
            )
        before = int(ids[-1])
        if before >= n_events:
            raise FileFormatError(
                f"{hits.path} has event {before}, but {listing} lists {n_events:,} events, "
                "numbered from 0; are they of one data set?"
            )
        found, count = np.unique(ids, return_counts=True)
        start[found + 1] += count
        tell(first + len(ids), hits.n_rows)
    return np.cumsum(start, out=start)
