"""python -m app: what cannot work is said in one sentence, before the server starts."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.__main__ import check_address, main
from app.settings import ROOT, SETTINGS, load_settings
from reco_core.errors import SettingError
from tests.reco_core.icecube.small_datasets import write_small


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"PORT": "http"}, ["PORT is 'http'", "expected 1 to 65535"]),
        ({"HITSCOPE_CACHE_GB": "much"}, ["HITSCOPE_CACHE_GB is 'much'", "expected GB"]),
        ({"HITSCOPE_DATA": "~nobody-of-this-name/x"}, ["HITSCOPE_DATA is '~nobody", "folder"]),
        ({"HOST": "nowhere.invalid"}, ["Cannot listen on HOST 'nowhere.invalid'"]),
        ({"HITSCOPE_DATA": "{tmp}/nowhere"}, ["{tmp}/nowhere cannot be opened", "make run DATA="]),
        ({"HITSCOPE_DATA": "{tmp}"}, ["No data set in {tmp}.", "Looked for train/batch_1.parquet"]),
    ],
)
def test_what_cannot_work_is_one_sentence(
    tmp_path: Path, monkeypatch, capsys, settings: dict[str, str], words: list[str]
) -> None:
    monkeypatch.setenv("PORT", "8077")
    monkeypatch.setattr(os, "execv", lambda *_: pytest.fail("the server was started"))
    for name, value in settings.items():
        monkeypatch.setenv(name, value.format(tmp=tmp_path))
    if settings.get("HOST") is None:
        monkeypatch.setattr("app.__main__.check_address", lambda _: None)
    assert main([]) == 2
    told = capsys.readouterr().err
    assert told.startswith("hitscope: ")
    assert told.count("\n") == 1
    assert all(word.format(tmp=tmp_path) in told for word in words), told
    assert list(tmp_path.iterdir()) == []


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingError, match=f"PORT {port}: .*in use. Choose another, as in"):
            check_address(load_settings({"PORT": str(port)}))
    check_address(load_settings({"PORT": str(port)}))  # free again


def test_good_data_go_on_to_the_server(tmp_path: Path, monkeypatch, capsys) -> None:
    write_small(tmp_path / "kaggle", {24: 3})
    started: list[list[str]] = []
    monkeypatch.setenv("HITSCOPE_DATA", str(tmp_path))
    monkeypatch.setenv("HITSCOPE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr("app.__main__.check_address", lambda _: None)
    monkeypatch.setattr(os, "execv", lambda _, command: started.append(command))
    monkeypatch.chdir(tmp_path)
    main([])
    assert started[0][1:3] == ["-m", "gunicorn"]
    assert capsys.readouterr().out.startswith("Hitscope shows kaggle on http://127.0.0.1:")


def test_help_names_every_setting(capsys) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    told = capsys.readouterr().out
    assert all(row.variable in told and row.help in told for row in SETTINGS)


def test_the_command_itself_has_no_traceback() -> None:
    environment = os.environ | {"HITSCOPE_THREADS": "0"}
    for arguments, words in ((["extra"], "unrecognized"), ([], "HITSCOPE_THREADS is '0'")):
        done = subprocess.run(
            [sys.executable, "-m", "app", *arguments],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 2
        assert words in done.stderr
        assert "Traceback" not in done.stderr
