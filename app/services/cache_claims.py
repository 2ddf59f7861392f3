"""Who computes what: one claim per key among all processes that share the folder.

A claim ends by itself `expiry_s` after its holder last renewed it, and at once where the holder is
known to be dead. It names its holder, so that one who comes late never ends another's.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path

from app.services.cache_disk import LocalCache, RefusedEntry
from app.services.cache_store import Store, Unusable

log = logging.getLogger(__name__)


class Claims:
    """expiry_s : how long a claim outlives its last renewal; it is renewed each third of it."""

    def __init__(self, store: Store, expiry_s: float) -> None:
        self._store, self._expiry_s = store, expiry_s
        self._renewer = Renewer(self._renew, expiry_s / 3)

    def take(self, keys: Sequence[str], holder: bytes) -> list[str]:
        """Those that are this holder's now. Raises Unusable where claims cannot be kept."""
        free = self._store.read(lambda cache: self._free(cache, keys))
        if not free:
            return []  # most who ask, ask in order to wait: they must not write

        def taken(cache: LocalCache) -> list[str]:
            with cache.transact():
                return [key for key in self._free(cache, free) if self._put(cache, key, holder)]

        return self._store.write(taken)

    @contextmanager
    def renewed(self, keys: Sequence[str], holder: bytes) -> Iterator[None]:
        """Renew the claims while the block runs, then end them."""
        self._renewer.add(keys, holder)
        try:
            yield
        finally:
            self._renewer.remove(keys, holder)
            with suppress(Unusable):
                self._store.write(lambda cache: self._end(cache, keys, holder))

    def close(self) -> None:
        self._store.close()

    def _renew(self, key: str, holder: bytes) -> None:
        def renew(cache: LocalCache) -> None:
            with cache.transact():
                if _holder(cache, key)[0] in (None, holder):
                    self._put(cache, key, holder)

        with suppress(Unusable):
            self._store.write(renew)

    def _free(self, cache: LocalCache, keys: Sequence[str]) -> list[str]:
        return [key for key in keys if not self._is_held(cache, key)]

    def _is_held(self, cache: LocalCache, key: str) -> bool:
        holder, until_s = _holder(cache, key)
        if holder is None or until_s is None:
            return False
        # A claim for longer than claims last: the clock was set back.
        return until_s - time.time() <= self._expiry_s and not is_dead(holder)

    def _put(self, cache: LocalCache, key: str, holder: bytes) -> bool:
        return bool(cache.set(key, holder, expire=self._expiry_s))

    def _end(self, cache: LocalCache, keys: Sequence[str], holder: bytes) -> None:
        with cache.transact():
            for key in keys:
                if _holder(cache, key)[0] == holder:
                    cache.delete(key)


class Renewer:
    """Renews what this process holds, in one thread for all: most computations are over before
    a thread of their own would have started.

    renew : called with key and holder of whatever is held each `every_s` seconds.
    """

    def __init__(self, renew: Callable[[str, bytes], None], every_s: float) -> None:
        self._renew, self._every_s = renew, every_s
        self._begin()

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._held: set[tuple[str, bytes]] = set()
        self._thread: threading.Thread | None = None
        self._has_failed = False

    def add(self, keys: Sequence[str], holder: bytes) -> None:
        """The thread is not woken: claims last three times as long as it sleeps."""
        if self._pid != os.getpid():  # a forked child has neither the thread nor its claims
            self._begin()
        with self._lock:
            self._held.update((key, holder) for key in keys)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="claims", daemon=True)
                self._thread.start()

    def remove(self, keys: Sequence[str], holder: bytes) -> None:
        """They are not being renewed when this returns."""
        with self._lock:
            self._held.difference_update((key, holder) for key in keys)

    def _run(self) -> None:
        while True:
            time.sleep(self._every_s)
            with self._lock:
                for key, holder in tuple(self._held):
                    self._try(key, holder)

    def _try(self, key: str, holder: bytes) -> None:
        try:
            self._renew(key, holder)
        except Exception:  # the thread must go on: there is none after it
            level = logging.DEBUG if self._has_failed else logging.ERROR
            log.log(level, "A claim to compute was not renewed", exc_info=True)
            self._has_failed = True


def _holder(cache: LocalCache, key: str) -> tuple[bytes | None, float | None]:
    """Of an unexpired claim: its holder and its end, s since 1970; else None twice."""
    try:
        holder, until_s = cache.get(key, expire_time=True)
    except RefusedEntry:
        return None, None
    return holder, until_s


def new_holder() -> bytes:
    """A name for one computation of this process: machine, process, when it began, random."""
    words = (_machine(), str(os.getpid()), _began(os.getpid()) or "?", secrets.token_hex(8))
    return " ".join(words).encode()


def is_dead(holder: bytes) -> bool:
    """Whether that process is known to have ended; False for one of another machine."""
    machine, _, rest = holder.decode("utf-8", "replace").partition(" ")
    pid, _, rest = rest.partition(" ")
    began = rest.partition(" ")[0]
    if machine != _machine() or began == "?" or not pid.isdigit():
        return False
    return _began(int(pid)) != began


@lru_cache(maxsize=1)
def _machine() -> str:
    """Of this start of this machine, and of its process numbers, which containers have their own.

    Where it cannot be told, a word of this process alone: claims then end by their expiry only.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
        return f"{boot}/{os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return secrets.token_hex(8)


def _began(pid: int) -> str | None:
    """When that process began, in the kernel's ticks; None if it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    after_name = fields.rpartition(")")[2].split()  # the name may hold spaces
    return None if after_name[0] in "ZX" else after_name[19]
