"""What tells one state of a file from another, without reading it."""

from __future__ import annotations

import hashlib
import json
import os
from functools import lru_cache
from pathlib import Path

Identity = tuple[str, int, int, int]  # resolved path, size, mtime in ns, inode


def identity(path: Path) -> Identity | None:
    """What tells one state of a file from another; None if it is not there."""
    try:
        stat = path.stat()
    except OSError:
        return None
    # A link that points elsewhere now shows in the inode, so the kept path does no harm.
    return _real_path(path), stat.st_size, stat.st_mtime_ns, stat.st_ino


@lru_cache(maxsize=4096)
def _real_path(path: Path) -> str:
    return os.path.realpath(path)


def digest(value: object) -> str:
    """(32,) hexadecimal digits of a value that JSON can hold."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:32]
