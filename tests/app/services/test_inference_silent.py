"""A process that is there and is silent; an end of the server that nobody announces."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from app.services import inference_requests
from app.services.inference import Inference, Place, Silence
from app.services.inference_folder import Lock, is_free, open_meeting, settings_json
from app.services.inference_keeper import Keeper
from app.services.inference_link import MAX_REQUEST_BYTES, Link, LinkLost, hello, listen
from app.settings import Settings
from tests.app.services.inference_server import (
    ODD,
    SLOW,
    Served,
    is_gone,
    served,
    settings_for,
    stand_in,
    until,
)

ROOT = Path(__file__).resolve().parents[3]
KEYS = {"line_fit": "0" * 64}


class Late:
    """Plays the process: answers each request with its number, the first one too late."""

    def __init__(self, settings: Settings) -> None:
        self.asked: list[int] = []
        self.go_on = threading.Event()
        self._listener = listen(open_meeting(settings).socket)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                link = Link(self._listener.accept()[0])
                threading.Thread(target=self._talk, args=(link,), daemon=True).start()

    def _talk(self, link: Link) -> None:
        with suppress(LinkLost):
            link.send(hello(os.getpid()))
            while True:
                link.receive(MAX_REQUEST_BYTES)
                self.asked.append(len(self.asked))
                number = self.asked[-1]
                if number == 0:
                    self.go_on.wait(20)
                link.send({"states": {"line_fit": ["failed", f"answer {number}", None]}})
        link.close()

    def close(self) -> None:
        self.go_on.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def late(tmp_path: Path) -> Iterator[tuple[Late, Inference]]:
    settings = settings_for(tmp_path)
    made, inference = Late(settings), Inference(settings)
    inference.start()
    until(lambda: inference.state == "ready", "the client has found it")
    yield made, inference
    inference.close()
    made.close()


def test_an_answer_that_comes_too_late_is_never_another_questions(
    late: tuple[Late, Inference],
) -> None:
    made, inference = late

    def ask() -> str:
        state = inference.ask(Place("set", 1), KEYS, None, 0.0)["line_fit"]
        return state.message or state.state

    assert ask() == "queued"
    made.go_on.set()
    assert until(lambda: (said := ask()) != "queued" and said, "it answers again") == "answer 1"
    assert ask() == "answer 2"


def test_while_it_is_silent_one_request_a_second_waits(late: tuple[Late, Inference]) -> None:
    _, inference = late
    inference.ask(Place("set", 1), KEYS, None, 0.0)
    began_s = time.monotonic()
    for _ in range(100):
        assert inference.ask(Place("set", 1), KEYS, None, 0.25)["line_fit"].state == "queued"
        inference.ahead(Place("set", 1), None, 3, ["line_fit"])
    assert time.monotonic() - began_s < 0.8


def test_who_does_not_wait_is_answered_soon_by_a_stopped_process(tmp_path: Path) -> None:
    with served(tmp_path) as made:
        pid = made.ready_pid()
        key = made.key("line_fit", 1)
        os.kill(pid, signal.SIGSTOP)
        try:
            began_s = time.monotonic()
            state = made.inference.ask(Place("set", 1), {"line_fit": key}, None, 0.0)["line_fit"]
            assert time.monotonic() - began_s < 0.7
            assert state.state == "queued"
        finally:
            os.kill(pid, signal.SIGCONT)
        assert made.ended("line_fit", 1).state == "done"


def test_of_those_who_ask_a_silent_process_one_in_turn_looks_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_s = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now_s[0])
    silence = Silence()
    assert not silence.is_to_be_believed()
    silence.begin()
    assert silence.is_to_be_believed()
    now_s[0] = 1.1
    assert [silence.is_to_be_believed() for _ in range(3)] == [False, True, True]
    silence.end()
    assert not silence.is_to_be_believed()


def test_a_process_whose_server_is_gone_does_not_start(tmp_path: Path) -> None:
    gone = stand_in()
    gone.kill()
    gone.wait()
    for server_pid in (gone.pid, 0, -1):
        command = [sys.executable, "-m", "app.services.inference_process"]
        command += [f"--server-pid={server_pid}"]
        command += ["--settings", settings_json(settings_for(tmp_path))]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=20, check=False)
        assert done.returncode == 2
        assert b"no server" in done.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("is_child", [False, True])
def test_a_worker_whose_server_is_gone_starts_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_child: bool
) -> None:
    """Also where the server lives on by number only: its worker has another parent."""
    server = stand_in()
    if not is_child:
        server.kill()
        server.wait()
    started: list[Any] = []
    monkeypatch.setattr(subprocess, "Popen", lambda *args, **_: started.append(args))
    keeper = Keeper(settings_for(tmp_path), server.pid, is_child)
    keeper.hurry()
    keeper.start()
    try:
        until(lambda: keeper.known.state == "down", "it is said")
        assert keeper.known.message == f"The server, process {server.pid}, has ended."
        assert not started
    finally:
        keeper.close()
        server.kill()
        server.wait()


ORPHAN = """
import sys, time
from app.services.inference_folder import Lock, open_meeting, settings_of_json
lock = Lock.take(open_meeting(settings_of_json(sys.argv[1])).lock)
lock.write({"pid": __import__("os").getpid(), "server_pid": int(sys.argv[2])})
print("held", flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("server_pid", ["1", "gone"])
def test_an_orphan_that_holds_the_place_is_ended(tmp_path: Path, server_pid: str) -> None:
    gone = stand_in()
    gone.kill()
    gone.wait()
    pid = "1" if server_pid == "1" else str(gone.pid)
    told = [settings_json(settings_for(tmp_path)), pid, "app.services.inference_process"]
    orphan = subprocess.Popen(
        [sys.executable, "-c", ORPHAN, *told], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert orphan.stdout is not None
    with orphan.stdout, served(tmp_path) as made:
        assert orphan.stdout.readline() == b"held\n"
        assert made.ended("line_fit", 1, patience_s=15.0).state == "done"
        assert orphan.wait(5) == -signal.SIGKILL


def test_a_process_of_another_kind_is_not_ended(tmp_path: Path) -> None:
    """The number in the lock's file may be another's by now."""
    bystander = stand_in()
    settings = settings_for(tmp_path)
    lock = Lock.take(open_meeting(settings).lock)
    assert lock is not None
    lock.write({"pid": bystander.pid, "server_pid": 1})
    keeper = Keeper(settings, os.getpid())
    meeting = open_meeting(settings)
    try:
        keeper._held = (bystander.pid, time.monotonic() - 100)
        keeper._look_at_holder(meeting)
        assert bystander.poll() is None
    finally:
        lock.release()
        bystander.kill()
        bystander.wait()


class NoThreads:
    """Where the system has no threads left, for some time."""

    def __init__(self, n_failures: int) -> None:
        self.n_failures = n_failures
        self.thread = threading.Thread

    def __call__(self, *args: Any, **kwargs: Any) -> threading.Thread:
        if self.n_failures > 0:
            self.n_failures -= 1
            raise RuntimeError("can't start new thread")
        return self.thread(*args, **kwargs)


def test_connections_are_taken_again_after_a_want_of_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(inference_requests, "MAX_CONNECTIONS", 3)
    nothing: Any = None
    requests = inference_requests.Requests(
        {}, nothing, nothing, nothing, nothing, os.getpid(), nothing, nothing, nothing, nothing
    )
    listener = listen(tmp_path / "a.sock")
    serving = threading.Thread(target=requests.serve, args=(listener,), daemon=True)
    serving.start()
    monkeypatch.setattr(threading, "Thread", NoThreads(5))
    first_words = []
    for _ in range(6):
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(10)
            sock.connect(str(tmp_path / "a.sock"))
            first_words.append(sock.recv(1))
    assert first_words[:5] == [b""] * 5
    assert first_words[5] != b""  # places were given back
    assert [record.getMessage() for record in caplog.records] == [
        "Connections are closed, for want of threads: can't start new thread"
    ]


def test_a_process_that_takes_no_connections_ends(tmp_path: Path) -> None:
    code = """
from app.services import inference_process, inference_requests
def serve(self, listener):
    raise ValueError("a mistake")
inference_requests.Requests.serve = serve
inference_process.main(__import__("sys").argv[1:])
"""
    told = [f"--server-pid={os.getpid()}", "--settings", settings_json(settings_for(tmp_path))]
    done = subprocess.run(
        [sys.executable, "-c", code, *told], cwd=ROOT, capture_output=True, timeout=30, check=False
    )
    assert b"takes no more connections" in done.stderr


def test_the_process_may_open_as_many_files_as_it_takes_connections(tmp_path: Path) -> None:
    with served(tmp_path) as made:
        limits = Path(f"/proc/{made.ready_pid()}/limits").read_text()
    (soft,) = [line.split()[3] for line in limits.splitlines() if line.startswith("Max open files")]
    assert soft == "unlimited" or int(soft) > inference_requests.MAX_CONNECTIONS


def test_a_process_that_never_lets_go_of_python_is_replaced_by_the_next_server(
    tmp_path: Path,
) -> None:
    """Nothing in it can see that the server is gone: here it is stopped altogether."""
    with served(tmp_path, f"{SLOW},{ODD}") as made:
        pid = made.ready_pid()
        os.kill(pid, signal.SIGSTOP)
        made.end_server()
        assert not is_free(made.meeting.lock)
        made.server = stand_in()
        made.inference = _next_client(made)
        assert made.ended("line_fit", 1, patience_s=15.0).state == "done"
        assert is_gone(pid)


def _next_client(made: Served) -> Inference:
    for client in made.clients:
        client.close()
    made.clients.clear()
    return made.client()
