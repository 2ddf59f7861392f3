"""The inference process started, killed, hung, told to end, replaced."""

from __future__ import annotations

import logging
import os
import shutil
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.services.inference import Inference, Place, State
from app.services.inference_folder import is_free
from tests.app.services.inference_server import (
    SLOW,
    Served,
    begun,
    counted,
    is_gone,
    served,
    settings_for,
    stand_in,
    until,
)

ROOT = Path(__file__).resolve().parents[3]


def test_killed_while_idle_it_is_there_again(slow: Served) -> None:
    first = slow.ready_pid()
    slow.ended("quick", 1)
    os.kill(first, signal.SIGKILL)
    assert slow.ended("quick", 2).state == "done"
    assert slow.ready_pid() != first


def test_killed_in_the_middle_the_request_is_tried_again(slow: Served, counts: Path) -> None:
    first = slow.ready_pid()
    slow.ask("slow", 3)
    begun(counts, "slow 3")
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(slow.ask, "slow", 3, 15.0)  # one call that lives through it
        os.kill(first, signal.SIGKILL)
        assert waiting.result().state == "done"
    assert counted(counts) == ["slow 3", "slow 3"]


def test_a_deadly_event_is_told_after_the_second_death(faulty: Served, counts: Path) -> None:
    state = faulty.ended("deadly", 4)
    assert state.state == "failed"
    assert state.message == (
        "The inference process ended 2 times while it computed Deadly of event 4 (it was killed, "
        "perhaps for want of memory, or crashed). It can be tried again after 10 minutes; other "
        "events are not affected."
    )
    assert faulty.ended("quick", 4).state == "done"
    assert counted(counts) == ["deadly 4", "deadly 4"]


def test_those_that_shared_a_deadly_batch_come_through(faulty: Served, counts: Path) -> None:
    faulty.ready_pid()
    faulty.ask("slow", 1)
    begun(counts, "slow 1")
    for event_id in range(1, 9):
        faulty.ask("deadly_for_one", event_id)
    states = {event_id: faulty.ended("deadly_for_one", event_id) for event_id in range(1, 9)}
    assert {k for k, state in states.items() if state.state == "failed"} == {3}
    assert Counter(counted(counts))["deadly_for_one-8 3"] == 1
    assert Counter(counted(counts))["deadly_for_one-1 3"] == 1


def test_what_hangs_deep_in_c_is_ended(faulty: Served, counts: Path) -> None:
    state = faulty.ended("hanging", 2)
    assert state.state == "failed"
    assert "ended 2 times while it computed hanging of event 2 (it took longer than 1 s)" in (
        state.message
    )
    assert counted(counts) == ["hanging 2", "hanging 2"]
    assert faulty.ended("quick", 2).state == "done"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_it_ends_at_once_and_nobody_is_to_blame(
    slow: Served, counts: Path, number: signal.Signals
) -> None:
    pid = slow.ready_pid()
    for _ in range(2):  # after two deaths it would not be tried again
        slow.ask("slow", 1)
        until(lambda: slow.ask("slow", 1).state == "computing", "it is being computed")
        os.kill(pid, number)
        until(lambda: is_gone(pid), "the process has ended", 2.0)  # noqa: B023
        pid = slow.ready_pid()
    assert slow.ended("slow", 1).state == "done"


def test_it_ends_with_a_killed_server_also_while_computing(slow: Served, counts: Path) -> None:
    pid = slow.ready_pid()
    slow.ask("slow", 1)
    begun(counts, "slow 1")
    slow.server.kill()  # not waited for: a zombie, as under a parent that does not look
    until(lambda: is_gone(pid), "the process has ended", 2.0)
    until(lambda: is_free(slow.meeting.lock), "its lock is free", 1.0)
    assert not slow.meeting.socket.exists()


def test_a_new_server_does_not_talk_to_the_process_of_the_old(slow: Served) -> None:
    """Restarted on the same port within a second: the old process may still be there."""
    old_pid = slow.ready_pid()
    with_new = stand_in()
    new = Inference(slow.settings, with_new.pid)
    try:
        key = {"quick": slow.key("quick", 1)}
        state = new.ask(Place("set", 1), key, None, 0.5)["quick"]
        assert state.state in ("starting", "failed")
        until(lambda: new.status().state == "down", "it is said what is wrong")
        assert f"process {slow.server.pid}, has not ended" in new.status().message
        slow.end_server()
        until(lambda: new.status().pid not in (None, old_pid), "a process of its own")
        assert new.ask(Place("set", 1), key, None, 5.0)["quick"].state == "done"
    finally:
        new.close()
        with_new.kill()
        with_new.wait()


def test_several_workers_have_one_process(slow: Served) -> None:
    clients = [slow.client() for _ in range(6)]
    for client in clients:
        client.start()
        client.jobs_changed()
    pids = {until(lambda: client.status().pid, "ready") for client in clients}  # noqa: B023
    assert len(pids) == 1


def test_a_plugin_that_cannot_be_used_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(tmp_path, SLOW) as made:
        broken = settings_for(tmp_path, "tests.app.services.no_such_module")
        inference = Inference(broken, made.server.pid)
        made.clients.append(inference)
        key = {"quick": made.key("quick", 1)}

        def failed() -> State | None:
            state = inference.ask(Place("set", 1), key, None, 0.1)["quick"]
            return state if state.state == "failed" else None

        message = until(failed, "it is said").message
        assert message.startswith("The inference process cannot be started. HITSCOPE_PLUGINS:")
        assert "no_such_module" in message


def test_a_runtime_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("no folder")
    with served(tmp_path, SLOW) as made:
        made.inference.start()
        state = until(lambda: (now := made.ask("quick", 1)).state == "failed" and now, "it is said")
        assert "HITSCOPE_RUNTIME_DIR" in state.message
        (tmp_path / "run").unlink()
        made.ready_pid()


def test_a_runtime_folder_of_a_long_name_works(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    with served(tmp_path, SLOW, HITSCOPE_RUNTIME_DIR=str(folder)) as made:
        assert len(str(made.meeting.socket)) > 107
        assert made.ended("quick", 1).state == "done"


def test_a_runtime_folder_that_is_swept_is_made_again(slow: Served) -> None:
    pid = slow.ready_pid()
    shutil.rmtree(slow.settings.runtime_dir)
    until(lambda: slow.inference.status().pid not in (None, pid), "another process")
    assert slow.ended("quick", 1).state == "done"


def test_the_answers_survive_the_server(tmp_path: Path, counts: Path) -> None:
    for _ in range(2):
        with served(tmp_path, SLOW) as made:
            assert made.ended("slow", 1).state == "done"
    assert counted(counts) == ["slow 1"]


def test_without_a_cache_answers_come_all_the_same(tmp_path: Path, counts: Path) -> None:
    (tmp_path / "cache").write_text("no folder")
    with served(tmp_path, SLOW) as made:
        assert made.ended("batched", 1).state == "done"
        assert made.ask("batched", 1).state == "done"
    assert counted(counts) == ["batched-1 1"]


def test_it_is_said_that_the_process_ended(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with served(tmp_path) as made, caplog.at_level(logging.WARNING):
        pid = made.ready_pid()
        assert not caplog.records
        os.kill(pid, signal.SIGKILL)
        until(lambda: made.inference.status().pid not in (None, pid), "another process")
    said = [record.getMessage() for record in caplog.records]
    assert said == [f"Inference process {pid} has ended; it is started again"]
