"""The whole app under gunicorn: what people see while something slow, deadly or killed is about."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from app.services.inference_folder import is_free, meeting_of, told_in
from app.settings import load_settings
from tests.app.pages import open_body
from tests.app.services import inference_server
from tests.reco_core.icecube.small_datasets import write_small

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = "tests.app.services.slow_algorithms,tests.app.services.faulty_algorithms"
LARGEST = 900  # event_id of the one with as many pulses as the brightest known
COUNTS = {event_id: 8 for event_id in range(1, 41)} | {LARGEST: 178_000}
VIEWER = "viewer=the-test-of-all&turn="


@dataclass
class Server:
    process: subprocess.Popen[bytes]
    address: str
    folder: Path
    environment: dict[str, str]

    def get(self, path: str, timeout_s: float = 30) -> Any:
        with urllib.request.urlopen(self.address + path, timeout=timeout_s) as answer:
            return json.load(answer)

    def post(self, path: str, body: Any) -> Any:
        request = urllib.request.Request(
            self.address + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def overlay(self, event_id: int, algorithm: str, wait_s: float = 5, more: str = "") -> Any:
        """The row of an algorithm, as far as it is."""
        path = f"/api/v1/datasets/set/events/{event_id}/overlays?of={algorithm}&wait={wait_s}{more}"
        return self.get(path)["overlays"][0]

    def ended(self, event_id: int, algorithm: str) -> Any:
        """The row when it is done or has failed."""
        rows: list[Any] = []

        def found() -> bool:
            with suppress(urllib.error.URLError, ConnectionError):
                rows.append(self.overlay(event_id, algorithm, 1))
            return bool(rows) and rows[-1]["state"] in ("done", "failed")

        until(found, f"{algorithm} of event {event_id}")
        return rows[-1]

    def open_event(self, event_id: int) -> Any:
        """What the page gets when the event is opened."""
        answer = self.post("/_dash-update-component", open_body(f"/event/set/{event_id}"))
        return answer["response"]["event"]["data"]

    def job(self, job_id: str) -> Any:
        return self.get(f"/api/v1/jobs/{job_id}")

    def inference_pid(self) -> int:
        """Of the process that takes work."""
        until(lambda: self.get("/health")["inference"] == "ready", "the process is ready")
        told = told_in(meeting_of(load_settings(self.environment)).lock)
        assert told is not None
        return int(told["pid"])

    def computed(self) -> Counter[tuple[str, int]]:
        """How often each algorithm was asked to compute each event."""
        try:
            lines = (self.folder / "counts").read_text().splitlines()
        except FileNotFoundError:
            return Counter()
        return Counter((line.split()[0], int(line.split()[1])) for line in lines)


until = partial(inference_server.until, patience_s=60.0)


@contextmanager
def serving(folder: Path, **more: str) -> Iterator[Server]:
    """The app on the data set 'set', as `make run` serves it; nothing of it is left afterwards."""
    if not (folder / "set").exists():
        write_small(folder / "set", COUNTS)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ours = {
        "HITSCOPE_DATA": str(folder / "set"),
        "HITSCOPE_CACHE_DIR": str(folder / "cache"),
        "HITSCOPE_RUNTIME_DIR": str(folder / "runtime"),
        "HITSCOPE_PLUGINS": PLUGINS,
        "HITSCOPE_TEST_COUNTS": str(folder / "counts"),
        "HITSCOPE_AHEAD": "0",
        "PORT": str(port),
        "WEB_CONCURRENCY": "2",
        "GUNICORN_CMD_ARGS": "--graceful-timeout 3",
        **more,
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "app.main:server"]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | ours, stdout=log, stderr=log)
    server = Server(process, f"http://127.0.0.1:{port}", folder, ours)
    try:
        until(lambda: answers(server), "the server answers")
        yield server
    finally:
        process.terminate()
        process.wait(timeout=40)
        lock = meeting_of(load_settings(ours)).lock
        until(lambda: not lock.exists() or is_free(lock), "no process is left", patience_s=10.0)


def answers(server: Server) -> bool:
    assert server.process.poll() is None, (server.folder / "log").read_text()
    with suppress(urllib.error.URLError, ConnectionError):
        return bool(server.get("/health"))
    return False


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("whole"), HITSCOPE_TEST_SLOW_S="0.5") as server:
        yield server


def test_32_requests_at_once_for_a_cold_result_compute_it_once(server: Server) -> None:
    with ThreadPoolExecutor(32) as threads:
        rows = list(threads.map(lambda _: server.ended(1, "slow"), range(32)))
    assert {(row["state"], row["zenith"]) for row in rows} == {("done", 1.0)}
    assert server.computed()["slow", 1] == 1
    assert server.overlay(1, "slow", 0)["state"] == "done"


def test_an_event_is_shown_at_once_however_slow_its_overlays_are(server: Server) -> None:
    """Twenty computations of half a second wait; the event does not."""
    for event_id in range(2, 22):
        server.overlay(event_id, "slow", 0)
    began_s = time.monotonic()
    opened = server.open_event(30)
    took_s = time.monotonic() - began_s
    states = {row["key"]: row["state"] for row in opened["overlays"]}
    assert states["slow"] == "queued"
    assert opened["n_pulses"] == 8
    assert took_s < 5 < 20 * 0.5
    for event_id in range(2, 22):
        assert server.ended(event_id, "slow")["state"] == "done"


def test_what_is_kept_is_in_the_page_from_the_start(server: Server) -> None:
    server.ended(31, "line_fit")
    (row,) = [row for row in server.open_event(31)["overlays"] if row["key"] == "line_fit"]
    assert row["state"] == "done"
    assert row["zenith"] is not None or row["reason"]


def test_who_goes_on_leaves_what_was_not_begun(server: Server) -> None:
    for event_id in (32, 33, 34, 35):
        server.overlay(event_id, "slow", 0, f"&{VIEWER}1")
    server.overlay(36, "slow", 0, f"&{VIEWER}2")
    assert server.ended(36, "slow")["state"] == "done"
    assert server.overlay(35, "slow", 0, f"&{VIEWER}1")["state"] == "cancelled"
    assert server.computed()["slow", 35] == 0
    server.post("/api/v1/leave", {"viewer": "the-test-of-all", "turn": 3})


def test_an_event_of_178_000_pulses(server: Server) -> None:
    opened = server.open_event(LARGEST)
    assert opened["n_pulses"] == 178_000
    row = server.ended(LARGEST, "line_fit")
    assert row["state"] == "done"
    assert row["zenith"] is not None or row["reason"]


def test_an_algorithm_that_kills_is_told_and_harms_no_other(server: Server) -> None:
    failed = server.ended(37, "deadly")
    assert failed["state"] == "failed"
    assert "ended" in failed["reason"]
    assert server.computed()["deadly", 37] == 2  # once more after the first death, then no more
    assert server.ended(38, "line_fit")["state"] == "done"
    assert server.ended(37, "line_fit")["state"] == "done"
    again = server.overlay(37, "deadly", 0)
    assert (again["state"], server.computed()["deadly", 37]) == ("failed", 2)


def test_an_algorithm_with_a_mistake_is_told(server: Server) -> None:
    failed = server.ended(39, "broken")
    assert failed["state"] == "failed"
    assert "a mistake in the algorithm" in failed["reason"]
    assert server.ended(39, "without_answer")["reason"] == "There is too little light."


def test_a_killed_worker_is_replaced_and_the_result_comes(server: Server) -> None:
    server.overlay(23, "slow", 0)
    os.kill(worker_pids(server)[0], signal.SIGKILL)
    assert server.ended(23, "slow")["state"] == "done"
    assert server.computed()["slow", 23] == 1


def worker_pids(server: Server) -> list[int]:
    """Children of gunicorn's master, the web workers, by what ps says."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    rows = (line.split() for line in listed.stdout.splitlines())
    return [int(pid) for pid, parent in rows if int(parent) == server.process.pid]


