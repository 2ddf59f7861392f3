"""One folder of the cache on a disk that may fail: opened when needed, given up, opened again.

Whatever the disk does becomes Unusable, said once per process and kind of trouble. Reading goes on
where writing cannot. After a fault the disk is left alone for `retry_s`, then tried again.
"""

from __future__ import annotations

import errno
import logging
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from diskcache.core import DBNAME, Timeout  # type: ignore[import-untyped]

from app.services.cache_disk import Busy, LocalCache, ReadingCache, RefusedEntry, error_name

log = logging.getLogger(__name__)
T = TypeVar("T")

OPENING_S: Final = 1.0  # for several processes that make the same database at once
FAULTS: Final = (sqlite3.Error, OSError, Timeout)
# What diskcache raises on top while it opens a database with settings it cannot understand.
OPENING_FAULTS: Final = (*FAULTS, RefusedEntry, TypeError, ValueError, KeyError)

# Kind of trouble -> what it means for whoever reads the log.
TROUBLES: Final[Mapping[str, str]] = {
    "deleted": "was deleted while in use; it is made anew",
    "damaged": "is damaged or no cache; it is begun anew, empty",
    "entry": "held an entry that this server cannot have written; it is thrown away unread",
    "open to others": "could be written by other users; it is now for its owner only, and empty",
    "not ours": "belongs to another user and is not used; give the server a folder of its own",
    "full": "has no space left on its disk (free some, or delete the folder)",
    "read-only": "cannot be written (file permissions); results are computed each time",
    "locked": "is held by another process; results are computed meanwhile",
    "too large": "is too small for a result of this size (raise HITSCOPE_RESULTS_GB)",
    "disk": "cannot be used; results are computed each time",
}


class Unusable(Exception):
    """The cache cannot do this now; already said in the log."""


class NotOurs(OSError):
    """The folder belongs to another user."""


class Troubles:
    """Says each kind of trouble once per process as a warning, afterwards for debugging only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._told: dict[tuple[int, str], object] = {}

    def tell(self, kind: str, detail: object) -> None:
        mine = object()
        is_first = self._told.setdefault((os.getpid(), kind), mine) is mine
        level = logging.WARNING if is_first else logging.DEBUG
        log.log(level, "The cache of results %s %s (%s).", self._folder, TROUBLES[kind], detail)


@dataclass
class _InProcess:
    """What one process has open. A forked child has its own: SQLite must not cross a fork."""

    pid: int
    opening: threading.Lock = field(default_factory=threading.Lock)
    cache: LocalCache | None = None
    identity: tuple[int, int] | None = None
    reopen_s: float = 0.0  # monotonic: not opened, or opened for reading only, until then
    rewrite_s: float = 0.0  # monotonic: not written until then


class Store:
    """A LocalCache in `folder`, with these settings of diskcache."""

    def __init__(self, folder: Path, troubles: Troubles, retry_s: float, **settings: Any) -> None:
        self._folder, self._troubles, self._retry_s = folder, troubles, retry_s
        self._settings = settings
        self._own = _InProcess(os.getpid())
        _STORES.add(self)

    def read(self, work: Callable[[LocalCache], T]) -> T:
        """work(the cache). Raises Unusable where it cannot be read, RefusedEntry from work."""
        here = self._here()
        cache = self._opened(here)
        try:
            return work(cache)
        except FAULTS as error:
            if self._is_current(here, cache):
                here.cache, here.reopen_s = None, time.monotonic() + self._retry_s
                self._tell(error, here)
            raise Unusable from error

    def write(self, work: Callable[[LocalCache], T]) -> T:
        """The same where work writes: after a fault reading goes on, writing pauses."""
        here = self._here()
        if time.monotonic() < here.rewrite_s:
            raise Unusable
        cache = self._opened(here)
        if isinstance(cache, ReadingCache):
            raise Unusable
        try:
            return work(cache)
        except FAULTS as error:
            with suppress(sqlite3.Error):
                cache.close()  # a transaction that could not be ended would hold all others up
            if self._is_current(here, cache):
                here.rewrite_s = time.monotonic() + self._retry_s
                self._tell(error, here)
            raise Unusable from error

    def can_write(self) -> bool:
        """Whether a write would be tried: not so soon after one that failed."""
        here = self._here()
        return time.monotonic() >= here.rewrite_s and not isinstance(here.cache, ReadingCache)

    def close(self) -> None:
        """Close the connections of all threads; the next use opens it again."""
        self._here().cache = None

    def _here(self) -> _InProcess:
        if self._own.pid != os.getpid():
            _INHERITED.append(self._own)  # never closed here: that could end the parent's locks
            self._own = _InProcess(os.getpid())
        return self._own

    def _opened(self, here: _InProcess) -> LocalCache:
        if (cache := self._still_good(here)) is not None:
            return cache
        with here.opening:
            if (cache := self._still_good(here)) is not None:
                return cache
            if time.monotonic() < here.reopen_s:
                raise Unusable
            if here.cache is not None and not isinstance(here.cache, ReadingCache):
                self._troubles.tell("deleted", "its database is gone")
                here.cache = None
            here.reopen_s = time.monotonic() + self._retry_s  # meanwhile others use what there is
            try:
                cache = self._open()
            except OPENING_FAULTS as error:
                here.cache = None
                self._tell(error, here)
                raise Unusable from error
            here.identity = _identity(self._folder)
            cache.close()  # connected anew, hence to this file or to one found to be another
            if not isinstance(cache, ReadingCache):
                here.reopen_s = 0.0
            here.cache = cache
            return cache

    def _still_good(self, here: _InProcess) -> LocalCache | None:
        """The open cache, if its file is the one in the folder. Its inode is not used anew
        while we have it open, so a deleted one is always told from its successor."""
        cache = here.cache
        if isinstance(cache, ReadingCache) and time.monotonic() >= here.reopen_s:
            return None
        return cache if self._is_current(here, cache) else None

    def _is_current(self, here: _InProcess, cache: LocalCache | None) -> bool:
        """Whether it is what is there now; if not, its faults mean nothing: it is opened anew."""
        found = _identity(self._folder)
        if cache is None or found is None:
            return False
        return here.cache is cache and found == here.identity

    def _open(self) -> LocalCache:
        self._make_private()
        try:
            return self._open_for_writing()
        except OPENING_FAULTS as error:
            kind = kind_of(error)
            if kind == "damaged":
                self._troubles.tell(kind, error)
                _remove_database(self._folder)
                return self._open_for_writing()
            try:
                cache = ReadingCache(self._folder)
            except sqlite3.Error:
                raise error from None  # the one that says what is wrong with the disk
            self._troubles.tell(kind, _cause(error))
            return cache

    def _open_for_writing(self) -> LocalCache:
        """Tries again while others make the same database: SQLite says busy at once then."""
        until = time.monotonic() + OPENING_S
        while True:
            try:
                return LocalCache(self._folder, **self._settings)
            except Busy:
                if time.monotonic() >= until:
                    raise
                time.sleep(0.01)

    def _make_private(self) -> None:
        """The folder, for its owner only. What others could have put there is not kept."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = self._folder.stat()
        if found.st_uid != os.geteuid():
            raise NotOurs(f"owner {found.st_uid}, server's user {os.geteuid()}")
        if found.st_mode & 0o022:
            self._folder.chmod(found.st_mode & 0o700)
            _remove_database(self._folder)
            self._troubles.tell("open to others", f"mode {found.st_mode & 0o777:04o}")
        elif found.st_mode & 0o077:
            with suppress(OSError):  # on a read-only disk; others can only read
                self._folder.chmod(found.st_mode & 0o700)

    def _tell(self, error: BaseException, here: _InProcess) -> None:
        kind = kind_of(error)
        self._troubles.tell(kind, _cause(error))
        if kind == "damaged":
            here.cache = None
            with suppress(OSError):
                _remove_database(self._folder)


