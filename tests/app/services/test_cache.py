"""The cache of results keeps bytes, in bounded space."""

from __future__ import annotations

import os
import re
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.services.cache import ResultCache
from tests.app.services.cache_helpers import LIMIT_BYTES, ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "results"


@pytest.fixture
def cache(folder: Path) -> Iterator[ResultCache]:
    cache = ResultCache(folder, LIMIT_BYTES)
    yield cache
    cache.close()


def test_keeps_bytes(cache: ResultCache, folder: Path) -> None:
    for n_bytes in (0, 1, 2_000, 40_000, 3_000_000):
        value = os.urandom(n_bytes)
        cache.set(f"key {n_bytes}", value)
        assert cache.get(f"key {n_bytes}") == value
    cache.close()
    other = ResultCache(folder, LIMIT_BYTES)  # another process, another day
    assert other.get("key 3000000") == value
    other.close()


def test_a_later_value_replaces_and_discard_forgets(cache: ResultCache) -> None:
    cache.set("key", b"first")
    cache.set("key", b"second")
    assert cache.get("key") == b"second"
    cache.discard("key")
    cache.discard("never there")
    assert cache.get("key") is None


def test_only_its_owner_can_read_the_folder(cache: ResultCache, folder: Path) -> None:
    cache.once("key", lambda: b"value")
    assert [oct(path.stat().st_mode & 0o777) for path in (folder, folder / "claims")] == [
        "0o700"
    ] * 2


def test_only_text_keys_and_bytes(cache: ResultCache) -> None:
    with pytest.raises(TypeError, match="bytes"):
        cache.set("key", "value")  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        cache.set(7, b"value")  # type: ignore[arg-type]


def test_nothing_is_opened_before_it_is_needed(folder: Path) -> None:
    ResultCache(folder, LIMIT_BYTES)
    assert not folder.exists()


def test_lookups_are_counted_once_each(folder: Path) -> None:
    seen: list[str] = []
    cache = ResultCache(folder, LIMIT_BYTES, seen.append)
    cache.get("key")
    cache.once("key", lambda: b"value")
    cache.once("key", lambda: b"value")
    cache.get("key")
    assert seen == ["miss", "miss", "hit", "hit"]
    cache.close()


def test_a_hit_is_fast_and_writes_nothing(cache: ResultCache, folder: Path) -> None:
    cache.set("key", os.urandom(2_000))

    def written() -> list[tuple[str, int, int]]:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return [
            (f.name, f.stat().st_size, f.stat().st_mtime_ns) for f in files if f.suffix == ".db"
        ]

    before, spent_s = written(), []
    for _ in range(200):
        start_s = time.perf_counter()
        assert cache.get("key") is not None
        spent_s.append(time.perf_counter() - start_s)
    assert statistics.median(spent_s) < 0.003
    assert written() == before


@pytest.mark.parametrize("first_bytes", [2_000, 100_000])
def test_the_limit_holds_and_the_oldest_go(folder: Path, first_bytes: int) -> None:
    limit_bytes, log_bytes = 10_000_000, 15_000_000  # SQLite's log of the last writes
    cache = ResultCache(folder, limit_bytes)
    for number in range(limit_bytes // first_bytes // 2):
        cache.set(f"first {number}", os.urandom(first_bytes))
    for number in range(50):  # five times the limit
        cache.set(f"then {number}", os.urandom(1_000_000))
        used_bytes = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        assert used_bytes < limit_bytes + log_bytes
    assert cache.get("then 49") is not None
    assert cache.get("first 0") is None
    assert cache.get("then 0") is None
    cache.close()


def test_many_threads(cache: ResultCache) -> None:
    def work(thread: int) -> None:
        for number in range(50):
            value = f"{thread} {number}".encode() * 50
            cache.set(f"{thread} {number}", value)
            assert cache.get(f"{thread} {number}") == value
            assert cache.once(f"shared {number}", lambda: b"same") == b"same"

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))


def test_only_the_cache_imports_diskcache() -> None:
    files = [path for name in ("app", "reco_core") for path in (ROOT / name).rglob("*.py")]
    importing = {path for path in files if re.search(r"(import|from) diskcache", path.read_text())}
    assert importing
    assert all(path.match("app/services/cache*.py") for path in importing), importing
