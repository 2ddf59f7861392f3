"""Values that take a second each, computed one after the other in a thread of the web worker.

Not in the inference process: there an event that somebody looks at would wait for the whole second,
as numbers of 20,000 events come from calls of numpy that cannot be cut short. Here most of the time
is spent inside numpy, which lets other threads run, and one worker computes for all of them
(ResultCache.once).
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from reco_core.errors import HitscopeError

MOST_KEPT: Final = 200  # values in memory, about 100 kB each
RETRY_S: Final = 30.0  # how soon what failed is tried again

Compute = Callable[[], dict[str, Any]]
MethodState = Literal["ready", "computing", "failed", "not scored"]

log = logging.getLogger(__name__)


class Kept(Protocol):
    """What is needed of the cache (cache.ResultCache)."""

    def get(self, key: str) -> bytes | None: ...
    def once(self, key: str, compute: Callable[[], bytes]) -> bytes: ...
    def discard(self, key: str) -> None: ...


@dataclass(frozen=True)
class Value:
    """value : None while it is being computed, and where that failed, as `message` says then."""

    value: dict[str, Any] | None = None
    message: str = ""

    @property
    def state(self) -> MethodState:
        if self.value is not None:
            return "ready"
        return "failed" if self.message else "computing"


class Worker:
    """Values by key; safe to share among threads. Its thread lives while there is work."""

    def __init__(self, cache: Kept, clock: Callable[[], float] = time.monotonic) -> None:
        self._cache = cache
        self._clock = clock
        self._lock = threading.Lock()
        self._known: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._failed: dict[str, tuple[float, str]] = {}  # when, and why
        self._waiting: OrderedDict[str, Compute] = OrderedDict()
        self._is_running = False

    def ask(self, key: str, compute: Compute) -> Value:
        """The value if it is there; otherwise it is computed, and there when asked for again."""
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
                return Value(known)
            failed_s, message = self._failed.get(key, (0.0, ""))
            if message and self._clock() - failed_s < RETRY_S:
                return Value(None, message)
            if key in self._waiting:
                return Value()
        kept = self._kept(key)
        with self._lock:
            if kept is not None:
                return Value(self._keep(key, kept))
            self._waiting[key] = compute
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._work, name="performance", daemon=True).start()
        return Value()

    def _kept(self, key: str) -> dict[str, Any] | None:
        found = self._cache.get(key)
        return None if found is None else self._decoded(key, found)

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._is_running = False
                    return
                key, compute = next(iter(self._waiting.items()))
            value, message = self._computed(key, compute)
            with self._lock:
                del self._waiting[key]
                if value is not None:
                    self._keep(key, value)
                else:
                    self._failed[key] = self._clock(), message

    def _computed(self, key: str, compute: Compute) -> tuple[dict[str, Any] | None, str]:
        try:
            body = self._cache.once(key, lambda: json.dumps(compute(), allow_nan=False).encode())
        except HitscopeError as error:
            return None, str(error)
        except Exception as error:  # whatever it is, those who wait are to be told
            log.exception("numbers of the page Performance cannot be computed")
            return None, f"{type(error).__name__}: {error}"
        value = self._decoded(key, body)
        return value, "" if value is not None else "What the cache kept of it was damaged."

    def _decoded(self, key: str, body: bytes) -> dict[str, Any] | None:
        try:
            value = json.loads(body)
        except ValueError:
            value = None
        if isinstance(value, dict):
            return value
        self._cache.discard(key)
        return None

    def _keep(self, key: str, value: dict[str, Any]) -> dict[str, Any]:
        self._known[key] = value
        self._failed.pop(key, None)
        while len(self._known) > MOST_KEPT:
            self._known.popitem(last=False)
        return value


def digest(*of: object) -> str:
    """The key of what follows from all of these and nothing else."""
    return hashlib.sha256(json.dumps(["performance", *of]).encode()).hexdigest()