def test_a_killed_inference_process_is_replaced_and_the_result_comes(server: Server) -> None:
    pid = server.inference_pid()
    before = server.computed()["slow", 24]
    server.overlay(24, "slow", 0)
    until(lambda: server.computed()["slow", 24] > before, "the computation has begun")
    os.kill(pid, signal.SIGKILL)
    assert server.ended(24, "slow")["state"] == "done"
    assert server.computed()["slow", 24] == 2
    assert server.inference_pid() != pid


def test_the_next_events_are_computed_ahead(tmp_path: Path) -> None:
    more = {"HITSCOPE_PLUGINS": PLUGINS.partition(",")[0], "HITSCOPE_TEST_SLOW_S": "0.01"}
    with serving(tmp_path, HITSCOPE_AHEAD="3", **more) as server:
        server.inference_pid()
        server.get(f"/api/v1/datasets/set/events/10/overlays?of=&wait=0&ahead=slow&{VIEWER}1")
        wanted = {("slow", event_id) for event_id in (9, 11, 12, 13)}
        until(lambda: wanted <= set(server.computed()), "the neighbours are computed")
        for event_id in (9, 11, 12, 13):
            rows = {row["key"]: row["state"] for row in server.open_event(event_id)["overlays"]}
            assert rows["slow"] == "done"
            assert rows["line_fit"] == "queued"  # was not asked for
        assert server.computed()["slow", 14] == 0
        assert server.computed()["slow", 10] == 0


