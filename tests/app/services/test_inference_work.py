"""The work of the inference process piece by piece, in the test's own process."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from app.services import inference_work
from app.services.algorithms import Row
from app.services.inference_ahead import MAX_WALKS
from app.services.inference_folder import told_in
from app.services.inference_link import Place, Viewer
from app.services.inference_queue import Queue
from reco_core.errors import ReconstructionError
from reco_core.icecube.detector import Detector
from reco_core.icecube.event import Event
from tests.app.services.work_parts import VIEWER, Parts

OF = ("noting",)


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    made = Parts(tmp_path)
    yield made
    made.close()


def test_each_gets_its_own_answer_and_the_cache_too(parts: Parts) -> None:
    tasks = {k: parts.put(k) for k in (3, 1, 2)}
    parts.turns()
    assert {k: parts.value(task) for k, task in tasks.items()} == {1: 1, 2: 2, 3: 3}
    assert parts.batches == [[3, 1, 2]]
    assert all(parts.cache.get(task.key) == task.kept for task in tasks.values())


def test_what_the_cache_has_is_not_computed(parts: Parts) -> None:
    first = parts.put(1)
    parts.turns()
    parts.queue = parts.work._queue = Queue()
    again, others = parts.put(1), [parts.put(k) for k in (2, 3)]
    parts.turns()
    assert again.kept == first.kept
    assert [parts.value(task) for task in others] == [2, 3]
    assert parts.batches == [[1], [2, 3]]


def test_what_a_job_has_found_is_not_computed(parts: Parts) -> None:
    parts.in_table = {11, 12}
    tasks = {k: parts.put(k) for k in (9, 11, 12)}
    parts.turns()
    assert {k: parts.value(task) for k, task in tasks.items()} == {9: 9, 11: 1100, 12: 1200}
    assert parts.batches == [[9]]
    assert parts.cache.get(tasks[11].key) == tasks[11].kept


@pytest.mark.parametrize("together", [1, 3])
def test_what_is_damaged_in_the_cache_is_computed_anew(parts: Parts, together: int) -> None:
    tasks = [parts.put(k) for k in range(1, together + 1)]
    for task in tasks:
        parts.cache.set(task.key, b"HSA1 of another version")
    parts.turns()
    assert [parts.value(task) for task in tasks] == list(range(1, together + 1))
    assert parts.cache.get(tasks[0].key) == tasks[0].kept


def test_one_that_raises_fails_alone(parts: Parts, caplog: pytest.LogCaptureFixture) -> None:
    parts.broken_for = {2}
    tasks = {k: parts.put(k) for k in (1, 2, 3)}
    parts.turns()
    assert {k: task.state for k, task in tasks.items()} == {1: "done", 2: "failed", 3: "done"}
    assert "ValueError('this one')" in tasks[2].message
    assert parts.batches == [[1, 2, 3], [1], [2], [3]]
    assert parts.cache.get(tasks[2].key) is None
    assert any(record.exc_info for record in caplog.records)


def test_events_that_cannot_be_used_fail_alone(parts: Parts) -> None:
    wrong = parts.put(1, key="0" * 64)
    absent = parts.put(999, key="1" * 64)
    good = parts.put(2)
    parts.turns()
    assert wrong.message.startswith("The event was changed on disk")
    assert absent.message.startswith("No event 999")
    assert parts.value(good) == 2


def test_weights_are_loaded_once_before_anybody_asks(parts: Parts) -> None:
    parts.turns()
    assert parts.loads == 1
    parts.put(1)
    parts.turns()
    assert parts.loads == 1


def test_what_is_computed_is_written_down_until_it_is_done(parts: Parts) -> None:
    task, found = parts.put(1), []
    parts.load = lambda: None  # type: ignore[method-assign]
    inner = parts.compute

    def looking(events: Sequence[Event], detector: Detector) -> list[Row | ReconstructionError]:
        found.append(told_in(parts.meeting.begun))
        return inner(events, detector)

    row = replace(parts.algorithms["noting"], compute=looking)
    parts.algorithms["noting"] = row
    parts.turns()
    assert found == [{"keys": [task.key], "text": "Noting of set/1"}]
    assert told_in(parts.meeting.begun) == {"keys": []}


def test_the_order_of_work(parts: Parts) -> None:
    """Shown, weights, ahead, jobs; what is shown meanwhile comes in between."""
    parts.jobs.left = 1
    parts.ahead.start(Place("set", 10), VIEWER, 2, OF)
    parts.put(5)
    assert [parts.work.turn() for _ in range(4)] == [True] * 4  # shown, three loads
    assert parts.work.turn()  # walks to 11
    parts.put(6)
    parts.turns()
    assert parts.batches == [[5], [6], [11], [12], [9]]
    assert parts.jobs.turns == 2


def test_a_walk_ends_at_the_ends_of_the_data(parts: Parts) -> None:
    parts.ahead.start(Place("set", 19), None, 5, OF)
    parts.ahead.start(Place("set", 1), VIEWER, 1, OF)
    parts.ahead.start(Place("gone", 1), Viewer("viewer-2", 1), 1, OF)
    parts.turns()
    assert sorted(k for batch in parts.batches for k in batch) == [2, 18, 20]


def test_a_walk_is_of_the_algorithms_that_were_asked_for(parts: Parts) -> None:
    parts.ahead.start(Place("set", 5), VIEWER, 1, ("no such algorithm",))
    parts.turns()
    assert parts.batches == []
    parts.ahead.start(Place("set", 5), VIEWER, 1, ("no such algorithm", *OF))
    parts.turns()
    assert parts.batches == [[6], [4]]


def test_who_moves_on_is_not_walked_for(parts: Parts) -> None:
    parts.ahead.start(Place("set", 5), VIEWER, 3, OF)
    parts.queue.leave(Viewer(VIEWER.name, 2))
    parts.turns()
    assert parts.batches == []


def test_walks_are_bounded_and_one_per_viewer(parts: Parts) -> None:
    for k in range(MAX_WALKS + 5):
        parts.ahead.start(Place("set", 1), Viewer(f"viewer-{k}", 1), 0, OF)
    parts.ahead.start(Place("set", 1), Viewer("viewer-1000", 1), 0, OF)
    assert len(parts.ahead._walks) == MAX_WALKS


def test_suspects_are_not_computed_ahead(tmp_path: Path) -> None:
    first = Parts(tmp_path)
    first.deaths.begin([first.key(2)])
    begun = first.meeting.begun.read_bytes()
    first.deaths.close()
    first.meeting.begun.write_bytes(begun)
    parts = Parts(tmp_path)
    parts.ahead.start(Place("set", 1), VIEWER, 2, OF)
    parts.turns()
    assert parts.batches == [[3]]
    parts.deaths.close()
    for made in (first, parts):
        made.cache.close()


def test_a_mistake_in_a_job_does_not_end_the_rest(
    parts: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    parts.turns()
    before = parts.jobs.turns
    parts.jobs.error = RuntimeError("a mistake")
    with caplog.at_level(logging.ERROR):
        assert not parts.work.turn()
        assert not parts.work.turn()  # it rests
    assert parts.jobs.turns == before + 1
    assert "jobs rest" in caplog.text
    parts.put(1)
    assert parts.work.turn()


def test_what_is_too_large_to_send_is_told(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inference_work, "MAX_ANSWER_BYTES", 100)
    task = parts.put(1)
    parts.turns()
    assert task.message.startswith("Algorithm 'noting' gave an answer of ")


def test_no_thread_is_left(parts: Parts) -> None:
    parts.put(1)
    parts.turns()
    assert not [thread for thread in threading.enumerate() if thread.name == "inference"]
