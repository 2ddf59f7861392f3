"""The command from its options to its files."""

from __future__ import annotations

import json

import numpy as np
import pytest

from reco_core.cli import EXIT_USER_ERROR, main
from reco_core.errors import DatasetError, FileFormatError
from reco_core.icecube.simulation.chunk import EVENTS_PER_CHUNK, Chunk
from reco_core.icecube.validation import command
from reco_core.icecube.validation.dataset_report import numbers_path, read_numbers, write_report
from reco_core.icecube.validation.generate import samples, tasks_of
from reco_core.icecube.validation.published import QUANTITIES
from reco_core.icecube.validation.run import validate


def small_chunk(mix: str, seed: int, index: int, events: int) -> Chunk:
    """Quick events; those of a smaller chunk are the first of a larger one."""
    assert mix == "competition"
    rng = np.random.default_rng((seed, index))
    n, f = 12, rng.uniform(size=(EVENTS_PER_CHUNK, 12))[:events]
    truth = {"zenith": f[:, 0], "azimuth": f[:, 1], "energy_gev": f[:, 2]}
    return Chunk(
        end=n * np.arange(1, events + 1),
        sensor_id=(5160 * f).astype(np.int16).ravel(),
        time_ns=np.sort(6000 + 10_000 * f, axis=1).astype(np.int32).ravel(),
        charge_step=(60 * f).astype(np.int32).ravel(),
        auxiliary=f.ravel() > 0.7,
        truth=truth,
    )


@pytest.fixture
def quick(monkeypatch):
    """The command simulates quick events in this process."""
    monkeypatch.setattr(
        command, "validate", lambda events, seeds, _: validate(events, seeds, 1, small_chunk)
    )


@pytest.fixture(scope="module")
def result():
    return validate(1200, (3, 4), 1, small_chunk)


def test_it_prints_the_table_and_writes_it(quick, tmp_path, capsys):
    out = tmp_path / "new" / "table.md"
    options = ["--events", "1000", "--seeds", "2", "--out", str(out)]
    assert main(["validate-simulation", *options]) == 0
    printed, written = capsys.readouterr().out, out.read_text()
    assert written.endswith(printed)
    assert "validate-simulation --events 1000 --seeds 2`: 2 seeds (1001 to 1002)" in printed
    for quantity in QUANTITIES:
        assert f"| {quantity.label} " in printed
    numbers = json.loads(numbers_path(out).read_text())
    assert numbers["seeds"] == [1001, 1002]
    assert [path.name for path in out.parent.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("option", "value"),
    [("--events", "0"), ("--events", "-3"), ("--seeds", "0"), ("--first-seed", "-1"),
     ("--workers", "0")],
)  # fmt: skip
def test_impossible_numbers_are_named(option, value, tmp_path, capsys):
    options = [option, value, "--out", str(tmp_path / "table.md")]
    assert main(["validate-simulation", *options]) == EXIT_USER_ERROR
    assert f"{option} is {value}" in capsys.readouterr().err


@pytest.mark.parametrize("name", [".", "table.json"])
def test_a_file_that_cannot_hold_the_table_is_refused_first(name, tmp_path, capsys):
    assert main(["validate-simulation", "--out", str(tmp_path / name)]) == EXIT_USER_ERROR
    assert "expected the name of a file" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_refused_first(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    out = tmp_path / "file" / "table.md"
    assert main(["validate-simulation", "--out", str(out)]) == EXIT_USER_ERROR
    assert "cannot be written" in capsys.readouterr().err


def test_chunks_of_each_seed_in_order():
    assert tasks_of(2300, (1, 2)) == (
        (1, 0, 1000), (1, 1, 1000), (1, 2, 300), (2, 0, 1000), (2, 1, 1000), (2, 2, 300),
    )  # fmt: skip


def test_each_seed_has_its_own_sample():
    one, two = samples(1200, (3, 4), 1, small_chunk)
    assert len(one.end) == len(two.end) == 1200
    assert (one.zenith != two.zenith).any()
    assert one.end.tolist() == list(range(12, 12 * 1201, 12))


def test_numbers_come_back_as_written(result, tmp_path):
    path = tmp_path / "table.md"
    write_report(path, result)
    first = numbers_path(path).read_bytes()
    assert read_numbers(numbers_path(path)) == result
    write_report(path, result)
    assert numbers_path(path).read_bytes() == first


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"levels": [1]}', "null"])
def test_other_files_are_not_taken_for_numbers(text, tmp_path):
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(FileFormatError, match=r"other\.json"):
        read_numbers(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DatasetError, match=r"none\.json"):
        read_numbers(tmp_path / "none.json")


def test_one_seed_has_no_scatter(tmp_path):
    alone = validate(100, (9,), 1, small_chunk)
    write_report(tmp_path / "table.md", alone)
    text = (tmp_path / "table.md").read_text()
    assert "+-" not in text
    assert "seed 9, 100 events" in text


def test_a_single_event_can_be_compared():
    rows = validate(1, (1,), 1, small_chunk).rows
    assert {row.verdict for row in rows} >= {"outside", "for information"}
