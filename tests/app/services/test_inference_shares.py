"""What may hold up what: jobs, what is computed ahead, and another server's computing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.services import inference_work
from app.services.cache import ResultCache
from app.services.inference_deaths import Deaths
from app.services.inference_folder import told_in
from app.services.inference_link import Place
from app.services.inference_queue import HELD_S, Priority, Queue
from app.services.inference_shares import JOBS_AT_LEAST_EVERY_S, TROUBLE_S, EventTimes, JobSlices
from tests.app.services.slow_algorithms import BROKEN, WITHOUT_ANSWER
from tests.app.services.work_parts import Parts
from tests.reco_core.icecube.small_datasets import BIG

SHOWN, AHEAD = Priority.SHOWN, Priority.AHEAD


class Clock:
    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class Endless:
    """A job that always has more; notes whether it would have stopped at once."""

    def __init__(self) -> None:
        self.stops: list[bool] = []
        self.has_work = True
        self.error: Exception | None = None

    def step(self, stop: Callable[[], bool]) -> bool:
        self.stops.append(stop())
        if self.error:
            raise self.error
        return self.has_work


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    made = Parts(tmp_path)
    yield made
    made.close()


def slices_of(parts: Parts) -> tuple[JobSlices, Endless, Clock]:
    """The job slices of this Work, with an endless job and a clock of their own."""
    jobs, clock = Endless(), Clock()
    parts.work._slices = JobSlices(jobs, parts.queue, clock)
    return parts.work._slices, jobs, clock


def test_jobs_get_a_slice_every_two_seconds_whatever_waits(parts: Parts) -> None:
    _, jobs, clock = slices_of(parts)
    parts.put(1, BROKEN.key)
    parts.put(2)
    parts.put(3, WITHOUT_ANSWER.key)
    assert parts.work.turn()
    assert jobs.stops == []
    clock.now_s += JOBS_AT_LEAST_EVERY_S
    assert parts.work.turn()
    assert jobs.stops == [False]  # not cut short by what waits
    assert parts.queue.lengths()["shown"] == 2
    assert [parts.work.turn(), parts.work.turn()] == [True, True]
    assert parts.queue.lengths()["shown"] == 0
    assert len(jobs.stops) == 1


def test_jobs_take_turns_with_what_is_computed_ahead(parts: Parts) -> None:
    _, jobs, clock = slices_of(parts)
    parts.work._to_load.clear()
    for event_id in range(1, 5):
        parts.put(event_id, priority=AHEAD)
    clock.now_s += JOBS_AT_LEAST_EVERY_S
    assert parts.work.turn()  # overdue: from now on it is known that there is a job
    order = []
    for _ in range(4):
        n_jobs = len(jobs.stops)
        parts.work.turn()
        order.append("job" if len(jobs.stops) > n_jobs else "ahead")
    assert order == ["ahead", "job", "ahead", "job"]
    parts.put(9)
    parts.work.turn()
    assert parts.batches[-1] == [9]


def test_without_jobs_they_are_not_looked_for_all_the_time(parts: Parts) -> None:
    slices, jobs, clock = slices_of(parts)
    jobs.has_work = False
    clock.now_s += JOBS_AT_LEAST_EVERY_S
    for event_id in range(1, 6):
        parts.put(event_id, priority=AHEAD)
    while parts.queue.has_tasks(AHEAD):
        parts.work.turn()
    assert len(jobs.stops) == 1
    assert not slices.is_due()


def test_a_job_that_ends_by_a_mistake_rests_although_overdue() -> None:
    jobs, clock = Endless(), Clock()
    slices = JobSlices(jobs, Queue(), clock)
    jobs.error = RuntimeError("a mistake")
    assert not slices.step()
    clock.now_s += TROUBLE_S - 1
    assert not slices.is_due()
    assert not slices.step()
    clock.now_s += 1
    assert slices.is_due()
    assert len(jobs.stops) == 1


def test_an_idle_slice_gives_way_to_what_is_shown() -> None:
    jobs, queue = Endless(), Queue()
    slices = JobSlices(jobs, queue)
    slices.step()
    queue.put("a", Place("set", 1), "a", AHEAD, None)
    slices.step()
    queue.put("b", Place("set", 1), "a", SHOWN, None)
    slices.step()
    assert jobs.stops == [False, False, True]


def test_ahead_takes_a_quarter_of_a_second_at_most() -> None:
    times = EventTimes()
    assert [times.most("slow", 32, priority) for priority in (SHOWN, AHEAD)] == [32, 1]
    times.note("slow", 10, 0.5)
    assert [times.most("slow", 32, priority) for priority in (SHOWN, AHEAD)] == [32, 5]
    times.note("fast", 10, 0.001)
    assert times.most("fast", 32, AHEAD) == 32
    times.note("very slow", 1, 5.0)
    assert times.most("very slow", 32, AHEAD) == 1
    for _ in range(20):
        times.note("slow", 1, 0.125)
    assert times.most("slow", 32, AHEAD) == 2


def test_work_ahead_is_measured_and_kept_short(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner, clock = parts.compute, Clock()
    monkeypatch.setattr(inference_work, "time", SimpleNamespace(monotonic=clock))

    def slow(events: Sequence[object], detector: object) -> object:
        clock.now_s += 0.1 * len(events)
        return inner(events, detector)  # type: ignore[arg-type]

    parts.algorithms["noting"] = replace(parts.algorithms["noting"], compute=slow)  # type: ignore[arg-type]
    for event_id in range(1, 8):
        parts.put(event_id, priority=AHEAD)
    parts.turns()
    assert parts.batches == [[1], [2, 3], [4, 5], [6, 7]]


def test_what_another_server_computes_holds_nothing_up(parts: Parts) -> None:
    """Nor is it a death, however long the other takes; its answer is taken, not computed again."""
    other = ResultCache(parts.cache._troubles._folder, BIG)
    theirs, others = parts.put(1), parts.put(2, WITHOUT_ANSWER.key)
    with other.claimed([theirs.key]):
        parts.work.turn()
        assert theirs.state == "queued"
        assert told_in(parts.meeting.begun) == {"keys": []}  # dying while it waits blames nobody
        parts.work.turn()
        assert others.state == "done"
        parts.queue._clock = lambda: theirs.from_s + 1
        parts.work.turn()
        assert theirs.state == "queued"
        other.set(theirs.key, _answer(parts, 2))
    parts.queue._clock = lambda: theirs.from_s + 1
    parts.turns()
    assert parts.value(theirs) == 2
    assert parts.batches == [[2]]
    other.close()


def test_of_a_batch_two_servers_compute_each_event_once(parts: Parts) -> None:
    other = ResultCache(parts.cache._troubles._folder, BIG)
    tasks = [parts.put(event_id) for event_id in range(1, 5)]
    with other.claimed([task.key for task in tasks[1:3]]):
        parts.work.turn()
        assert [task.state for task in tasks] == ["done", "queued", "queued", "done"]
        with other.claimed([tasks[0].key]) as free:  # the claims of the batch have ended
            assert list(free) == [tasks[0].key]
    assert parts.batches == [[1, 4]]
    parts.queue._clock = lambda: tasks[1].from_s + HELD_S
    parts.turns()
    assert parts.batches == [[1, 4], [2, 3]]
    other.close()


def test_while_it_computes_a_batch_others_find_it_claimed(parts: Parts) -> None:
    other = ResultCache(parts.cache._troubles._folder, BIG)
    tasks, found = [parts.put(event_id) for event_id in (1, 2)], []
    inner = parts.compute

    def looking(events: Sequence[object], detector: object) -> object:
        with other.claimed([task.key for task in tasks]) as left:
            found.append(dict(left))
        return inner(events, detector)  # type: ignore[arg-type]

    parts.algorithms["noting"] = replace(parts.algorithms["noting"], compute=looking)  # type: ignore[arg-type]
    parts.turns()
    assert found == [{}]
    other.close()


def test_what_is_put_back_stays_a_suspect(parts: Parts) -> None:
    """It has not shown that it can be computed."""
    parts.deaths.begin([parts.key(1)])
    begun = parts.meeting.begun.read_bytes()
    parts.deaths.close()
    parts.meeting.begun.write_bytes(begun)
    deaths = parts.deaths = parts.work._deaths = Deaths(parts.meeting, 100.0)
    other = ResultCache(parts.cache._troubles._folder, BIG)
    task = parts.put(1)
    with other.claimed([task.key]):
        parts.work.turn()
        assert task.state == "queued"
        assert deaths.times(task.key) == 1
    parts.queue._clock = lambda: task.from_s + 1
    parts.turns()
    assert task.state == "done"
    assert deaths.times(task.key) == 0
    other.close()


def _answer(parts: Parts, event_id: int) -> bytes:
    """As another server would store it."""
    task = parts.put(event_id)
    while task.state != "done":
        parts.work.turn()
    assert task.kept is not None
    return task.kept
