"""Fixtures that several files of these tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.algorithms import find_algorithms
from app.services.cache import ResultCache
from app.services.inference_queue import Queue
from tests.app.services.cache_helpers import LIMIT_BYTES, RETRY_S
from tests.app.services.inference_server import FAULTY, ODD, SLOW, Served, served


@pytest.fixture(scope="session", autouse=True)
def compiled() -> None:
    """Processes that tests start have little time: they are to find compiled what they call."""
    for row in find_algorithms().values():
        row.load()


@pytest.fixture
def counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in which the algorithms of the tests note what they compute."""
    monkeypatch.setenv("HITSCOPE_TEST_COUNTS", str(tmp_path / "counts"))
    return tmp_path / "counts"


@pytest.fixture
def slow(tmp_path: Path, counts: Path) -> Iterator[Served]:
    with served(tmp_path, SLOW) as made:
        yield made


@pytest.fixture
def faulty(tmp_path: Path, counts: Path) -> Iterator[Served]:
    limit = {"HITSCOPE_INFERENCE_LIMIT_S": "1"}
    with served(tmp_path, f"{SLOW},{FAULTY},{ODD}", **limit) as made:
        yield made


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(clock: Clock) -> Queue:
    return Queue(clock)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "results"


@pytest.fixture
def cache(folder: Path) -> Iterator[ResultCache]:
    cache = ResultCache(folder, LIMIT_BYTES, retry_s=RETRY_S)
    yield cache
    cache.close()
