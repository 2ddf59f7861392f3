"""Progress of a long command in the terminal: a bar, or plain lines in a log."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TextIO, TypeVar

T = TypeVar("T")

QUIET_S: Final = 2.0  # shorter work shows nothing
BAR_EVERY_S: Final = 0.2
LINE_EVERY_S: Final = 10.0
BAR_WIDTH: Final = 30


def with_progress(
    items: Iterable[T],
    total: int,
    noun: str,
    stream: TextIO,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[T]:
    """The items unchanged, with how many of `total` are done, how fast, and the time left."""
    screen = stream.isatty()
    start = clock()
    due = start + QUIET_S
    shown = False
    for done, item in enumerate(items, 1):
        yield item
        now = clock()
        if now >= due or (shown and done == total):
            due, shown = now + (BAR_EVERY_S if screen else LINE_EVERY_S), True
            line = progress_line(done, total, noun, now - start)
            stream.write(f"\r{_bar(done / total)} {line}\033[K" if screen else f"{line}\n")
            stream.flush()
    if shown and screen:
        stream.write("\n")


def progress_line(done: int, total: int, noun: str, elapsed_s: float) -> str:
    """Example: "1200 of 5000 events, 240 per second, 16 s left"."""
    rate = done / elapsed_s
    left = (total - done) / rate
    ahead = f"{left:.0f} s" if left < 100 else f"{left / 60:.0f} min"
    return f"{done} of {total} {noun}, {rate:.3g} per second, {ahead} left"


def _bar(share: float) -> str:
    full = round(share * BAR_WIDTH)
    return f"[{'#' * full}{'.' * (BAR_WIDTH - full)}]"
