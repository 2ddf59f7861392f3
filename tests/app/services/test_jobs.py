"""Jobs from their start to their table: what is computed, kept, gone on with, and said."""

from __future__ import annotations

import json
import logging
import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from app.services.algorithms import result_key
from app.services.answers import OK, Answer, encode, table_of
from app.services.job_store import JobStore
from reco_core.directions import opening_angle, source_direction
from reco_core.errors import NotFoundError, ReconstructionError
from tests.app.services.job_helpers import Counting, NoDeaths, World, row_of, write_batches
from tests.app.services.slow_algorithms import BROKEN, WITHOUT_ANSWER

BATCHES = {1: {24: 3, 41: 5, 7: 4}, 2: {100: 6, 101: 2}}
IN_ORDER = [24, 41, 7, 100, 101]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_batches(tmp_path / "set", BATCHES)
    return tmp_path / "set"


def test_every_event_gets_its_row_in_the_order_of_the_batches(data: Path, tmp_path: Path) -> None:
    counting = Counting()
    world = World(data, tmp_path / "cache", counting.algorithm())
    job = world.start()
    assert (job.state, job.n_total) == ("queued", 5)
    world.finish()
    (dataset,) = world.library.datasets
    expected = [(k, Answer(OK, row_of(dataset.event(k)))) for k in IN_ORDER]
    assert world.rows(job).equals(table_of(expected, counting.algorithm()))
    done = world.jobs.get(job.id)
    assert (done.state, done.n_done, done.n_total, done.n_failed) == ("done", 5, 5, 0)
    assert done.ended_s is not None
    assert done.ended_s >= done.created_s
    assert [path.name for path in world.jobs.batch_files(job.id)] == [
        "train_batch_1.parquet",
        "train_batch_2.parquet",
    ]


def test_summary_is_that_of_the_events(data: Path, tmp_path: Path) -> None:
    world = World(data, tmp_path / "cache")
    job = world.start("line_fit")
    assert world.jobs.summary(job.id) is None
    world.finish()
    found = world.rows(job).filter(pl.col("status") == OK)
    angles = opening_angle(
        source_direction(found["zenith"], found["azimuth"]), source_direction(1.0, 2.0)
    )
    summary = world.jobs.summary(job.id)
    assert summary is not None
    assert (summary["n"], summary["n_ok"]) == (5, len(found))
    assert summary["n_failed"] == 5 - len(found)
    assert summary["median_opening_angle_rad"] == pytest.approx(np.median(angles), abs=1e-5)


def test_without_truth_there_is_no_opening_angle(data: Path, tmp_path: Path) -> None:
    (data / "train_meta.parquet").unlink()
    world = World(data, tmp_path / "cache", Counting().algorithm())
    job = world.start()
    world.finish()
    summary = world.jobs.summary(job.id)
    assert summary == {"n": 5, "n_ok": 5, "n_failed": 0, "median_opening_angle_rad": None}


def test_the_same_question_is_computed_once(data: Path, tmp_path: Path) -> None:
    counting = Counting()
    world = World(data, tmp_path / "cache", counting.algorithm())
    first, is_new = world.jobs.queue("set", "counting")
    assert is_new
    assert world.jobs.queue("set", "counting") == (first, False)
    world.finish()
    again, is_new = world.jobs.queue("set", "counting")
    assert (again.id, again.state, is_new) == (first.id, "done", False)
    world.finish()
    assert counting.events == IN_ORDER


def test_another_version_or_other_files_are_another_job(data: Path, tmp_path: Path) -> None:
    job = World(data, tmp_path / "cache", Counting().algorithm()).start()
    newer = World(data, tmp_path / "cache", Counting().algorithm(version=2)).start()
    write_batches(data, {1: {24: 3}, 2: {100: 6}})
    other = World(data, tmp_path / "cache", Counting().algorithm()).start()
    assert len({job.id, newer.id, other.id}) == 3


def test_a_cancelled_job_keeps_its_rows_and_goes_on(data: Path, tmp_path: Path) -> None:
    counting = Counting()
    world = World(data, tmp_path / "cache", counting.algorithm())
    job = world.start()
    world.step_until(lambda: len(counting.events) == 2)
    assert world.jobs.cancel(job.id).state == "cancelled"
    assert world.jobs.get(job.id).ended_s is not None
    world.finish()
    assert json.loads((tmp_path / "cache/jobs" / job.id / "job.json").read_text())["state"] == (
        "cancelled"
    )
    assert counting.events == IN_ORDER[:2]
    again, is_new = world.jobs.queue("set", "counting")
    assert (again.id, again.state, is_new) == (job.id, "queued", True)
    world.finish()
    assert counting.events == IN_ORDER
    assert world.jobs.get(job.id).state == "done"
    assert world.rows(job)["event_id"].to_list() == IN_ORDER


def test_started_again_before_the_runner_saw_the_cancel(data: Path, tmp_path: Path) -> None:
    world = World(data, tmp_path / "cache", Counting().algorithm())
    job = world.start()
    world.step()
    world.jobs.cancel(job.id)
    assert world.start().state == "running"
    world.finish()
    assert world.jobs.get(job.id).state == "done"
    assert not world.step()


