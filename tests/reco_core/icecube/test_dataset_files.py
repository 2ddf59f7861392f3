"""Bad files: the message names the file, the value and what was expected."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from reco_core.errors import FileFormatError
from reco_core.icecube.dataset_write import write_geometry
from reco_core.icecube.detector import builtin_detector
from tests.reco_core.icecube.small_datasets import (
    meta_table,
    opened,
    pulse_table,
    write_batch,
    write_small,
)

COUNTS = {24: 3, 41: 5}


def refuses(folder: Path, path: Path, *parts: str) -> None:
    """Opening an event fails with a message that names the file and all parts."""
    dataset = opened(folder)
    for _ in ("first", "again, after the failure was recorded"):
        with pytest.raises(FileFormatError) as caught:
            dataset.event(24)
        for part in (str(path), *parts):
            assert part in str(caught.value)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def spoil_a_page(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[40:400] = b"\xff" * 360
    path.write_bytes(bytes(data))


def turn_into_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def dangle(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.with_name("nowhere"))


SPOILERS = (
    truncate,
    spoil_a_page,
    turn_into_folder,
    dangle,
    lambda path: path.write_bytes(b""),
    lambda path: path.write_bytes(b"garbage" * 100),
)


@pytest.mark.parametrize("spoil", SPOILERS)
def test_damaged_batch(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    path = write_small(tmp_path / "set", COUNTS, meta=False)
    spoil(path)
    refuses(tmp_path / "set", path, "cannot be read", "Expected a parquet file of pulses")


@pytest.mark.parametrize("spoil", [truncate, turn_into_folder, lambda p: p.write_bytes(b"")])
def test_damaged_meta_file(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    write_small(tmp_path / "set", COUNTS)
    path = tmp_path / "set" / "train_meta.parquet"
    spoil(path)
    refuses(tmp_path / "set", path, "cannot be read", "batch_id, event_id, first_pulse_index")


@pytest.mark.parametrize(
    ("column", "dtype", "expected"),
    [
        ("event_id", pl.Float64, "expected integer"),
        ("sensor_id", pl.String, "expected integer"),
        ("time", pl.Float32, "expected integer"),
        ("charge", pl.String, "expected number"),
        ("auxiliary", pl.Int8, "expected boolean"),
    ],
)
def test_wrong_type_of_a_pulse_column(tmp_path: Path, column, dtype, expected) -> None:
    path = write_batch(tmp_path / "set", pulse_table(COUNTS).cast({column: dtype}))
    refuses(tmp_path / "set", path, f"column '{column}' is {dtype()}", expected)


@pytest.mark.parametrize("column", ["event_id", "sensor_id", "time", "charge", "auxiliary"])
def test_missing_pulse_column(tmp_path: Path, column: str) -> None:
    path = write_batch(tmp_path / "set", pulse_table(COUNTS).drop(column))
    refuses(tmp_path / "set", path, f"has no column '{column}'", "Expected event_id, sensor_id")


def test_missing_event_id(tmp_path: Path) -> None:
    at = pl.int_range(pl.len()) == 2
    pulses = pulse_table(COUNTS).with_columns(
        pl.when(at).then(None).otherwise("event_id").alias("event_id")
    )
    path = write_batch(tmp_path / "set", pulses)
    refuses(tmp_path / "set", path, "event_id is missing in row 2", "expected a whole number")


@pytest.mark.parametrize(
    "types",
    [
        {"event_id": pl.UInt32, "sensor_id": pl.Int64, "time": pl.Int32},
        {"event_id": pl.UInt64, "sensor_id": pl.UInt16, "time": pl.UInt64, "charge": pl.Float32},
        {"charge": pl.Int16},
    ],
)
def test_any_width_of_number_is_read(tmp_path: Path, types: dict[str, pl.DataType]) -> None:
    pulses = pulse_table(COUNTS).cast(types, strict=True)
    write_batch(tmp_path / "set", pulses)
    event = opened(tmp_path / "set").event(41)
    assert event.pulses.charge_pe.tolist() == pulses["charge"][3:].cast(pl.Float64).to_list()
    assert event.pulses.time_ns.tolist() == pulses["time"][3:].to_list()


def test_event_id_may_be_the_nameless_index_of_pandas(tmp_path: Path) -> None:
    pulses = pulse_table(COUNTS).rename({"event_id": "__index_level_0__"})
    write_batch(tmp_path / "set", pulses)
    meta = meta_table(COUNTS).rename({"event_id": "__index_level_0__"})
    meta.write_parquet(tmp_path / "set" / "train_meta.parquet")
    assert len(opened(tmp_path / "set").event(41).pulses) == 5


def test_batch_of_no_rows_has_no_events(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    write_batch(folder, pulse_table(COUNTS).clear(), 1)
    write_batch(folder, pulse_table(COUNTS), 2)
    assert opened(folder).first_event_id() == 24
    assert len(opened(folder).event(24).pulses) == 3


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        (pl.col("event_id").cast(pl.String), ["column 'event_id' is String", "expected integer"]),
        (pl.col("zenith").cast(pl.String), ["column 'zenith' is String", "expected numbers"]),
        (pl.lit(120.0).alias("zenith"), ["zenith of event 24 is 120.0", "0 to pi rad"]),
        (pl.lit(-300.0).alias("azimuth"), ["azimuth of event 24 is -300.0", "an angle in rad"]),
        (pl.lit(None, pl.Int64).alias("first_pulse_index"), ["first_pulse_index is missing"]),
    ],
)
def test_bad_meta_values(tmp_path: Path, change: pl.Expr, parts: list[str]) -> None:
    write_small(tmp_path / "set", COUNTS)
    path = tmp_path / "set" / "train_meta.parquet"
    meta_table(COUNTS).with_columns(change).write_parquet(path)
    refuses(tmp_path / "set", path, *parts)


@pytest.mark.parametrize(
    "angles",
    [pl.lit(math.nan), pl.lit(None, pl.Float64), pl.lit(None)],
)
def test_unknown_direction_is_no_truth(tmp_path: Path, angles: pl.Expr) -> None:
    write_small(tmp_path / "set", COUNTS)
    meta = meta_table(COUNTS).with_columns(angles.alias("zenith"))
    meta.write_parquet(tmp_path / "set" / "train_meta.parquet")
    assert not opened(tmp_path / "set").event(24).truth.has_direction


def geometry(folder: Path, old: str = "", new: str = "") -> Path:
    write_small(folder, COUNTS)
    write_geometry(folder, builtin_detector())
    path = folder / "sensor_geometry.csv"
    text, changed = re.subn(old, new, path.read_text(), count=1, flags=re.M) if old else ("", 1)
    assert changed
    if old:
        path.write_text(text)
    return path


def test_written_geometry_is_read_back_exactly(tmp_path: Path) -> None:
    geometry(tmp_path / "set")
    detector = opened(tmp_path / "set").detector
    assert (detector.position_m == builtin_detector().position_m).all()


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("^1,.*$", "1,abc,0,0", ["line 3", "x is 'abc'", "expected a finite number in m"]),
        ("^1,.*$", "1,0,,0", ["line 3", "y is None"]),
        ("^1,.*$", "1,0,0,nan", ["line 3", "z is 'nan'"]),
        ("^1,.*$", "1.5,0,0,0", ["line 3", "sensor_id is '1.5'", "a whole number"]),
        ("^1,.*$", "5160,0,0,0", ["line 3", "sensor_id is 5160", "expected 0 to 5159"]),
        ("^1,.*$", "2,0,0,0", ["sensor_id 1 is listed 0 times", "each of 0 to 5159 once"]),
        (r"^1,.*\n", "", ["sensor_id 1 is listed 0 times"]),
        (r"^1,.*\n", "7,0,0,0\n1,0,0,0\n", ["sensor_id 7 is listed 2 times"]),
        ("^sensor_id,x", "sensor,x", ["has no column 'sensor_id'", "'sensor', 'x'"]),
        ("^1,.*$", "1,0,0,0,0", ["cannot be read", "sensor_id, x, y, z"]),
        (r"(?s)^.*\Z", "", ["cannot be read"]),
        (r"(?s)^.*\Z", "\0\1garbage", ["has no column 'sensor_id'"]),
    ],
)
def test_bad_geometry(tmp_path: Path, old: str, new: str, parts: list[str]) -> None:
    path = geometry(tmp_path / "set", old, new)
    with pytest.raises(FileFormatError) as caught:
        _ = opened(tmp_path / "set").detector
    for part in (str(path), *parts):
        assert part in str(caught.value)
