"""Indexes: the same events as from the file, found again, mended, evicted."""

from __future__ import annotations

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reco_core.errors import EventError, FileFormatError
from reco_core.icecube import dataset_files
from reco_core.icecube.dataset_build import build_index
from reco_core.icecube.dataset_files import Batch, batches_in
from reco_core.icecube.dataset_index import Index, IndexStore
from reco_core.icecube.dataset_open import DirectBatch
from reco_core.icecube.event import Pulses
from tests.reco_core.icecube.small_datasets import (
    BIG,
    meta_table,
    opened,
    pulse_table,
    write_batch,
    write_small,
)

COUNTS = {24: 3, 41: 5}


def only_batch(folder: Path) -> Batch:
    (batch,) = batches_in(folder)
    return batch


def built(store: IndexStore, batch: Batch) -> Index:
    assert build_index(store, batch)
    index = store.open(batch, store.key(batch))
    assert index is not None
    return index


def outcome(opened_batch: Index | DirectBatch, place: int) -> list[list[object]] | str:
    """Columns of an event's pulses, or the message that it is refused with."""
    try:
        pulses: Pulses = opened_batch.pulses(place, "here")
    except EventError as error:
        return str(error)
    columns = (pulses.sensor_id, pulses.time_ns, pulses.charge_pe, pulses.auxiliary)
    return [column.tolist() for column in columns]


ROWS = st.lists(
    st.tuples(
        st.sampled_from([-5, 0, 1, 2, 3, 2**62]),  # event_id
        st.sampled_from([0, 1, 5159, 5159, 5160, -1, None]),
        st.sampled_from([10, 10, 20, 30, -(2**31), 2**31, None]),
        st.sampled_from([0.0, 0.025, 1.5, 2.5, 3.5, -1.0, float("nan"), None]),
        st.sampled_from([True, False, False, None]),
    ),
    max_size=40,
)
SCHEMA = {
    "event_id": pl.Int64,
    "sensor_id": pl.Int16,
    "time": pl.Int64,
    "charge": pl.Float64,
    "auxiliary": pl.Boolean,
}


@settings(max_examples=40, deadline=None)
@given(ROWS, st.booleans(), st.integers(1, 7))
def test_event_from_index_equals_event_from_file(rows, together: bool, slice_rows: int) -> None:
    """For rows in any order, events scattered or together, values good and bad."""
    if together:
        rows = sorted(rows, key=lambda row: row[0])
    with tempfile.TemporaryDirectory() as temporary, pytest.MonkeyPatch.context() as patch:
        patch.setattr(dataset_files, "SLICE_ROWS", slice_rows)
        root = Path(temporary)
        write_batch(root / "set", pl.DataFrame(rows, SCHEMA, orient="row"))
        store, batch = IndexStore(root / "index", BIG), only_batch(root / "set")
        direct, index = DirectBatch(store, batch), built(store, batch)
        assert index.contents.event_id.tolist() == direct.contents.event_id.tolist()
        assert index.contents.event_id.tolist() == list(dict.fromkeys(row[0] for row in rows))
        for place in range(len(direct.contents)):
            assert outcome(index, place) == outcome(direct, place)


@settings(max_examples=20, deadline=None)
@given(st.dictionaries(st.integers(0, 50), st.integers(0, 6), min_size=1), st.integers(1, 9))
def test_contents_by_meta_file_equal_those_of_the_index(counts, slice_rows: int) -> None:
    with tempfile.TemporaryDirectory() as temporary, pytest.MonkeyPatch.context() as patch:
        patch.setattr(dataset_files, "SLICE_ROWS", slice_rows)
        root = Path(temporary)
        write_small(root / "set", counts)
        store, batch = IndexStore(root / "index", BIG), only_batch(root / "set")
        direct, index = DirectBatch(store, batch), built(store, batch)
        for name, array in direct.contents.arrays().items():
            np.testing.assert_array_equal(array, getattr(index.contents, name), name)


