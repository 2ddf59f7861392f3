"""The inference process: `python -m app.services.inference_process --server-pid N --settings JSON`.

One per server, started by the web workers (inference_keeper.py). It holds a lock for its life, and
ends at once when the server is gone, however that went, or when it is told to. What it imports at
its start is light; the rest comes when it holds the lock.
"""

from __future__ import annotations

import argparse
import logging
import os
import resource
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import Any, Final

from app import logs
from app.services.inference_folder import (
    Lock,
    Meeting,
    is_alive,
    open_meeting,
    settings_of_json,
)
from app.services.inference_link import listen
from app.settings import Settings
from reco_core.errors import HitscopeError

NICE: Final = 5  # pages go first
CANNOT_START: Final = 2
NOT_NEEDED: Final = 3  # another process holds the lock
LOCK_PATIENCE_S: Final = 1.0  # for those that only look whether it is free
LOOK_S: Final = 2.0  # how often at what the system does not tell of
OPEN_FILES: Final = 4096  # one for each connection, and the data

log = logging.getLogger("app.services.inference_process")  # __name__ is __main__


def main(arguments: list[str] | None = None) -> int:
    """Exit status where it does not run; it ends by Ending.end otherwise."""
    parser = argparse.ArgumentParser(prog="python -m app.services.inference_process")
    parser.add_argument("--server-pid", type=int, required=True, help="ends when this one ends")
    parser.add_argument("--settings", type=settings_of_json, required=True, help="as JSON")
    told = parser.parse_args(arguments)
    os.nice(NICE)
    logs.configure()
    if not is_alive(told.server_pid):
        log.error("The inference process does not start: no server %d lives", told.server_pid)
        return CANNOT_START
    _allow_open_files()
    try:
        meeting = open_meeting(told.settings)
    except HitscopeError as error:
        log.error("The inference process cannot start: %s", error)
        return CANNOT_START
    lock = _patient_lock(meeting)
    if lock is None:
        return NOT_NEEDED
    return _run(lock, meeting, told.settings, told.server_pid)


def _allow_open_files() -> None:
    """As many as are needed, where the system lets us: the usual limit is 1024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _patient_lock(meeting: Meeting) -> Lock | None:
    deadline_s = time.monotonic() + LOCK_PATIENCE_S
    while (lock := Lock.take(meeting.lock)) is None and time.monotonic() < deadline_s:
        time.sleep(0.02)
    return lock


def _run(lock: Lock, meeting: Meeting, settings: Settings, server_pid: int) -> int:
    told = {"pid": os.getpid(), "server_pid": server_pid}
    lock.write(told)
    ending = Ending(lock, meeting, server_pid)
    ending.watch()
    try:
        # Here and not above: the lock is held and the server watched before anything heavy.
        process = import_module("app.services.inference_parts").Parts(settings, meeting, server_pid)
    except HitscopeError as error:
        log.error("The inference process cannot start: %s", error)
        lock.write({**told, "error": str(error)})
        return CANNOT_START
    ending.before = process.deaths.close
    listener = listen(meeting.socket)
    serve = partial(process.requests.serve, listener)
    threading.Thread(target=_serve, args=(serve, ending), daemon=True).start()
    log.info("The inference process takes work")
    process.work.run()
    return 0


def _serve(serve: Callable[[], Any], ending: Ending) -> None:
    """A process that takes no connections is of no use; the next one does."""
    try:
        serve()
    except Exception:
        log.exception("connections cannot be taken")
    finally:
        ending.end("it takes no more connections")


class Ending:
    """The end of the process, at once, whatever the other threads do."""

    def __init__(self, lock: Lock, meeting: Meeting, server_pid: int) -> None:
        self.before: Callable[[], Any] = lambda: None
        self._lock = lock
        self._meeting = meeting
        self._server_pid = server_pid

    def watch(self) -> None:
        """For the server's end, SIGTERM and SIGINT. Called in the main thread."""
        reader, writer = socket.socketpair()
        writer.setblocking(False)
        # The number arrives here also while the main thread is deep in C code.
        signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        sockets = (reader, writer)
        threading.Thread(target=self._wait, args=sockets, daemon=True).start()

    def _wait(self, reader: socket.socket, writer: socket.socket) -> None:
        server = _descriptor_of(self._server_pid)
        watched = [reader.fileno()] + ([] if server is None else [server])
        while True:
            ready, _, _ = select.select(watched, [], [], LOOK_S)
            if reader.fileno() in ready:
                self.end("it was told to")
            if server in ready or not is_alive(self._server_pid):
                self.end("the server is gone")
            if not self._lock.is_in_place():
                self.end(f"{self._meeting.folder} was deleted")

    def end(self, why: str) -> None:
        """From any thread; does not return."""
        log.info("The inference process ends: %s", why)
        try:
            self.before()
            if self._lock.is_in_place():
                self._meeting.socket.unlink(missing_ok=True)
        finally:
            sys.stderr.flush()
            os._exit(0)  # the kernel frees the lock


def _descriptor_of(pid: int) -> int | None:
    """Readable when that process ends, where the system has such descriptors."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


if __name__ == "__main__":
    sys.exit(main())
