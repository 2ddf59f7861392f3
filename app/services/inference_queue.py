"""What waits to be computed, what is being computed, and what was: one for all threads.

Equal keys are one task, however many ask. What is drawn on a screen comes before what is computed
ahead, and that before what is only listed beside the drawing. Of what is drawn, and of what is
listed, each viewer gets one task in turn, all scripts together count as one viewer; else first
come, first served. A task that nobody waits for any more is dropped, unless it has begun. Does
nothing but keep order: it computes, reads and sends nothing.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import chain, zip_longest
from typing import Final

from app.services.inference_link import Place, State, StateName, Viewer
from app.services.inference_memory import Answers, Served, Turns

MAX_WAITING: Final = (5_000, 1_000, 5_000)  # tasks of each priority; about 1 kB each
# A browser asks again every second; a page whose neighbours are computed is looked at longer.
INTEREST_S: Final = (60.0, 600.0, 60.0)
HELD_S: Final = 0.2  # how soon it is tried again what another server was computing
SWEEP_S: Final = 5.0  # how often those are looked for that nobody waits for


class Priority(IntEnum):
    """The smaller, the sooner. Jobs come after all and do not queue here."""

    SHOWN = 0
    AHEAD = 1
    LISTED = 2


@dataclass
class Interest:
    """Of one viewer in one task: in which turn, and when last told."""

    turn: int
    told_s: float


@dataclass(eq=False)
class Task:
    """One algorithm's answer for one event.

    waiters : by name of the viewer, '' for scripts.  from_s : when it can begin, by the clock.
    """

    key: str
    place: Place
    algorithm: str
    priority: Priority
    state: StateName = "queued"
    message: str = ""
    kept: bytes | None = None
    waiters: dict[str, Interest] = field(default_factory=dict)
    from_s: float = 0.0

    def now(self) -> State:
        return State(self.state, self.message, self.kept)


class Queue:
    """Tasks by key. clock : seconds that only grow; tests put their own."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._waiting: tuple[OrderedDict[str, Task], ...] = tuple(OrderedDict() for _ in Priority)
        self._computing: dict[str, Task] = {}
        self._answers = Answers(clock)
        self._turns = Turns()
        self._served = Served()
        self._woken = False
        self._sweep_s = 0.0

    def put(
        self, key: str, place: Place, algorithm: str, priority: Priority, viewer: Viewer | None
    ) -> Task:
        """The task of that key: the one there is, or a new one; `viewer` waits for it from now on.

        Where the answer is kept already it is done; where the queue is full, or the viewer has
        moved on to a later turn, it is ended at once.
        """
        with self._changed:
            kept = self._answers.get(key)
            if kept is not None:
                return Task(key, place, algorithm, priority, *kept)
            task = self._computing.get(key)
            if task is None and self.has_left(viewer):
                return _ended(Task(key, place, algorithm, priority), "cancelled", "")
            task = task or self._found(key, priority)
            if task is None:
                task = Task(key, place, algorithm, priority)
                if len(self._waiting[priority]) >= MAX_WAITING[priority]:
                    return _ended(task, "failed", self._full(priority))
                self._waiting[priority][key] = task
                self._changed.notify_all()
            self._note(task, viewer)
            return task

    def leave(self, viewer: Viewer) -> None:
        """Drop what this viewer asked for in earlier turns, was not begun, and no other asked."""
        with self._changed:
            if not self._turns.move_on(viewer):
                return
            for tasks in self._waiting:
                for task in list(tasks.values()):
                    interest = task.waiters.get(viewer.name)
                    if interest is not None and interest.turn < viewer.turn:
                        del task.waiters[viewer.name]
                        self._drop_unless_wanted(task)

    def has_left(self, viewer: Viewer | None) -> bool:
        """Whether the viewer has moved on to a later turn."""
        return viewer is not None and viewer.turn < self._turns.of(viewer.name)

    def take(
        self, batch: Callable[[str, Priority], int], alone: Callable[[str], bool]
    ) -> list[Task]:
        """The next tasks, of one algorithm, data set and priority; from now on they compute.

        batch : how many events of an algorithm at once.  alone : keys to be computed alone.
        """
        with self._changed:
            self._drop_stale()
            tasks = chain.from_iterable(self._in_turn(priority) for priority in Priority)
            first = next(tasks, None)
            if first is None:
                return []
            most = 1 if alone(first.key) else batch(first.algorithm, first.priority)
            taken = [first]
            while len(taken) < most and (task := next(tasks, None)) is not None:
                if _go_together(first, task) and not alone(task.key):
                    taken.append(task)
            for task in taken:
                del self._waiting[task.priority][task.key]
                task.state = "computing"
                self._computing[task.key] = task
                if task.priority is not Priority.AHEAD:
                    self._served.note(_waiter(task))
            return taken

    def _in_turn(self, priority: Priority) -> Iterator[Task]:
        """Those that can begin, the next first."""
        ready = self._ready(priority)
        if priority is Priority.AHEAD:
            yield from ready
            return
        of_waiter: dict[str, list[Task]] = {}
        for task in ready:
            of_waiter.setdefault(_waiter(task), []).append(task)
        names = sorted(of_waiter, key=self._served.place)
        for round_of_all in zip_longest(*(of_waiter[name] for name in names)):
            yield from (task for task in round_of_all if task is not None)

    def _ready(self, priority: Priority) -> Iterator[Task]:
        now_s = self._clock()
        return (task for task in self._waiting[priority].values() if task.from_s <= now_s)

    def put_back(self, task: Task) -> None:
        """Another server is computing it: it waits as before, and is not taken again at once."""
        with self._changed:
            del self._computing[task.key]
            task.state, task.from_s = "queued", self._clock() + HELD_S
            tasks = self._waiting[task.priority]
            tasks[task.key] = task
            tasks.move_to_end(task.key, last=False)
            for name, interest in list(task.waiters.items()):
                if interest.turn < self._turns.of(name):
                    del task.waiters[name]
            self._drop_unless_wanted(task)

    def finish(self, task: Task, kept: bytes) -> None:
        """The answer is there."""
        self._end(task, State("done", "", kept))

    def fail(self, task: Task, message: str) -> None:
        """There will be none; who asks within the next minute is told so at once."""
        self._end(task, State("failed", message))

    def wait(self, tasks: Iterable[Task], wait_s: float) -> None:
        """Until one of them has ended, at most wait_s."""
        tasks = list(tasks)
        with self._changed:
            self._changed.wait_for(lambda: any(_has_ended(task) for task in tasks), wait_s)

    def wait_for_work(self, wait_s: float) -> None:
        """Until there is a task, or wake() was called, at most wait_s."""
        with self._changed:
            held_s = self._next_in_s()  # one put back: nobody says when it can begin
            self._changed.wait_for(
                lambda: self._woken or self._next_in_s() <= 0,
                min(wait_s, held_s) if held_s > 0 else 0.0,
            )
            self._woken = False

    def _next_in_s(self) -> float:
        """How long until a task can begin; none or below if one can, infinite without tasks."""
        from_s = (task.from_s for tasks in self._waiting for task in tasks.values())
        return min(from_s, default=math.inf) - self._clock()

    def wake(self) -> None:
        """There is work of another kind."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def has_tasks(self, priority: Priority) -> bool:
        """Whether there are some that can begin."""
        with self._changed:
            return any(True for _ in self._ready(priority))

    def lengths(self) -> dict[str, int]:
        """How many wait, by priority."""
        return {priority.name.lower(): len(self._waiting[priority]) for priority in Priority}

    def _found(self, key: str, priority: Priority) -> Task | None:
        """The waiting task of that key, moved up if it is asked for more urgently now."""
        found = (tasks[key] for tasks in self._waiting if key in tasks)
        task = next(found, None)
        if task is not None and priority < task.priority:
            del self._waiting[task.priority][key]
            task.priority = priority
            self._waiting[priority][key] = task
        return task

    def _note(self, task: Task, viewer: Viewer | None) -> None:
        name, turn = ("", 0) if viewer is None else (viewer.name, viewer.turn)
        task.waiters[name] = Interest(turn, self._clock())

    def _drop_stale(self) -> None:
        """A tab that was closed without a word asks no more."""
        now_s = self._clock()
        if now_s < self._sweep_s:
            return
        self._sweep_s = now_s + SWEEP_S
        for priority, tasks in zip(Priority, self._waiting, strict=True):
            for task in list(tasks.values()):
                newest_s = max(interest.told_s for interest in task.waiters.values())
                if now_s - newest_s > INTEREST_S[priority]:
                    task.waiters.clear()
                    self._drop_unless_wanted(task)

    def _drop_unless_wanted(self, task: Task) -> None:
        if not task.waiters:
            del self._waiting[task.priority][task.key]
            _ended(task, "cancelled", "")
            self._changed.notify_all()

    def _end(self, task: Task, state: State) -> None:
        with self._changed:
            self._computing.pop(task.key, None)
            task.kept = state.kept
            _ended(task, state.state, state.message)
            self._answers.keep(task.key, state)
            self._changed.notify_all()

    def _full(self, priority: Priority) -> str:
        return f"{len(self._waiting[priority]):,} computations wait already; try again in a minute."


def _go_together(one: Task, other: Task) -> bool:
    return (one.algorithm, one.place.dataset, one.priority) == (
        other.algorithm,
        other.place.dataset,
        other.priority,
    )


def _waiter(task: Task) -> str:
    """Who asked for it first, of those that still wait."""
    return next(iter(task.waiters))


def _has_ended(task: Task) -> bool:
    return task.state not in ("queued", "computing")


def _ended(task: Task, state: StateName, message: str) -> Task:
    task.state, task.message = state, message
    return task
