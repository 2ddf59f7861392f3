"""How fast a job goes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final

PACE_S: Final = 30.0  # over which the rate is averaged


class Pace:
    """Events per second: a running mean over half a minute, over all of it at the start."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last_s = clock()
        self._events = self._seconds = 0.0

    def add(self, n_events: int) -> None:
        now_s = self._clock()
        passed_s = now_s - self._last_s
        fade = math.exp(-passed_s / PACE_S)
        self._events = self._events * fade + n_events
        self._seconds = self._seconds * fade + passed_s
        self._last_s = now_s

    def skip(self) -> None:
        """The time since the last call counts for nothing."""
        self._last_s = self._clock()

    @property
    def rate_per_s(self) -> float | None:
        """None in the first second."""
        return self._events / self._seconds if self._seconds > 0.9 else None
