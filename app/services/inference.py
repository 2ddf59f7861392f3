"""The web workers' side of the inference process: ask, and be told how far it is. Light to import.

Nothing here computes, nothing raises because the process is gone: that is a state like others.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from app.services.afp_answers import BUSY as AFP_BUSY
from app.services.afp_answers import without as afp_without
from app.services.afp_run_parts import told as run_told
from app.services.held import BUSY, COMPILING, Answer, HandRequest, without
from app.services.inference_folder import meeting_of
from app.services.inference_keeper import Keeper, Known, ProcessState
from app.services.inference_link import (
    MAX_KEYS,
    MAX_REPLY_BYTES,
    Link,
    LinkLost,
    LinkSilent,
    Place,
    State,
    StateName,
    Viewer,
    connect,
)
from app.services.inference_silence import Silence
from app.settings import Settings
from reco_core.errors import ServiceError

__all__ = ["Inference", "Place", "State", "StateName", "Status", "Viewer"]

PATIENCE_S: Final = 1.0  # beyond the time that was to be waited: the process may be deep in C code
BRIEF_S: Final = 0.2  # the same for who does not wait
RETRY_S: Final = 0.02
MAX_IDLE: Final = 16  # connections kept for the next requests

Reply = tuple[dict[str, Any], list[bytes]]


@dataclass(frozen=True)
class Status:
    """queued : how many wait, by priority.  computing_s : how long the present batch has taken."""

    state: ProcessState
    pid: int | None = None
    queued: Mapping[str, int] = field(default_factory=dict)
    computing_s: float | None = None
    message: str = ""


class Inference:
    """Safe to share among threads, and to inherit by a fork.

    server_pid : of the process whose end is the server's; None: this one, unless start() is told.
    """

    def __init__(self, settings: Settings, server_pid: int | None = None) -> None:
        self._settings = settings
        self._told_pid = server_pid
        self._is_child = False
        self._meeting = meeting_of(settings)
        self._begin()

    def start(self, parent_pid: int | None = None) -> None:
        """See to it that the process is there, soon. Returns at once; for each worker, once up.

        parent_pid : of the server that started this worker, as the server itself said it: the
        parent found here may be another already, where the server has died.
        """
        if parent_pid is not None:
            self.close()
            self._told_pid, self._is_child = parent_pid, True
            self._begin()
        self._mine().start()

    def ask(
        self,
        place: Place,
        keys: Mapping[str, str],
        viewer: Viewer | None,
        wait_s: float,
        listed: bool = False,
    ) -> dict[str, State]:
        """How far the answers are, by algorithm.  keys : of results, by algorithm.

        listed : not drawn, only listed; what is drawn anywhere or computed ahead comes first.
        Returns as soon as one has ended, or after wait_s. What is not done goes on; ask again.
        A viewer leaves with each turn what it asked in the turns before.
        """
        if len(keys) > MAX_KEYS:
            raise ServiceError(f"{len(keys)} results were asked for; at most {MAX_KEYS} at a time.")
        if not keys:
            return {}
        keeper = self._hurried()
        deadline_s = time.monotonic() + wait_s
        request = {"op": "ask", "keys": dict(keys), "listed": listed, **_who(place, viewer)}
        while keeper.known.state != "down":
            left_s = max(0.0, deadline_s - time.monotonic())
            patience_s = left_s + (PATIENCE_S if wait_s > 0 else BRIEF_S)
            try:
                return _states(*self._request({**request, "wait_s": left_s}, patience_s))
            except LinkSilent:
                return dict.fromkeys(keys, State("queued"))
            except LinkLost:
                if time.monotonic() + RETRY_S >= deadline_s:
                    break
                time.sleep(RETRY_S)
                keeper.wait_until_ready(deadline_s - time.monotonic())
        return dict.fromkeys(keys, _unready(keeper.known))

    def ahead(self, place: Place, viewer: Viewer | None, count: int, of: Sequence[str]) -> None:
        """Compute the next `count` events and the one before by algorithms, when there is time."""
        self._tell({"op": "ahead", "count": count, "of": list(of), **_who(place, viewer)})

    def by_hand(self, place: Place, asked: HandRequest) -> Answer:
        """The likelihood of what is in hand (inference_hand.py)."""
        fields = {"op": "by_hand", **asked.as_json()}
        return self._aside(place, fields, without, BUSY, COMPILING)[0]

    def afp(self, place: Place, what: str, detector: str = "") -> Reply:
        """What is found out of an AFP event or its run (inference_afp.py)."""
        fields = {"op": "afp", "what": what, "detector": detector}
        return self._aside(place, fields, afp_without, AFP_BUSY)

    def afp_occupancy(self, dataset: str, of: list[Any] | None) -> Reply:
        """How often each pixel fired in a run (inference_afp_occupancy.py)."""
        fields = {"op": "afp_occupancy", "of": of}
        return self._aside(Place(dataset, 0), fields, run_told, AFP_BUSY)

    def afp_performance(self, dataset: str) -> Reply:
        """How well each anomaly detector does (inference_afp_performance.py)."""
        return self._aside(Place(dataset, 0), {"op": "afp_performance"}, run_told, AFP_BUSY)

    def _aside(
        self, place: Place, fields: Mapping[str, Any], without: Callable[[str, str], Answer],
        busy: str, starting: str = "",
    ) -> Reply:  # fmt: skip
        """What is answered beside the queue; not awaited if the process is not there."""
        keeper = self._hurried()
        request = {"place": [place.dataset, place.event_id], **fields}
        try:
            return self._request(request, PATIENCE_S)
        except LinkSilent:
            return without("queued", busy), []
        except LinkLost:
            now = _unready(keeper.known)
            return without(now.state, now.message or starting), []

    def leave(self, viewer: Viewer) -> None:
        """Drop what this viewer asked in earlier turns, is not begun, and nobody else asked."""
        self._tell({"op": "leave", "viewer": [viewer.name, viewer.turn]})

    def jobs_changed(self) -> None:
        """There may be a job to do."""
        self._hurried()
        self._tell({"op": "jobs"}, PATIENCE_S)

    @property
    def state(self) -> ProcessState:
        """As last known; asks nobody."""
        return self._mine().known.state

    def status(self) -> Status:
        """How the process is and what waits there; takes at most a second."""
        known = self._mine().known
        if known.state != "ready":
            return Status(known.state, message=known.message)
        try:
            told, _ = self._request({"op": "status"}, PATIENCE_S)
        except LinkSilent as error:
            return Status("ready", known.pid, message=str(error))
        except LinkLost:
            return Status("starting")
        return Status("ready", known.pid, told["queued"], told["computing_s"])

    def close(self) -> None:
        """End what this worker has of it. The process ends with the server."""
        keeper = self._mine()
        keeper.close()
        self._drop_idle()

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._server_pid = self._told_pid if self._told_pid is not None else self._pid
        self._keeper = Keeper(self._settings, self._server_pid, self._is_child)
        self._silence = Silence()
        self._lock = threading.Lock()
        self._idle: list[Link] = []

    def _mine(self) -> Keeper:
        """This process's keeper: threads and connections are no use after a fork."""
        if self._pid != os.getpid():
            self._begin()
        return self._keeper

    def _hurried(self) -> Keeper:
        keeper = self._mine()
        keeper.start()
        keeper.hurry()
        return keeper

    def _tell(self, request: Mapping[str, Any], patience_s: float = BRIEF_S) -> None:
        """Say it if somebody listens; nothing is lost but time where nobody does."""
        self._mine()
        try:
            self._request(request, patience_s)
        except LinkLost:
            return

    def _request(self, request: Mapping[str, Any], patience_s: float) -> Reply:
        """Raises LinkLost; LinkSilent also at once, where it was just found silent."""
        if self._silence.is_to_be_believed():
            raise LinkSilent("The inference process does not answer just now.")
        try:
            reply = self._answer(request, patience_s)
        except LinkSilent:
            self._silence.begin()
            raise
        self._silence.end()
        return reply

    def _answer(self, request: Mapping[str, Any], patience_s: float) -> Reply:
        """A connection kept since the last process is tried in vain once."""
        link = self._take_idle()
        if link is not None:
            try:
                return self._exchange(link, request, patience_s)
            except LinkSilent:
                raise
            except LinkLost:
                self._drop_idle()
        return self._exchange(self._connect(min(patience_s, PATIENCE_S)), request, patience_s)

    def _exchange(self, link: Link, request: Mapping[str, Any], patience_s: float) -> Reply:
        try:
            link.send(request)
            reply = link.receive(MAX_REPLY_BYTES, patience_s)
        except BaseException:  # an answer that comes later must not be taken for another's
            link.close()
            raise
        with self._lock:
            if len(self._idle) < MAX_IDLE:
                self._idle.append(link)
                return reply
        link.close()
        return reply

    def _connect(self, patience_s: float) -> Link:
        try:
            link, said = connect(self._meeting.socket, patience_s)
        except LinkLost as error:
            if isinstance(error.__cause__, BlockingIOError | TimeoutError):  # too many wait there
                raise LinkSilent("The inference process takes no connections.") from error
            raise
        if said.get("server_pid") != self._server_pid:
            link.close()
            raise LinkLost("The process of another server listens there.")
        return link

    def _take_idle(self) -> Link | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _drop_idle(self) -> None:
        with self._lock:
            dropped, self._idle = self._idle, []
        for link in dropped:
            link.close()


def _who(place: Place, viewer: Viewer | None) -> dict[str, Any]:
    return {
        "place": [place.dataset, place.event_id],
        "viewer": None if viewer is None else [viewer.name, viewer.turn],
    }


def _states(head: Mapping[str, Any], blobs: list[bytes]) -> dict[str, State]:
    return {
        name: State(state, message, None if blob is None else blobs[blob])
        for name, (state, message, blob) in head["states"].items()
    }


def _unready(known: Known) -> State:
    return State("failed" if known.state == "down" else "starting", known.message)