def test_a_queued_job_can_be_cancelled(data: Path, tmp_path: Path) -> None:
    counting = Counting()
    world = World(data, tmp_path / "cache", counting.algorithm())
    job = world.start()
    assert world.jobs.cancel(job.id).state == "cancelled"
    world.finish()
    assert (world.jobs.get(job.id).state, counting.events) == ("cancelled", [])


def test_an_ended_job_is_not_cancelled(data: Path, tmp_path: Path) -> None:
    world = World(data, tmp_path / "cache", Counting().algorithm())
    job = world.start()
    world.finish()
    assert world.jobs.cancel(job.id).state == "done"


def test_a_new_runner_goes_on_where_the_last_one_ended(data: Path, tmp_path: Path) -> None:
    counting = Counting()
    world = World(data, tmp_path / "cache", counting.algorithm())
    job = world.start()
    world.step_until(lambda: len(counting.events) == 4)  # one of the second batch
    world.runner.close()
    after = World(data, tmp_path / "cache", counting.algorithm())
    assert after.jobs.get(job.id).state == "running"
    after.finish()
    assert counting.events == IN_ORDER
    assert after.jobs.get(job.id).n_done == 5
    assert after.rows(job)["event_id"].to_list() == IN_ORDER


def test_jobs_queue_in_the_order_of_their_start(data: Path, tmp_path: Path) -> None:
    calls = Counting()
    world = World(data, tmp_path / "cache", calls.algorithm("zebra"), calls.algorithm("ant"))
    first, second = world.start("zebra"), world.start("ant")
    world.step_until(lambda: len(calls.events) == 5)
    world.step_until(lambda: world.jobs.get(first.id).state == "done")
    assert world.jobs.get(second.id).state == "queued"
    world.finish()
    assert [job.state for job in world.jobs.list()] == ["done", "done"]
    assert [job.id for job in world.jobs.list()] == [second.id, first.id]


def test_two_runners_never_work_on_the_same_job(data: Path, tmp_path: Path) -> None:
    counting = Counting()
    world = World(data, tmp_path / "cache", counting.algorithm())
    world.start()
    world.step()
    assert not world.new_runner().step(lambda: False)
    world.finish()
    assert counting.events == IN_ORDER


def test_kept_answers_are_not_computed_again(data: Path, tmp_path: Path) -> None:
    counting = Counting()
    algorithm = counting.algorithm()
    world = World(data, tmp_path / "cache", algorithm)
    (dataset,) = world.library.datasets
    kept, damaged = (
        result_key(algorithm, dataset.event(k).pulses, dataset.detector) for k in (41, 7)
    )
    world.kept.set(kept, encode(Answer("There is too little light.", {}), algorithm))
    world.kept.set(damaged, b"HSA1 and then nothing")
    job = world.start()
    world.finish()
    assert counting.events == [24, 7, 100, 101]
    statuses = world.rows(job).select("event_id", "status").rows()
    assert statuses[1] == (41, "There is too little light.")
    assert world.jobs.get(job.id).n_failed == 1


def test_an_event_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    write_batches(tmp_path / "set", {1: {24: 3, 41: 0, 59: 2}})
    world = World(tmp_path / "set", tmp_path / "cache", Counting().algorithm())
    job = world.start()
    world.finish()
    status = dict(world.rows(job).select("event_id", "status").rows())
    assert "no pulses" in status[41]
    assert (status[24], status[59]) == (OK, OK)


