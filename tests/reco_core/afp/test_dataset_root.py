"""ROOT files of ATLAS with the tree TreeHits."""

from __future__ import annotations

from pathlib import Path

import awkward
import numpy as np
import pytest
import uproot

from reco_core.afp.dataset import AfpDataset, ImportOptions, open_afp
from reco_core.afp.dataset_root import RootSource
from reco_core.errors import FileFormatError, SettingError
from tests.reco_core.afp.small_files import Hit, pixels_of, tree_of, write_tree

# Counted from 1, as ATLAS does: the last row is 336.
FIRST: list[Hit] = [(0, 1, 336, 5, 9_000.0), (2, 0, 1, 80, 7_000.0), (2, 3, 10, 11, 5_000.0)]
ENTRIES: list[list[Hit]] = [FIRST, [], [(3, 2, 20, 21, 8_000.0)]]


def opened(path: Path, options: ImportOptions | None = None) -> AfpDataset:
    return open_afp(path, path.parent / "index", options)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_tree(tmp_path / "336505_afp_newhits.root", tree_of(ENTRIES))


def test_each_station_with_hits_is_an_event(path: Path) -> None:
    dataset = opened(path)
    assert dataset.info().rows() == [
        (0, 336505, 1000, "A", 0), (1, 336505, 1000, "C", 2), (2, 336505, 1002, "C", 3),
    ]  # fmt: skip
    assert pixels_of(dataset.event(0).hits) == [(1, 335, 4, 9_000.0)]
    assert pixels_of(dataset.event(1).hits) == [(0, 0, 79, 7_000.0), (3, 9, 10, 5_000.0)]
    assert pixels_of(dataset.event(2).hits) == [(2, 19, 20, 8_000.0)]


@pytest.mark.parametrize(
    ("hit", "first", "why"),
    [
        ((0, 0, 336, 5, 1.0), 1, "row 336 occurs, and neither"),
        ((0, 0, 5, 80, 1.0), 1, "column 80 occurs, and neither"),
        ((0, 0, 0, 5, 1.0), 0, "row 0 occurs"),
        ((0, 0, 5, 0, 1.0), 0, "column 0 occurs"),
        ((0, 0, 5, 5, 1.0), 1, r"rows 5 to 5 and columns 5 to 5 would fit both"),
    ],
)
def test_how_pixels_are_counted_is_found_and_said(tmp_path: Path, hit, first, why) -> None:
    dataset = opened(write_tree(tmp_path / "a.root", tree_of([[hit]])))
    assert dataset.event(0).hits.row.tolist() == [hit[2] - first]
    assert f"pixels counted from {first}: {why}" in dataset.notes[0]


def test_how_pixels_are_counted_may_be_told(path: Path, tmp_path: Path) -> None:
    other = write_tree(tmp_path / "a.root", tree_of([[(0, 0, 5, 5, 1.0)]]))
    assert opened(other, ImportOptions(first_pixel=0)).event(0).hits.row.tolist() == [5]
    with pytest.raises(FileFormatError, match=r"row', entry 0, station 0, .* 336; expected 0 to 3"):
        opened(path, ImportOptions(first_pixel=0))


@pytest.mark.parametrize(
    ("name", "run"),
    [("427929.root", 427929), ("x_00336505.AFP.root", None), ("data17-336505-2.root", 336505)],
)
def test_the_run_from_the_name(path: Path, name: str, run: int | None) -> None:
    renamed = path.rename(path.with_name(name))
    assert opened(renamed).event(0).run == run
    assert opened(renamed, ImportOptions(run=12)).event(0).run == 12


def test_a_run_that_is_none() -> None:
    with pytest.raises(SettingError, match="The run is -1"):
        ImportOptions(run=-1)


@pytest.mark.parametrize("slots", [1, 40])
def test_any_number_of_slots(tmp_path: Path, slots: int) -> None:
    dataset = opened(write_tree(tmp_path / "a.root", tree_of(ENTRIES, slots)))
    assert dataset.n_hits == 4


def test_other_padding_and_types(tmp_path: Path) -> None:
    tree = tree_of(ENTRIES)
    tree["hits_row"] = np.where(tree["hits_row"] < 0, -999, tree["hits_row"]).astype(np.float64)
    tree["hits_q"] = np.where(tree["hits_q"] < 0, -1, tree["hits_q"]).astype(np.int32)
    dataset = opened(write_tree(tmp_path / "a.root", tree))
    assert pixels_of(dataset.event(0).hits) == [(1, 335, 4, 9_000.0)]


