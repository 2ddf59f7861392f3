"""The optional truth file."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from reco_core.errors import FileFormatError
from reco_core.icecube.event import Truth
from tests.reco_core.icecube.small_datasets import opened, write_small

COUNTS = {24: 3, 41: 5}
ALL = {
    "event_id": [41],
    "name": ["Ernie"],
    "sentence": ["A bright cascade."],
    "direction_kind": ["reference"],
    "energy_gev": [1e6],
    "event_class": ["cascade"],
    "vertex_x_m": [1.0],
    "vertex_y_m": [2.0],
    "vertex_z_m": [3.0],
    "mjd": [59000.5],
    "zenith": [0.5],
    "azimuth": [-1.0],
    "colour": ["blue"],
}


def write_truth(folder: Path, suffix: str, meta: bool = False, **columns: list[object]) -> Path:
    write_small(folder, COUNTS, meta=meta)
    frame = pl.DataFrame({"event_id": [41]} | columns, strict=False)
    path = folder / f"truth.{suffix}"
    frame.write_csv(path) if suffix == "csv" else frame.write_parquet(path)
    return path


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_everything_that_is_known(tmp_path: Path, suffix: str) -> None:
    write_truth(tmp_path / "set", suffix, **ALL)
    truth = opened(tmp_path / "set").event(41).truth
    assert truth.azimuth == pytest.approx(2 * 3.141592653589793 - 1)
    assert truth == Truth(
        zenith=0.5,
        azimuth=truth.azimuth,
        kind="reference",
        name="Ernie",
        sentence="A bright cascade.",
        event_class="cascade",
        energy_gev=1e6,
        vertex_m=(1.0, 2.0, 3.0),
        mjd=59000.5,
    )
    assert opened(tmp_path / "set").event(24).truth == Truth()


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_nothing_is_known_of_missing_values(tmp_path: Path, suffix: str) -> None:
    columns = {name: [None] for name in ALL if name != "event_id"}
    write_truth(tmp_path / "set", suffix, **columns)
    assert opened(tmp_path / "set").event(41).truth == Truth()


def test_direction_of_the_meta_file_counts_first(tmp_path: Path) -> None:
    write_truth(tmp_path / "set", "csv", meta=True, zenith=[0.5], azimuth=[0.5])
    truth = opened(tmp_path / "set").event(41).truth
    assert (truth.zenith, truth.azimuth) == (1.0, 2.0)


def test_topology_stands_in_for_event_class(tmp_path: Path) -> None:
    write_truth(tmp_path / "set", "csv", topology=["track"])
    assert opened(tmp_path / "set").event(41).truth.event_class == "track"


def test_vertex_needs_three_numbers(tmp_path: Path) -> None:
    write_truth(tmp_path / "set", "csv", vertex_x_m=[1.0], vertex_y_m=[2.0])
    assert opened(tmp_path / "set").event(41).truth.vertex_m is None


def test_zero_energy_is_kept(tmp_path: Path) -> None:
    write_truth(tmp_path / "set", "csv", energy_gev=[0.0])
    assert opened(tmp_path / "set").event(41).truth.energy_gev == 0


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("direction_kind", "guess", "'true' or 'reference'"),
        ("energy_gev", -5.0, "an energy in GeV, 0 or more"),
        ("energy_gev", float("inf"), "a finite number"),
        ("mjd", "today", "a finite number"),
        ("zenith", 90.0, "0 to pi rad"),
    ],
)
def test_bad_value_is_named(tmp_path: Path, suffix, column, value, expected) -> None:
    path = write_truth(tmp_path / "set", suffix, **{column: [value]})
    with pytest.raises(FileFormatError) as caught:
        opened(tmp_path / "set").event(41)
    for part in (str(path), f"{column} of event 41 is ", str(value), expected):
        assert part in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\0\xff\xfe garbage", b"event_id,mjd\n1,2,3\n4\n"])
def test_garbage_is_named(tmp_path: Path, content: bytes) -> None:
    path = write_truth(tmp_path / "set", "csv")
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match=r"truth\.csv") as caught:
        opened(tmp_path / "set").event(41)
    assert str(path) in str(caught.value)


def test_event_id_must_be_a_number(tmp_path: Path) -> None:
    path = write_truth(tmp_path / "set", "csv")
    path.write_text("event_id,name\nabc,Ernie\n41,Bert\n")
    with pytest.raises(FileFormatError, match="event_id is 'abc' in row 1 of the table"):
        opened(tmp_path / "set").event(41)


def test_blank_lines_are_passed_over(tmp_path: Path) -> None:
    path = write_truth(tmp_path / "set", "csv")
    path.write_text("event_id,name\n\n24,Ernie\n\n41,Bert\n\n")
    dataset = opened(tmp_path / "set")
    assert [dataset.event(event_id).truth.name for event_id in COUNTS] == ["Ernie", "Bert"]


def test_a_row_with_a_name_needs_an_event_id(tmp_path: Path) -> None:
    path = write_truth(tmp_path / "set", "csv")
    path.write_text("event_id,name\n24,Ernie\n,Bert\n")
    with pytest.raises(FileFormatError, match="event_id is None in row 2 of the table"):
        opened(tmp_path / "set").event(41)


@pytest.mark.parametrize("value", [24.5, True, "24"])
def test_event_id_of_a_parquet_file_is_an_integer(tmp_path: Path, value: object) -> None:
    path = write_truth(tmp_path / "set", "parquet")
    pl.DataFrame({"event_id": [value]}).write_parquet(path)
    with pytest.raises(FileFormatError, match=r"column 'event_id' is .*; expected integers"):
        opened(tmp_path / "set").event(41)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [("name", b"\xff", "texts"), ("name", ["a"], "texts"), ("mjd", [1.0], "numbers")],
)
def test_a_column_of_another_kind_is_named(tmp_path: Path, name, value, expected: str) -> None:
    write_truth(tmp_path / "set", "parquet", **{name: [value]})
    with pytest.raises(FileFormatError, match=rf"column '{name}' is .*; expected {expected}"):
        opened(tmp_path / "set").event(41)


@pytest.mark.parametrize("value", [-1e6, 1e6])
def test_the_farthest_vertex_is_read(tmp_path: Path, value: float) -> None:
    columns = {f"vertex_{axis}_m": [value] for axis in "xyz"}
    write_truth(tmp_path / "set", "parquet", **columns)
    assert opened(tmp_path / "set").event(41).truth.vertex_m == (value,) * 3