def kind_of(error: BaseException) -> str:
    """The row of TROUBLES that a fault of the disk belongs to."""
    cause = _cause(error)
    name = error_name(cause)
    if isinstance(cause, NotOurs):
        return "not ours"
    if isinstance(cause, Busy | Timeout):
        return "locked"
    if isinstance(cause, OSError):
        return _KIND_OF_ERRNO.get(cause.errno or 0, "disk")
    if not isinstance(cause, sqlite3.Error) or name in ("SQLITE_CORRUPT", "SQLITE_NOTADB"):
        return "damaged"
    if str(cause).startswith("no such ") or "has no column" in str(cause):
        return "damaged"  # a database, but of something else
    if name in _KIND_OF_NAME:
        return _KIND_OF_NAME[name]
    return "read-only" if name.startswith(("SQLITE_READONLY", "SQLITE_PERM")) else "disk"


_KIND_OF_NAME: Final = {"SQLITE_FULL": "full", "SQLITE_READONLY_DBMOVED": "deleted"}
_KIND_OF_ERRNO: Final = {
    errno.ENOSPC: "full", errno.EDQUOT: "full", errno.EFBIG: "full",
    errno.EACCES: "read-only", errno.EPERM: "read-only", errno.EROFS: "read-only",
}  # fmt: skip


def _cause(error: BaseException) -> BaseException:
    """The fault itself: diskcache says Timeout for all, and a failed ROLLBACK after others."""
    while isinstance(error, Timeout) or "cannot rollback" in str(error):
        if error.__context__ is None:
            break
        error = error.__context__
    return error


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(folder / DBNAME)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _remove_database(folder: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        (folder / f"{DBNAME}{ending}").unlink(missing_ok=True)


def _let_go_before_fork() -> None:
    for store in list(_STORES):
        store.close()


_STORES: Final[weakref.WeakSet[Store]] = weakref.WeakSet()
_INHERITED: Final[list[_InProcess]] = []
os.register_at_fork(before=_let_go_before_fork)
