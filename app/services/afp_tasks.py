"""Things found block by block, in threads, while somebody asks for them. Light to import."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Final

from reco_core.errors import HitscopeError

LEAST_ASKED_S: Final = 4.0  # a page that waits asks more often than that
RETRY_S: Final = 5.0  # how soon what failed is tried again
MOST_TASKS: Final = 16

Steps = Generator[float, None, bytes]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Progress:
    """body : None until it is there, and where it failed, as `error` says then."""

    body: bytes | None = None
    fraction: float = 0.0
    error: str = ""


class Task:
    """Rests when nobody has asked for LEAST_ASKED_S, and goes on where it was when asked again.

    turn : held during each step, so that one step runs at a time whatever is asked for.
    """

    def __init__(
        self, name: str, begin: Callable[[], Steps], turn: threading.Lock,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._name, self._begin, self._turn, self._clock = name, begin, turn, clock
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._steps: Steps | None = None
        self._progress = Progress()
        self._is_running = False
        self._asked_s = self._ended_s = clock()

    @property
    def is_running(self) -> bool:
        return self._is_running

    def ask(self, patience_s: float) -> Progress:
        """How far it is; waits so long for its end."""
        with self._lock:
            self._asked_s = self._clock()
            if self._progress.error and self._asked_s > self._ended_s + RETRY_S:
                self._progress, self._steps = Progress(), None
            if not (self._is_running or self._is_over()):
                self._is_running = True
                self._news.clear()
                threading.Thread(target=self._run, daemon=True, name=self._name).start()
        self._news.wait(patience_s)
        return self._progress

    def _is_over(self) -> bool:
        return self._progress.body is not None or self._progress.error != ""

    def _run(self) -> None:
        while self._goes_on():
            with self._turn:
                self._progress = self._stepped()
        self._news.set()

    def _goes_on(self) -> bool:
        with self._lock:
            is_left = self._clock() > self._asked_s + LEAST_ASKED_S
            if is_left or self._is_over():
                self._is_running = False
                self._ended_s = self._clock()
            return self._is_running

    def _stepped(self) -> Progress:
        try:
            if self._steps is None:
                self._steps = self._begin()
            return Progress(fraction=next(self._steps))
        except StopIteration as end:
            self._steps = None
            return Progress(end.value, 1.0)
        except HitscopeError as error:
            return Progress(error=str(error))
        except Exception as error:  # told to whoever asks; nobody else would hear of it
            log.exception("%s", self._name)
            return Progress(error=f"{self._name} ended with an error: {error!r}.")


class Tasks:
    """Tasks by key; the longest unused are forgotten. Safe to share among threads."""

    def __init__(self, most: int = MOST_TASKS) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._kept: OrderedDict[str, Task] = OrderedDict()

    def ask(self, key: str, name: str, begin: Callable[[], Steps], patience_s: float) -> Progress:
        """See Task.ask. begin : makes the steps, the first time it is called for."""
        with self._lock:
            task = self._kept.setdefault(key, Task(name, begin, self._turn))
            self._kept.move_to_end(key)
            idle = [other for other, kept in self._kept.items() if not kept.is_running]
            for other in idle[: max(0, len(self._kept) - self._most)]:
                if other != key:
                    del self._kept[other]
        return task.ask(patience_s)
