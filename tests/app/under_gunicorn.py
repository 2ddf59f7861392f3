"""A gunicorn with two workers, as the tests of operation need it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from app import logs

ROOT = Path(__file__).resolve().parents[2]
SMALL_APP = "tests.app.operation_app:server"


@dataclass
class Server:
    """A gunicorn with two workers."""

    process: subprocess.Popen[bytes]
    address: str
    log: Path
    runtime: Path

    def get(self, path: str, timeout_s: float = 20) -> str:
        with urllib.request.urlopen(self.address + path, timeout=timeout_s) as answer:
            return answer.read().decode()

    def numbers(self) -> dict[str, float]:
        """Every sample: 'name{label=value,...}' and its value."""
        return {
            sample.name
            + "{"
            + ",".join(f"{key}={value}" for key, value in sorted(sample.labels.items()))
            + "}": sample.value
            for family in text_string_to_metric_families(self.get("/metrics"))
            for sample in family.samples
        }

    def answered(self, route: str = "/pid") -> float:
        wanted = f"hitscope_requests_total{{method=GET,route={route},status=200}}"
        return self.numbers().get(wanted, 0.0)

    def folders(self) -> list[Path]:
        return sorted(self.runtime.glob("metrics-*"))

    def files(self) -> list[str]:
        return sorted(path.name for folder in self.folders() for path in folder.iterdir())

    def lines(self) -> list[dict[str, str]]:
        return [logs.parse(text) for text in self.log.read_text().splitlines()]


def wait_for(condition: Callable[[], bool], limit_s: float = 30) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, "the state waited for did not come"
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(
    folder: Path, arguments: str = "", runtime: Path | None = None, app: str = SMALL_APP
) -> Iterator[Server]:
    folder.mkdir(exist_ok=True)
    port, log = free_port(), folder / "log"
    runtime = runtime or folder / "runtime"
    env = os.environ | {
        "PORT": str(port),
        "WEB_CONCURRENCY": "2",
        "HITSCOPE_RUNTIME_DIR": str(runtime),
        "HITSCOPE_DATA": str(folder / "data"),
        "HITSCOPE_CACHE_DIR": str(folder / "cache"),
        "HITSCOPE_TEST_HANG": str(folder / "hang"),
        # a worker that is told to end while it starts does not hear it, and is waited for
        "GUNICORN_CMD_ARGS": f"--graceful-timeout 3 {arguments}",
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py"]
    with log.open("wb") as output:
        process = subprocess.Popen([*command, app], cwd=ROOT, env=env, stdout=output, stderr=output)
    server = Server(process, f"http://127.0.0.1:{port}", log, runtime)
    try:
        ready = both_workers_answer if app == SMALL_APP else answers
        wait_for(lambda: process.poll() is not None or ready(server))
        assert process.poll() is None, log.read_text()
        yield server
    finally:
        process.terminate()
        process.wait(timeout=40)


@contextmanager
def started(folder: Path, arguments: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """The app itself, from its first moment, in a process group of its own as in a terminal."""
    folder.mkdir(exist_ok=True)
    env = os.environ | {
        "PORT": str(free_port()),
        "WEB_CONCURRENCY": "2",
        "HITSCOPE_RUNTIME_DIR": str(folder / "runtime"),
        "HITSCOPE_CACHE_DIR": str(folder / "cache"),
        "GUNICORN_CMD_ARGS": arguments,
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "app.main:server"]
    with (folder / "log").open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdout=output, stderr=output, process_group=0
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def processes_of(folder: Path) -> list[int]:
    """Those that live and have the runtime folder of a server started there."""
    wanted = f"HITSCOPE_RUNTIME_DIR={folder / 'runtime'}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if wanted in (process / "environ").read_bytes().split(b"\0"):
                found.append(int(process.name))
    return found


def both_workers_answer(server: Server) -> bool:
    with suppress(OSError):
        return len({server.get("/pid") for _ in range(4)}) == 2
    return False


def answers(server: Server) -> bool:
    with suppress(OSError):
        return bool(server.get("/health"))
    return False