def test_index_is_ready_after_the_first_event_of_a_small_batch(tmp_path: Path) -> None:
    write_small(tmp_path / "set", COUNTS)
    dataset = opened(tmp_path / "set")
    assert dataset.index_progress(dataset.batches[0]).state == "absent"
    dataset.event(24)
    progress = dataset.index_progress(dataset.batches[0])
    assert (progress.state, progress.fraction) == ("ready", 1.0)


def test_index_leaves_nothing_beside_it(tmp_path: Path) -> None:
    write_small(tmp_path / "set", COUNTS)
    opened(tmp_path / "set").event(24)
    (index,) = (tmp_path / "index").iterdir()
    assert len(index.name) == 32


def test_index_is_used_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_small(tmp_path / "set", COUNTS)
    opened(tmp_path / "set").event(24)
    monkeypatch.setattr("reco_core.icecube.dataset_open.build_index", None)
    assert len(opened(tmp_path / "set").event(24).pulses) == 3


@pytest.mark.parametrize("name", ["train/batch_1.parquet", "train_meta.parquet", "truth.csv"])
def test_changed_file_finds_no_index(tmp_path: Path, name: str) -> None:
    write_small(tmp_path / "set", COUNTS)
    (tmp_path / "set" / "truth.csv").write_text("event_id,name\n24,Bert\n")
    dataset = opened(tmp_path / "set")
    dataset.event(24)
    os.utime(tmp_path / "set" / name, ns=(1, 1))
    assert dataset.index_progress(dataset.batches[0]).state == "absent"


def test_mapped_arrays_cannot_be_changed(tmp_path: Path) -> None:
    write_small(tmp_path / "set", COUNTS)
    index = built(IndexStore(tmp_path / "index", BIG), only_batch(tmp_path / "set"))
    with pytest.raises(ValueError, match="read-only"):
        index.time_ns[0] = 0


def cut_an_array(index: Path) -> None:
    (index / "time_ns.npy").write_bytes((index / "time_ns.npy").read_bytes()[:-4])


def lose_an_array(index: Path) -> None:
    (index / "clean.npy").unlink()


def spoil_a_header(index: Path) -> None:
    path = index / "charge_pe.npy"
    path.write_bytes(b"\0" * path.stat().st_size)


def spoil_the_manifest(index: Path) -> None:
    (index / "meta.json").write_text("{")


def age_the_version(index: Path) -> None:
    text = (index / "meta.json").read_text()
    (index / "meta.json").write_text(text.replace('"version": 1', '"version": 0'))


@pytest.mark.parametrize(
    "damage", [cut_an_array, lose_an_array, spoil_a_header, spoil_the_manifest, age_the_version]
)
def test_damaged_index_is_built_anew(tmp_path: Path, damage) -> None:
    write_small(tmp_path / "set", COUNTS)
    before = opened(tmp_path / "set").event(41).pulses.time_ns.tolist()
    (index,) = (tmp_path / "index").iterdir()
    damage(index)
    dataset = opened(tmp_path / "set")
    assert dataset.event(41).pulses.time_ns.tolist() == before
    store = IndexStore(tmp_path / "index", BIG)
    assert store.open(dataset.batches[0], store.key(dataset.batches[0])) is not None


def test_bad_file_is_not_tried_again_until_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_small(tmp_path / "set", COUNTS)
    path.write_bytes(b"PAR1")
    dataset = opened(tmp_path / "set")
    progress = dataset.ensure_index(dataset.batches[0])
    assert progress.state == "failed"
    assert str(path) in progress.message
    with monkeypatch.context() as patch:
        patch.setattr("reco_core.icecube.dataset_open.build_index", None)
        assert dataset.ensure_index(dataset.batches[0]) == progress
    write_batch(tmp_path / "set", pulse_table(COUNTS))
    assert dataset.ensure_index(dataset.batches[0]).state == "ready"


