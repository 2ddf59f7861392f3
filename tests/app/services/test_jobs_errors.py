"""Events that ended with an error: told, answered by nothing, and tried again when asked to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from app.services.answers import OK
from app.services.job_answers import ERROR, SLICE_S, Answering
from app.services.jobs import Job
from reco_core.errors import ReconstructionError
from reco_core.icecube.event import Event
from tests.app.services.job_helpers import Counting, NoDeaths, World, row_of, write_batches

BATCHES = {1: {24: 3, 41: 5, 7: 4}, 2: {100: 6, 101: 2}}
TOLD = "1 event ended with an error; go on to try it again."


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_batches(tmp_path / "set", BATCHES)
    return tmp_path / "set"


def flaky(bad: set[int]) -> Counting:
    """Raises for these events, as long as they are in the set."""

    def refuse(event: Event) -> None:
        if event.event_id in bad:
            raise MemoryError("no room")

    return Counting(before=refuse)


def statuses(world: World, job: Job) -> dict[int, str]:
    return dict(world.rows(job).select("event_id", "status").rows())


def test_an_error_is_no_answer_and_is_computed_again(data: Path, tmp_path: Path) -> None:
    bad = {41}
    counting = flaky(bad)
    world = World(data, tmp_path / "cache", counting.algorithm())
    (dataset,) = world.library.datasets
    job = world.start()
    world.finish()
    told = world.jobs.get(job.id)
    assert (told.state, told.n_failed, told.message) == ("done", 1, TOLD)
    assert statuses(world, job)[41] == f"{ERROR}MemoryError: no room"
    algorithm = world.algorithms["counting"]
    assert world.jobs.answer(dataset, dataset.batches[0], 41, algorithm) is None
    assert world.jobs.answer(dataset, dataset.batches[0], 24, algorithm) is not None

    bad.clear()
    again, is_new = world.jobs.queue("set", "counting")
    assert (again.state, is_new) == ("queued", True)
    world.finish()
    assert counting.events == [24, 41, 7, 100, 101, 41]
    assert set(statuses(world, job).values()) == {OK}
    told = world.jobs.get(job.id)
    assert (told.state, told.n_done, told.n_failed, told.message) == ("done", 5, 0, "")
    assert world.jobs.answer(dataset, dataset.batches[0], 41, algorithm) is not None
    assert not world.jobs.queue("set", "counting")[1]


def test_rows_and_summary_are_as_if_there_had_been_no_error(data: Path, tmp_path: Path) -> None:
    bad = {24, 101}
    world = World(data, tmp_path / "cache", flaky(bad).algorithm())
    job = world.start()
    world.finish()
    bad.clear()
    world.start()
    world.finish()
    undisturbed = World(data, tmp_path / "other", Counting().algorithm())
    expected = undisturbed.start()
    undisturbed.finish()
    assert world.rows(job).equals(undisturbed.rows(expected))
    assert world.jobs.summary(job.id) == undisturbed.jobs.summary(expected.id)


def test_what_fails_again_is_tried_once_each_time(data: Path, tmp_path: Path) -> None:
    counting = flaky({41})
    world = World(data, tmp_path / "cache", counting.algorithm())
    job = world.start()
    world.finish()
    world.start()
    world.finish()
    assert counting.events == [24, 41, 7, 100, 101, 41]
    assert world.jobs.get(job.id).message == TOLD


def test_reasons_of_the_algorithm_are_final(data: Path, tmp_path: Path) -> None:
    def compute(events: Any, detector: Any) -> Any:
        return [ReconstructionError("There is too little light.") for _ in events]

    counting = Counting()
    counting.compute = compute  # type: ignore[method-assign]
    world = World(data, tmp_path / "cache", counting.algorithm())
    (dataset,) = world.library.datasets
    job = world.start()
    world.finish()
    told = world.jobs.get(job.id)
    assert (told.n_failed, told.message) == (5, "")
    answer = world.jobs.answer(dataset, dataset.batches[0], 41, world.algorithms["counting"])
    assert answer is not None
    assert answer.status == "There is too little light."
    assert not world.jobs.queue("set", "counting")[1]


def test_a_death_is_tried_again_too(data: Path, tmp_path: Path) -> None:
    from app.services.algorithms import result_key

    counting = Counting()
    algorithm = counting.algorithm()
    world = World(data, tmp_path / "cache", algorithm)
    (dataset,) = world.library.datasets
    key = result_key(algorithm, dataset.event(100).pulses, dataset.detector)
    world.deaths = NoDeaths([], [key])
    world.runner = world.new_runner()
    job = world.start()
    world.finish()
    assert statuses(world, job)[100].startswith(f"{ERROR}The process ended twice")
    assert world.jobs.answer(dataset, dataset.batches[1], 100, algorithm) is None
    world.deaths.deadly = []
    world.start()
    world.finish()
    assert statuses(world, job)[100] == OK


@pytest.mark.parametrize("n_steps", [1, 2, 3, 4, 5])
def test_going_on_survives_a_restart(data: Path, tmp_path: Path, n_steps: int) -> None:
    bad = {24, 7, 101}
    world = World(data, tmp_path / "cache", flaky(bad).algorithm())
    job = world.start()
    world.finish()
    bad.clear()
    world.start()
    for _ in range(n_steps):
        world.step()
    world.runner.close()
    after = World(data, tmp_path / "cache", Counting().algorithm())
    after.finish()
    told = after.jobs.get(job.id)
    assert (told.state, told.n_done, told.n_failed) == ("done", 5, 0)
    summary = after.jobs.summary(job.id)
    assert summary is not None
    assert (summary["n"], summary["n_ok"]) == (5, 5)
    assert set(statuses(after, job).values()) == {OK}


def test_errors_of_a_cancelled_job_are_tried_again_when_it_goes_on(
    data: Path, tmp_path: Path
) -> None:
    bad = {24}
    counting = flaky(bad)
    world = World(data, tmp_path / "cache", counting.algorithm())
    job = world.start()
    world.step_until(lambda: len(counting.events) == 2)
    world.jobs.cancel(job.id)
    world.finish()
    bad.clear()
    world.start()
    world.finish()
    assert counting.events == [24, 41, 7, 24, 100, 101]
    assert set(statuses(world, job).values()) == {OK}


def test_a_damaged_table_is_counted_once(data: Path, tmp_path: Path) -> None:
    world = World(data, tmp_path / "cache", Counting().algorithm())
    job = world.start()
    world.finish()
    path = world.jobs.batch_file(job.id, "train", 1)
    path.write_bytes(path.read_bytes()[:-30])
    world.start()
    world.finish()
    assert world.jobs.get(job.id).n_done == 5


def test_taken_up_again_the_progress_does_not_fall(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.job_run.TOLD_EVERY_S", 0.0)
    world = World(data, tmp_path / "cache", Counting().algorithm())
    job = world.start()
    world.step_until(lambda: world.jobs.get(job.id).n_done == 2)
    world.runner.close()
    monkeypatch.setattr("app.services.job_run.TOLD_EVERY_S", 60.0)
    after = World(data, tmp_path / "cache", Counting().algorithm())
    after.step()
    assert after.jobs.get(job.id).n_done == 2
    after.runner.close()


def answering(
    data: Path, tmp_path: Path, counting: Counting, event_s: float, monkeypatch: pytest.MonkeyPatch
) -> tuple[Answering, Callable[[Callable[[], bool]], list[int]]]:
    """Answers of the only batch, with a clock that the algorithm alone moves."""
    now_s = [0.0]
    before = counting.before

    def work(event: Event) -> None:
        now_s[0] += event_s
        before(event)

    counting.before = work
    monkeypatch.setattr("app.services.job_answers.time.monotonic", lambda: now_s[0])
    world = World(data, tmp_path / "cache", counting.algorithm(batch=32))
    (dataset,) = world.library.datasets
    made = Answering(dataset, world.algorithms["counting"], world.kept, NoDeaths())
    batch = dataset.batches[0]
    left = dataset.event_ids(batch).tolist()

    def ask(over: Callable[[], bool]) -> list[int]:
        found = made.answers(batch, left, over)
        del left[: len(found)]
        return [event_id for event_id, _ in found]

    return made, ask


def test_a_call_is_no_longer_than_a_slice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_batches(tmp_path / "set", {1: {k: 1 for k in range(40)}})
    counting = Counting()
    _, ask = answering(tmp_path / "set", tmp_path, counting, 0.05, monkeypatch)
    for _ in range(3):
        ask(lambda: True)
    assert [len(call) for call in counting.calls] == [1, 5, 5]
    assert max(map(len, counting.calls)) * 0.05 <= SLICE_S
    counting.before = lambda _event: None
    while ask(lambda: False):
        pass
    assert counting.events == list(range(40))
    assert max(map(len, counting.calls)) > 5, "quick again, it takes more at once"


def test_one_by_one_after_an_error_it_looks_whether_to_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_batches(tmp_path / "set", {1: {k: 1 for k in range(6)}})
    counting = flaky({5})
    _, ask = answering(tmp_path / "set", tmp_path, counting, 0.001, monkeypatch)
    answered = [ask(lambda: True) for _ in range(7)]
    assert answered == [[0], [], [1], [2], [3], [4], [5]]
    assert counting.calls == [[0], [1, 2, 3, 4, 5], [1], [2], [3], [4], [5]]


def test_a_row_tells_its_event(data: Path, tmp_path: Path) -> None:
    """Rows that are mended lie where the errors lay."""
    bad = {41}
    world = World(data, tmp_path / "cache", flaky(bad).algorithm())
    job = world.start()
    world.finish()
    bad.clear()
    world.start()
    world.finish()
    (dataset,) = world.library.datasets
    rows = world.rows(job).select("event_id", "point_x_m").rows()
    assert rows == [(k, row_of(dataset.event(k))["point_x_m"]) for k in (24, 41, 7, 100, 101)]
    assert pl.read_parquet_schema(world.jobs.batch_file(job.id, "train", 1)) == (
        world.rows(job).schema
    )