def test_reasons_and_errors_of_an_algorithm_become_rows(
    data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(data, tmp_path / "cache", WITHOUT_ANSWER, BROKEN)
    reasons, errors = world.start("without_answer"), world.start("broken")
    world.finish()
    assert set(world.rows(reasons)["status"]) == {"There is too little light."}
    assert set(world.rows(errors)["status"]) == {"error: ValueError: a mistake in the algorithm"}
    assert world.jobs.get(errors.id).n_failed == 5
    assert len([one for one in caplog.records if one.levelno == logging.ERROR]) == 3


def test_an_algorithm_that_only_raises_fails_its_job(tmp_path: Path) -> None:
    write_batches(tmp_path / "set", {1: {k: 1 for k in range(150)}})
    world = World(tmp_path / "set", tmp_path / "cache", BROKEN)
    job = world.start("broken")
    world.finish()
    told = world.jobs.get(job.id)
    assert told.state == "failed"
    assert "100 events in a row, the last with: ValueError: a mistake" in told.message


def test_of_a_call_that_raises_the_others_get_their_answers(data: Path, tmp_path: Path) -> None:
    def refuse(event: object) -> None:
        if event.event_id == 41:  # type: ignore[attr-defined]
            raise ReconstructionError("not this way")

    counting = Counting(before=refuse)
    world = World(data, tmp_path / "cache", counting.algorithm(batch=8))
    job = world.start()
    world.finish()
    assert counting.calls == [[24], [41, 7], [41], [7], [100, 101]]
    assert dict(world.rows(job).select("event_id", "status").rows()) == {
        24: OK, 41: "error: ReconstructionError: not this way", 7: OK, 100: OK, 101: OK,
    }  # fmt: skip


def test_an_event_that_the_process_died_in_is_computed_alone_or_not(
    data: Path, tmp_path: Path
) -> None:
    counting = Counting()
    algorithm = counting.algorithm(batch=8)
    world = World(data, tmp_path / "cache", algorithm)
    (dataset,) = world.library.datasets
    suspect, deadly = (
        result_key(algorithm, dataset.event(k).pulses, dataset.detector) for k in (41, 100)
    )
    world.deaths = NoDeaths([suspect], [deadly])
    world.runner = world.new_runner()
    job = world.start()
    world.finish()
    assert counting.calls == [[24], [41], [7], [101]]
    assert [suspect] in world.deaths.begun
    status = dict(world.rows(job).select("event_id", "status").rows())
    assert (
        status[100] == "error: The process ended twice while it computed this event: it was killed."
    )
    assert status[41] == OK


def test_stop_ends_a_slice_after_one_call(data: Path, tmp_path: Path) -> None:
    counting = Counting()
    world = World(data, tmp_path / "cache", counting.algorithm())
    world.start()
    for k in range(1, 4):
        world.step()
        assert len(counting.calls) == k


def test_weights_are_read_once_and_a_failure_is_told(data: Path, tmp_path: Path) -> None:
    from dataclasses import replace

    loads: list[str] = []
    good = replace(Counting().algorithm("good"), load=lambda: loads.append("good"))
    bad = replace(Counting().algorithm("bad"), load=lambda: {}["weights"])
    world = World(data, tmp_path / "cache", good, bad)
    world.start("good")
    failed = world.start("bad")
    world.finish()
    assert loads == ["good"]
    assert world.jobs.get(failed.id).message == "Bad cannot be loaded: KeyError('weights')."


def test_answers_come_from_finished_tables_only(data: Path, tmp_path: Path) -> None:
    algorithm = Counting().algorithm()
    world = World(data, tmp_path / "cache", algorithm)
    (dataset,) = world.library.datasets
    first, second = dataset.batches
    assert world.jobs.answer(dataset, first, 41, algorithm) is None
    world.start()
    world.step_until(lambda: bool(world.jobs.batch_files(world.jobs.list()[0].id)))
    answer = world.jobs.answer(dataset, first, 41, algorithm)
    assert answer == Answer(OK, row_of(dataset.event(41)))
    assert world.jobs.answer(dataset, second, 100, algorithm) is None
    assert world.jobs.answer(dataset, first, 41, Counting().algorithm(version=2)) is None
    world.finish()
    assert world.jobs.answer(dataset, second, 100, algorithm) is not None
    write_batches(data, BATCHES)  # the same events in other files
    assert world.jobs.answer(dataset, first, 41, algorithm) is None


def test_where_no_job_was_started_answer_lists_no_folder(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    algorithm = Counting().algorithm()
    world = World(data, tmp_path / "cache", algorithm)
    (dataset,) = world.library.datasets

    def refuse(_store: JobStore) -> list[str]:
        raise AssertionError("a folder was listed")

    monkeypatch.setattr(JobStore, "ids", refuse)
    monkeypatch.setattr(type(dataset), "batch_fingerprint", refuse)
    assert world.jobs.answer(dataset, dataset.batches[0], 41, algorithm) is None


def test_unknown_names_say_what_there_is(data: Path, tmp_path: Path) -> None:
    world = World(data, tmp_path / "cache", Counting().algorithm())
    with pytest.raises(NotFoundError, match="no data set 'other'"):
        world.jobs.start("other", "counting")
    with pytest.raises(NotFoundError, match="Available: counting"):
        world.jobs.start("set", "other")
    for name in ("../../etc", "0" * 16, "", "0123456789ABCDEF"):
        with pytest.raises(NotFoundError):
            world.jobs.get(name)


def test_660_batches_are_listed_without_opening_one(tmp_path: Path) -> None:
    write_batches(tmp_path / "set", {k: {2 * k: 1, 2 * k + 1: 1} for k in range(1, 661)})
    world = World(tmp_path / "set", tmp_path / "cache", Counting().algorithm())
    job = world.start()
    world.step_until(lambda: world.jobs.get(job.id).state == "running")
    other = World(tmp_path / "set", tmp_path / "cache", Counting().algorithm())
    assert [one.n_total for one in other.jobs.list()] == [1320]
    assert other.library.datasets[0]._opener.all_open() == []
    world.runner.close()


def test_rate_and_time_left_are_those_of_this_run(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.job_run.TOLD_EVERY_S", 0.0)
    monkeypatch.setattr("app.services.job_run.Pace.rate_per_s", 2.0)
    world = World(data, tmp_path / "cache", Counting().algorithm())
    job = world.start()
    world.step_until(lambda: world.jobs.get(job.id).n_done == 3)
    told = world.jobs.get(job.id)
    assert (told.state, told.rate_per_s, told.seconds_left) == ("running", 2.0, 1.0)
    world.finish()
    ended = world.jobs.get(job.id)
    assert (ended.rate_per_s, ended.seconds_left) == (None, None)
    assert math.isclose(ended.n_done, 5)
