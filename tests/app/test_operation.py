"""Under gunicorn: metrics of many processes, their files, the log, and docs/operation.md."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
import time
import urllib.error
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app import metrics
from app.settings import SETTINGS
from tests.app.under_gunicorn import (
    Server,
    both_workers_answer,
    processes_of,
    serving,
    started,
    wait_for,
)

ROOT = Path(__file__).resolve().parents[2]
OPERATION = (ROOT / "docs" / "operation.md").read_text()
FILES_PER_SLOT = 3


def has_counted(server: Server, n_requests: int) -> bool:
    with suppress(OSError):  # a worker that just goes
        return server.answered() >= n_requests
    return False


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("operation")) as server:
        yield server


def test_counters_go_on_when_a_worker_is_killed(server: Server) -> None:
    before = server.answered()
    done = before
    for _ in range(3):
        for _ in range(10):
            server.get("/pid")
        done += 10
        assert server.answered() == done
        killed = server.get("/pid")
        os.kill(int(killed), signal.SIGKILL)
        done += 1
        assert server.answered() == done
        wait_for(lambda gone=killed: not Path(f"/proc/{gone}").exists())
    assert server.answered() == done
    assert server.numbers()["hitscope_request_seconds_count{route=/pid}"] == done


def test_a_metric_without_labels_is_counted_across_workers(server: Server) -> None:
    before = server.numbers()["hitscope_inference_restarts_total{}"]
    for _ in range(6):
        server.get("/restart")
    assert server.numbers()["hitscope_inference_restarts_total{}"] == before + 6


def test_what_a_killed_worker_had_under_way_is_forgotten(server: Server) -> None:
    def hang() -> None:
        with suppress(OSError, urllib.error.URLError):
            server.get("/hang", timeout_s=60)

    under_way = "hitscope_requests_under_way{}"
    assert server.numbers()[under_way] == 1  # the one that asks
    thread = threading.Thread(target=hang)
    thread.start()
    marker = server.log.parent / "hang"
    wait_for(lambda: marker.exists() and marker.read_text() != "")
    assert server.numbers()[under_way] == 2
    os.kill(int(marker.read_text()), signal.SIGKILL)
    thread.join()
    wait_for(lambda: server.numbers()[under_way] == 1)


def test_a_reload_keeps_the_numbers(server: Server) -> None:
    before, folders = server.answered(), server.folders()
    old = {server.get("/pid") for _ in range(20)}
    server.process.send_signal(signal.SIGHUP)
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in old))
    assert server.answered() >= before + 20
    assert server.folders() == folders


def test_files_do_not_pile_up_as_workers_are_recycled(tmp_path: Path) -> None:
    arguments = "--max-requests 5 --max-requests-jitter 0"
    with serving(tmp_path / "served", arguments) as server:
        seen: set[str] = set()
        answered, asked, last = 0, 0, 0.0
        while len(seen) < 14:
            asked += 1
            assert asked < 1000
            with suppress(OSError):  # a worker that just goes
                seen.add(server.get("/pid"))
                answered += 1
            with suppress(OSError):
                assert server.answered() >= last
                last = server.answered()
        assert len(server.files()) <= 2 * FILES_PER_SLOT  # a gauge goes with its worker
        wait_for(lambda: has_counted(server, answered))


def test_servers_beside_one_another_count_for_themselves(tmp_path: Path) -> None:
    runtime = tmp_path / "runtime"
    with serving(tmp_path / "a", runtime=runtime) as one:
        for _ in range(100):
            one.get("/pid")
        wait_for(lambda: has_counted(one, 100))
        count = one.answered()
        with serving(tmp_path / "b", runtime=runtime) as other:
            assert len(one.folders()) == 2
            assert other.answered() < count
            assert one.answered() == count
        assert len(one.folders()) == 1
    assert not list(runtime.glob("metrics-*"))


def test_the_folder_of_a_killed_server_is_removed_by_the_next(tmp_path: Path) -> None:
    runtime = tmp_path / "runtime"
    with serving(tmp_path / "a", runtime=runtime) as killed:
        workers = {killed.get("/pid") for _ in range(100)}
        left = killed.folders()
        killed.process.kill()
        killed.process.wait()
        wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))
    assert left == killed.folders()
    with serving(tmp_path / "b", runtime=runtime) as server:
        assert len(server.folders()) == 1
        assert server.folders() != left
        assert server.answered() < 100
        assert runtime.stat().st_mode & 0o777 == 0o700


def test_a_server_without_a_runtime_folder_serves_and_says_so(tmp_path: Path) -> None:
    runtime = tmp_path / "file"
    runtime.write_text("")
    with serving(tmp_path / "a", runtime=runtime) as server:
        assert "hitscope_requests_total" in server.get("/metrics")
        warnings = [line for line in server.lines() if line["level"] == "warning"]
        assert len(warnings) == 1
        assert str(runtime) in warnings[0]["message"]


def test_health_tells_that_the_inference_side_was_started(server: Server) -> None:
    assert json.loads(server.get("/health")) == {
        "status": "ok",
        "inference": "ready",
        "data_sets": 3,
    }
    assert server.numbers()["hitscope_inference_ready{}"] == 1


@pytest.mark.parametrize("arguments", ["", "--preload"])
def test_no_process_outlives_a_server_killed_at_any_time(tmp_path: Path, arguments: str) -> None:
    """Also while a worker starts: when it looks for its parent, that is another already."""
    for delay_s in (0.7, 1.1, 1.5):
        folder = tmp_path / f"{delay_s}"
        with started(folder, arguments) as process:
            wait_for(lambda folder=folder: "Booting" in (folder / "log").read_text())
            time.sleep(delay_s)  # any time will do
            process.kill()
            process.wait()
            wait_for(lambda folder=folder: not processes_of(folder), 20)


@pytest.mark.parametrize("delay_s", [0.0, 0.1, 0.3, 0.6, 1.0, 1.5, 3.0])
def test_ctrl_c_ends_the_server_soon(tmp_path: Path, delay_s: float) -> None:
    """The terminal sends it to all; the server then tells its workers once more."""
    with started(tmp_path) as process:
        wait_for(lambda: "Booting" in (tmp_path / "log").read_text())
        time.sleep(delay_s)  # any time will do
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(timeout=8) == 0
        assert "SIGKILL" not in (tmp_path / "log").read_text()
        wait_for(lambda: not processes_of(tmp_path), 10)


def test_a_worker_that_is_told_twice_ends(tmp_path: Path) -> None:
    with serving(tmp_path / "served") as server:
        for _ in range(8):
            worker = int(server.get("/pid"))
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGINT, signal.SIGQUIT):
                with suppress(ProcessLookupError):
                    os.kill(worker, number)
            wait_for(lambda gone=worker: not Path(f"/proc/{gone}").exists(), 5)
            wait_for(lambda: both_workers_answer(server))


def test_a_worker_leaves_ctrl_c_to_the_server(server: Server) -> None:
    worker = server.get("/pid")
    os.kill(int(worker), signal.SIGINT)
    wait_for(lambda: server.get("/pid") == worker)
    status = Path(f"/proc/{worker}/status").read_text()
    (ignored,) = re.findall(r"SigIgn:\s*(\w+)", status)
    assert int(ignored, 16) & 1 << (signal.SIGINT - 1)


def test_a_request_does_not_hold_up_a_quick_end(tmp_path: Path) -> None:
    with serving(tmp_path / "served", "--graceful-timeout 30") as server:
        hanging = threading.Thread(target=hang_up, args=(server,))
        hanging.start()
        marker = server.log.parent / "hang"
        wait_for(lambda: marker.exists() and marker.read_text() != "")
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(timeout=8) == 0
        hanging.join()


def hang_up(server: Server) -> None:
    with suppress(OSError, urllib.error.URLError):
        server.get("/hang", timeout_s=60)


def test_the_app_itself_is_counted_from_its_first_page(tmp_path: Path) -> None:
    with serving(tmp_path / "served", app="app.main:server") as server:
        page = "hitscope_requests_total{method=GET,route=/,status=200}"
        assert page not in server.numbers()
        server.get("/")
        assert server.numbers()[page] == 1
        assert json.loads(server.get("/health"))["status"] == "ok"
        assert all("time" in line for line in server.lines())


def test_every_line_of_the_log_is_one_record(server: Server) -> None:
    server.get("/slow/demo/24")
    with pytest.raises(urllib.error.HTTPError, match="500"):
        server.get("/fail")
    for line in server.lines():
        assert {"time", "level", "event", "pid", "logger", "message"} <= set(line), line
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    said = {line["message"] for line in server.lines() if line["logger"] == "gunicorn.error"}
    assert any(text.startswith("Listening at") for text in said)


def test_slow_and_failed_requests_are_a_line_each_and_no_others(server: Server) -> None:
    with suppress(urllib.error.HTTPError):
        server.get("/fail")
    server.get("/slow/demo/24")
    server.get("/pid")
    lines = [line for line in server.lines() if line["logger"] == "app.timing"]
    assert {line["route"] for line in lines} == {"/fail", "/slow/<key>/<int:event_id>"}
    failed = next(line for line in lines if line["route"] == "/fail")
    assert (failed["level"], failed["status"], failed["event"]) == ("warning", "500", "-")
    slow = next(line for line in lines if line["status"] == "200")
    assert slow["event"] == "demo/24"
    assert 1000 < int(slow["ms"]) < 20_000
    own = next(line for line in server.lines() if line["logger"] == "app.test")
    assert (own["event"], own["message"]) == ("demo/24", "two\nlines")
    trace = next(line["exception"] for line in server.lines() if "exception" in line)
    assert trace.startswith("Traceback")
    assert trace.endswith("ValueError: a mistake\nof two lines")


def test_the_access_log_is_lines_too_where_it_is_on(tmp_path: Path) -> None:
    with serving(tmp_path / "served", "--access-logfile -") as server:
        server.get("/pid")
        wait_for(lambda: any("GET /pid" in line["message"] for line in server.lines()))
        assert all("time" in line for line in server.lines())


@pytest.mark.parametrize("row", SETTINGS, ids=lambda row: row.variable)
def test_every_setting_is_documented(row) -> None:  # type: ignore[no-untyped-def]
    assert f"`{row.variable}`" in OPERATION


def test_every_metric_is_documented() -> None:
    families = list(text_string_to_metric_families(metrics.text("down").decode()))
    assert len(families) >= 10
    for family in families:
        name = family.name + ("_total" if family.type == "counter" else "")
        assert f"`{name}" in OPERATION, f"docs/operation.md does not name {name}"
