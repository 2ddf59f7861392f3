"""The cache of results in a folder that someone else wrote: nothing of it is run or believed."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from pickle import dumps  # of a planted entry, which must not be read

import diskcache
import pytest

from app.services.cache import ResultCache
from app.services.cache_disk import LocalCache, RefusedEntry
from tests.app.services.cache_helpers import (
    fill,
    until_kept,
    warnings_in,
    works,
)


class Payload:
    """Pickled, it makes a file when it is read back."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.path),)


def plant(folder: Path, key: object, raw: int, mode: int, value: object, file: str | None) -> None:
    with sqlite3.connect(folder / "cache.db") as other:
        other.execute(
            "INSERT INTO Cache (key, raw, store_time, access_time, mode, value, filename)"
            " VALUES (?, ?, 0, 0, ?, ?, ?)",
            (key, raw, mode, value, file),
        )
    other.close()


def test_a_pickle_is_never_read(
    cache: ResultCache, folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fill(folder)
    ran = tmp_path / "ran"
    pickled = dumps(Payload(ran))
    (folder / "pickled.val").write_bytes(pickled)
    plant(folder, "value", 1, 4, pickled, None)
    plant(folder, "file", 1, 4, None, "pickled.val")
    plant(folder, pickled, 0, 1, b"value", None)
    for key in ("value", "file"):
        assert cache.get(key) is None
        assert works(cache, key)
        assert cache.get(key) == b"answer"
    with pytest.raises(RefusedEntry):
        list(LocalCache(folder))
    assert not ran.exists()
    assert len(warnings_in(caplog)) == 1
    cache.close()
    with diskcache.Cache(folder) as careless:
        list(careless)
    assert ran.exists()  # the entry of the key was a real one


def test_a_planted_name_of_a_file_is_neither_read_nor_removed(
    cache: ResultCache, folder: Path, tmp_path: Path
) -> None:
    fill(folder)
    (tmp_path / "secret").write_bytes(b"secret")
    plant(folder, "file", 1, 2, None, str(tmp_path / "secret"))
    assert cache.get("file") is None
    cache.set("file", b"value")
    cache.discard("file")
    assert (tmp_path / "secret").exists()


@pytest.mark.parametrize(
    "change",
    [
        "value = x'00'",
        "value = NULL",
        "value = 'text'",
        "value = 7",
        "mode = 3",
        "value = CAST(substr(value, 1, 100) AS BLOB)",
        "value = (SELECT value FROM Cache WHERE key = '1')",  # of another key
    ],
)
def test_a_damaged_entry_is_thrown_away(
    cache: ResultCache, folder: Path, change: str, caplog: pytest.LogCaptureFixture
) -> None:
    fill(folder, 2)
    with sqlite3.connect(folder / "cache.db") as other:
        other.execute(f"UPDATE Cache SET {change} WHERE key = '0'")
    other.close()
    seen: list[str] = []
    cache.on_lookup = seen.append
    assert [cache.get("0"), cache.get("0"), cache.get("1")] == [None, None, b"value" * 100]
    assert seen == ["error", "miss", "hit"]
    assert len(warnings_in(caplog)) == 1


def test_a_folder_that_others_could_write_is_emptied(
    cache: ResultCache, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fill(folder)
    folder.chmod(0o777)
    assert cache.get("0") is None
    assert folder.stat().st_mode & 0o777 == 0o700
    assert ["by other users" in line for line in warnings_in(caplog)] == [True]
    until_kept(cache, "key")


def test_a_folder_that_others_could_read_is_kept(
    cache: ResultCache, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fill(folder)
    folder.chmod(0o755)
    assert cache.get("0") == b"value" * 100
    assert folder.stat().st_mode & 0o777 == 0o700
    assert not warnings_in(caplog)


def test_a_folder_of_another_user_is_not_used(
    cache: ResultCache,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    fill(folder)
    if os.geteuid() == 0:
        os.chown(folder, 65534, 65534)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert cache.get("0") is None
    assert works(cache)
    assert ["belongs to another user" in line for line in warnings_in(caplog)] == [True]
