"""Builders that are killed, race one another, run in the background or cannot write."""

from __future__ import annotations

import errno
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reco_core.dataset_lock import build_lock, is_building
from reco_core.errors import FileFormatError
from reco_core.icecube import dataset_build
from reco_core.icecube.dataset_build import build_index
from reco_core.icecube.dataset_contents import Runs
from reco_core.icecube.dataset_files import PulseFile, batches_in
from reco_core.icecube.dataset_index import IndexStore
from tests.reco_core.icecube.small_datasets import BIG, opened, write_small

ROOT = Path(__file__).resolve().parents[3]
COUNTS = {24: 3, 41: 5}

SLOW_BUILDER = """
import sys, time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from reco_core.icecube.dataset_build import build_index
from reco_core.icecube.dataset_files import batches_in
from reco_core.icecube.dataset_index import IndexStore

def wait(done, total):
    print(done, flush=True)
    time.sleep(60)

build_index(IndexStore(Path(sys.argv[2]), 10**9), batches_in(Path(sys.argv[1]))[0], wait)
"""


def python(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_killed_builder_blocks_nobody_and_its_leftovers_go(tmp_path: Path) -> None:
    write_small(tmp_path / "set", COUNTS)
    dataset = opened(tmp_path / "set")
    (batch,) = dataset.batches
    store = IndexStore(tmp_path / "index", BIG)
    with python("-c", SLOW_BUILDER, tmp_path / "set", store.folder) as builder:
        assert builder.stdout is not None
        assert builder.stdout.readline() == "0\n"  # it has begun
        assert dataset.index_progress(batch).state == "building"
        assert not build_index(store, batch, patience_s=0)
        builder.send_signal(signal.SIGKILL)
    assert list(store.folder.glob("tmp-*"))
    assert dataset.index_progress(batch).state == "absent"
    assert build_index(store, batch)
    assert dataset.index_progress(batch).state == "ready"
    assert [path.name for path in store.folder.iterdir()] == [store.key(batch)]


def test_builder_leaves_the_work_of_a_living_one_alone(tmp_path: Path) -> None:
    write_small(tmp_path / "set", COUNTS)
    store = IndexStore(tmp_path / "index", BIG)
    store.folder.mkdir()
    living, dead = store.folder / f"tmp-{'a' * 32}-1", store.folder / f"tmp-{'b' * 32}-1"
    living.mkdir()
    dead.mkdir()
    with build_lock(store.folder, "a" * 32):
        assert build_index(store, batches_in(tmp_path / "set")[0])
    assert living.exists()
    assert not dead.exists()


def test_two_builders_build_once(tmp_path: Path) -> None:
    path = write_small(tmp_path / "set", COUNTS)
    command = ("-m", "reco_core", "index", path, "--index-dir", tmp_path / "index")
    builders = [python(*command) for _ in range(2)]
    texts = [builder.communicate(timeout=30)[0] for builder in builders]
    assert [builder.returncode for builder in builders] == [0, 0], texts
    assert sum("8 pulses in" in text for text in texts) == 1, texts
    dataset = opened(tmp_path / "set")
    assert dataset.index_progress(dataset.batches[0]).state == "ready"


def test_lock_is_held_by_one_and_free_afterwards(tmp_path: Path) -> None:
    assert not is_building(tmp_path, "k")
    with build_lock(tmp_path, "k") as first:
        assert is_building(tmp_path, "k")
        with build_lock(tmp_path, "k", patience_s=0.05) as second:
            assert (first, second) == (True, False)
        assert is_building(tmp_path, "k")
    assert not is_building(tmp_path, "k")
    assert not list(tmp_path.iterdir())


def test_large_batch_is_indexed_in_the_background(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reco_core.icecube.dataset_open.SMALL_BATCH_PULSES", 1)
    write_small(tmp_path / "set", COUNTS)
    dataset = opened(tmp_path / "set")
    (batch,) = dataset.batches
    from_file = dataset.event(41).pulses.charge_pe.tolist()  # does not wait for the builder
    deadline = time.monotonic() + 30
    while dataset.index_progress(batch).state != "ready":
        assert dataset.index_progress(batch).state != "failed"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert dataset.event(41).pulses.charge_pe.tolist() == from_file


def test_builder_that_ends_badly_is_reported_and_not_started_over_and_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("reco_core.icecube.dataset_open.SMALL_BATCH_PULSES", 1)
    starts = []

    def start(store, batch, on_end) -> None:
        starts.append(batch)
        on_end(-9)

    monkeypatch.setattr("reco_core.icecube.dataset_open.start_builder", start)
    write_small(tmp_path / "set", COUNTS)
    dataset = opened(tmp_path / "set")
    for _ in range(3):
        assert len(dataset.event(41).pulses) == 5
    progress = dataset.index_progress(dataset.batches[0])
    assert (progress.state, len(starts)) == ("failed", 1)
    assert "ended with code -9" in progress.message
    assert "ended with code -9" in caplog.text


def test_progress_of_a_running_build(tmp_path: Path) -> None:
    write_small(tmp_path / "set", COUNTS)
    dataset = opened(tmp_path / "set")
    (batch,) = dataset.batches
    seen = []
    build_index(
        IndexStore(tmp_path / "index", BIG),
        batch,
        lambda done, total: seen.append(dataset.index_progress(batch)),
    )
    first, last = seen
    assert (first.state, first.fraction, first.rows_per_s) == ("building", 0.0, None)
    assert (last.state, last.rows_done, last.rows_total, last.fraction) == ("building", 8, 8, 1.0)
    assert last.rows_per_s > 0
    assert last.seconds_left == 0


def test_index_folder_that_cannot_be_made_costs_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_small(tmp_path / "set", COUNTS)
    (tmp_path / "file").touch()
    dataset = opened(tmp_path / "set", tmp_path / "file" / "index")
    with caplog.at_level(logging.WARNING):
        for event_id, count in COUNTS.items():
            assert len(dataset.event(event_id).pulses) == count
    assert caplog.text.count("cannot be written") == 1
    progress = dataset.index_progress(dataset.batches[0])
    assert progress.state == "failed"
    assert str(tmp_path / "file" / "index") in progress.message


@contextmanager
def ordinary_user() -> Iterator[None]:
    """The superuser may write anywhere, so as that one the test becomes nobody for a while."""
    nobody = 65534
    was = os.geteuid()
    if was == 0:
        os.seteuid(nobody)
    try:
        yield
    finally:
        os.seteuid(was)


def test_read_only_index_folder_costs_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    with tempfile.TemporaryDirectory() as name:  # tmp_path is closed to other users
        folder = Path(name)
        folder.chmod(0o755)
        write_small(folder / "set", COUNTS)
        (folder / "index").mkdir(mode=0o500)
        with ordinary_user():
            dataset = opened(folder / "set", folder / "index")
            assert len(dataset.event(41).pulses) == 5
        assert caplog.text.count("cannot be written") == 1
        assert not list((folder / "index").iterdir())


def test_full_disk_leaves_no_index_and_events_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("reco_core.icecube.dataset_build._new_array", full)
    write_small(tmp_path / "set", COUNTS)
    dataset = opened(tmp_path / "set")
    assert len(dataset.event(41).pulses) == 5
    assert len(dataset.event(24).pulses) == 3
    assert "No space left on device" in caplog.text
    assert not list((tmp_path / "index").iterdir())


def test_a_batch_that_changes_while_it_is_indexed_gets_no_index(
    tmp_path: Path, monkeypatch
) -> None:
    path = write_small(tmp_path / "set", {24: 3})
    (batch,) = opened(tmp_path / "set").batches
    store = IndexStore(tmp_path / "index", BIG)
    original = dataset_build.find_runs

    def replaced_meanwhile(pulses: PulseFile) -> Runs:
        runs = original(pulses)
        write_small(tmp_path / "set", {24: 1, 25: 2})
        return runs

    monkeypatch.setattr(dataset_build, "find_runs", replaced_meanwhile)
    before = store.key(batch)
    with pytest.raises(
        FileFormatError, match="changed while it was indexed; open it again"
    ) as told:
        build_index(store, batch)
    assert str(path) in str(told.value)
    assert store.failure(before) is None
    assert list((tmp_path / "index").iterdir()) == []
    monkeypatch.undo()
    assert build_index(store, batch)
    assert opened(tmp_path / "set").event(25).event_id == 25


def test_a_refusal_of_the_system_is_not_recorded(tmp_path: Path, monkeypatch) -> None:
    """Permission may be granted without a change of the file by which the record is found."""
    write_small(tmp_path / "set", {24: 3})
    (batch,) = opened(tmp_path / "set").batches
    store = IndexStore(tmp_path / "index", BIG)

    def refused(path: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    with monkeypatch.context() as patch:
        patch.setattr("reco_core.icecube.dataset_files.scan", refused)
        with pytest.raises(FileFormatError, match="permission denied; make it readable"):
            build_index(store, batch)
    assert store.failure(store.key(batch)) is None
    assert build_index(store, batch)
