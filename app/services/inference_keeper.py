"""In every web worker, one thread that sees to it that there is an inference process.

All workers meet at its lock; whoever holds the lock on starting starts it. A process that ends is
started again at once, four times a minute; after that ever later.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeGuard

from app import metrics
from app.services.inference_folder import (
    Lock,
    Meeting,
    is_alive,
    is_free,
    open_meeting,
    settings_json,
    told_in,
)
from app.services.inference_link import Link, LinkLost, connect
from app.services.inference_process import NOT_NEEDED
from app.settings import ROOT, Settings
from reco_core.errors import HitscopeError

MODULE: Final = "app.services.inference_process"
DELAY_S: Final = 1.0  # after the worker is up, unless somebody asks before: first the first page
LOOK_S: Final = 0.5  # how soon the thread sees that it is to end
RETRY_S: Final = 0.1
CONNECT_S: Final = 1.0
START_LIMIT_S: Final = 60.0  # then it is taken to hang
ORPHAN_LIMIT_S: Final = 3.0  # a process ends within LOOK_S of its server, unless it hangs
FREE_STARTS: Final = 4  # within STARTS_S; the next wait 1 s, 2 s, 4 s ...
STARTS_S: Final = 60.0
LONGEST_WAIT_S: Final = 16.0

ProcessState = Literal["ready", "starting", "down"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Known:
    """pid : of the process, if it is ready.  message : why it is down, or not yet there."""

    state: ProcessState = "starting"
    pid: int | None = None
    message: str = ""


class Keeper:
    """server_pid : the process ends when that one does.
    is_child : that one started this one, whose life it must not outlast.
    """

    def __init__(self, settings: Settings, server_pid: int, is_child: bool = False) -> None:
        self._settings = settings
        self._server_pid = server_pid
        self._is_child = is_child
        self._changed = threading.Condition()
        self._known = Known()
        self._hurry = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._held: tuple[Any, float] | None = None  # by which process, since when

    @property
    def known(self) -> Known:
        return self._known

    def start(self) -> None:
        """Returns at once; may be called again."""
        with self._changed:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="inference")
                self._thread.start()

    def hurry(self) -> None:
        """Somebody waits."""
        self._hurry.set()

    def wait_until_ready(self, wait_s: float) -> bool:
        """False if it is not after wait_s, or cannot be."""
        with self._changed:
            self._changed.wait_for(lambda: self._known.state != "starting", wait_s)
            return self._known.state == "ready"

    def close(self) -> None:
        """End the thread. The process stays: it belongs to the server."""
        self._closing.set()
        self._hurry.set()
        if self._thread is not None:
            self._thread.join(START_LIMIT_S)

    def _run(self) -> None:
        self._hurry.wait(DELAY_S)
        while not self._closing.is_set():
            link = self._reached()
            if link is None:
                self._closing.wait(RETRY_S)
                continue
            while not (self._closing.is_set() or link.is_over(LOOK_S)):
                pass
            link.close()
            self._say(Known())

    def _reached(self) -> Link | None:
        """A link to the process, which is started if there is none; None for now."""
        try:
            meeting = open_meeting(self._settings)
            return self._connected(meeting) or self._started(meeting)
        except HitscopeError as error:
            self._say(Known("down", None, str(error)))
        except Exception as error:  # without this thread there would never be a process again
            if not isinstance(error, OSError):
                log.exception("the inference process cannot be looked after")
            self._say(Known("down", None, f"The inference process cannot start: {error!r}."))
        return None

    def _connected(self, meeting: Meeting) -> Link | None:
        """A link that ends when the process does, if there is one of this server."""
        try:
            link, said = connect(meeting.socket, CONNECT_S)
        except LinkLost:
            return None
        if said.get("server_pid") != self._server_pid:
            link.close()
            return None
        self._held = None
        self._say(Known("ready", said["pid"]))
        return link

    def _started(self, meeting: Meeting) -> Link | None:
        starting = Lock.take(meeting.starting)
        if starting is None:  # by another worker
            self._say_as_told(told_in(meeting.starting))
            return None
        try:
            return self._connected(meeting) or self._start_unless_held(meeting, starting)
        finally:
            starting.release()

    def _start_unless_held(self, meeting: Meeting, starting: Lock) -> Link | None:
        told = told_in(meeting.starting)
        if told.get("server_pid") != self._server_pid:
            told = {}
        if not is_free(meeting.lock):
            self._look_at_holder(meeting)
            return None
        now_s = time.time()
        recent_s = [start_s for start_s in told.get("starts_s", []) if now_s - start_s < STARTS_S]
        if recent_s and now_s < recent_s[-1] + pause_s(len(recent_s)):
            self._say_as_told(told)
            return None
        if told:
            metrics.INFERENCE_RESTARTS.inc()
            if not told.get("message"):  # that was logged
                ended = told_in(meeting.lock).get("pid")
                log.warning("Inference process %s has ended; it is started again", ended)
        told = {"server_pid": self._server_pid, "starts_s": [*recent_s, now_s]}
        starting.write(told)
        return self._spawn(meeting, starting, told)

    def _spawn(self, meeting: Meeting, starting: Lock, told: dict[str, Any]) -> Link | None:
        if not self._server_lives():  # nobody would end what is started now
            self._say(Known("down", None, f"The server, process {self._server_pid}, has ended."))
            return None
        command = [sys.executable, "-m", MODULE]
        command += ["--server-pid", str(self._server_pid)]
        command += ["--settings", settings_json(self._settings)]
        # A session of its own: Ctrl-C in the terminal is the server's to handle.
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True
        )
        threading.Thread(target=process.wait, daemon=True).start()  # leaves no zombie
        deadline_s = time.monotonic() + START_LIMIT_S
        while process.returncode is None and time.monotonic() < deadline_s:
            link = self._connected(meeting)
            if link is not None or self._closing.wait(RETRY_S / 4):
                return link
        if process.returncode is None:
            process.kill()
        if process.returncode != NOT_NEEDED:
            told["message"] = _why(meeting, process)
            log.error("%s", told["message"])
            starting.write(told)
            self._say_as_told(told)
        return None

    def _look_at_holder(self, meeting: Meeting) -> None:
        """The lock is held, but nobody of this server answers: one starts, ends, or hangs."""
        told = told_in(meeting.lock)
        pid, server_pid, now_s = told.get("pid"), told.get("server_pid"), time.monotonic()
        if self._held is None or self._held[0] != pid:
            self._held = (pid, now_s)
        is_ours = server_pid == self._server_pid
        limit_s = START_LIMIT_S if is_ours else ORPHAN_LIMIT_S
        # Process 1 is the server in a container, and the parent of all orphans outside.
        if not is_ours and server_pid != 1 and is_alive(server_pid):
            self._say(
                Known(
                    "down",
                    None,
                    f"The server before this one, process {server_pid}, has not ended; its "
                    "inference process holds the place of this server's.",
                )
            )
        elif now_s - self._held[1] > limit_s:
            self._held = None
            if _is_inference(pid):
                log.error("Inference process %s does not answer; it is ended", pid)
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        else:
            self._say(Known())

    def _server_lives(self) -> bool:
        if self._is_child and os.getppid() != self._server_pid:
            return False
        return is_alive(self._server_pid)

    def _say_as_told(self, told: dict[str, Any]) -> None:
        """What the worker found that last tried to start it."""
        message = told.get("message") if told.get("server_pid") == self._server_pid else None
        self._say(Known("down", None, message) if message else Known())

    def _say(self, known: Known) -> None:
        with self._changed:
            self._known = known
            self._changed.notify_all()


def pause_s(n_starts: int) -> float:
    """Time from the last of n starts within a minute to the next, s."""
    if n_starts < FREE_STARTS:
        return 0.0
    return float(min(LONGEST_WAIT_S, 2.0 ** (n_starts - FREE_STARTS)))


def _is_inference(pid: Any) -> TypeGuard[int]:
    """Numbers are used again: not to end another process. Believed where there is no /proc."""
    if not is_alive(pid):
        return False
    try:
        return MODULE.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return not Path("/proc/self").exists()


def _why(meeting: Meeting, process: subprocess.Popen[bytes]) -> str:
    told = told_in(meeting.lock)
    reason = told.get("error") if told.get("pid") == process.pid else None
    if reason is None and process.returncode is None:
        reason = f"It was not ready after {START_LIMIT_S:g} s."
    if reason is None:
        ended = f"signal {-process.returncode}" if process.returncode < 0 else "an error"
        reason = f"It was ended by {ended}; the log says more."
    return f"The inference process cannot be started. {reason}"
