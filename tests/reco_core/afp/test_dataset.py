"""AFP data sets in the stored form: events, blocks, what is known of them, and bad files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from reco_core.afp.dataset import HITS_PER_BLOCK, AfpDataset, open_afp
from reco_core.afp.hits import joined
from reco_core.errors import DatasetError, FileFormatError, NotFoundError, SettingError
from tests.reco_core.afp.small_files import Pixel, pixels_of, write_stored

A, B, C = (0, 5, 6, 17_000.0), (1, 6, 6, 20_000.0), (3, 335, 79, 2_500.0)
EVENTS: dict[int, list[Pixel]] = {0: [A, B], 2: [C], 3: [A, B, C]}
TRUTH = {
    "event_id": [0, 1, 2, 3, 4],
    "event_class": ["single_proton", "missing_plane", "edge", "shower", None],
    "run": [1, 1, 2, 2, 2],
    "station": [0, 1, 2, 3, 0],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_stored(tmp_path / "data", EVENTS, truth=TRUTH)


def opened(folder: Path) -> AfpDataset:
    return open_afp(folder, folder.parent / "index")


def test_events_and_what_is_known_of_them(folder: Path) -> None:
    dataset = opened(folder)
    assert (dataset.n_events, dataset.n_hits, dataset.has_truth) == (5, 6, True)
    event = dataset.event(3)
    assert pixels_of(event.hits) == [A, B, C]
    assert (event.event_id, event.run, event.evn, event.station) == (3, 2, None, 3)
    assert (event.side, event.event_class) == ("C", "shower")


def test_an_event_without_hits_is_an_event(folder: Path) -> None:
    event = opened(folder).event(1)
    assert pixels_of(event.hits) == []
    assert event.hits.n_events == 1
    assert event.event_class == "missing_plane"
    assert opened(folder).event(4).event_class is None


def test_info_of_all_events(folder: Path) -> None:
    info = opened(folder).info()
    assert info.columns == ["event_id", "run", "evn", "side", "station"]
    assert info["side"].to_list() == ["A", "A", "C", "C", "A"]
    assert info["evn"].null_count() == 5
    assert opened(folder).info(2, 4)["event_id"].to_list() == [2, 3]
    assert opened(folder).event_classes(2, 4).to_list() == ["edge", "shower"]


def test_events_parquet_counts_before_truth(folder: Path) -> None:
    events = {"event_id": range(5), "run": [7] * 5, "evn": [50, 51, 52, 53, 54]}
    write_stored(folder, EVENTS, events=events)
    event = opened(folder).event(2)
    assert (event.run, event.evn, event.station) == (7, 52, 2)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 100])
def test_blocks_are_all_events_in_order(folder: Path, n: int) -> None:
    dataset = opened(folder)
    blocks = list(dataset.blocks(n))
    assert [first for first, _ in blocks] == list(range(0, 5, n))
    whole = joined([hits for _, hits in blocks])
    assert np.diff(whole.start).tolist() == [2, 0, 1, 3, 0]
    assert pixels_of(whole) == [A, B, C, A, B, C]


def test_blocks_from_the_middle(folder: Path) -> None:
    ((first, hits),) = opened(folder).blocks(10, 2, 4)
    assert first == 2
    assert np.diff(hits.start).tolist() == [1, 3]


def test_a_block_with_many_hits_has_fewer_events(folder: Path, monkeypatch) -> None:
    monkeypatch.setattr("reco_core.afp.dataset.HITS_PER_BLOCK", 2)
    sizes = [hits.n_events for _, hits in opened(folder).blocks(10)]
    assert sizes == [2, 1, 1, 1]  # event 3 has more, and is not cut
    assert HITS_PER_BLOCK > 107_520


def test_without_a_table_the_number_of_events_is_said(tmp_path: Path) -> None:
    dataset = opened(write_stored(tmp_path / "data", EVENTS))
    assert dataset.n_events == 4
    assert "No table lists all events, so there are 4" in dataset.notes[0]
    assert dataset.event(0).event_class is None
    assert not dataset.has_truth


def test_truth_of_some_events_in_any_order(tmp_path: Path) -> None:
    truth = {"event_id": [9, 2], "event_class": ["edge", "shower"]}
    dataset = opened(write_stored(tmp_path / "data", EVENTS, truth=truth))
    assert dataset.n_events == 10
    assert dataset.event_classes().to_list() == [None, None, "shower", *[None] * 6, "edge"]


def test_the_index_is_used_again(folder: Path) -> None:
    told: list[tuple[int, int]] = []
    for _ in range(2):
        open_afp(folder, folder.parent / "index", tell=lambda *step: told.append(step))
    assert told == [(6, 6)]


def test_a_damaged_index_is_made_again(folder: Path) -> None:
    opened(folder)
    (start,) = (folder.parent / "index").glob("*/start.npy")
    start.write_bytes(start.read_bytes()[:50])
    assert opened(folder).event(3).hits.start.tolist() == [0, 3]


def test_an_index_that_cannot_be_kept_stays_in_memory(folder: Path) -> None:
    (folder.parent / "file").touch()
    assert open_afp(folder, folder.parent / "file").n_events == 5


def test_the_fingerprint_changes_with_the_files(folder: Path) -> None:
    before = opened(folder).fingerprint()
    assert opened(folder).fingerprint() == before
    write_stored(folder, {0: [A]}, truth=TRUTH)
    assert opened(folder).fingerprint() != before


def test_a_file_replaced_while_open_is_noticed(folder: Path) -> None:
    dataset = opened(folder)
    (folder / "hits.parquet").rename(folder / "old.parquet")
    write_stored(folder, {0: [A]})
    with pytest.raises(DatasetError, match="has changed since it was opened"):
        dataset.event(0)


@pytest.mark.parametrize("event_id", [-1, 5, 10**30])
def test_no_such_event(folder: Path, event_id: int) -> None:
    with pytest.raises(NotFoundError, match="it has events 0 to 4"):
        opened(folder).event(event_id)


def test_no_such_block(folder: Path) -> None:
    with pytest.raises(NotFoundError, match="No events 3 to 5"):
        list(opened(folder).blocks(1, 3, 6))
    with pytest.raises(SettingError, match="Blocks of 0 events"):
        list(opened(folder).blocks(0))


def test_an_event_of_5000_hits(tmp_path: Path) -> None:
    many = [(k % 4, k // 40, k % 40 // 4, 1_000.0 + k) for k in range(5_000)]
    dataset = opened(write_stored(tmp_path / "data", {0: [A], 1: many}))
    assert sorted(pixels_of(dataset.event(1).hits)) == sorted(many)


@pytest.mark.parametrize(
    ("pixel", "named"),
    [
        ((0, 336, 0, 1.0), "event 3 has row 336, expected 0 to 335"),
        ((4, 0, 0, 1.0), "event 3 has plane 4"),
        ((0, 0, -1, 1.0), "event 3 has col -1"),
        ((0, 0, 0, -5.0), "event 3 has charge -5"),
        ((0, 0, 0, float("nan")), "event 3 has charge nan"),
        ((0, 0, 0, None), "event 3 has a hit without charge"),
        ((*A[:3], 1.0), f"event 3 has plane {A[0]}, row {A[1]}, column {A[2]} twice"),
    ],
)
def test_a_bad_hit_names_its_event_and_leaves_the_others(tmp_path: Path, pixel, named) -> None:
    dataset = opened(write_stored(tmp_path / "data", {**EVENTS, 3: [A, pixel]}))
    assert pixels_of(dataset.event(2).hits) == [C]
    for read in (lambda: dataset.event(3), lambda: list(dataset.blocks(10))):
        with pytest.raises(FileFormatError, match=named) as raised:
            read()
        assert str(raised.value).startswith(str(tmp_path / "data" / "hits.parquet"))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda hits: hits.drop("charge"), "has no column 'charge'"),
        (lambda hits: hits.with_columns(pl.col("row").cast(pl.String)), "column 'row' is String"),
        (lambda hits: hits[::-1], "event_id falls to 2 in row 3"),
        (
            lambda hits: hits.with_columns(event_id=pl.lit(7)),
            "truth.parquet lists 5 events",
        ),
        (lambda hits: hits.with_columns(event_id=pl.lit(-7)), "event_id is -7 in row 0"),
        (lambda hits: hits.with_columns(event_id=pl.lit(None, pl.Int64)), "event_id is None"),
    ],
)
def test_a_bad_table_of_hits(folder: Path, change, named) -> None:
    path = folder / "hits.parquet"
    change(pl.read_parquet(path)).write_parquet(path)
    with pytest.raises(FileFormatError, match=named):
        opened(folder)


def test_a_truncated_table_of_hits(folder: Path) -> None:
    path = folder / "hits.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(FileFormatError, match=r"hits\.parquet cannot be read: .* truncated"):
        opened(folder)


def test_a_wild_event_id_does_not_fill_the_memory(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="the last event_id is 1000000000000"):
        opened(write_stored(tmp_path / "data", {10**12: [A]}))


@pytest.mark.parametrize(
    ("truth", "named"),
    [
        ({"event_class": ["edge"]}, "has no column 'event_id'"),
        ({"event_id": [0], "event_class": [1]}, "column 'event_class' is Int64"),
        ({"event_id": [0], "station": ["A"]}, "column 'station' is String"),
        ({"event_id": [3, 3, 0], "event_class": ["edge"] * 3}, "has event 3 twice"),
        ({"event_id": range(4), "station": [0, 1, 4, 0]}, "event 2 has station 4"),
        ({"event_id": [0]}, r"has event \d+, but .*truth\.parquet lists 1 events"),
    ],
)
def test_bad_truth(tmp_path: Path, truth, named) -> None:
    folder = write_stored(tmp_path / "data", EVENTS, truth=truth)
    with pytest.raises(FileFormatError, match=named):
        (opened(folder).info(), opened(folder).event_classes())


@pytest.mark.parametrize("name", ["hits", "truth"])
def test_a_link_to_nothing_is_no_missing_file(tmp_path: Path, name: str) -> None:
    folder = write_stored(tmp_path / "data", EVENTS)
    path = folder / f"{name}.parquet"
    path.unlink(missing_ok=True)
    path.symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileFormatError, match=f"{name}.parquet cannot be read: there is no such"):
        opened(folder)


def test_events_parquet_lists_every_event(folder: Path) -> None:
    write_stored(folder, EVENTS, events={"event_id": [0, 1, 3]})
    with pytest.raises(FileFormatError, match="does not list event 0 to N-1"):
        opened(folder)


@pytest.mark.parametrize("name", ["nowhere", "notes.txt", "."])
def test_no_data(tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(DatasetError, match=r"expected a folder with hits\.parquet"):
        open_afp(tmp_path / name, tmp_path / "index")
