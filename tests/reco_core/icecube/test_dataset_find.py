"""Finding data sets in folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reco_core.errors import DatasetError
from reco_core.icecube.dataset import find_datasets
from tests.reco_core.icecube.small_datasets import (
    BIG,
    opened,
    pulse_table,
    write_batch,
    write_small,
)


def keys(root: Path) -> list[str]:
    return [dataset.key for dataset in find_datasets(root, root / "index", BIG)]


def empty_batch(folder: Path, name: str = "train/batch_1.parquet") -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def test_finding_reads_no_file(tmp_path: Path) -> None:
    empty_batch(tmp_path / "set")  # not even a parquet file
    assert keys(tmp_path) == ["set"]


def test_root_may_be_the_data_set_itself(tmp_path: Path) -> None:
    empty_batch(tmp_path / "one")
    empty_batch(tmp_path / "one" / "inner")
    assert keys(tmp_path / "one") == ["one"]


def test_sub_folders_by_name_others_ignored(tmp_path: Path) -> None:
    for name in ("b", "a", ".hidden"):
        empty_batch(tmp_path / name)
    (tmp_path / "notes" / "train").mkdir(parents=True)
    empty_batch(tmp_path / "wrong", "train/batch_x.parquet")
    empty_batch(tmp_path / "zeros", "train/batch_01.parquet")
    (tmp_path / "file.txt").touch()
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    assert keys(tmp_path) == ["a", "b"]


def test_link_to_a_data_set_counts_under_its_own_name(tmp_path: Path) -> None:
    empty_batch(tmp_path / "real" / "deep")
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "kaggle").symlink_to(tmp_path / "real" / "deep")
    assert keys(tmp_path / "links") == ["kaggle"]


def test_keys_are_safe_in_urls_and_unique(tmp_path: Path) -> None:
    for name in ("my set", "my-set", "my?set", "Bücher", "é"):
        empty_batch(tmp_path / name)
    assert keys(tmp_path) == ["B-cher", "my-set", "my-set-2", "my-set-3", "data"]


def test_a_key_of_a_long_name_is_cut_and_unique(tmp_path: Path) -> None:
    for length in (80, 200, 201):
        empty_batch(tmp_path / ("x" * length))
    assert keys(tmp_path) == ["x" * 80, "x" * 80 + "-2", "x" * 80 + "-3"]


def test_a_folder_that_may_not_be_looked_into_is_told(tmp_path: Path, monkeypatch, caplog) -> None:
    original = os.listdir

    def refused(path: Path) -> list[str]:
        if Path(path).name == "train":
            raise PermissionError(13, "Permission denied", str(path))
        return original(path)

    empty_batch(tmp_path / "closed")
    empty_batch(tmp_path / "open", "test/batch_1.parquet")
    monkeypatch.setattr("os.listdir", refused)
    assert keys(tmp_path) == ["open"]
    told = f"{tmp_path / 'closed' / 'train'} cannot be looked into: Permission denied"
    assert told in caplog.text


def test_batches_train_first_then_by_number(tmp_path: Path) -> None:
    for name in ("test/batch_3", "train/batch_10", "train/batch_9", "train/batch_0"):
        empty_batch(tmp_path / "set", f"{name}.parquet")
    (dataset,) = find_datasets(tmp_path, tmp_path / "index", BIG)
    found = [(batch.split, batch.batch_id) for batch in dataset.batches]
    assert found == [("train", 0), ("train", 9), ("train", 10), ("test", 3)]
    assert dataset.batches[0].label == "set/train/batch_0.parquet"


@pytest.mark.parametrize("make", [Path.mkdir, Path.touch, lambda path: None])
def test_no_data_set_says_where_and_what_to_type(tmp_path: Path, make) -> None:
    root = tmp_path / "empty"
    make(root)
    with pytest.raises(DatasetError, match="make run DATA=folder") as caught:
        find_datasets(root, tmp_path / "index", BIG)
    assert str(root) in str(caught.value)


def test_detector_is_built_in_without_a_geometry_file(tmp_path: Path) -> None:
    write_small(tmp_path / "set", {1: 3})
    assert opened(tmp_path / "set").detector.position_m.shape == (5160, 3)


def test_competition_of_660_batches_is_found_quickly(tmp_path: Path) -> None:
    for number in range(1, 661):
        empty_batch(tmp_path / "all", f"train/batch_{number}.parquet")
    write_batch(tmp_path / "all", pulse_table({5: 3}))
    dataset = opened(tmp_path / "all")
    assert len(dataset.batches) == 660
    assert dataset.first_event_id() == 5