def test_failure_of_a_build_is_raised_and_recorded(tmp_path: Path) -> None:
    write_small(tmp_path / "set", COUNTS)
    meta_table(COUNTS).drop("batch_id").write_parquet(tmp_path / "set" / "train_meta.parquet")
    store, batch = IndexStore(tmp_path / "index", BIG), only_batch(tmp_path / "set")
    with pytest.raises(FileFormatError, match="has no column 'batch_id'"):
        build_index(store, batch)
    assert "has no column 'batch_id'" in (store.failure(store.key(batch)) or "")
    assert not [path for path in store.folder.iterdir() if path.is_dir()]


def three_batches(folder: Path) -> tuple[Batch, ...]:
    for number in (1, 2, 3):
        write_batch(folder, pulse_table({number: 50}), number)
    return batches_in(folder)


def test_least_recently_used_index_is_evicted_first(tmp_path: Path) -> None:
    batches = three_batches(tmp_path / "set")
    store = IndexStore(tmp_path / "index", BIG)
    keys = [store.key(batch) for batch in batches]
    for batch, key, used in zip(batches, keys, (200, 100, 300), strict=True):
        build_index(store, batch)
        os.utime(store.folder / key / "used", (used, used))
    size = sum(file.stat().st_size for file in (store.folder / keys[0]).iterdir())
    store.limit_bytes = 2 * size + size // 2
    assert store.evict(frozenset()) == [keys[1]]
    store.limit_bytes = 0
    assert store.evict(frozenset((keys[0],))) == [keys[2]]
    assert [store.has(key) for key in keys] == [True, False, False]


def test_limit_is_kept_as_batches_are_opened(tmp_path: Path) -> None:
    batches = three_batches(tmp_path / "set")
    dataset = opened(tmp_path / "set", limit=1)
    for number in (1, 2, 3, 1):
        assert len(dataset.event(number).pulses) == 50
    ready = [dataset.index_progress(batch).state == "ready" for batch in batches]
    assert sum(ready) == 1


def test_threads_that_evict_one_anothers_indexes_read_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reco_core.icecube.dataset_open.OPEN_BATCHES", 1)
    three_batches(tmp_path / "set")
    dataset = opened(tmp_path / "set", limit=1)

    def read(seed: int) -> set[int]:
        numbers = np.random.default_rng(seed).integers(1, 4, 15)
        return {len(dataset.event(int(number)).pulses) for number in numbers}

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(read, range(4))) == [{50}] * 4


def test_reader_keeps_an_evicted_index(tmp_path: Path) -> None:
    write_small(tmp_path / "set", COUNTS)
    store = IndexStore(tmp_path / "index", 0)
    index = built(store, only_batch(tmp_path / "set"))
    assert len(store.evict(frozenset())) == 1
    assert not list(store.folder.iterdir())
    assert len(index.pulses(1, "here")) == 5


def test_opening_stamps_an_index_at_most_once_a_minute(tmp_path: Path) -> None:
    write_small(tmp_path / "set", COUNTS)
    batch = only_batch(tmp_path / "set")
    store = IndexStore(tmp_path / "index", BIG)
    build_index(store, batch)
    stamp = store.folder / store.key(batch) / "used"
    os.utime(stamp, (100, 100))
    store.open(batch, store.key(batch))
    assert stamp.stat().st_mtime > 100
    os.utime(stamp, (100, 100))
    store.open(batch, store.key(batch))
    assert stamp.stat().st_mtime == 100


def test_spans_of_a_large_meta_file_are_kept(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("reco_core.icecube.dataset_index.SAVED_SPANS_BYTES", 0)
    monkeypatch.setattr("reco_core.icecube.dataset_meta.META_SLICE_ROWS", 2)
    folder = tmp_path / "set"
    meta = pl.concat([meta_table({3: 1, 9: 1, 5: 1}, 1), meta_table({12: 1, 10: 1}, 2)])
    folder.mkdir()
    meta.write_parquet(folder / "train_meta.parquet")
    expected = {1: (0, 2, 3, 9), 2: (3, 4, 10, 12)}
    assert IndexStore(tmp_path, BIG).spans(folder / "train_meta.parquet") == expected
    monkeypatch.setattr("reco_core.icecube.dataset_meta.MetaFile.spans", None)
    assert IndexStore(tmp_path, BIG).spans(folder / "train_meta.parquet") == expected
