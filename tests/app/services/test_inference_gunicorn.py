"""Under gunicorn with several workers: one process, no torch in the workers, nothing left over."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.services.inference_folder import is_free, meeting_of
from app.settings import load_settings
from tests.app.services.inference_server import ODD, SLOW, counted, is_gone, settings_for, until

ROOT = Path(__file__).resolve().parents[3]
N_WORKERS = 3


@dataclass
class Gunicorn:
    process: subprocess.Popen[bytes]
    port: int
    counts: Path
    log: Path

    def get(self, algorithm: str, event_id: int) -> dict[str, Any]:
        address = f"http://127.0.0.1:{self.port}/?algorithm={algorithm}&event={event_id}"
        with urllib.request.urlopen(address, timeout=20) as answer:
            return json.load(answer)

    def ended(self, algorithm: str, event_id: int) -> dict[str, Any]:
        def found() -> dict[str, Any] | None:
            answer = self.get(algorithm, event_id)
            return answer if answer["state"] in ("done", "failed") else None

        return until(found, f"{algorithm} of event {event_id}", 60.0)

    def pid(self) -> int:
        return until(lambda: self.get("line_fit", 1)["process"], "the process takes work")


@pytest.fixture
def gunicorn(tmp_path: Path) -> Iterator[Gunicorn]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings_for(tmp_path)
    ours = {
        "HITSCOPE_DATA": str(tmp_path / "set"),
        "HITSCOPE_CACHE_DIR": str(tmp_path / "cache"),
        "HITSCOPE_RUNTIME_DIR": str(tmp_path / "run"),
        "HITSCOPE_PLUGINS": f"{SLOW},{ODD}",
        "HITSCOPE_TEST_COUNTS": str(tmp_path / "counts"),
        "PORT": str(port),
    }
    command = [sys.executable, "-m", "gunicorn", "-k", "gthread", "--threads", "4"]
    command += ["-w", str(N_WORKERS), "-b", f"127.0.0.1:{port}", "--no-control-socket"]
    command += ["tests.app.services.inference_app:application"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | ours, stdout=log, stderr=log)
    served = Gunicorn(process, port, tmp_path / "counts", tmp_path / "log")
    try:
        until(lambda: _answers(served), "gunicorn answers")
        yield served
    finally:
        process.terminate()
        process.wait(timeout=40)
        lock = meeting_of(load_settings(ours)).lock
        until(lambda: not lock.exists() or is_free(lock), "no process is left", 5.0)


def _answers(served: Gunicorn) -> bool:
    assert served.process.poll() is None, served.log.read_text()
    try:
        return bool(served.get("line_fit", 1))
    except (urllib.error.URLError, ConnectionError):
        return False


def _from_all_workers(served: Gunicorn, algorithm: str) -> dict[int, dict[str, Any]]:
    """An answer of each worker, by its pid."""
    answers: dict[int, dict[str, Any]] = {}

    def all_have_answered() -> bool:
        with ThreadPoolExecutor(8) as threads:
            for answer in threads.map(lambda _: served.get(algorithm, 5), range(8)):
                answers[answer["worker"]] = answer
        return len(answers) >= N_WORKERS and all(a["state"] == "done" for a in answers.values())

    until(all_have_answered, "all workers answer", 60.0)
    return answers


def test_torch_answers_in_one_process_and_no_worker_has_it(gunicorn: Gunicorn) -> None:
    if importlib.util.find_spec("torch") is None:
        reason = "torch is not installed (pip install torch==2.13.0, the CPU build)"
        pytest.fail(reason) if os.environ.get("HITSCOPE_TEST_STRICT") == "1" else pytest.skip(
            reason
        )
    for event_id in (5, 6, 7):  # more than once, in two threads, after the first operation
        assert gunicorn.ended("with_torch", event_id)["values"]["n_doms_used"] == 5 + event_id
    answers = _from_all_workers(gunicorn, "with_torch")
    (pid,) = {answer["process"] for answer in answers.values()}
    assert "libtorch" in Path(f"/proc/{pid}/maps").read_text()
    for worker in answers:
        assert "libtorch" not in Path(f"/proc/{worker}/maps").read_text()


def test_32_requests_at_once_compute_once(gunicorn: Gunicorn) -> None:
    with ThreadPoolExecutor(32) as threads:
        answers = list(threads.map(lambda _: gunicorn.ended("slow", 9), range(32)))
    assert {answer["state"] for answer in answers} == {"done"}
    assert counted(gunicorn.counts) == ["slow 9"]


def test_a_killed_process_is_replaced_by_one(gunicorn: Gunicorn) -> None:
    pid = gunicorn.pid()
    os.kill(pid, signal.SIGKILL)
    assert gunicorn.ended("line_fit", 2)["state"] == "done"
    answers = _from_all_workers(gunicorn, "line_fit")
    assert len({answer["process"] for answer in answers.values()} - {None, pid}) == 1


def test_a_killed_worker_leaves_the_process_alone(gunicorn: Gunicorn) -> None:
    """Also the one that started it."""
    pid = gunicorn.pid()
    for worker in _from_all_workers(gunicorn, "line_fit"):
        os.kill(worker, signal.SIGKILL)
        until(lambda: is_gone(worker), "the worker has ended")  # noqa: B023
    until(lambda: _answers(gunicorn), "there are new workers")
    assert gunicorn.ended("line_fit", 3)["state"] == "done"
    assert gunicorn.pid() == pid


def test_no_process_is_left_when_the_server_is_killed(gunicorn: Gunicorn) -> None:
    pid = gunicorn.pid()
    gunicorn.process.kill()
    until(lambda: is_gone(pid), "the process has ended", 2.0)
