"""Results kept on the local disk, computed once among all processes that ask.

Keys name all that a result depends on (algorithms.result_key), so entries never go stale: nothing
expires, the oldest go when the folder is full. Values are bytes of which nothing is executed.
A fault of the disk is a miss, with one warning per process and kind of trouble; never an error.
Hits go on where nothing can be written, except on a read-only file system that is opened afresh
after a kill: what SQLite's log had not yet merged cannot be read there, and nothing is.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Final

from app.services.cache_claims import Claims, new_holder
from app.services.cache_disk import LocalCache, RefusedEntry
from app.services.cache_store import Store, Troubles, Unusable

CHECK_BYTES: Final = 4
EXPIRY_S: Final = 30.0
RETRY_S: Final = 5.0
WAIT_S: Final = (0.002, 0.05)  # between looks at what another computes: first, longest


class ResultCache:
    """Bytes by key, in a folder of mode 0700 with two databases: results, and claims to compute.

    folder : made when first needed; the server's alone.  limit_bytes : of the results; the least
    recently stored go first, so that a hit writes nothing and needs no room on the disk.
    on_lookup : told "hit", "miss" or "error" (of the disk) once per get or once.
    expiry_s : of the claim of a process that can no longer renew it.
    retry_s : how soon a disk that failed is tried again.

    Usable from all threads. Opened in each process when it first needs it, a forked child too.
    """

    def __init__(
        self,
        folder: Path,
        limit_bytes: int,
        on_lookup: Callable[[str], None] = lambda result: None,
        *,
        expiry_s: float = EXPIRY_S,
        retry_s: float = RETRY_S,
    ) -> None:
        self.on_lookup = on_lookup
        self._limit_bytes = limit_bytes
        self._troubles = Troubles(folder)
        self._results = Store(folder, self._troubles, retry_s, size_limit=limit_bytes)
        claims = Store(
            folder / "claims",
            self._troubles,
            retry_s,
            eviction_policy="none",
            cull_limit=10,
            sqlite_synchronous=0,  # of no use after the machine has gone down
        )
        self._claims = Claims(claims, expiry_s)

    def get(self, key: str) -> bytes | None:
        """The value, or None. Never raises for a fault of the disk."""
        value, result = self._look(key)
        self.on_lookup(result)
        return value

    def set(self, key: str, value: bytes) -> None:
        """Keep the value, if the disk lets it."""
        kept = _check(key, value) + value
        if len(kept) > self._limit_bytes // 2:
            self._troubles.tell("too large", f"{len(value):,} bytes")
            return

        def write(cache: LocalCache) -> None:
            cache.set(key, kept)
            cache.keep_within_limit()

        with suppress(Unusable):
            self._results.write(write)

    def discard(self, key: str) -> None:
        """Forget the value of that key: one that its reader found damaged."""
        with suppress(Unusable):
            self._results.write(lambda cache: cache.delete(key))

    def once(self, key: str, compute: Callable[[], bytes]) -> bytes:
        """The value, computed by one of all who ask for it at the same time.

        The others wait for it, however long it takes. Where compute raises, its caller gets the
        error and another of those who wait tries. Where claims cannot be kept, all compute.
        """
        value = self.get(key)
        pauses_s = _pauses()
        while value is None:
            with self.claimed([key]) as mine:
                if key in mine:
                    stored = mine[key]
                    return self._computed(key, compute) if stored is None else stored
            time.sleep(next(pauses_s))
            value = self._look(key)[0]
        return value

    @contextmanager
    def claimed(self, keys: Sequence[str]) -> Iterator[Mapping[str, bytes | None]]:
        """Those of the keys that are the caller's to compute and set while the block runs.

        Never waits: the keys left out are being computed by others. A value is what another has
        stored just before, None where there is none. Where claims cannot be kept, it is all keys.
        """
        holder = new_holder()
        mine = self._claim(keys, holder)
        with nullcontext() if not mine else self._claims.renewed(mine, holder):
            yield {key: self._look(key)[0] for key in (keys if mine is None else mine)}

    def close(self) -> None:
        """Close the files. The cache can be used again afterwards."""
        self._results.close()
        self._claims.close()

    def _claim(self, keys: Sequence[str], holder: bytes) -> list[str] | None:
        """Those that this holder is to compute; None where none can be appointed."""
        if not self._results.can_write():
            return None  # whoever waited for another's value would not find it
        with suppress(Unusable):
            return self._claims.take(keys, holder)
        return None

    def _computed(self, key: str, compute: Callable[[], bytes]) -> bytes:
        value = compute()
        self.set(key, value)
        return value

    def _look(self, key: str) -> tuple[bytes | None, str]:
        """The value or None, and what to tell on_lookup."""
        try:
            kept = self._results.read(lambda cache: cache.get(key))
        except Unusable:
            return None, "error"
        except RefusedEntry as error:
            return self._thrown_away(key, error)
        if kept is None:
            return None, "miss"
        value = kept[CHECK_BYTES:]
        if kept[:CHECK_BYTES] != _check(key, value):
            return self._thrown_away(key, f"{len(kept)} bytes that are not what was stored")
        return value, "hit"

    def _thrown_away(self, key: str, why: object) -> tuple[None, str]:
        self._troubles.tell("entry", why)
        self.discard(key)
        return None, "error"


def _check(key: str, value: bytes) -> bytes:
    """(4,) bytes that tell a value from another key's, and from one damaged on the disk."""
    return zlib.crc32(value, zlib.crc32(key.encode())).to_bytes(CHECK_BYTES, "little")


def _pauses() -> Iterator[float]:
    pause_s, longest_s = WAIT_S
    while True:
        yield pause_s
        pause_s = min(pause_s * 1.5, longest_s)
