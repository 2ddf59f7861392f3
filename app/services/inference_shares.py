"""How long one piece of work may hold up the others, in the one thread that computes.

What is on a screen should wait for little else, and jobs should go on while people look at events.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final, Protocol

from app.services.inference_queue import Priority, Queue

AHEAD_S: Final = 0.25  # of one batch that is not shown: nobody waits for it, but for the next
JOBS_AT_LEAST_EVERY_S: Final = 2.0  # a slice, of about 0.25 s, whatever waits
TROUBLE_S: Final = 10.0  # without jobs, after one ended by an unexpected error
NEWEST_WEIGHS: Final = 0.3  # in the mean of an algorithm's times

log = logging.getLogger(__name__)


class Jobs(Protocol):
    """What goes on in slices (job_runner.py)."""

    def step(self, stop: Callable[[], bool]) -> bool: ...


class EventTimes:
    """How long each algorithm takes per event, lately."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    def note(self, algorithm: str, n_events: int, seconds: float) -> None:
        newest = seconds / n_events
        mean = self._seconds.get(algorithm, newest)
        self._seconds[algorithm] = mean + NEWEST_WEIGHS * (newest - mean)

    def most(self, algorithm: str, batch: int, priority: Priority) -> int:
        """How many events to compute at once, at most `batch`; one of an algorithm never timed."""
        if priority is Priority.SHOWN:
            return batch
        seconds = self._seconds.get(algorithm, AHEAD_S)
        return batch if seconds * batch <= AHEAD_S else max(1, int(AHEAD_S / seconds))


class JobSlices:
    """When jobs have their turn: if nothing waits, in turn with what is computed ahead or only
    listed, and now and then whatever waits. clock : seconds that only grow; tests put their own."""

    def __init__(
        self, jobs: Jobs, queue: Queue, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._jobs, self._queue, self._clock = jobs, queue, clock
        self._due_s = clock() + JOBS_AT_LEAST_EVERY_S
        self._from_s = 0.0
        self._has_work = False
        self._is_next = False

    def note_unhurried(self) -> None:
        """Jobs are next, unless something shown waits: what was computed was not shown."""
        self._is_next = self._has_work

    def is_due(self) -> bool:
        """Whether jobs come now, although tasks may wait."""
        return self._is_overdue() or (self._is_next and not self._shown_waits())

    def step(self) -> bool:
        """One slice; False if there was none. Cut short by what is shown, unless overdue."""
        if self._clock() < self._from_s:
            return False
        stop = _never if self._is_overdue() else self._shown_waits
        self._has_work = False
        try:
            self._has_work = self._jobs.step(stop)
        except Exception:  # a mistake in a job must not end what is on the screens
            log.exception("jobs rest for %d s", TROUBLE_S)
            self._from_s = self._clock() + TROUBLE_S
        self._is_next = False
        self._due_s = self._clock() + JOBS_AT_LEAST_EVERY_S
        return self._has_work

    def _is_overdue(self) -> bool:
        return self._clock() >= max(self._due_s, self._from_s)

    def _shown_waits(self) -> bool:
        return self._queue.has_tasks(Priority.SHOWN)


def _never() -> bool:
    return False
