"""The folder in which the processes of one running server keep their numbers.

prometheus_client's multiprocess mode: a process writes files named after the identity it is given
here, `counter_<identity>.db` and so on, and whoever is asked adds up all files. An identity is
used again by the next process of its kind, which goes on with the numbers in its files: a web
worker has the lowest number that no living one has, the inference process is "inference". So
counters outlive the process that counted, and files do not pile up.
"""

from __future__ import annotations

import fcntl
import os
import re
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from app.services.inference_folder import own_folder
from app.settings import Settings

INFERENCE: Final = "inference"

# Room for some 1000 series. Reserved, since a full disk ends whoever writes to a mapped file.
FILE_BYTES: Final = 1 << 18
_KINDS: Final = ("counter", "gauge_livesum", "histogram")
_FOLDER: Final = re.compile(r"metrics-[A-Za-z0-9.-]+-\d{1,5}-\d+")  # as folder_of names them
_FILE: Final = re.compile(rf"({'|'.join(_KINDS)})_[a-z0-9]+\.(db|new)")


def folder_of(settings: Settings, server_pid: int) -> Path:
    """Each running server has a folder of its own."""
    host = re.sub(r"[^A-Za-z0-9.]", "-", settings.host)
    return settings.runtime_dir / f"metrics-{host}-{settings.port}-{server_pid}"


def claim(folder: Path) -> int:
    """Make the folder, empty, and remove those of servers that are gone.

    Returns a file descriptor whose kernel lock says that the folder is in use: kept open by the
    server for its life, and gone with it however it ends. Raises OSError or SettingError.
    """
    own_folder(folder.parent)
    one_at_a_time = _lock(folder.parent, wait=True)
    try:
        for old in folder.parent.glob("metrics-*"):
            _remove_abandoned(old)
        folder.mkdir(mode=0o700)
        return _lock(folder)
    finally:
        os.close(one_at_a_time)


def remove(folder: Path) -> None:
    """Remove such a folder; one that holds anything that is not of here stays as it is."""
    with suppress(OSError):
        found = folder.lstat()
        if not (_FOLDER.fullmatch(folder.name) and stat.S_ISDIR(found.st_mode)):
            return
        paths = list(folder.iterdir())
        if found.st_uid == os.getuid() and all(_FILE.fullmatch(path.name) for path in paths):
            for path in paths:
                path.unlink()
            folder.rmdir()


def lowest_free(taken: Iterable[int | None]) -> int:
    """The lowest number from 0 that is not among those taken."""
    taken = set(taken)
    return next(number for number in range(len(taken) + 1) if number not in taken)


def prepare(folder: Path, identity: str) -> None:
    """Files of that identity with room in them; counters keep their numbers, gauges lose them.

    Raises OSError where there is no room, SettingError where the folder is not ours.
    """
    own_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    forget(folder, identity)
    for kind in _KINDS:
        path = folder / f"{kind}_{identity}.db"
        if not path.exists():
            _reserve(path)


def forget(folder: Path, identity: str) -> None:
    """The process of that identity is gone: what it measured of itself no longer holds."""
    for path in folder.glob(f"gauge_live*_{identity}.db"):
        path.unlink(missing_ok=True)


def files(folder: Path, with_inference: bool) -> list[str]:
    """All files to add up; without the inference process's gauges where it is not there."""
    gone = None if with_inference else f"gauge_livesum_{INFERENCE}.db"
    return sorted(str(path) for path in folder.glob("*.db") if path.name != gone)


def _reserve(path: Path) -> None:
    """Under another name first: a reader must not see a file of no length."""
    new = path.with_suffix(".new")
    with new.open("wb") as file:
        try:
            os.posix_fallocate(file.fileno(), 0, FILE_BYTES)
        except OSError:
            new.unlink()
            raise
    new.rename(path)


def _lock(folder: Path, wait: bool = False) -> int:
    """An open descriptor that holds the folder's lock; BlockingIOError where another has it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _remove_abandoned(folder: Path) -> None:
    try:
        descriptor = _lock(folder)
    except OSError:  # in use, or no folder
        return
    remove(folder)
    os.close(descriptor)
