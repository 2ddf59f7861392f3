"""What the tests of the cache of results share."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.services.cache import ResultCache

ROOT = Path(__file__).resolve().parents[3]
LIMIT_BYTES = 50_000_000
PATIENCE_S = 30.0
RETRY_S = 0.2
LOGGER = "app.services.cache_store"

# In a process of its own, with warnings to stderr; then comes what the test does there.
CHILD = """
import logging, os, resource, signal, sys, time
from pathlib import Path
from app.services.cache import ResultCache
logging.basicConfig(level=logging.WARNING)
folder = Path(sys.argv[1])
cache = ResultCache(folder, 50_000_000, retry_s=0.2)
"""


def python(code: str, *arguments: object) -> subprocess.Popen[bytes]:
    """A process of its own that runs the code with these sys.argv[1:]."""
    return subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], cwd=ROOT)


def until(condition: Callable[[], bool]) -> None:
    """Wait for a state; fail where it does not come."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "never came"
        time.sleep(0.005)


def until_kept(cache: ResultCache, key: str) -> None:
    """The disk is well again: results are kept, soon."""

    def kept() -> bool:
        cache.set(key, b"value")
        return cache.get(key) == b"value"

    until(kept)


def fill(folder: Path, n_results: int = 1) -> None:
    """Results "0", "1", ... of another process, which has ended."""
    other = ResultCache(folder, LIMIT_BYTES)
    for number in range(n_results):
        other.once(str(number), lambda: b"value" * 100)
    other.close()


def works(cache: ResultCache, key: str = "after") -> bool:
    return cache.once(key, lambda: b"answer") == b"answer"


def warnings_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [row.getMessage() for row in caplog.records if row.levelno >= logging.WARNING]


def child(code: str, folder: Path) -> list[str]:
    """Run CHILD and the code; its warnings."""
    run = subprocess.run(
        [sys.executable, "-c", CHILD + code, folder],
        cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return [line for line in run.stderr.splitlines() if LOGGER in line]
