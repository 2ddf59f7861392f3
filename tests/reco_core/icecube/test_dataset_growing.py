"""A data set in the making: what is kept, what is refused, what is left alone."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from reco_core.errors import DatasetError
from reco_core.icecube.dataset_growing import SETTINGS_FILE, WORK_FOLDER, growing_dataset
from reco_core.icecube.dataset_write import BatchTables
from reco_core.icecube.detector import builtin_detector
from tests.reco_core.icecube.small_datasets import meta_table, opened, pulse_table, write_small

SETTINGS = {"mix": "classes", "seed": 1, "events": 4}
BATCHES = {1: {24: 3, 41: 5}, 2: {50: 2, 61: 1}}


def growing(folder: Path, settings=SETTINGS, **more):
    return growing_dataset(folder, settings, builtin_detector(), **more)


def add(dataset, number: int) -> None:
    counts = BATCHES[number]
    batch = BatchTables(number, pulse_table(counts).lazy(), meta_table(counts, number))
    dataset.add(batch, pl.DataFrame({"event_id": list(counts), "energy_gev": 7.0}))


def write(folder: Path, *numbers: int, finish: bool = False, **more) -> None:
    with growing(folder, **more) as dataset:
        for number in numbers:
            add(dataset, number)
        if finish:
            dataset.finish()


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


FINISHED = {
    "sensor_geometry.csv",
    "train/batch_1.parquet",
    "train/batch_2.parquet",
    "train_meta.parquet",
    "truth.parquet",
    SETTINGS_FILE,
}


def test_batches_are_joined(tmp_path: Path) -> None:
    write(tmp_path / "set", 1, 2, finish=True)
    assert names(tmp_path / "set") == FINISHED
    dataset = opened(tmp_path / "set")
    assert [len(dataset.event(k).pulses) for k in (24, 41, 50, 61)] == [3, 5, 2, 1]
    assert dataset.event(61).truth.energy_gev == 7


def test_the_batches_of_an_interrupted_run_count(tmp_path: Path) -> None:
    write(tmp_path / "set", 1)
    assert not (tmp_path / "set" / "train_meta.parquet").exists()
    with growing(tmp_path / "set", resume=True) as dataset:
        assert (dataset.batches_done, dataset.complete) == (1, False)
        add(dataset, 2)
        dataset.finish()
    assert names(tmp_path / "set") == FINISHED
    with growing(tmp_path / "set", resume=True) as dataset:
        assert dataset.complete


@pytest.mark.parametrize(
    "name", ["train/batch_2.parquet", f"{WORK_FOLDER}/meta_2.parquet", "truth_2"]
)
@pytest.mark.parametrize("content", [b"", b"PAR1", None])
def test_a_batch_cut_short_by_a_crash_does_not_count(tmp_path: Path, name, content) -> None:
    write(tmp_path / "set", 1, 2)
    path = tmp_path / "set" / (name if "/" in name else f"{WORK_FOLDER}/{name}.parquet")
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    (tmp_path / "set" / WORK_FOLDER / ".batch_3.parquet.77.tmp").write_bytes(b"PAR1")
    with growing(tmp_path / "set", resume=True) as dataset:
        assert dataset.batches_done == 1
        left = {"meta_1.parquet", "truth_1.parquet"}
        assert {path.name for path in (tmp_path / "set" / WORK_FOLDER).iterdir()} == left
        assert not (tmp_path / "set" / "train" / "batch_2.parquet").exists()


def test_a_crash_while_joining_is_made_good(tmp_path: Path) -> None:
    write(tmp_path / "set", 1, 2)
    (tmp_path / "set" / "truth.parquet").write_bytes(b"PAR1")
    write(tmp_path / "set", finish=True, resume=True)
    assert names(tmp_path / "set") == FINISHED
    assert len(pl.read_parquet(tmp_path / "set" / "truth.parquet")) == 4


@pytest.mark.parametrize("finish", [False, True])
@pytest.mark.parametrize(("name", "value"), [("mix", "showcase"), ("seed", 2), ("events", 9)])
def test_other_settings_are_refused(tmp_path: Path, finish: bool, name: str, value) -> None:
    write(tmp_path / "set", 1, finish=finish)
    before = names(tmp_path / "set")
    words = f"begun with {name} {SETTINGS[name]!r}; --resume with {name} {value!r} would mix"
    with pytest.raises(DatasetError, match=words):
        write(tmp_path / "set", settings=SETTINGS | {name: value}, resume=True)
    assert names(tmp_path / "set") == before


def test_what_is_begun_is_not_begun_again_by_mistake(tmp_path: Path) -> None:
    write(tmp_path / "set", 1)
    with pytest.raises(DatasetError, match="--resume goes on with it, --force replaces it, or"):
        write(tmp_path / "set")


@pytest.mark.parametrize("resume", [False, True])
def test_a_folder_of_others_is_refused(tmp_path: Path, resume: bool) -> None:
    write_small(tmp_path / "set", {24: 3})
    before = names(tmp_path / "set")
    with pytest.raises(DatasetError, match="is not empty; give another folder, or --force"):
        write(tmp_path / "set", resume=resume)
    assert names(tmp_path / "set") == before


@pytest.mark.parametrize("finish", [False, True])
def test_force_replaces_the_data_set_and_nothing_else(tmp_path: Path, finish: bool) -> None:
    write(tmp_path / "set", 1, 2, finish=finish)
    (tmp_path / "set" / "train" / "notes.txt").write_text("mine")
    write(tmp_path / "set", 1, finish=True, force=True, settings=SETTINGS | {"seed": 5})
    assert names(tmp_path / "set") == FINISHED - {"train/batch_2.parquet"} | {"train/notes.txt"}
    assert opened(tmp_path / "set").neighbours(24) == (None, 41)


def test_nothing_remains_where_no_batch_was_written(tmp_path: Path) -> None:
    write(tmp_path / "new")
    (tmp_path / "there").mkdir()
    write(tmp_path / "there")
    assert [path.name for path in tmp_path.rglob("*")] == ["there"]


def test_two_at_once_are_refused(tmp_path: Path) -> None:
    with growing(tmp_path / "set") as dataset:
        add(dataset, 1)
        with pytest.raises(DatasetError, match="is being written by another process; wait"):
            write(tmp_path / "set", resume=True)
        assert names(tmp_path / "set") >= {"train/batch_1.parquet", SETTINGS_FILE}


@pytest.mark.parametrize("text", ["", "[1]"])
def test_spoilt_settings(tmp_path: Path, text: str) -> None:
    write(tmp_path / "set", 1)
    (tmp_path / "set" / SETTINGS_FILE).write_text(text)
    with pytest.raises(DatasetError, match="--force"):
        write(tmp_path / "set", resume=True)
    write(tmp_path / "set", 1, force=True)


def test_batches_come_in_order(tmp_path: Path) -> None:
    with growing(tmp_path / "set") as dataset, pytest.raises(ValueError, match="expected 1"):
        add(dataset, 2)