def test_a_job_goes_on_after_the_server_was_killed(tmp_path: Path) -> None:
    """At most what was under way is computed twice; the table has each event once, in order."""
    with serving(tmp_path, HITSCOPE_TEST_SLOW_S="0.2") as server:
        job = server.post("/api/v1/jobs", {"dataset": "set", "algorithm": "slow"})
        until(lambda: server.job(job["id"])["n_done"] >= 5, "the job is under way")
        pid = server.inference_pid()
        os.kill(server.process.pid, signal.SIGKILL)
        os.kill(pid, signal.SIGKILL)
        server.process.wait()
    first = server.computed()
    with serving(tmp_path, HITSCOPE_TEST_SLOW_S="0.01") as server:
        until(lambda: server.job(job["id"])["state"] == "done", "the job is done")
        told = server.job(job["id"])
        with urllib.request.urlopen(server.address + told["tables"][0]) as answer:
            table = pl.read_parquet(answer.read())
    assert (told["n_done"], told["n_total"], told["n_failed"]) == (len(COUNTS), len(COUNTS), 0)
    assert table["event_id"].to_list() == list(COUNTS)
    twice = [event for event, times in server.computed().items() if times > 1]
    assert len(first) >= 5
    assert len(twice) <= 5 / 0.2 + 1  # five seconds of work
    assert set(server.computed()) == {("slow", event_id) for event_id in COUNTS}


def test_people_look_at_events_while_a_job_runs(tmp_path: Path) -> None:
    with serving(tmp_path, HITSCOPE_TEST_SLOW_S="0.3") as server:
        job = server.post("/api/v1/jobs", {"dataset": "set", "algorithm": "slow"})
        until(lambda: server.job(job["id"])["state"] == "running", "the job runs")
        for event_id in (25, 26, 27):
            assert server.ended(event_id, "line_fit")["state"] == "done"
        assert server.job(job["id"])["state"] == "running"  # it was not waited for
        cancelled = server.post(f"/api/v1/jobs/{job['id']}/cancel", {})
        assert cancelled["id"] == job["id"]
        until(lambda: server.job(job["id"])["state"] == "cancelled", "the job is cancelled")


def test_what_a_job_has_found_is_not_computed_for_the_page(tmp_path: Path) -> None:
    with serving(tmp_path, HITSCOPE_TEST_SLOW_S="0") as server:
        job = server.post("/api/v1/jobs", {"dataset": "set", "algorithm": "slow"})
        until(lambda: server.job(job["id"])["state"] == "done", "the job is done")
        assert server.ended(5, "slow")["state"] == "done"
        assert server.computed()["slow", 5] == 1
