"""What befalls jobs: kills at any moment, full disks, files that go, change or are damaged."""

from __future__ import annotations

import errno
import json
import logging
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from app.services.job_record import Record, record_of
from app.services.job_store import JobStore
from app.services.jobs import Job
from reco_core.errors import DatasetError, ServiceError
from reco_core.icecube import dataset_open
from tests.app.services.job_helpers import Counting, World, write_batches

ROOT = Path(__file__).resolve().parents[3]
BATCHES = {1: {24: 3, 41: 5, 7: 4}, 2: {100: 6, 101: 2}}
KILLS = 20


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_batches(tmp_path / "set", BATCHES)
    return tmp_path / "set"


def job_json(world: World, job: Job) -> Path:
    return world.cache / "jobs" / job.id / "job.json"


def child(data: Path, cache: Path, how: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.app.services.job_child", str(data), str(cache), how]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)


def rows_on_disk(cache: Path) -> int:
    """Rows of all tables and parts, each of which must be whole; a batch's parts go last."""
    tables = {path.stem: pl.read_parquet(path).height for path in cache.glob("tables/*/[!.]*")}
    n_rows = sum(tables.values())
    for folder in cache.glob("jobs/*/parts/*"):
        n_parts = 0
        for path in sorted(folder.glob("[!.]*")):
            height = pl.read_parquet(path).height
            n_parts += height if int(path.stem) == n_parts else 0  # else it is in the first, too
        n_rows += n_parts if folder.name not in tables else 0
    return n_rows


def test_killed_at_any_moment_20_times_the_table_is_the_same(tmp_path: Path) -> None:
    """Each kill leaves whole files; what was done before it is not lost."""
    data = tmp_path / "set"
    events = {1: {k: 1 + k % 3 for k in range(700)}, 2: {k: 2 for k in range(1000, 1600)}}
    write_batches(data, events)
    undisturbed = World(data, tmp_path / "other", Counting().algorithm())
    expected = undisturbed.start()
    undisturbed.finish()

    world = World(data, tmp_path / "cache", Counting().algorithm())
    job = world.start()
    rng = random.Random(1)
    kept = []  # rows on disk after each kill
    with child(data, tmp_path / "cache", "again") as starter:
        assert starter.stdin is not None
        assert starter.stdout is not None
        for _ in range(KILLS):
            print("start", file=starter.stdin, flush=True)
            pid = int(starter.stdout.readline())
            time.sleep(rng.uniform(0.0, 0.4))
            with suppress(ProcessLookupError):  # on a very quick machine it is done before
                os.kill(pid, signal.SIGKILL)
            assert starter.stdout.readline() == "ended\n"
            kept.append(rows_on_disk(tmp_path / "cache"))
    world.finish()
    done = world.jobs.get(job.id)
    assert (done.state, done.n_done) == ("done", 1300)
    assert world.rows(job).equals(undisturbed.rows(expected))
    assert world.jobs.summary(job.id) == undisturbed.jobs.summary(expected.id)
    assert kept == sorted(kept), "what was computed before a kill was lost"
    assert len({n for n in kept if 0 < n < 1300}) > 3, "too few kills came in the middle"
    assert not [*(tmp_path / "cache").glob("*/*/.*.tmp")]


def test_what_a_kill_left_half_written_is_removed(tmp_path: Path) -> None:
    data = tmp_path / "set"
    write_batches(data, {1: {k: 1 for k in range(10)}})
    world = World(data, tmp_path / "cache", Counting().algorithm())
    job = world.start()
    left = tmp_path / "cache" / "jobs" / job.id / ".job.json.12345.tmp"
    left.write_text("{")
    world.finish()
    assert not left.exists()
    assert world.rows(job).height == 10


def test_a_full_disk_fails_the_job_and_it_goes_on(tmp_path: Path) -> None:
    data = tmp_path / "set"
    write_batches(data, {1: {k: 1 for k in range(600)}})
    world = World(data, tmp_path / "cache", Counting().algorithm())
    job = world.start()
    (dataset,) = world.library.datasets
    dataset.ensure_index(dataset.batches[0])
    with child(data, tmp_path / "cache", "8000") as process:
        assert process.wait(60) == 0
    told = world.jobs.get(job.id)
    assert told.state == "failed"
    assert "cannot be written: " in told.message
    assert "File too large" in told.message or "as on a full disk" in told.message
    assert "go on with the job" in told.message
    assert world.start().state == "queued"
    world.finish()
    assert world.jobs.get(job.id).state == "done"
    assert world.rows(job).height == 600


def test_where_not_even_the_end_can_be_written_it_is_written_later(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting = Counting()
    world = World(data, tmp_path / "cache", counting.algorithm())
    job = world.start()
    world.step()
    with monkeypatch.context() as full:

        def refuse(*_: Any) -> None:
            raise DatasetError("job.json cannot be written: No space left on device.")

        full.setattr(JobStore, "save", refuse)
        world.finish()
        n_computed = len(counting.events)
        world.finish()
        assert len(counting.events) == n_computed, "it is computed for nothing, again and again"
    world.step()
    assert world.jobs.get(job.id).state in ("done", "failed")


def test_a_data_set_that_goes_fails_the_job_until_it_is_back(data: Path, tmp_path: Path) -> None:
    counting = Counting()
    world = World(data, tmp_path / "cache", counting.algorithm())
    job = world.start()
    world.step_until(lambda: len(counting.events) == 2)
    world.runner.close()
    data.rename(tmp_path / "elsewhere")
    world.runner = world.new_runner()
    world.finish()
    told = world.jobs.get(job.id)
    assert told.state == "failed"
    assert "batch_1.parquet is no longer there" in told.message
    assert "it continues where it stopped" in told.message
    with pytest.raises(DatasetError, match="no longer there"):
        world.start()
    (tmp_path / "elsewhere").rename(data)
    assert world.start().id == job.id
    world.finish()
    assert world.jobs.get(job.id).state == "done"
    assert counting.events == [24, 41, 7, 100, 101]


def test_a_data_set_that_is_gone_after_a_restart_fails_the_job(data: Path, tmp_path: Path) -> None:
    job = World(data, tmp_path / "cache", Counting().algorithm()).start()
    write_batches(tmp_path / "new", BATCHES)
    shutil.rmtree(data)
    world = World(tmp_path / "new", tmp_path / "cache", Counting().algorithm())
    world.finish()
    told = world.jobs.get(job.id)
    assert told.state == "failed"
    assert "There is no data set 'set'. Those open here: new." in told.message


def test_jobs_of_another_server_are_left_to_it(data: Path, tmp_path: Path) -> None:
    job = World(data, tmp_path / "cache", Counting().algorithm()).start()
    write_batches(tmp_path / "new", BATCHES)
    world = World(tmp_path / "new", tmp_path / "cache", Counting().algorithm())
    assert not world.step()
    assert world.jobs.get(job.id).state == "queued"
    assert f"a server that has {data} open" in world.jobs.get(job.id).message
    world = World(data, tmp_path / "cache", Counting().algorithm("other"))
    assert not world.step()
    assert "that has the algorithm 'counting'" in world.jobs.get(job.id).message


def test_files_that_change_on_the_way_fail_the_job(data: Path, tmp_path: Path) -> None:
    counting = Counting()
    world = World(data, tmp_path / "cache", counting.algorithm())
    job = world.start()
    world.step_until(lambda: len(counting.events) == 2)
    write_batches(data, {1: {24: 3, 41: 9, 7: 4}, 2: {100: 6, 101: 2}})
    world.finish()
    told = world.jobs.get(job.id)
    assert told.state == "failed"
    assert "Files of data set 'set' have changed" in told.message
    again = world.start()
    assert again.id != job.id
    world.finish()
    assert world.jobs.get(again.id).state == "done"
    assert dict(world.rows(again).select("event_id", "point_x_m").rows())[41] == 9.0


def test_a_damaged_batch_costs_no_other(data: Path, tmp_path: Path) -> None:
    path = data / "train/batch_1.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    world = World(data, tmp_path / "cache", Counting().algorithm())
    job = world.start()
    world.finish()
    told = world.jobs.get(job.id)
    assert (told.state, told.n_done) == ("failed", 2)
    assert "1 of 2 batches cannot be read; the others are done" in told.message
    assert world.rows(job)["event_id"].to_list() == [100, 101]


def test_while_an_index_is_built_the_job_waits(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dataset_open, "SMALL_BATCH_PULSES", 0)
    world = World(data, tmp_path / "cache", Counting().algorithm())
    job = world.start()
    assert not world.step()
    told = world.jobs.get(job.id)
    assert told.state == "running"
    assert told.message.startswith("Waiting for the index of set/train/batch_1.parquet: ")
    world.step_until(lambda: world.jobs.get(job.id).state == "done")
    assert world.jobs.get(job.id).message == ""


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda text: text[:40], "is damaged"),
        (lambda text: "", "is damaged"),
        (lambda text: "[1, 2]", "is damaged (it holds list)"),
        (lambda text: "[" * 100_000, "is damaged"),
        (lambda text: json.dumps({**json.loads(text), "format": 2}), "another version of Hitscope"),
        (lambda text: json.dumps({**json.loads(text), "n_done": "all"}), "n_done is 'all'"),
        (lambda text: json.dumps({**json.loads(text), "n_done": True}), "n_done is True"),
        (lambda text: json.dumps({**json.loads(text), "state": "lost"}), "state is 'lost'"),
        (lambda text: json.dumps({**json.loads(text), "more": 1}), "is damaged"),
        (lambda text: text.replace('"created_s": 1', '"created_s": NaN, "x": 1'), "it holds NaN"),
        (lambda text: text.replace('"id": "', '"id": "f'), "belongs to job"),
        (lambda text: text.replace('"created_s": 1', '"created_s": 1e999, "x": 1'), "is damaged"),
        (lambda text: changed(text, created_s=1e12), "1000000000000.0 s after 1970"),
        (lambda text: changed(text, queued_s=-1.0), "queued_s is -1.0"),
        (lambda text: changed(text, n_total=10**400), "n_total is 1000"),
        (lambda text: changed(text, n_failed=-5), "n_failed is -5"),
        (lambda text: changed(text, rate_per_s=-1.0), "rate_per_s is -1.0"),
        (lambda text: changed(text, summary={"n": {}}), "summary is {"),
        (lambda text: changed(text, summary={"n": -1e400}), "it holds -Infinity"),
        (lambda text: changed(text, n_done="x").replace('"x"', "1e999"), "n_done is inf"),
    ],
)
def test_a_job_json_that_cannot_be_used_hides_no_other(
    data: Path, tmp_path: Path, spoil: Any, expected: str
) -> None:
    counting = Counting()
    world = World(data, tmp_path / "cache", counting.algorithm(), counting.algorithm("other"))
    spoilt, good = world.start(), world.start("other")
    path = job_json(world, spoilt)
    path.write_text(spoil(path.read_text()))
    told = {job.id: job for job in world.jobs.list()}
    assert told[good.id].state == "queued"
    assert told[spoilt.id].state == "failed"
    assert expected in told[spoilt.id].message
    assert world.jobs.summary(spoilt.id) is None
    world.finish()
    assert world.jobs.get(good.id).state == "done"
    assert world.jobs.queue("set", "counting")[1], "it can be started again"
    world.finish()
    assert world.jobs.get(spoilt.id).state == "done"


