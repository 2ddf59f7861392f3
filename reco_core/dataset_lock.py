"""The lock of what is built once for all processes, such as an index."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

# A look at the lock (`is_building`) holds it for an instant: try again before giving way.
LOCK_PATIENCE_S: Final = 0.5
LOCK_RETRY_S: Final = 0.02


@contextmanager
def build_lock(folder: Path, key: str, patience_s: float = LOCK_PATIENCE_S) -> Iterator[bool]:
    """Hold the lock of an index; gives False if another holds it for all of patience_s."""
    path = folder / f"{key}.lock"
    deadline = time.monotonic() + patience_s
    while (descriptor := _try_lock(path)) is None:
        if time.monotonic() >= deadline:
            yield False
            return
        time.sleep(LOCK_RETRY_S)
    try:
        yield True
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _try_lock(path: Path) -> int | None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The last holder may have removed the file between opening and locking.
        if os.fstat(descriptor).st_ino == path.stat().st_ino:
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(descriptor)
    return None


def is_building(folder: Path, key: str) -> bool:
    """Does some process hold the lock of the index?"""
    try:
        descriptor = os.open(folder / f"{key}.lock", os.O_RDONLY)
    except OSError:  # no lock, or no folder that could hold one
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
