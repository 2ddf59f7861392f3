"""What the queue remembers, each in bounded memory: recent answers, and how far viewers are."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from app.services.inference_link import State, StateName, Viewer

# So that answers reach who asked even where the cache's disk takes nothing.
MAX_ANSWERS: Final = 4_000
MAX_ANSWER_BYTES_IN_ALL: Final = 32_000_000
FAILURE_S: Final = 60.0  # a failed one is tried again after that, if it is asked for
MAX_VIEWERS: Final = 10_000


class Answers:
    """The states that tasks ended in, the oldest forgotten first. The caller holds the lock."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._states: OrderedDict[str, tuple[State, float]] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._states)

    def get(self, key: str) -> tuple[StateName, str, bytes | None] | None:
        state, ended_s = self._states.get(key, (None, 0.0))
        if state is None:
            return None
        if state.state != "done" and self._clock() - ended_s > FAILURE_S:
            self._forget(key)
            return None
        return state.state, state.message, state.kept

    def keep(self, key: str, state: State) -> None:
        self._forget(key)
        self._states[key] = (state, self._clock())
        self._bytes += _size(state)
        while len(self._states) > MAX_ANSWERS or self._bytes > MAX_ANSWER_BYTES_IN_ALL:
            self._forget(next(iter(self._states)))

    def _forget(self, key: str) -> None:
        state, _ = self._states.pop(key, (None, 0.0))
        if state is not None:
            self._bytes -= _size(state)


class Turns:
    """The latest turn of each viewer, of those heard of last. The caller holds the lock."""

    def __init__(self) -> None:
        self._latest: OrderedDict[str, int] = OrderedDict()

    def of(self, name: str) -> int:
        return self._latest.get(name, 0)

    def move_on(self, viewer: Viewer) -> bool:
        """Whether this turn is later than any before; then it is the latest."""
        if viewer.turn <= self.of(viewer.name):
            return False
        self._latest[viewer.name] = viewer.turn
        self._latest.move_to_end(viewer.name)
        while len(self._latest) > MAX_VIEWERS:
            self._latest.popitem(last=False)
        return True


class Served:
    """In which order waiters were served last, of those served lately. The caller holds the lock.

    Waiters are names of viewers; all scripts together are ''.
    """

    def __init__(self) -> None:
        self._order: OrderedDict[str, int] = OrderedDict()
        self._n = 0

    def note(self, name: str) -> None:
        self._n += 1
        self._order[name] = self._n
        self._order.move_to_end(name)
        while len(self._order) > MAX_VIEWERS:
            self._order.popitem(last=False)

    def place(self, name: str) -> tuple[int, bool]:
        """The smaller, the sooner: who waits longest for a turn, and people before scripts."""
        return self._order.get(name, 0), name == ""


def _size(state: State) -> int:
    return len(state.message) + (0 if state.kept is None else len(state.kept))
