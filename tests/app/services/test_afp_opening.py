"""A data set that cannot be opened: how often it is tried again, and how often that is logged."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from app.services import afp_library, afp_opening
from app.services.afp_library import AfpEntry
from reco_core.afp.dataset_find import Found
from reco_core.errors import DatasetError, FileFormatError


class Tries:
    """In place of the opening of files: refuses them, and counts."""

    def __init__(self) -> None:
        self.n = 0

    def __call__(self, path: Path, index_dir: Path, tell: object) -> object:
        self.n += 1
        raise FileFormatError(f"{path} is bad.")


@pytest.fixture
def tries(monkeypatch: pytest.MonkeyPatch) -> Tries:
    found = Tries()
    monkeypatch.setattr(afp_opening, "open_afp", found)
    monkeypatch.setattr(afp_library, "RETRY_S", 0.0)
    return found


def ask(entry: AfpEntry) -> None:
    with pytest.raises(DatasetError, match="is bad"), entry.opened(20):
        pass


def test_a_bad_file_is_not_read_again_and_again(
    tmp_path: Path, tries: Tries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(afp_library, "WAIT_PER_WORK", 1e9)
    path = tmp_path / "a.npy"
    path.write_bytes(b"bad")
    entry = AfpEntry(Found("a", path, "images"), tmp_path)
    for _ in range(3):
        ask(entry)
    assert tries.n == 1
    path.write_bytes(b"other")  # at once when it has changed
    ask(entry)
    assert tries.n == 2


def test_what_is_wrong_is_logged_once(
    tmp_path: Path, tries: Tries, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(afp_library, "WAIT_PER_WORK", 0.0)
    (tmp_path / "a.npy").touch()
    entry = AfpEntry(Found("a", tmp_path / "a.npy", "images"), tmp_path)
    with caplog.at_level(logging.WARNING):
        for _ in range(4):
            ask(entry)
    assert tries.n > 1
    assert caplog.text.count("is bad") == 1
