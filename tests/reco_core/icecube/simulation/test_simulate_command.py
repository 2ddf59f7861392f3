"""The command: a folder that the reader opens, the same bytes again, clear refusals."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reco_core.errors import DatasetError, SettingError
from reco_core.icecube.simulation import command
from tests.reco_core.icecube.small_datasets import opened

ROOT = Path(__file__).resolve().parents[4]


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
    for name, workers in (("a", "1"), ("b", "2")):
        command.run(
            arguments("--out", str(tmp_path / name), "--events", "1_200", "--workers", workers)
        )
    first = files(tmp_path / "a")
    assert any(name.endswith(".parquet") for name in first)
    assert first == files(tmp_path / "b")
    assert opened(tmp_path / "a").batches[0].batch_id == 1


def test_resume_and_force(tmp_path, capsys):
    words = ("--out", str(tmp_path / "set"), "--events", "4")
    command.run(arguments(*words))
    with pytest.raises(DatasetError, match="begun by this command; --resume goes on"):
        command.run(arguments(*words))
    command.run(arguments(*words, "--resume"))
    assert "set is complete: 4 events. Nothing is left to do." in capsys.readouterr().err
    with pytest.raises(DatasetError, match="begun with seed 1; --resume with seed 2 would mix"):
        command.run(arguments(*words, "--resume", "--seed", "2"))
    command.run(arguments(*words, "--force", "--mix", "classes"))
    with pytest.raises(DatasetError, match="begun with mix 'classes'; --resume with mix 'comp"):
        command.run(arguments(*words, "--resume"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--events", "0"], "--events is 0; expected a whole number of 1 or more"),
        (["--events", "-5"], "--events is -5; expected"),
        (["--seed", "-1"], "--seed is -1; expected a whole number of 0 or more"),
        (["--workers", "0"], "--workers is 0; expected a whole number of 1 or more"),
        (["--mix", "muons"], "--mix is 'muons'; expected one of competition, classes, showcase"),
        (["--resume", "--force"], "--resume goes on .* and --force replaces it; give one of them"),
    ],
)
def test_impossible_options_are_refused(tmp_path, words, message):
    with pytest.raises(SettingError, match=message):
        command.run(arguments("--out", str(tmp_path / "set"), *words))
    assert not (tmp_path / "set").exists()


def test_a_folder_in_use_is_refused_before_the_simulation(tmp_path, monkeypatch):
    (tmp_path / "notes.txt").write_text("mine")
    monkeypatch.setattr("reco_core.icecube.simulation.runner.in_order", None)
    with pytest.raises(DatasetError, match="not empty"):
        command.run(arguments("--out", str(tmp_path)))


def test_a_folder_that_cannot_be_written_is_refused():
    with pytest.raises(DatasetError, match="/proc/hitscope cannot be"):
        command.run(arguments("--out", "/proc/hitscope"))


def left_of_group(group):
    """Processes of a group that still run."""
    rows = subprocess.run(["ps", "-eo", "pgid=,stat=,args="], capture_output=True, text=True)
    split = (row.split(maxsplit=2) for row in rows.stdout.splitlines())
    return [row for row in split if row[0] == str(group) and not row[1].startswith("Z")]


def test_ctrl_c_stops_everything_at_once(tmp_path):
    """As a terminal sends it: to the command and to its workers."""
    run = [sys.executable, "-m", "reco_core", "simulate", "--events", "100_000_000"]
    process = subprocess.Popen(
        [*run, "--workers", "2", "--out", str(tmp_path / "set")],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not (tmp_path / "set" / ".simulation.json").exists():
        assert process.poll() is None
        time.sleep(0.05)
    time.sleep(0.7)
    os.killpg(process.pid, signal.SIGINT)
    told = process.communicate(timeout=10)[1]
    assert process.returncode == 130
    assert "Traceback" not in told
    assert "Stopped before the first batch, of 200,000 events, was complete" in told
    assert told.endswith("simulate: interrupted\n")
    assert list(tmp_path.iterdir()) == []
    ends = time.monotonic() + 5
    while left_of_group(process.pid) and time.monotonic() < ends:
        time.sleep(0.05)
    assert left_of_group(process.pid) == []
