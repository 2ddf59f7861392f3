"""Tasks done beside one another by threads, results in order: for work that lets go of the lock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def in_order(do: Callable[[T], R], tasks: Iterable[T], threads: int) -> Generator[R, None, None]:
    """do(task) of each task, in order; at most one more task than threads is taken ahead.

    threads : 1 or more. Raises what `do` raises; what was begun then still ends.
    """
    waiting: deque[Future[R]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for task in tasks:
                waiting.append(pool.submit(do, task))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
