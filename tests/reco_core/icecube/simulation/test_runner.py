"""From a job to its files: the same bytes whoever makes them and however often it is stopped."""

from __future__ import annotations

import hashlib
import io
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from reco_core.errors import DatasetError, HitscopeError
from reco_core.icecube.simulation.runner import Job, simulate_dataset
from tests.reco_core.icecube.simulation import small_chunks
from tests.reco_core.icecube.small_datasets import opened

JOB = Job("competition", 3, 2_500, events_per_batch=1_000)


def simulated(folder: Path, job: Job = JOB, workers: int = 1, **more) -> str:
    """Simulate; what was told."""
    tell = io.StringIO()
    more.setdefault("simulate", small_chunks.small)
    try:
        simulate_dataset(folder, job, workers, tell, **more)
    except KeyboardInterrupt:
        tell.write("interrupted")
    return tell.getvalue()


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """The data set of JOB, made in one go by one process."""
    folder = tmp_path_factory.mktemp("whole") / "set"
    assert simulated(folder) == ""
    return folder


def test_the_files_are_those_of_a_data_set(whole: Path) -> None:
    assert sorted(hashes(whole)) == [
        ".simulation.json",
        "sensor_geometry.csv",
        "train/batch_1.parquet",
        "train/batch_2.parquet",
        "train/batch_3.parquet",
        "train_meta.parquet",
        "truth.parquet",
    ]
    meta = pl.read_parquet(whole / "train_meta.parquet")
    assert meta["batch_id"].value_counts().sort("batch_id")["count"].to_list() == [1000, 1000, 500]
    assert pl.read_parquet(whole / "truth.parquet")["event_id"].equals(meta["event_id"])


def test_types_are_those_of_the_competition(whole: Path, samples: Path) -> None:
    for name in ("train/batch_1.parquet", "train_meta.parquet"):
        published = pl.read_parquet_schema(samples / "kaggle" / name)
        assert pl.read_parquet_schema(whole / name) == published


def test_the_reader_gives_back_the_events(whole: Path, tmp_path: Path) -> None:
    dataset = opened(whole, tmp_path / "index")
    for index, events in ((0, 1_000), (2, 500)):
        chunk = small_chunks.small("competition", 3, index, events)
        k = 7
        event = dataset.event(int(chunk.truth["event_id"][k]))
        rows = slice(chunk.end[k - 1], chunk.end[k])
        np.testing.assert_array_equal(event.pulses.sensor_id, chunk.sensor_id[rows])
        np.testing.assert_array_equal(event.pulses.time_ns, chunk.time_ns[rows])
        assert event.truth.zenith == chunk.truth["zenith"][k]
        assert event.truth.event_class == "track"
    assert not dataset.event(24).truth.has_direction


@pytest.mark.parametrize("workers", [2, 3])
def test_workers_write_the_same_bytes(whole: Path, tmp_path: Path, workers: int) -> None:
    simulated(tmp_path / "set", workers=workers, simulate=small_chunks.later_is_quicker)
    assert hashes(tmp_path / "set") == hashes(whole)


def test_interrupted_and_resumed_gives_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    told = simulated(folder, simulate=small_chunks.stopped_at_2)
    assert told == (
        f"Stopped with 2,000 of 2,500 events in {folder}; the same command with --resume goes on "
        "from there.\ninterrupted"
    )
    assert not (folder / "train_meta.parquet").exists()
    assert simulated(folder, workers=2, resume=True) == "Going on after 2,000 of 2,500 events.\n"
    assert hashes(folder) == hashes(whole)


def test_interrupted_in_the_first_batch_leaves_nothing(tmp_path: Path) -> None:
    job = replace(JOB, events_per_batch=3_000)
    told = simulated(tmp_path / "set", job, simulate=small_chunks.stopped_at_2)
    assert told.startswith("Stopped before the first batch, of 2,500 events, was complete; nothing")
    assert list(tmp_path.iterdir()) == []


def test_a_killed_worker_is_told_and_the_rest_is_made_with_resume(
    whole: Path, tmp_path: Path
) -> None:
    with pytest.raises(HitscopeError, match=r"killed by signal 9.*with --resume"):
        simulated(tmp_path / "set", workers=2, simulate=small_chunks.killed_at_2)
    assert not (tmp_path / "set" / "train_meta.parquet").exists()
    assert simulated(tmp_path / "set", resume=True).startswith("Going on after ")
    assert hashes(tmp_path / "set") == hashes(whole)


def test_resume_of_nothing_starts(whole: Path, tmp_path: Path) -> None:
    assert simulated(tmp_path / "set", resume=True) == ""
    assert hashes(tmp_path / "set") == hashes(whole)


def test_resume_of_a_complete_set_changes_nothing(tmp_path: Path) -> None:
    job = replace(JOB, events=40)
    simulated(tmp_path / "set", job)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    told = simulated(tmp_path / "set", job, resume=True)
    assert told == f"{tmp_path / 'set'} is complete: 40 events. Nothing is left to do.\n"
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


@contextmanager
def files_of_at_most(n_bytes: int) -> Iterator[None]:
    """The system refuses to write larger files, as it does on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_whole_batches_only(tmp_path: Path) -> None:
    folder, bright = tmp_path / "set", small_chunks.one_bright
    with (
        files_of_at_most(600_000),
        pytest.raises(DatasetError, match=r"batch_2.parquet cannot be written: File too large"),
    ):
        simulated(folder, simulate=bright)
    assert sorted(path.name for path in (folder / "train").iterdir()) == ["batch_1.parquet"]
    assert not (folder / "train_meta.parquet").exists()
    assert not list(folder.rglob("*.tmp"))
    simulated(folder, resume=True, simulate=bright)
    simulated(tmp_path / "other", simulate=bright)
    assert hashes(folder) == hashes(tmp_path / "other")


def test_a_disk_full_from_the_start_leaves_nothing(tmp_path: Path) -> None:
    with files_of_at_most(100_000), pytest.raises(DatasetError, match=r"geometry.csv cannot be"):
        simulated(tmp_path / "set")
    assert list(tmp_path.iterdir()) == []


def test_batches_are_of_whole_chunks() -> None:
    with pytest.raises(ValueError, match="expected a multiple of 1000"):
        replace(JOB, events_per_batch=1_500)
