"""A stand-in for the server, and clients of its inference process, for tests."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from app.services.algorithms import find_algorithms, result_key
from app.services.answers import decode
from app.services.events import Library
from app.services.inference import Inference, Place, State, Viewer
from app.services.inference_folder import Meeting, is_free, meeting_of
from app.settings import Settings, load_settings
from tests.reco_core.icecube.small_datasets import write_small

COUNTS = {event_id: 5 + event_id for event_id in range(1, 41)}
SLOW = "tests.app.services.slow_algorithms"
FAULTY = "tests.app.services.faulty_algorithms"
ODD = "tests.app.services.inference_algorithms"
SOON_S = 60.0

T = TypeVar("T")


def until(found: Callable[[], T], what: str, patience_s: float = SOON_S) -> T:
    """Wait until it is true, and give it."""
    deadline_s = time.monotonic() + patience_s
    while time.monotonic() < deadline_s:
        if value := found():
            return value
        time.sleep(0.005)
    raise AssertionError(f"not within {patience_s} s: {what}")


def settings_for(folder: Path, plugins: str = "", **more: str) -> Settings:
    """Settings of a small data set 'set' in that folder, made if it is not there."""
    if not (folder / "set").exists():
        write_small(folder / "set", COUNTS)
    return load_settings(
        {
            "HITSCOPE_DATA": str(folder / "set"),
            "HITSCOPE_CACHE_DIR": str(folder / "cache"),
            "HITSCOPE_RUNTIME_DIR": str(folder / "run"),
            "HITSCOPE_PLUGINS": plugins,
            **more,
        }
    )


@dataclass
class Served:
    """A process that plays the server, and a client as one of its web workers has it."""

    settings: Settings
    server: subprocess.Popen[bytes]
    clients: list[Inference] = field(default_factory=list)

    def __post_init__(self) -> None:
        settings = self.settings
        self.library = Library(settings.data, settings.cache_dir / "indexes", settings.cache_bytes)
        self.algorithms = find_algorithms(settings.plugins)
        self.inference = self.client()

    @property
    def meeting(self) -> Meeting:
        return meeting_of(self.settings)

    def client(self) -> Inference:
        self.clients.append(Inference(self.settings, self.server.pid))
        return self.clients[-1]

    def key(self, algorithm: str, event_id: int) -> str:
        dataset = self.library.dataset("set")
        pulses = dataset.event(event_id).pulses
        return result_key(self.algorithms[algorithm], pulses, dataset.detector)

    def ask(
        self, algorithm: str, event_id: int, wait_s: float = 0.0, viewer: Viewer | None = None
    ) -> State:
        key = self.key(algorithm, event_id)
        asked = self.inference.ask(Place("set", event_id), {algorithm: key}, viewer, wait_s)
        return asked[algorithm]

    def ended(
        self, algorithm: str, event_id: int, viewer: Viewer | None = None, patience_s: float = 30.0
    ) -> State:
        """Ask again and again, as a browser does, until it has ended."""

        def state() -> State | None:
            now = self.ask(algorithm, event_id, 0.25, viewer)
            return now if now.state in ("done", "failed", "cancelled") else None

        return until(state, f"{algorithm} of event {event_id}", patience_s)

    def values(self, state: State, algorithm: str) -> Any:
        assert state.kept is not None, state
        return decode(state.kept, self.algorithms[algorithm]).values

    def ready_pid(self) -> int:
        """Of the process, once it takes work."""
        self.inference.start()
        self.inference.jobs_changed()  # somebody waits
        return until(lambda: self.inference.status().pid, "the process takes work")

    def end_server(self) -> None:
        self.server.kill()
        self.server.wait()

    def close(self) -> None:
        for client in self.clients:
            client.close()
        self.end_server()
        lock = self.meeting.lock
        until(lambda: not lock.parent.exists() or is_free(lock), "the process has ended")


@contextmanager
def served(folder: Path, plugins: str = "", **more: str) -> Iterator[Served]:
    """A server whose inference process has ended when the block has."""
    made = Served(settings_for(folder, plugins, **more), stand_in())
    try:
        yield made
    finally:
        made.close()


def stand_in() -> subprocess.Popen[bytes]:
    """A process that only lives."""
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])


def counted(path: Path) -> list[str]:
    """'algorithm event_id' of everything computed (slow_algorithms.note), in order."""
    if not path.exists():
        return []
    return [line.rpartition(" ")[0] for line in path.read_text().splitlines()]


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def begun(counts: Path, what: str) -> None:
    """Wait until that is being computed, as "slow 3"."""
    until(lambda: what in counted(counts), f"{what} is being computed")