def test_blocks_of_entries_follow_one_another(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("reco_core.afp.dataset_root.BLOCK_BYTES", 16 * 6 * 24 * 2)  # 2 entries
    entries: list[list[Hit]] = [[(k % 4, 0, k + 1, 80, 10.0 + k)] for k in range(7)]
    told: list[tuple[int, int]] = []
    path = write_tree(tmp_path / "a.root", tree_of(entries))
    dataset = open_afp(path, tmp_path / "index", tell=lambda *step: told.append(step))
    ((_, hits),) = dataset.blocks(10)
    assert hits.row.tolist() == list(range(7))
    assert dataset.info()["evn"].to_list() == list(range(1000, 1007))
    assert dataset.info()["station"].to_list() == [0, 1, 2, 3, 0, 1, 2]
    assert told[:8] == [(k, 14) for k in (2, 4, 6, 7, 9, 11, 13, 14)]


def test_an_import_goes_on_where_it_was_stopped(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("reco_core.afp.dataset_root.BLOCK_BYTES", 1)
    read: list[int] = []
    real = RootSource.block
    monkeypatch.setattr(RootSource, "block", lambda self, k: (read.append(k), real(self, k))[1])
    entries: list[list[Hit]] = [[(k % 4, 0, k + 1, 80, 10.0 + k)] * (k > 0) for k in range(7)]
    path = write_tree(tmp_path / "a.root", tree_of(entries))

    def stop(done: int, total: int) -> None:
        if done == 11:  # of 14: all pixels looked at, and the first four blocks
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_afp(path, tmp_path / "index", tell=stop)
    dataset = opened(path)
    assert read == list(range(7))
    assert dataset.info()["evn"].to_list() == list(range(1001, 1007))
    ((_, hits),) = dataset.blocks(10)
    assert hits.row.tolist() == list(range(1, 7))


def test_of_a_pixel_twice_the_higher_charge_is_taken(tmp_path: Path) -> None:
    hits: list[Hit] = [(0, 0, 336, 5, 2.0), (0, 0, 336, 5, 3.0), (0, 0, 1, 5, 1.0)]
    dataset = opened(write_tree(tmp_path / "a.root", tree_of([[], hits])))
    assert pixels_of(dataset.event(0).hits) == [(0, 0, 4, 1.0), (0, 335, 4, 3.0)]
    assert "in 1 planes, first in entry 1, a pixel is there twice" in dataset.notes[1]


def test_a_wrong_number_of_hits_is_said(tmp_path: Path) -> None:
    tree = tree_of(ENTRIES)
    tree["hits"][2, 3, 2] = 9
    dataset = opened(write_tree(tmp_path / "a.root", tree))
    assert "first in entry 2, 'hits' is not the number of filled slots" in dataset.notes[1]


def test_an_event_of_5000_hits(tmp_path: Path) -> None:
    hits: list[Hit] = [(1, k % 4, k // 40 + 1, k % 40 + 1, 1.0 + k) for k in range(5_000)]
    hits[0] = (1, 0, 1, 80, 1.0)
    dataset = opened(write_tree(tmp_path / "a.root", tree_of([hits], 1_250)))
    assert len(dataset.event(0).hits.row) == 5_000


def test_no_hits_at_all(tmp_path: Path) -> None:
    dataset = opened(write_tree(tmp_path / "a.root", tree_of([[], []])))
    assert dataset.n_events == 0
    assert "there is no hit" in dataset.notes[0]


BAD_SLOTS = [
    ("hits_row", 400, "400; expected 1 to 336"),
    (
        "hits_row",
        -1,
        "-1; expected 1 to 336, or an empty slot in all three branches",
    ),  # charge and column are there
    ("hits_col", 81, r"81; expected 1 to 80 \(counted from 1: row 336 occurs"),
    ("hits_q", -3.0, "-3.0; expected a finite charge above 0"),
    ("hits_q", np.nan, "nan; expected a finite charge"),
    ("hits_q", np.inf, "inf; expected a finite charge"),
    ("hits_q", 0.0, "0.0; expected a finite charge above 0"),
]


@pytest.mark.parametrize(("branch", "value", "told"), BAD_SLOTS)
def test_a_bad_value_names_file_branch_and_entry(tmp_path: Path, branch, value, told) -> None:
    tree = tree_of(ENTRIES)
    tree[branch][2, 3, 2, 0] = value
    path = write_tree(tmp_path / "a.root", tree)
    place = f"{path}: branch '{branch}', entry 2, station 3, plane 2, slot 0: {told}"
    with pytest.raises(FileFormatError, match=place):
        opened(path)


def test_pixels_that_fit_no_way_of_counting(tmp_path: Path) -> None:
    path = write_tree(tmp_path / "a.root", tree_of([[(0, 0, 337, 5, 1.0)]]))
    with pytest.raises(FileFormatError, match="rows 337 to 337 and columns 5 to 5 fit neither 0"):
        opened(path)


def test_a_broken_number(tmp_path: Path) -> None:
    tree = tree_of(ENTRIES)
    tree["hits_row"] = tree["hits_row"].astype(np.float32)
    tree["hits_row"][2, 3, 2, 0] = 20.5
    with pytest.raises(FileFormatError, match=r"entry 2, station 3, .*: 20.5; expected a whole n"):
        opened(write_tree(tmp_path / "a.root", tree))


def test_a_bad_file_of_a_folder_is_left_out_and_told(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    bad = tree_of(ENTRIES)
    bad["hits_q"][2, 3, 2, 0] = -3
    write_tree(folder / "100001.root", tree_of(ENTRIES))
    write_tree(folder / "100002.root", bad)
    (folder / "100003.root").write_bytes(b"root")
    write_tree(folder / "100004.root", tree_of(ENTRIES[2:]))
    dataset = opened(folder)
    assert dataset.info()["run"].to_list() == [100001, 100001, 100001, 100004]
    assert pixels_of(dataset.event(3).hits) == pixels_of(dataset.event(2).hits)
    assert [str(folder / f"10000{k}.root") in problem for k, problem in
            zip((2, 3), dataset.problems, strict=True)] == [True, True]  # fmt: skip
    assert opened(folder).problems == dataset.problems


def test_a_folder_of_bad_files(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "a.root").write_bytes(b"root")
    (folder / "b.root").write_bytes(b"")
    with pytest.raises(FileFormatError, match=r"a\.root cannot be read"):
        opened(folder)


@pytest.mark.parametrize("branch", ["evN", "hits", "hits_row", "hits_col", "hits_q"])
def test_a_missing_branch(tmp_path: Path, branch: str) -> None:
    tree = tree_of(ENTRIES)
    del tree[branch]
    with pytest.raises(FileFormatError, match=f"tree 'TreeHits' has no branch '{branch}'; it has"):
        opened(write_tree(tmp_path / "a.root", tree))


def test_a_missing_tree(tmp_path: Path) -> None:
    path = write_tree(tmp_path / "a.root", tree_of(ENTRIES), "Other")
    with pytest.raises(FileFormatError, match="has no tree 'TreeHits'; it has 'Other'"):
        opened(path)
    with uproot.recreate(path) as file:
        file["TreeHits"] = "text"
    with pytest.raises(FileFormatError, match="has no tree 'TreeHits'"):
        opened(path)


def test_branches_of_another_shape(tmp_path: Path) -> None:
    tree = tree_of(ENTRIES)
    tree["hits_col"] = tree["hits_col"][..., :3]
    with pytest.raises(FileFormatError, match=r"branch 'hits_col' has \[4\]\[4\]\[3\] in each"):
        opened(write_tree(tmp_path / "a.root", tree))


def test_branches_of_lists(tmp_path: Path) -> None:
    path = tmp_path / "a.root"
    tree = tree_of(ENTRIES)
    with uproot.recreate(path) as file:
        types = {key: (v.dtype, v.shape[1:]) for key, v in tree.items()}
        file.mktree("TreeHits", types | {"hits_row": "var * int32"})
        lists = awkward.Array([[1], [], [2, 3]])
        file["TreeHits"].extend(tree | {"hits_row": lists})
    with pytest.raises(FileFormatError, match="branch 'hits_row' holds values of type object"):
        opened(path)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.99])
def test_a_truncated_file(tmp_path: Path, share: float) -> None:
    path = write_tree(tmp_path / "a.root", tree_of(ENTRIES * 200))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(FileFormatError, match=f"{path}.*truncated"):
        opened(path)


def test_a_damaged_basket_names_branch_and_entries(tmp_path: Path) -> None:
    path = write_tree(tmp_path / "a.root", tree_of(ENTRIES * 200))
    with uproot.open(path) as file:
        seek = file["TreeHits"]["hits_col"].member("fBasketSeek")[0]
    whole = bytearray(path.read_bytes())
    whole[seek : seek + 60] = b"\xff" * 60
    path.write_bytes(whole)
    with pytest.raises(FileFormatError, match=r"branch 'hits_col' cannot be read in entries 0 to"):
        opened(path)