def changed(text: str, **values: Any) -> str:
    return json.dumps({**json.loads(text), **values})


@pytest.mark.parametrize("rate", [1e-320, 0.0])
def test_of_a_tiny_rate_no_time_left_is_told(data: Path, tmp_path: Path, rate: float) -> None:
    world = World(data, tmp_path / "cache", Counting().algorithm())
    path = job_json(world, world.start())
    path.write_text(changed(path.read_text(), state="running", rate_per_s=rate))
    assert [job.seconds_left for job in world.jobs.list()] == [None]


def test_ended_jobs_are_not_read_again_until_they_change(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(data, tmp_path / "cache", Counting().algorithm())
    job = world.start()
    world.finish()
    read: list[str] = []

    def note(text: bytes, path: Path, job_id: str) -> Record:
        read.append(job_id)
        return record_of(text, path, job_id)

    monkeypatch.setattr("app.services.job_store.record_of", note)
    for _ in range(3):
        assert [one.state for one in world.jobs.list()] == ["done"]
        assert not world.step()
    assert read == [job.id], "by the list; the runner has read it when it found no more to do"
    path = job_json(world, job)
    path.write_text(changed(path.read_text(), label="Another"))
    assert [one.label for one in world.jobs.list()] == ["Another"]
    world.jobs.batch_file(job.id, "train", 1).unlink()
    assert world.start().state == "queued"
    world.finish()
    assert world.jobs.get(job.id).state == "done"


def test_strays_are_named_in_one_warning(
    data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(data, tmp_path / "cache", Counting().algorithm())
    job = world.start()
    (tmp_path / "cache/jobs/notes.txt").write_text("mine")
    (tmp_path / "cache/jobs/photos").mkdir()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert [one.id for one in world.jobs.list()] == [job.id]
    assert [one.getMessage() for one in caplog.records if "notes.txt, photos" in one.getMessage()]
    assert len(caplog.records) == 1
    assert (tmp_path / "cache/jobs/notes.txt").exists()


def test_a_deleted_cache_folder_is_no_more_than_a_lost_job(
    data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(data, tmp_path / "cache", Counting().algorithm())
    job = world.start()
    world.step()
    caplog.set_level(logging.INFO)
    shutil.rmtree(tmp_path / "cache/jobs")
    shutil.rmtree(tmp_path / "cache/tables", ignore_errors=True)
    world.finish()
    assert "The folder of the job was deleted while it ran" in caplog.text
    assert "Free some space" not in caplog.text
    assert world.jobs.list() == ()
    assert world.start().id == job.id
    world.finish()
    assert world.jobs.get(job.id).state == "done"
    assert caplog.messages[-1].endswith(": done")


def test_deleted_tables_are_computed_again_when_asked_for(data: Path, tmp_path: Path) -> None:
    counting = Counting()
    world = World(data, tmp_path / "cache", counting.algorithm())
    job = world.start()
    world.finish()
    world.jobs.batch_file(job.id, "train", 2).unlink()
    again, is_new = world.jobs.queue("set", "counting")
    assert (again.id, is_new) == (job.id, True)
    world.finish()
    assert counting.events == [24, 41, 7, 100, 101, 100, 101]
    summary = world.jobs.summary(job.id)
    assert summary is not None
    assert summary["n"] == 5


def test_a_damaged_table_gives_no_answer(
    data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    algorithm = Counting().algorithm()
    world = World(data, tmp_path / "cache", algorithm)
    job = world.start()
    world.finish()
    path = world.jobs.batch_file(job.id, "train", 1)
    path.write_bytes(path.read_bytes()[:-30])
    (dataset,) = world.library.datasets
    assert world.jobs.answer(dataset, dataset.batches[0], 41, algorithm) is None
    assert "cannot be read" in caplog.text


def test_a_folder_that_takes_nothing_is_named(data: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache/jobs").write_text("a file where the folder should be")
    world = World(data, tmp_path / "cache", Counting().algorithm())
    with pytest.raises(ServiceError) as told:
        world.start()
    assert str(told.value) == (
        f"No job can be kept in {tmp_path / 'cache/jobs'}: File exists. Free some space, make the "
        "folder writable, or set HITSCOPE_CACHE_DIR to another."
    )
    assert world.jobs.list() == ()
    assert not world.step()


def test_a_full_disk_is_told_once_when_a_job_is_started(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path, _text: str) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    world = World(data, tmp_path / "cache", Counting().algorithm())
    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(ServiceError) as told:
        world.start()
    assert f"{tmp_path / 'cache/jobs'}: No space left on device. Free some space, make" in str(
        told.value
    )


def test_a_mistake_ends_the_job_and_not_the_process(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(data, tmp_path / "cache", Counting().algorithm())
    job = world.start()
    monkeypatch.setattr("app.services.job_run.Tally", lambda _path: {}["mistake"])
    world.finish()
    assert world.jobs.get(job.id).message == (
        "A mistake in Hitscope; please report it: KeyError('mistake')."
    )
