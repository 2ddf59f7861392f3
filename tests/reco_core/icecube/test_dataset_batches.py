"""What a data set tells of its batches: their events, sizes, directions, and their files' state."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from reco_core.errors import DatasetError, NotFoundError
from reco_core.icecube.dataset_write import write_geometry
from reco_core.icecube.detector import builtin_detector
from tests.reco_core.icecube.small_datasets import (
    meta_table,
    opened,
    pulse_table,
    write_batch,
    write_small,
)

FIRST, SECOND = {24: 3, 41: 5}, {41: 2, 59: 4, 60: 1}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two batches; event 41 is in both."""
    folder = tmp_path / "set"
    for number, counts in ((1, FIRST), (2, SECOND)):
        write_batch(folder, pulse_table(counts), number)
    metas = [meta_table(FIRST, 1), meta_table(SECOND, 2, zenith=0.5)]
    pl.concat(metas).write_parquet(folder / "train_meta.parquet")
    return folder


def test_events_of_a_batch_in_its_order(folder: Path) -> None:
    dataset = opened(folder)
    assert [dataset.event_ids(batch).tolist() for batch in dataset.batches] == [
        [24, 41],
        [41, 59, 60],
    ]
    assert [dataset.place(dataset.batches[1], k) for k in (41, 60, 24)] == [0, 2, None]


def test_an_event_of_a_batch_also_where_an_earlier_one_has_its_id(folder: Path) -> None:
    dataset = opened(folder)
    first, second = dataset.batches
    assert len(dataset.event(41).pulses) == len(dataset.event_of(first, 41).pulses) == 5
    event = dataset.event_of(second, 41)
    assert (len(event.pulses), event.batch_id, event.truth.zenith) == (2, 2, 0.5)
    with pytest.raises(NotFoundError, match="24"):
        dataset.event_of(second, 24)


def test_sizes_are_known_without_opening_a_batch(folder: Path) -> None:
    dataset = opened(folder)
    assert [dataset.event_count(batch) for batch in dataset.batches] == [2, 3]
    assert dataset._opener.all_open() == []
    write_batch(folder, pulse_table({7: 1}), 3)
    assert opened(folder).event_count(opened(folder).batches[2]) is None
    write_small(folder.parent / "other", {1: 2}, meta=False)
    other = opened(folder.parent / "other")
    assert other.event_count(other.batches[0]) is None


def test_known_directions_are_in_the_order_of_the_events(folder: Path) -> None:
    dataset = opened(folder)
    zenith, azimuth = dataset.known_directions(dataset.batches[1])
    assert zenith.tolist() == [0.5] * 3
    assert azimuth.tolist() == [2.0] * 3
    (folder / "train_meta.parquet").unlink()
    zenith, azimuth = opened(folder).known_directions(dataset.batches[1])
    assert np.isnan([zenith, azimuth]).all()


@pytest.mark.parametrize(
    "name", ["train/batch_2.parquet", "train_meta.parquet", "sensor_geometry.csv", "truth.parquet"]
)
def test_a_fingerprint_changes_with_each_file(folder: Path, name: str) -> None:
    write_geometry(folder, builtin_detector())
    pl.DataFrame({"event_id": [24]}).write_parquet(folder / "truth.parquet")
    dataset = opened(folder)
    before = dataset.fingerprint()
    first, second = map(dataset.batch_fingerprint, dataset.batches)
    assert before == opened(folder).fingerprint()
    path = folder / name
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))
    assert dataset.fingerprint() != before
    assert dataset.batch_fingerprint(dataset.batches[1]) != second
    assert (dataset.batch_fingerprint(dataset.batches[0]) == first) == ("batch_2" in name)


def test_without_its_file_a_batch_has_no_fingerprint(folder: Path) -> None:
    dataset = opened(folder)
    (folder / "train/batch_2.parquet").unlink()
    with pytest.raises(DatasetError, match=r"batch_2\.parquet is no longer there"):
        dataset.fingerprint()
