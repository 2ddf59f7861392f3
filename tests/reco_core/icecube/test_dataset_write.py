"""The writer: what it writes is what the reader and the competition's tools expect."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from reco_core.errors import DatasetError
from reco_core.icecube.dataset_write import BatchTables, write_dataset
from reco_core.icecube.detector import builtin_detector
from tests.reco_core.icecube.small_datasets import meta_table, opened, pulse_table

FIRST, SECOND = {24: 3, 41: 5}, {50: 2}


def write(folder: Path, force: bool = False, **changes: object) -> None:
    batches = [
        BatchTables(1, pulse_table(FIRST), meta_table(FIRST, 1)),
        BatchTables(2, pulse_table(SECOND), meta_table(SECOND, 2)),
    ]
    truth = pl.DataFrame({"event_id": [50], "energy_gev": [100.0]})
    arguments = {"batches": batches, "truth": truth, "detector": builtin_detector()}
    write_dataset(folder, force=force, **arguments | changes)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    write(tmp_path / "set")
    dataset = opened(tmp_path / "set")
    assert [batch.batch_id for batch in dataset.batches] == [1, 2]
    for event_id, count in (FIRST | SECOND).items():
        assert len(dataset.event(event_id).pulses) == count
    assert dataset.event(50).truth.energy_gev == 100
    assert dataset.event(24).truth.zenith == 1.0
    assert (dataset.detector.position_m == builtin_detector().position_m).all()


def test_types_are_those_of_the_competition(tmp_path: Path, samples: Path) -> None:
    write(tmp_path / "set")
    for name in ("train/batch_1.parquet", "train_meta.parquet"):
        published = pl.read_parquet_schema(samples / "kaggle" / name)
        assert pl.read_parquet_schema(tmp_path / "set" / name) == published


def test_nothing_partial_is_left(tmp_path: Path) -> None:
    write(tmp_path / "set")
    assert sorted(path.name for path in (tmp_path / "set").iterdir()) == [
        "sensor_geometry.csv",
        "train",
        "train_meta.parquet",
        "truth.parquet",
    ]
    names = sorted(path.name for path in (tmp_path / "set" / "train").iterdir())
    assert names == ["batch_1.parquet", "batch_2.parquet"]


def test_test_split_without_truth_or_angles(tmp_path: Path) -> None:
    meta = meta_table(FIRST).drop("azimuth", "zenith")
    batches = [BatchTables(661, pulse_table(FIRST), meta)]
    write(tmp_path / "set", batches=batches, truth=None, split="test")
    event = opened(tmp_path / "set").event(24)
    assert (event.split, event.truth.has_direction) == ("test", False)


def test_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "notes.txt").write_text("keep me")
    with pytest.raises(DatasetError, match="set is not empty; give another folder, or --force"):
        write(tmp_path / "set")
    (tmp_path / "file").touch()
    with pytest.raises(DatasetError, match="file is a file; expected a new or empty folder"):
        write(tmp_path / "file")


def test_force_replaces_the_data_set_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path / "set")
    (tmp_path / "set" / "notes.txt").write_text("keep me")
    batches = [BatchTables(2, pulse_table({7: 4}), meta_table({7: 4}, 2))]
    write(tmp_path / "set", force=True, batches=batches, truth=None)
    dataset = opened(tmp_path / "set")
    assert len(dataset.batches) == 1
    assert dataset.neighbours(7) == (None, None)
    assert (tmp_path / "set" / "notes.txt").read_text() == "keep me"
    assert not (tmp_path / "set" / "truth.parquet").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda frame: frame.drop("time"), "lack the column 'time'"),
        (lambda frame: frame.with_columns(sensor_id=pl.lit(70_000)), "cannot be stored as"),
    ],
)
def test_wrong_pulse_table_is_named(tmp_path: Path, change, message: str) -> None:
    batches = [BatchTables(1, change(pulse_table(FIRST)), meta_table(FIRST))]
    with pytest.raises(DatasetError, match=message) as caught:
        write(tmp_path / "set", batches=batches)
    assert "batch_1.parquet" in str(caught.value)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_a_write_that_fails_leaves_no_half_of_a_file(tmp_path: Path, monkeypatch, error) -> None:
    def half(_: pl.DataFrame, path: Path, **__: object) -> None:
        path.write_bytes(b"PAR1")
        raise error

    monkeypatch.setattr(pl.DataFrame, "write_parquet", half)
    with pytest.raises((KeyboardInterrupt, DatasetError)) as caught:
        write(tmp_path / "set")
    files = [path.name for path in (tmp_path / "set").rglob("*") if path.is_file()]
    assert files == ["sensor_geometry.csv"]
    if isinstance(error, OSError):
        assert "batch_1.parquet cannot be written: No space left on device. Free" in str(
            caught.value
        )


def test_the_meta_file_comes_last(tmp_path: Path, monkeypatch) -> None:
    """Where it is there, the data set is complete: `make run` relies on it."""
    written = []
    original = Path.replace
    monkeypatch.setattr(
        Path, "replace", lambda path, target: (written.append(target.name), original(path, target))
    )
    write(tmp_path / "set")
    assert written[-1] == "train_meta.parquet"
    assert {"batch_1.parquet", "truth.parquet"} <= set(written)
