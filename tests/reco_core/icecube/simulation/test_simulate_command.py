"""The command: a folder that the reader opens, the same bytes again, clear refusals."""

from __future__ import annotations

import argparse

import pytest

from reco_core.errors import DatasetError, SettingError
from reco_core.icecube.simulation import command


def arguments(*words):
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(words)


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        command.run(arguments("--out", str(tmp_path / name), "--events", "8", "--seed", "3"))
    first = files(tmp_path / "a")
    assert any(name.endswith(".parquet") for name in first)
    assert first == files(tmp_path / "b")


def test_more_events_than_one_batch_holds_go_to_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "EVENTS_PER_BATCH", 2)
    command.run(arguments("--out", str(tmp_path / "set"), "--events", "5"))
    batches = sorted(path.name for path in (tmp_path / "set").rglob("batch_*.parquet"))
    assert batches == ["batch_1.parquet", "batch_2.parquet", "batch_3.parquet"]


@pytest.mark.parametrize(("option", "value"), [("--events", "0"), ("--seed", "-1")])
def test_impossible_numbers_are_refused(tmp_path, option, value):
    with pytest.raises(SettingError, match=f"{option} is {value}; expected"):
        command.run(arguments("--out", str(tmp_path / "set"), option, value))
    assert not (tmp_path / "set").exists()


def test_a_folder_in_use_is_refused_before_the_simulation(tmp_path, monkeypatch):
    (tmp_path / "notes.txt").write_text("mine")
    monkeypatch.setattr(command, "simulate", None)
    with pytest.raises(DatasetError, match="not empty"):
        command.run(arguments("--out", str(tmp_path)))
