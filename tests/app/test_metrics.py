"""Counting in one process, and the files of several."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from app import metrics, metrics_files, timing
from app.settings import load_settings
from reco_core.errors import SettingError

ROOT = Path(__file__).resolve().parents[2]


def value(name: str, **labels: str) -> float:
    return metrics.REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.fixture
def server() -> Flask:
    server = Flask("app")
    timing.measure(server)
    server.add_url_rule("/events/<key>/<event_id>", "event", lambda key, event_id: "shown")
    return server


def test_a_request_is_counted_by_the_rule_of_its_address(server: Flask) -> None:
    route = "/events/<key>/<event_id>"
    labels = {"route": route, "method": "GET", "status": "200"}
    before = value("hitscope_requests_total", **labels)
    seconds = value("hitscope_request_seconds_count", route=route)
    for event_id in range(3):
        assert server.test_client().get(f"/events/demo/{event_id}").status_code == 200
    assert value("hitscope_requests_total", **labels) == before + 3
    assert value("hitscope_request_seconds_count", route=route) == seconds + 3
    assert value("hitscope_requests_under_way") == 0


def test_invented_addresses_and_methods_make_no_series_of_their_own(server: Flask) -> None:
    client = server.test_client()
    for number in range(20):
        client.get(f"/nothing/{number}")
        client.open("/events/demo/1", method=f"INVENTED{number}")
    text = metrics.text("down").decode()
    assert "INVENTED" not in text
    assert "/nothing" not in text
    assert value("hitscope_requests_total", route="none", method="GET", status="404") >= 20
    assert value("hitscope_requests_total", route="none", method="other", status="405") >= 20


def test_an_own_request_is_not_counted(server: Flask) -> None:
    route = "/events/<key>/<event_id>"
    before = value("hitscope_request_seconds_count", route=route)
    answer = server.test_client().get(
        "/events/demo/1", environ_overrides={timing.OWN_REQUEST: True}
    )
    assert answer.status_code == 200
    assert value("hitscope_request_seconds_count", route=route) == before


def test_a_batch_counts_each_of_its_events() -> None:
    metrics.note_computed("test_batch", {"ok": 3, "failed": 1}, 2.0)
    assert value("hitscope_inference_events_total", algorithm="test_batch", outcome="ok") == 3
    assert value("hitscope_inference_seconds_count", algorithm="test_batch") == 4
    assert value("hitscope_inference_seconds_sum", algorithm="test_batch") == pytest.approx(2)


def test_the_text_is_prometheus_format() -> None:
    metrics.note_cache_lookup("hit")
    metrics.note_queue({"shown": 2})
    names = {family.name for family in text_string_to_metric_families(metrics.text("x").decode())}
    assert {"hitscope_cache_lookups", "hitscope_queue_length", "hitscope_inference_ready"} <= names
    assert "_created" not in metrics.text("x").decode()


def as_process(folder: Path, identity: str, code: str) -> str:
    """What another process prints, that joined as identity."""
    run = f"from app import metrics\nmetrics.join({identity!r})\n{code}"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", run],
        cwd=ROOT,
        env=os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_counters_of_an_identity_go_on_and_its_gauges_do_not(tmp_path: Path) -> None:
    folder = tmp_path / "runtime" / "metrics"
    count = "metrics.INFERENCE_RESTARTS.inc(); metrics.note_queue({'shown': 7})"
    show = "print(metrics.text('ready').decode())"
    first = as_process(folder, "inference", count + "\n" + show)
    assert "hitscope_inference_restarts_total 1.0" in first
    assert 'hitscope_queue_length{priority="shown"} 7.0' in first
    worker = as_process(folder, "0", "metrics.INFERENCE_RESTARTS.inc()\n" + show)
    assert "hitscope_inference_restarts_total 2.0" in worker
    assert 'hitscope_queue_length{priority="shown"} 7.0' in worker
    again = as_process(folder, "inference", "metrics.INFERENCE_RESTARTS.inc()\n" + show)
    assert "hitscope_inference_restarts_total 3.0" in again
    assert "hitscope_queue_length{" not in again
    assert len(list(folder.iterdir())) == 6


@pytest.mark.parametrize("state", ["starting", "down"])
def test_the_queue_of_an_inference_process_that_is_gone_is_not_shown(
    tmp_path: Path, state: str
) -> None:
    folder = tmp_path / "runtime" / "metrics"
    as_process(folder, "inference", "metrics.note_queue({'shown': 7})")
    text = as_process(folder, "0", f"print(metrics.text({state!r}).decode())")
    assert "hitscope_queue_length{" not in text
    assert "hitscope_inference_ready 0.0" in text


def test_a_folder_deleted_while_running_harms_no_request(tmp_path: Path) -> None:
    folder = tmp_path / "runtime" / "metrics"
    code = """
