"""diskcache without pickle and without long waits. Only cache*.py import diskcache.

diskcache unpickles what it reads back, so whoever can write its folder runs code in the server
(CVE-2025-69872; no release mends it). Here only bytes under names of text are written or read.
They lie in the database itself: a separate file per value could be left behind by a process that
is killed, and names of files read from a damaged database could be any file at all.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from diskcache.core import (  # type: ignore[import-untyped]
    DBNAME,
    DEFAULT_SETTINGS,
    MODE_RAW,
    UNKNOWN,
    Cache,
    Disk,
)

BUSY_S: Final = 0.5  # wait for another process's write, per statement

SETTINGS: Final = {
    **DEFAULT_SETTINGS,  # every one, so that none is taken from a database others have written
    "cull_limit": 0,  # see keep_within_limit
    "sqlite_cache_size": -2048,  # KiB per thread
    "sqlite_mmap_size": 0,  # reading a mapped page of a file cut short would end the process
}


class RefusedEntry(Exception):
    """An entry that was not written by this server: a pickle, a file, no bytes, no text key."""


class Busy(sqlite3.OperationalError):
    """Another process is writing. diskcache tries "database is locked" again for 60 s; not this."""


class BytesDisk(Disk):
    """Keys are str, values are bytes; all else is refused, when written and when read."""

    def put(self, key: object) -> tuple[str, bool]:
        if type(key) is not str:
            raise TypeError(f"A key of the cache is {key!r}; expected str.")
        return key, True

    def get(self, key: object, raw: object) -> str:
        if not raw or type(key) is not str:
            raise RefusedEntry(f"a key of type {type(key).__name__}")
        return key

    def store(
        self, value: object, read: bool, key: object = UNKNOWN
    ) -> tuple[int, int, None, memoryview]:
        if read or type(value) is not bytes:
            raise TypeError(f"A value of the cache is a {type(value).__name__}; expected bytes.")
        return 0, MODE_RAW, None, sqlite3.Binary(value)

    def fetch(self, mode: object, filename: object, value: object, read: object) -> bytes:
        if mode != MODE_RAW or filename is not None or type(value) is not bytes:
            raise RefusedEntry(f"a value of mode {mode!r} and type {type(value).__name__}")
        return value

    def remove(self, file_path: object) -> None:
        """Nothing: entries have no files, whatever the database says."""


class Connection(sqlite3.Connection):
    """Says Busy where another process is writing."""

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        try:
            return super().execute(*arguments)
        except sqlite3.OperationalError as error:
            if error_name(error).startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                raise Busy(f"another process is writing to it ({error})") from error
            raise


class _Closing:
    """Closes a connection when dropped. The connection itself is in a circle of references."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __del__(self) -> None:
        with suppress(sqlite3.Error):
            self._connection.close()


def error_name(error: BaseException) -> str:
    """SQLite's name of what went wrong, such as 'SQLITE_FULL'; '' for other errors."""
    name = getattr(error, "sqlite_errorname", "")
    return name if isinstance(name, str) else ""


class LocalCache(Cache):
    """A diskcache.Cache of bytes, one connection per thread. May be dropped without closing it."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self._query = ""
        super().__init__(str(folder), timeout=BUSY_S, disk=BytesDisk, **{**SETTINGS, **settings})

    def keep_within_limit(self) -> None:
        """Remove the oldest entries; diskcache's own cull takes ten at once, which may be all."""
        n_removed = 1
        while self.volume() > self.size_limit and len(self):
            with self._transact() as (sql, cleanup):
                self._cull(time.time(), sql, cleanup, limit=n_removed)
            n_removed *= 2  # many small ones make room for a large one in few steps

    @property
    def _con(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "con", None)
        if connection is None:
            connection = self._local.con = self._connect()
            self._local.closing = _Closing(connection)  # when the thread or this cache ends
        return connection

    def _connect(self) -> sqlite3.Connection:
        address = f"file:{quote(os.path.join(self._directory, DBNAME))}{self._query}"
        connection = sqlite3.connect(
            address,
            uri=True,
            timeout=BUSY_S,
            isolation_level=None,
            check_same_thread=False,  # the last reference may be dropped by another thread
            factory=Connection,
        )
        for name in ("synchronous", "cache_size", "mmap_size"):  # the others stay in the file
            connection.execute(f"PRAGMA {name} = {SETTINGS['sqlite_' + name]}")
        return connection


class ReadingCache(LocalCache):
    """Serves the hits of a folder in which nothing can be written; raises sqlite3.Error if none.

    diskcache writes its settings whenever it opens, so its own __init__ is not called.
    """

    def __init__(self, folder: Path) -> None:
        self._directory = str(folder)
        self._disk = BytesDisk(self._directory)
        self._txn_id = None
        self.eviction_policy, self.statistics = "none", 0  # with these a hit writes nothing
        self._local = threading.local()
        self._query = "?mode=ro"
        try:
            self.get("")
        except sqlite3.OperationalError:
            if _has_log(folder):
                raise
            # Without the files by which readers and writers agree, which cannot be made here.
            self._local = threading.local()
            self._query = "?mode=ro&immutable=1"
            self.get("")


def _has_log(folder: Path) -> bool:
    """Whether a part of the entries is not yet in the database itself."""
    log = folder / f"{DBNAME}-wal"
    return log.exists() and log.stat().st_size > 0
