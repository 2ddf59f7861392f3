"""The cache of results on a disk that fails: a miss and one warning, never an error."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.services.cache import ResultCache
from tests.app.services.cache_helpers import (
    LIMIT_BYTES,
    PATIENCE_S,
    RETRY_S,
    child,
    fill,
    until_kept,
    warnings_in,
    works,
)


def test_a_folder_deleted_while_in_use_is_made_anew(
    cache: ResultCache, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        cache.set("key", b"value")
        assert cache.get("key") == b"value"  # at the next call, not after a pause
        assert works(cache)
        shutil.rmtree(folder)
        assert cache.get("key") is None
        assert folder.stat().st_mode & 0o777 == 0o700
    assert len(warnings_in(caplog)) == 1
    assert "was deleted while in use" in warnings_in(caplog)[0]


def test_a_folder_deleted_under_many_threads(cache: ResultCache, folder: Path) -> None:
    done, wrong = threading.Event(), []

    def work(thread: int) -> None:
        number = 0
        while not done.is_set():
            number += 1
            key = f"{thread} {number % 50}"
            if cache.once(key, lambda key=key: key.encode()) != key.encode():  # type: ignore[misc]
                wrong.append(key)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.02)
    done.set()
    for thread in threads:
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
    assert not wrong
    until_kept(cache, "key")


def test_no_folder_can_be_made(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    seen: list[str] = []
    cache = ResultCache(tmp_path / "file" / "results", LIMIT_BYTES, seen.append, retry_s=RETRY_S)
    cache.set("key", b"value")
    assert [cache.get("key"), works(cache)] == [None, True]
    assert seen == ["error", "error"]
    assert len(warnings_in(caplog)) == 1
    (tmp_path / "file").unlink()
    until_kept(cache, "key")
    cache.close()


def test_without_claims_all_compute(
    cache: ResultCache, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder.mkdir()
    (folder / "claims").touch()
    assert works(cache, "key")
    assert cache.get("key") == b"answer"
    assert len(warnings_in(caplog)) == 1


@pytest.mark.parametrize("locked", ["cache.db", "folder"])
def test_read_only(locked: str) -> None:
    """Nobody's own folder, which nobody may not write: root would write it all the same."""
    with tempfile.TemporaryDirectory() as above:
        folder = Path(above) / "results"
        fill(folder)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, *((65534, 65534) if os.geteuid() == 0 else (-1, -1)))
        (folder / "cache.db").chmod(0o400)
        Path(above).chmod(0o755)
        folder.chmod(0o500 if locked == "folder" else 0o700)
        code = """
if os.geteuid() == 0:
    ResultCache(folder.parent / "warm", 50_000_000).once("key", lambda: b"")  # imports all it needs
    os.setuid(65534)
for _ in range(3):
    assert cache.get("0") == b"value" * 100
    cache.set("key", b"value")
    assert cache.get("key") is None
    cache.discard("0")
    assert cache.once("key", lambda: b"answer") == b"answer"
    time.sleep(0.25)
folder.chmod(0o700)
for path in folder.glob("cache.db*"):
    path.chmod(0o600)
end = time.monotonic() + 20
while cache.get("key") is None:
    assert time.monotonic() < end
    cache.set("key", b"value")
"""
        assert len(warned := child(code, folder)) == 1
        assert "cannot be written (file permissions)" in warned[0]


@pytest.mark.parametrize("opened", [False, True], ids=["from the start", "later"])
def test_full(folder: Path, opened: bool) -> None:
    """No file may grow beyond 100 kB, as on a full disk; then it may again."""
    fill(folder)
    code = f"""
if {opened}:
    cache.get("0")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
for _ in range(3):
    cache.set("key", bytes(200_000))
    assert cache.get("key") is None
    assert cache.get("0") == b"value" * 100
    assert cache.once("key", lambda: bytes(200_000)) == bytes(200_000)
    time.sleep(0.25)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
end = time.monotonic() + 20
while cache.get("key") is None:
    assert time.monotonic() < end
    cache.set("key", b"value")
"""
    assert len(child(code, folder)) == 1


def test_held_by_another_process(
    cache: ResultCache, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fill(folder)
    other = sqlite3.connect(folder / "cache.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    start_s = time.monotonic()
    assert cache.get("0") == b"value" * 100
    assert works(cache)
    assert time.monotonic() - start_s < 5  # diskcache by itself: 60
    assert ["held by another process" in line for line in warnings_in(caplog)] == [True]
    other.execute("ROLLBACK")
    other.close()
    until_kept(cache, "key")


def test_held_while_writing(folder: Path) -> None:
    cache = ResultCache(folder, LIMIT_BYTES, retry_s=2.0)
    cache.set("0", b"value")
    other = sqlite3.connect(folder / "cache.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    start_s = time.monotonic()
    for _ in range(20):  # the first waits, the others do not even try
        cache.set("key", b"value")
        assert [cache.get("key"), cache.get("0"), works(cache)] == [None, b"value", True]
    assert time.monotonic() - start_s < 5
    other.close()
    until_kept(cache, "key")
    cache.close()


def rubbish(database: Path) -> None:
    database.write_bytes(os.urandom(100_000))


def cut_short(database: Path) -> None:
    os.truncate(database, database.stat().st_size // 2)


def overwritten_inside(database: Path) -> None:
    with database.open("r+b") as file:
        file.seek(8192)
        file.write(os.urandom(database.stat().st_size - 8192))


def of_something_else(database: Path) -> None:
    database.unlink()
    with sqlite3.connect(database) as other:
        other.execute("CREATE TABLE Cache (key, worth)")
    other.close()


@pytest.mark.parametrize("open_before", [False, True])
@pytest.mark.parametrize("damage", [rubbish, cut_short, overwritten_inside, of_something_else])
def test_a_damaged_database_is_begun_anew(
    cache: ResultCache, folder: Path, damage: Callable[[Path], None], open_before: bool
) -> None:
    fill(folder, 200)
    if open_before:
        assert cache.get("0") == b"value" * 100
    damage(folder / "cache.db")
    for number in range(200):
        assert cache.get(str(number)) in (None, b"value" * 100)
    assert works(cache)
    until_kept(cache, "key")


def test_a_result_larger_than_the_cache(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    cache = ResultCache(folder, 1_000_000)
    cache.set("key", b"value")
    for _ in range(2):
        assert cache.once("large", lambda: bytes(3_000_000)) == bytes(3_000_000)
    assert cache.get("key") == b"value"
    assert ["too small" in line for line in warnings_in(caplog)] == [True]
    cache.close()
