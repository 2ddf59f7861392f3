"""The command line."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from reco_core.cli import COMMANDS, main
from reco_core.icecube.dataset_command import Bar
from tests.reco_core.icecube.small_datasets import opened, pulse_table, write_batch, write_small

ROOT = Path(__file__).resolve().parents[2]


def test_index_of_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_small(tmp_path / "set", {24: 3})
    write_batch(tmp_path / "set", pulse_table({50: 4}), 2)
    command = ["index", str(tmp_path / "set"), "--index-dir", str(tmp_path / "index")]
    assert main(command) == 0
    lines = capsys.readouterr().err.splitlines()
    assert "set/train/batch_1.parquet: 3 pulses in" in lines[0]
    assert "set/train/batch_2.parquet: 4 pulses in" in lines[1]
    dataset = opened(tmp_path / "set")
    assert [dataset.index_progress(batch).state for batch in dataset.batches] == ["ready"] * 2
    assert main(command) == 0
    assert capsys.readouterr().err.count("index is there") == 2


def test_error_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    path = write_small(tmp_path / "set", {24: 3})
    path.write_bytes(b"garbage")
    command = [sys.executable, "-m", "reco_core", "index", path, "--index-dir", tmp_path / "i"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"index: {path} cannot be read: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["nowhere", "nowhere/train/batch_1.txt"])
def test_index_of_no_data_set(tmp_path: Path, name: str, capsys) -> None:
    assert main(["index", str(tmp_path / name), "--index-dir", str(tmp_path / "i")]) == 2
    assert "is neither a batch file" in capsys.readouterr().err


def test_index_folder_that_cannot_be_written(tmp_path: Path, capsys) -> None:
    path = write_small(tmp_path / "set", {24: 3})
    (tmp_path / "file").touch()
    assert main(["index", str(path), "--index-dir", str(tmp_path / "file")]) == 2
    assert "choose another folder with --index-dir" in capsys.readouterr().err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    text = " ".join(capsys.readouterr().out.split())  # lines are broken where they are full
    assert all(f"{command.name} {command.help}" in text for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_options(command, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([command.name, "--help"])
    assert stopped.value.code == 0
    assert "--" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["index"]])
def test_wrong_arguments_exit_with_2(arguments: list[str], capsys) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["index", "{tmp}/set", "--index-dir", "{tmp}/i", "--limit-bytes", "-1"],
         "--limit-bytes is -1; expected 0 or more"),
        (["simulate", "--out", "{tmp}/file/x"], "cannot be made: {tmp}/file is not a"),
        (["simulate", "--out", "{tmp}/" + "x" * 300], "cannot be written: File name too long"),
        (["simulate", "--out", "{tmp}/file"], "{tmp}/file is a file; expected a new or empty"),
        (["simulate", "--out", "{tmp}"], "{tmp} is not empty; give another folder, or --force"),
        (["simulate", "--out", "{tmp}/new", "--events", "0"], "--events is 0; expected"),
        (["simulate", "--out", "{tmp}/new", "--seed", "-1"], "--seed is -1; expected"),
    ],
)  # fmt: skip
def test_impossible_arguments_are_one_sentence(tmp_path: Path, capsys, arguments, words) -> None:
    write_small(tmp_path / "set", {24: 3})
    (tmp_path / "file").touch()
    before = sorted(tmp_path.rglob("*"))
    assert main([part.format(tmp=tmp_path) for part in arguments]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"{arguments[0]}: ")
    assert told.count("\n") == 1
    assert words.format(tmp=tmp_path) in told
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "arguments", [["simulate", "--out", ""], ["index", "x", "--index-dir", " "]]
)
def test_an_empty_name_is_not_the_current_folder(arguments: list[str], capsys) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert f"{arguments[-2]}: it is empty; expected the name" in capsys.readouterr().err


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "step",
    [
        "reco_core.icecube.simulation.command.add_arguments",
        "reco_core.icecube.simulation.command.simulate_dataset",
        "reco_core.dataset_writing.os.getpid",
    ],
)
def test_ctrl_c_leaves_no_half_of_a_data_set(
    tmp_path: Path, capsys, monkeypatch, step: str
) -> None:
    monkeypatch.setattr(step, interrupted)
    assert main(["simulate", "--out", str(tmp_path / "new"), "--events", "1"]) == 130
    assert capsys.readouterr().err == "simulate: interrupted\n"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("step", ["find_runs", "_write_pulses", "contents_of_runs"])
def test_ctrl_c_leaves_no_half_of_an_index(tmp_path: Path, capsys, monkeypatch, step: str) -> None:
    path = write_small(tmp_path / "set", {24: 3})
    monkeypatch.setattr(f"reco_core.icecube.dataset_build.{step}", interrupted)
    assert main(["index", str(path), "--index-dir", str(tmp_path / "i")]) == 130
    assert capsys.readouterr().err == "index: interrupted\n"
    assert list((tmp_path / "i").iterdir()) == []


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_bar_moves_on_a_terminal() -> None:
    out = Terminal()
    bar = Bar("set/train/batch_1.parquet", out)
    for done in (0, 1_000_000, 2_000_000):
        bar(done, 2_000_000)
    bar.end()
    first, half, full = out.getvalue().removeprefix("\r").split("\r")
    assert "#" not in first
    assert half.count("#") == half.count(".....") * 5 == 15
    assert "1.0 of 2.0 million pulses" in half
    assert " s left" in half
    assert full.endswith("\n")
