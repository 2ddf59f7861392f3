"""What the inference process is asked, checked, and what it answers. One thread per connection.

{"op": "ask", "place": [data set, event id], "keys": {algorithm: key of the result},
 "viewer": [name, turn] | null, "wait_s": s, "listed": whether it is not drawn}
    -> {"states": {algorithm: [state, message, blob]}}
{"op": "ahead", "place": ..., "viewer": ..., "count": n, "of": [algorithm]}    -> {}
{"op": "by_hand", "place": ..., and the fields of a HandRequest (held.py)}    -> an Answer
{"op": "afp", "place": ...}    -> an Answer (inference_afp.py)
{"op": "afp_occupancy", "place": ..., "of": [run, station] | null}    -> its state, blob
{"op": "afp_performance", "place": ...}    -> its state, blob
{"op": "afp", "place": ..., "what": kind, "detector": key}    -> an Answer (inference_afp.py), blob
{"op": "leave", "viewer": ...}    -> {}
{"op": "jobs"}    -> {}
{"op": "status"}    -> {"queued": {priority: n}, "computing_s": s | null}

blob : place of the answer among the message's blobs, null where there is none.
"""

from __future__ import annotations

import logging
import re
import socket
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from app import metrics
from app.services.afp_run_parts import part_of_json
from app.services.algorithms import Algorithm
from app.services.inference_afp import AfpWork
from app.services.inference_afp_occupancy import OccupancyWork
from app.services.inference_afp_performance import PerformanceWork
from app.services.inference_ahead import Ahead
from app.services.inference_deaths import Deaths
from app.services.inference_hand import Hand
from app.services.inference_link import (
    MAX_KEYS,
    MAX_REQUEST_BYTES,
    VIEWER_NAME,
    Link,
    LinkLost,
    Place,
    State,
    Viewer,
    hello,
)
from app.services.inference_queue import Priority, Queue, Task
from app.services.inference_work import Work

# A worker keeps at most 17 (inference.py) beside one per thread that asks just now: room for 64
# workers of 16 threads.
MAX_CONNECTIONS: Final = 2176
MAX_WAIT_S: Final = 30.0
MAX_AHEAD: Final = 100
KEY: Final = re.compile(r"[0-9a-f]{64}")

Reply = tuple[dict[str, Any], list[bytes]]

log = logging.getLogger(__name__)


