"""Where data sets of AFP are found, by names alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from reco_core.afp.dataset_find import FORM_OF, find_afp
from reco_core.afp.dataset_import import OPENERS


def touch(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


def found(root: Path) -> list[tuple[str, str]]:
    return [(row.key, row.form) for row in find_afp(root)]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["hits.parquet"], [("data", "hits")]),
        (["a.npy"], [("data", "images")]),
        (["336505.root", "427929.root"], [("data", "ROOT")]),
        (["a.npy", "b.root"], [("a", "images"), ("b", "ROOT")]),  # both, so each by itself
        (["one/hits.parquet", "two/x.npy", "three.txt"], [("one", "hits"), ("two", "images")]),
        (["one/hits.parquet", "run 7.root"], [("one", "hits"), ("run-7", "ROOT")]),
        (["one/hits.parquet", "one.npy"], [("one", "hits"), ("one-2", "images")]),
        (["train/batch_1.parquet", "protons/hits.parquet"], [("protons", "hits")]),
        ([".new/hits.parquet", ".x.npy"], []),  # being written
        (["one/train/batch_1.parquet"], []),
    ],
)  # fmt: skip
def test_data_sets_are_found_by_their_files(
    tmp_path: Path, names: list[str], expected: list[tuple[str, str]]
) -> None:
    assert found(touch(tmp_path / "data", *names)) == expected


def test_a_single_file_is_a_data_set(tmp_path: Path) -> None:
    root = touch(tmp_path, "336505_afp.root")
    assert found(root / "336505_afp.root") == [("336505_afp", "ROOT")]


def test_keys_that_are_taken_are_not_given_again(tmp_path: Path) -> None:
    root = touch(tmp_path, "kaggle/hits.parquet")
    assert [row.key for row in find_afp(root, {"kaggle"})] == ["kaggle-2"]


@pytest.mark.parametrize("name", ["nothing", "a.txt"])
def test_where_there_is_nothing_nothing_is_found(tmp_path: Path, name: str) -> None:
    assert find_afp(touch(tmp_path, "a.txt") / name) == ()


def test_a_link_to_nothing_is_found_so_that_it_is_told(tmp_path: Path) -> None:
    root = touch(tmp_path, "a.npy", "one/truth.parquet")
    (root / "b.npy").symlink_to(root / "nowhere")
    (root / "one" / "hits.parquet").symlink_to(root / "nowhere")
    assert found(root) == [("one", "hits"), ("a", "images"), ("b", "images")]


def test_every_kind_of_file_that_can_be_opened_is_found() -> None:
    assert set(FORM_OF) == set(OPENERS)