import shutil
shutil.rmtree(metrics.metrics_folder())
for number in range(50):
    metrics.note_request(f"/new/{number}", "GET", 200, 0.1)
metrics.note_computed("new", {"ok": 1}, 1.0)
metrics.note_queue({"new": 1})
print(metrics.text("ready").decode())
"""
    assert "hitscope_inference_ready 1.0" in as_process(folder, "0", code)


def test_all_routes_in_all_states_fit_into_the_room_reserved(tmp_path: Path) -> None:
    folder = tmp_path / "runtime" / "metrics"
    code = """
for route in range(40):
    for method in ("GET", "POST", "HEAD"):
        for status in (200, 304, 400, 404, 500):
            name = f"/api/v1/datasets/<key>/batches/<split>/{route:03}"
            metrics.note_request(name, method, status, 0.1)
for algorithm in range(20):
    metrics.note_computed(f"an_algorithm_of_long_name_{algorithm}", {"ok": 1, "failed": 1}, 1.0)
"""
    as_process(folder, "0", code)
    found = [path.stat() for path in folder.iterdir()]
    assert {file.st_size for file in found} == {metrics_files.FILE_BYTES}
    assert all(file.st_blocks * 512 >= metrics_files.FILE_BYTES for file in found)


def test_a_process_without_room_counts_for_itself(tmp_path: Path) -> None:
    """A disk with no room: here the limit on the length of a file."""
    folder = tmp_path / "runtime" / "metrics"
    code = f"""
import os, resource, signal, logging
from app import logs, metrics
logs.configure()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
metrics.join("1")
metrics.INFERENCE_RESTARTS.inc()
assert b"hitscope_inference_restarts_total 1.0" in metrics.text("down")
assert not any(folder for folder in os.scandir({str(folder)!r}) if "_1." in folder.name)
"""
    said = as_process(folder, "0", code)
    assert "level=warning" in said
    assert "not added" in said


def test_a_runtime_folder_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    with pytest.raises(SettingError, match="HITSCOPE_RUNTIME_DIR"):
        metrics_files.claim(link / "metrics-a-1-1")


def test_only_folders_of_counters_are_removed(tmp_path: Path) -> None:
    """The folder may hold other things of its owner, under any name."""
    runtime = tmp_path / "runtime"
    metrics_files.own_folder(runtime)
    kept = [
        runtime / "metrics-of-my-thesis" / "results.csv",
        runtime / "metrics-of-my-thesis-1-1" / "results.csv",
        runtime / "metrics-127.0.0.1-8050-9" / "notes",
        runtime / "metrics-localhost" / "counter_0.db",
    ]
    for path in kept:
        path.parent.mkdir()
        path.write_text("precious")
    (kept[2].parent / "counter_0.db").write_text("")
    (runtime / "metrics-a-80-1").symlink_to(kept[0].parent)
    metrics_files.prepare(runtime / "metrics-127.0.0.1-8050-8", "inference")
    os.close(metrics_files.claim(runtime / "metrics-127.0.0.1-8050-7"))
    assert all(path.read_text() == "precious" for path in kept)
    assert (kept[2].parent / "counter_0.db").exists()
    assert (runtime / "metrics-a-80-1").is_symlink()
    assert not (runtime / "metrics-127.0.0.1-8050-8").exists()
    assert (runtime / "metrics-127.0.0.1-8050-7").exists()


@pytest.mark.parametrize(
    ("taken", "free"), [([], 0), ([0], 1), ([1], 0), ([0, 1, 3], 2), ([None, 5], 0)]
)
def test_the_lowest_free_slot(taken: list[int | None], free: int) -> None:
    assert metrics_files.lowest_free(taken) == free


def test_the_folder_of_a_server_names_its_address_in_one_part() -> None:
    settings = load_settings({"HOST": "::1", "PORT": "81", "HITSCOPE_RUNTIME_DIR": "/run/h"})
    assert metrics_files.folder_of(settings, 7) == Path("/run/h/metrics---1-81-7")