class Requests:
    """Answers whoever connects; never ends by what is sent."""

    def __init__(
        self,
        algorithms: Mapping[str, Algorithm],
        queue: Queue,
        deaths: Deaths,
        ahead: Ahead,
        work: Work,
        server_pid: int,
        hand: Hand,
        afp: AfpWork,
        occupancy: OccupancyWork,
        performance: PerformanceWork,
    ) -> None:
        self._algorithms = algorithms
        self._queue = queue
        self._deaths = deaths
        self._ahead = ahead
        self._work = work
        self._server_pid = server_pid
        self._hand = hand
        self._afp = afp
        self._occupancy = occupancy
        self._performance = performance
        self._places = threading.BoundedSemaphore(MAX_CONNECTIONS)
        self._said: set[str] = set()
        self._operations: Mapping[str, Callable[[Mapping[str, Any]], Reply]] = {
            "ask": self._ask,
            "ahead": self._go_ahead,
            "by_hand": self._by_hand,
            "afp": self._of_afp,
            "afp_occupancy": self._of_run,
            "afp_performance": self._of_detectors,
            "leave": self._leave,
            "jobs": self._wake,
            "status": self._status,
        }

    def serve(self, listener: socket.socket) -> None:
        """Take connections, for ever."""
        while True:
            try:
                sock, _ = listener.accept()
            except OSError as error:  # no descriptors left, for now
                log.warning("A connection could not be taken: %s", error)
                time.sleep(0.1)
                continue
            if self._places.acquire(blocking=False):
                self._begin(sock)
            else:
                sock.close()
                self._say_once(f"More than {MAX_CONNECTIONS} connections; some are closed")

    def _begin(self, sock: socket.socket) -> None:
        """Talk with whoever connected, in a thread; hang up where the system has none left."""
        try:
            threading.Thread(target=self._talk, args=(sock,), daemon=True).start()
        except (RuntimeError, MemoryError) as error:
            sock.close()
            self._places.release()
            self._say_once(f"Connections are closed, for want of threads: {error}")

    def _say_once(self, message: str) -> None:
        if message not in self._said:
            self._said.add(message)
            log.warning("%s", message)

    def _talk(self, sock: socket.socket) -> None:
        link = Link(sock)
        try:
            link.send(hello(self._server_pid))
            while True:
                head, _ = link.receive(MAX_REQUEST_BYTES)
                link.send(*self._answer(head))
        except (LinkLost, ValueError) as error:
            if not isinstance(error.__cause__, EOFError | BrokenPipeError | ConnectionError):
                log.warning("A connection was closed: %s", error)
        finally:
            link.close()
            self._places.release()

    def _answer(self, head: Mapping[str, Any]) -> Reply:
        """ValueError where it is no request."""
        op = head.get("op")
        if not isinstance(op, str) or op not in self._operations:
            raise ValueError(f"no request of that name: {op!r:.80}")
        return self._operations[op](head)

    def _ask(self, head: Mapping[str, Any]) -> Reply:
        place, viewer = _place(head), _viewer(head)
        keys, wait_s = _keys(head), _wait_s(head)
        if viewer is not None:
            self._queue.leave(viewer)
        priority = Priority.LISTED if head.get("listed") is True else Priority.SHOWN
        tasks = {name: self._task(name, key, place, priority, viewer) for name, key in keys.items()}
        metrics.note_queue(self._queue.lengths())  # the thread that computes may be long at it
        self._queue.wait(tasks.values(), wait_s)
        return _states({name: task.now() for name, task in tasks.items()})

    def _task(
        self, name: str, key: str, place: Place, priority: Priority, viewer: Viewer | None
    ) -> Task:
        """The task of a key; one that has failed already where it is not to be computed."""
        ended = Task(key, place, name, priority, "failed")
        algorithm = self._algorithms.get(name)
        if algorithm is None:
            ended.message = f"Unknown algorithm {name[:80]!r}."
        elif self._deaths.is_deadly(key):
            ended.message = self._deaths.message(key, algorithm.label, place.event_id)
        else:
            return self._queue.put(key, place, name, priority, viewer)
        return ended

    def _go_ahead(self, head: Mapping[str, Any]) -> Reply:
        place, viewer, count = _place(head), _viewer(head), head.get("count")
        if type(count) is not int or not 0 <= count <= MAX_AHEAD:
            raise ValueError(f"count is {count!r:.80}")
        self._ahead.start(place, viewer, count, _names(head))
        return self._wake(head)

    def _by_hand(self, head: Mapping[str, Any]) -> Reply:
        asked = {name: value for name, value in head.items() if name not in ("op", "place")}
        return self._hand.answer(_place(head), asked), []

    def _of_afp(self, head: Mapping[str, Any]) -> Reply:
        what, detector = head.get("what"), head.get("detector")
        if not isinstance(what, str) or not isinstance(detector, str):
            raise ValueError(f"what, detector are {what!r:.80}, {detector!r:.80}")
        return self._afp.answer(_place(head), what, detector)

    def _of_run(self, head: Mapping[str, Any]) -> Reply:
        of = head.get("of")
        return self._occupancy.answer(
            _place(head).dataset, None if of is None else part_of_json(of)
        )

    def _of_detectors(self, head: Mapping[str, Any]) -> Reply:
        return self._performance.answer(_place(head).dataset)

    def _leave(self, head: Mapping[str, Any]) -> Reply:
        viewer = _viewer(head)
        if viewer is not None:
            self._queue.leave(viewer)
        return {}, []

    def _wake(self, head: Mapping[str, Any]) -> Reply:
        self._queue.wake()
        return {}, []

    def _status(self, head: Mapping[str, Any]) -> Reply:
        since_s = self._work.computing_since_s
        computing_s = None if since_s is None else time.monotonic() - since_s
        return {"queued": self._queue.lengths(), "computing_s": computing_s}, []


def _states(states: Mapping[str, State]) -> Reply:
    blobs: list[bytes] = []
    told: dict[str, list[Any]] = {}
    for name, state in states.items():
        told[name] = [state.state, state.message, None if state.kept is None else len(blobs)]
        if state.kept is not None:
            blobs.append(state.kept)
    return {"states": told}, blobs


def _place(head: Mapping[str, Any]) -> Place:
    match head.get("place"):
        case [str(dataset), int(event_id)] if 0 <= event_id < 2**63:
            return Place(dataset, event_id)
    raise ValueError(f"place is {head.get('place')!r:.80}")


def _viewer(head: Mapping[str, Any]) -> Viewer | None:
    match head.get("viewer"):
        case None:
            return None
        case [str(name), int(turn)] if VIEWER_NAME.fullmatch(name) and 0 <= turn < 2**63:
            return Viewer(name, turn)
    raise ValueError(f"viewer is {head.get('viewer')!r:.80}")


def _keys(head: Mapping[str, Any]) -> dict[str, str]:
    keys = head.get("keys")
    if isinstance(keys, dict) and 0 < len(keys) <= MAX_KEYS and all(map(_is_key, keys.values())):
        return keys
    raise ValueError(f"keys are {keys!r:.200}")


def _names(head: Mapping[str, Any]) -> tuple[str, ...]:
    names = head.get("of")
    if isinstance(names, list) and len(names) <= MAX_KEYS and all(map(_is_name, names)):
        return tuple(names)
    raise ValueError(f"of is {names!r:.200}")


def _is_name(name: Any) -> bool:
    return isinstance(name, str)


def _is_key(key: Any) -> bool:
    return isinstance(key, str) and KEY.fullmatch(key) is not None


def _wait_s(head: Mapping[str, Any]) -> float:
    wait_s = head.get("wait_s")
    if isinstance(wait_s, int | float) and 0 <= wait_s <= MAX_WAIT_S:  # false for NaN
        return float(wait_s)
    raise ValueError(f"wait_s is {wait_s!r:.80}")
