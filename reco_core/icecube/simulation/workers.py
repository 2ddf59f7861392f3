"""Worker processes that do tasks beside one another and hand the results back in order."""

from __future__ import annotations

import multiprocessing
import signal
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.synchronize import Barrier
from typing import Any, Final, TypeVar

from reco_core.errors import HitscopeError

R = TypeVar("R")
Task = tuple[Any, ...]  # arguments of the function

AHEAD: Final = 2  # tasks that a worker has: it need not wait for the next one
END_S: Final = 5.0  # that a worker may take to end


def in_order(
    do: Callable[..., R],
    tasks: Iterable[Task],
    workers: int,
    prepare: Callable[[int, int], None] | None = None,
) -> Generator[R, None, None]:
    """do(*task) of each task, in order, by `workers` >= 1 processes; by this one if it is 1.

    do : can be pickled, as can its results. Close the generator to stop the workers at once.
    prepare : what each worker does first, given its number from 0 and how many there are; none
    begins a task before all are done with it.
    Raises what `do` raises, and HitscopeError if a worker dies.
    """
    if workers == 1:
        if prepare is not None:
            prepare(0, 1)
        yield from (do(*task) for task in tasks)
        return
    crew: dict[Connection, SpawnProcess] = {}
    try:
        # spawn, for a fork of a process with threads may hang.
        context = multiprocessing.get_context("spawn")
        together = context.Barrier(workers)
        for number in range(workers):
            first = None if prepare is None else partial(prepare, number, workers)
            connection, process = _started(context, do, first, together)
            crew[connection] = process
        yield from _results(crew, iter(tasks))
    finally:
        for connection, process in crew.items():
            connection.close()
            process.terminate()
        for process in crew.values():
            process.join(END_S)


def _results(crew: dict[Connection, SpawnProcess], tasks: Iterator[Task]) -> Iterator[Any]:
    load = dict.fromkeys(crew, 0)
    ready: dict[int, Any] = {}
    handed = taken = 0
    left = True
    while left or taken < handed:
        # Results that wait for an earlier one are few, however slow a worker is.
        while left and handed - taken < 2 * AHEAD * len(crew) and min(load.values()) < AHEAD:
            task = next(tasks, None)
            left = task is not None
            if left:
                idle = min(load, key=load.__getitem__)
                with _alive(crew[idle]):
                    idle.send((handed, task))
                load[idle] += 1
                handed += 1
        told = wait(list(crew)) if taken < handed else ()
        for connection in (one for one in crew if one in told):
            with _alive(crew[connection]):
                number, result, error = connection.recv()
            if error is not None:
                raise error
            load[connection] -= 1
            ready[number] = result
        while taken in ready:
            yield ready.pop(taken)
            taken += 1


@contextmanager
def _alive(worker: SpawnProcess) -> Iterator[None]:
    """Turn the broken connection to a worker into an error that says how it ended."""
    try:
        yield
    except (EOFError, OSError) as error:
        worker.join(END_S)
        code = worker.exitcode or 0
        how = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        raise HitscopeError(
            f"A worker process ended before its work was done ({how}); the memory may have run "
            "out. Give the same command with --resume, which keeps the batches that are written, "
            "and with fewer --workers if it happens again."
        ) from error


def _started(
    context: SpawnContext,
    do: Callable[..., Any],
    first: Callable[[], None] | None,
    together: Barrier,
) -> tuple[Connection, SpawnProcess]:
    here, there = context.Pipe()
    process = context.Process(target=_work, args=(there, do, first, together), daemon=True)
    with _ctrl_c_held_back():
        process.start()
    there.close()
    return here, process


@contextmanager
def _ctrl_c_held_back() -> Iterator[None]:
    """Processes started meanwhile never see Ctrl-C, which goes to all of a terminal; this one will.

    The process that started them then stops them, and there is one message instead of many.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(
    connection: Connection,
    do: Callable[..., Any],
    first: Callable[[], None] | None,
    together: Barrier,
) -> None:
    """What a worker process does, until the process that started it closes the connection."""
    if first is not None:
        first()
        together.wait()
    with suppress(EOFError, OSError):
        while True:
            number, task = connection.recv()
            connection.send((number, *_outcome(do, task)))


def _outcome(do: Callable[..., R], task: Task) -> tuple[R | None, Exception | None]:
    try:
        return do(*task), None
    except Exception as error:
        error.add_note(f"In a worker process:\n{traceback.format_exc()}")
        return None, error
