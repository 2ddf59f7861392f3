"""All data sets of AFP in the folder of data, found by name and opened when first asked for."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from app.services.afp_opening import Opened, Opening, state_or_none
from reco_core.afp.dataset import state_of
from reco_core.afp.dataset_find import Form, Found, find_afp
from reco_core.errors import DatasetError, FileFormatError, NotFoundError

LOOK_S: Final = 1.0  # how often at what lies in the folder, and whether a file has changed
PATIENCE_S: Final = 0.3  # of a request, for a data set that is being opened
RETRY_S: Final = 5.0  # after which one that could not be opened is tried again
WAIT_PER_WORK: Final = 20.0  # and so many times as long as trying took, if its files are the same
MOST_NAMES: Final = 20  # of data sets, in a message


class AfpEntry:
    """One data set. Safe to share among threads.

    key : name for addresses.  form : of its files.
    """

    def __init__(self, found: Found, index_dir: Path) -> None:
        self.key: str = found.key
        self.path: Path = found.path
        self.form: Form = found.form
        self._index_dir = index_dir
        self._lock = threading.Lock()
        self._opening: Opening | None = None
        self._looked_s = 0.0

    @contextmanager
    def opened(self, patience_s: float = PATIENCE_S) -> Iterator[Opened]:
        """The data set as its files are now; files that change while it is used are told.

        Raises ReadingError while it is read the first time; DatasetError where it cannot be used.
        """
        opening = self._current()
        try:
            yield opening.wait(patience_s)
        except FileFormatError:
            raise
        except DatasetError:  # changed since it was opened
            if not opening.has_failed:
                self._forget(opening)
            raise

    def _current(self) -> Opening:
        with self._lock:
            if self._opening is None or self._is_stale(self._opening):
                self._opening = Opening(self.path, self._index_dir, self._opening)
                self._looked_s = time.monotonic()
            return self._opening

    def _is_stale(self, opening: Opening) -> bool:
        now_s = time.monotonic()
        if opening.has_failed:
            return self._is_to_be_tried_again(opening, now_s)
        if now_s < max(opening.ended_s, self._looked_s) + LOOK_S:  # ended_s : infinite till then
            return False
        self._looked_s = now_s
        try:
            return state_of(self.path) != opening.wait(0).dataset.fingerprint()
        except DatasetError:
            return True

    def _is_to_be_tried_again(self, opening: Opening, now_s: float) -> bool:
        """A file of gigabytes with a bad entry is not read anew every few seconds."""
        if now_s <= max(opening.ended_s, self._looked_s) + RETRY_S:
            return False
        self._looked_s = now_s
        again_s = opening.ended_s + WAIT_PER_WORK * (opening.ended_s - opening.began_s)
        return now_s > again_s or opening.state != state_or_none(self.path)

    def _forget(self, opening: Opening) -> None:
        with self._lock:
            if self._opening is opening:
                self._opening = None


class AfpLibrary:
    """Safe to share among threads; data sets that appear in the folder are found.

    taken : keys of other data sets, which are not given again.
    """

    def __init__(
        self, root: Path, index_dir: Path, taken: Callable[[], Collection[str]] = lambda: ()
    ) -> None:
        self._root = root
        self._index_dir = index_dir
        self._taken = taken
        self._lock = threading.Lock()
        self._entries: dict[Found, AfpEntry] = {}
        self._seen: object = None
        self._looked_s = float("-inf")

    @property
    def datasets(self) -> tuple[AfpEntry, ...]:
        """By name. Opens no file."""
        with self._lock:
            now_s = time.monotonic()
            if now_s >= self._looked_s + LOOK_S:
                self._looked_s = now_s
                seen = _folder_times(self._root)
                if seen != self._seen:
                    self._seen = seen
                    self._find()
            return tuple(self._entries.values())

    def _find(self) -> None:
        known, self._entries = self._entries, {}
        for found in find_afp(self._root, self._taken()):
            self._entries[found] = known.get(found) or AfpEntry(found, self._index_dir)

    def dataset(self, key: str | None) -> AfpEntry:
        """The data set of that key (None: the first), or NotFoundError naming those there are."""
        entries = self.datasets
        for entry in entries:
            if key in (None, entry.key):
                return entry
        names = ", ".join(entry.key for entry in entries[:MOST_NAMES]) or "none"
        names += f" and {len(entries) - MOST_NAMES} more" if len(entries) > MOST_NAMES else ""
        asked = "no AFP data set" if key is None else f"no AFP data set {key[:80]!r}"
        raise NotFoundError(f"There is {asked}. Those open here: {names}.")


def _folder_times(root: Path) -> object:
    """What changes when a file or folder comes or goes in the folder or one of its folders."""
    times: dict[str, int] = {}
    try:
        times[""] = root.stat().st_mtime_ns
        with os.scandir(root) as rows:
            for row in rows:
                if row.is_dir():
                    times[row.name] = row.stat().st_mtime_ns
    except OSError:  # a file, or gone
        return times or None
    return times
