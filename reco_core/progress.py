"""Progress of a long command in the terminal: a bar, or plain lines in a log."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, TextIO

QUIET_S: Final = 1.5  # shorter work shows nothing
LOOK_EVERY_S: Final = 0.1
BAR_EVERY_S: Final = 0.2
LINE_EVERY_S: Final = 10.0
BAR_WIDTH: Final = 30


class Progress:
    """How many of `total` are done, how fast, and the time left, while the block runs.

    done : of an earlier run; the rate is that of this one.  starting : what takes the time until
    the first are done.  A thread draws, so that a long step does not look like a stop.
    """

    def __init__(
        self,
        total: int,
        noun: str,
        stream: TextIO,
        done: int = 0,
        starting: str = "starting",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._total, self._noun, self._starting = total, noun, starting
        self._stream, self._screen, self._clock = stream, stream.isatty(), clock
        self._before = self._done = done
        self._begun = clock()
        self._first: tuple[float, int] | None = None  # when the first were done, and how many
        self._due = self._begun + QUIET_S
        self._shown = False
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def add(self, count: int) -> None:
        """That many more are done."""
        self._done += count
        if self._first is None:
            self._first = (self._clock(), self._done)

    def look(self) -> None:
        """Draw, if it is time to."""
        now = self._clock()
        if now < self._due:
            return
        self._due = now + (BAR_EVERY_S if self._screen else LINE_EVERY_S)
        self._shown = True
        self._draw(f"{self._done:,} of {self._total:,} {self._noun}, {self._ahead(now)}")

    def __enter__(self) -> Progress:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end.set()
        self._thread.join()
        if self._shown and kind is None:
            took = self._clock() - self._begun
            made = self._done - self._before
            speed = f"{_number(made / took)} per second" if took > 0 else ""
            self._draw(f"{made:,} {self._noun} in {duration(took)}, {speed}")
        if self._shown and self._screen:
            self._stream.write("\n")

    def _watch(self) -> None:
        while not self._end.wait(LOOK_EVERY_S):
            self.look()

    def _ahead(self, now: float) -> str:
        """Rate since the first were done: what it takes to start is not repeated."""
        if self._first is None:
            return self._starting
        if self._done >= self._total:
            return "writing the last of them"
        since, count = self._first
        rate = (self._done - count) / (now - since) if now > since else 0.0
        if rate <= 0:
            return "measuring the speed"
        left = duration((self._total - self._done) / rate)
        return f"{_number(rate)} per second, {left} left"

    def _draw(self, line: str) -> None:
        if self._screen:
            full = round(BAR_WIDTH * self._done / self._total)
            self._stream.write(f"\r[{'#' * full}{'.' * (BAR_WIDTH - full)}] {line}\033[K")
        else:
            self._stream.write(f"{line}\n")
        self._stream.flush()


def duration(seconds: float) -> str:
    """Examples: "16 s", "20 min", "3.5 h"."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 100 * 60 else f"{seconds / 3600:.1f} h"


def _number(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}"
