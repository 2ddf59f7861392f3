"""Where the processes of one server meet: the names of its files, their locks, its settings.

Names come from the server's address, data and cache, so that two servers do not meet. The folder is
the user's own, mode 0700: whoever may write to it could answer in the process's place.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import stat
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from app.services.inference_link import MAX_NAME_BYTES
from app.settings import Settings
from reco_core.errors import SettingError


@dataclass(frozen=True)
class Meeting:
    """lock : held by the process for its life; says which it is, or why it could not start.
    starting : held by who starts it; how often that failed.  begun : what is being computed.
    deaths : what was when it died.  hang : where it was when its time was over.
    """

    folder: Path
    name: str

    @property
    def lock(self) -> Path:
        return self.folder / f"{self.name}.lock"

    @property
    def starting(self) -> Path:
        return self.folder / f"{self.name}.starting"

    @property
    def socket(self) -> Path:
        return self.folder / f"{self.name}.sock"

    @property
    def begun(self) -> Path:
        return self.folder / f"{self.name}.begun"

    @property
    def deaths(self) -> Path:
        return self.folder / f"{self.name}.deaths"

    @property
    def hang(self) -> Path:
        return self.folder / f"{self.name}.hang"


def meeting_of(settings: Settings) -> Meeting:
    """Names only; touches nothing."""
    told = [settings.host, settings.port, str(settings.data), str(settings.cache_dir)]
    digest = hashlib.sha256(json.dumps(told).encode()).hexdigest()
    return Meeting(settings.runtime_dir, f"inference-{digest[:12]}")


def open_meeting(settings: Settings) -> Meeting:
    """The same, its folder made; SettingError if it cannot be used."""
    meeting = meeting_of(settings)
    own_folder(meeting.folder)
    too_long = len(os.fsencode(meeting.socket)) > MAX_NAME_BYTES
    if too_long and not Path("/proc/self/fd").is_dir():
        raise SettingError(
            f"HITSCOPE_RUNTIME_DIR is {str(meeting.folder)!r}, too long for the name of a socket; "
            "choose a folder of at most 70 characters."
        )
    return meeting


def own_folder(folder: Path) -> None:
    """Make a folder that is this user's alone; SettingError if it is there and is not.

    What others may use is refused, not changed: it may be /tmp itself.
    """
    said = f"HITSCOPE_RUNTIME_DIR is {str(folder)!r}"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode):
            raise SettingError(f"{said}, which is no folder; choose another.")
        if found.st_uid != os.getuid():
            raise SettingError(
                f"{said}, which belongs to user {found.st_uid}; this is user {os.getuid()}. "
                "Choose a folder of your own."
            )
        if found.st_mode & 0o077:
            raise SettingError(
                f"{said}, which others may use too (mode {stat.S_IMODE(found.st_mode):o}). Name a "
                f"folder that does not exist yet, or close this one: chmod 700 {folder}"
            )
    except OSError as error:
        raise SettingError(f"{said}, which cannot be used: {error.strerror}.") from error


def settings_json(settings: Settings) -> str:
    """The settings as text, for a process that is to have the same."""
    return json.dumps(asdict(settings), default=str)


def settings_of_json(text: str) -> Settings:
    """The settings again."""
    made = {"Path": Path, "tuple[str, ...]": tuple}
    told = json.loads(text)
    return Settings(
        **{
            field.name: made.get(str(field.type), lambda value: value)(told[field.name])
            for field in fields(Settings)
        }
    )


class Lock:
    """The kernel's lock on a small file of JSON; it goes with its holder, however that ends."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    @classmethod
    def take(cls, path: Path) -> Lock | None:
        """The lock, or None if another holds it."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return cls(path, descriptor)

    def is_in_place(self) -> bool:
        """Whether the file that is locked still has its name: folders of /tmp are swept."""
        try:
            return self.path.stat().st_ino == os.fstat(self._descriptor).st_ino
        except OSError:
            return False

    def write(self, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode() + b"\n"  # what a longer text before it left comes after
        os.pwrite(self._descriptor, body, 0)

    def release(self) -> None:
        os.close(self._descriptor)


def is_alive(pid: Any) -> bool:
    """Whether there is a process of that number; False for what is no number of one."""
    if not isinstance(pid, int) or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def is_free(path: Path) -> bool:
    lock = Lock.take(path)
    if lock is not None:
        lock.release()
    return lock is not None


def told_in(path: Path) -> dict[str, Any]:
    """The first line of such a file; {} where there is none."""
    try:
        told = json.loads(path.read_bytes().partition(b"\n")[0])
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}
