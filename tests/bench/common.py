"""What all parts share: options of the run, progress lines, data, memory of processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from reco_core.dataset_lock import is_building
from reco_core.icecube.dataset_write import BatchTables, write_dataset
from reco_core.icecube.detector import builtin_detector
from tests.bench.full_batch import meta_frame, pulse_frame, write_full_batch
from tests.browser.conftest import ROOT

BUILD = ROOT / "build" / "bench"
SAMPLES = ROOT.parent / "shared" / "samples"
FULL_EVENTS, QUICK_EVENTS = 200_000, 5_000
BRIGHT_PULSES = {1: 5_000, 2: 30_000}  # event_id: pulses
BUILDER_PATIENCE_S = 300
MEGABYTE = 1e6
STARTED = time.monotonic()


@dataclass(frozen=True)
class Options:
    """quick : a small batch and few repetitions, to see that it runs."""

    quick: bool

    def repeats(self, full: int, quick: int) -> int:
        return quick if self.quick else full


def say(text: str) -> None:
    """A progress line, on stderr so that the table can be kept by itself."""
    print(f"[{time.monotonic() - STARTED:6.1f} s] {text}", file=sys.stderr, flush=True)


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for one part of the run, on the disk of the data; removed afterwards."""
    BUILD.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="run-", dir=BUILD) as name:
        folder = Path(name)
        try:
            yield folder
        finally:
            _wait_for_builders(folder)


def _wait_for_builders(folder: Path) -> None:
    """A server leaves its index builder running when it ends; let it finish."""
    deadline = time.monotonic() + BUILDER_PATIENCE_S
    while time.monotonic() < deadline:
        locks = folder.rglob("*.lock")
        if not any(is_building(lock.parent, lock.stem) for lock in locks):
            return
        time.sleep(0.2)
    say(f"an index builder is still at work in {folder}")


def full_batch(options: Options) -> Path:
    """The batch of the competition's size; generated once, kept in build/bench (git-ignored)."""
    folder = BUILD / ("quick" if options.quick else "full")
    if not (folder / "train_meta.parquet").exists():
        n_events = QUICK_EVENTS if options.quick else FULL_EVENTS
        say(f"generating {n_events:,} events in {folder.relative_to(ROOT)}, kept for the next run")
        write_full_batch(folder, n_events)
    return folder


def bright_events(folder: Path) -> Path:
    """A data set of the two events of BRIGHT_PULSES."""
    rng = np.random.default_rng(1)
    event_id = np.array(list(BRIGHT_PULSES))
    count = np.array(list(BRIGHT_PULSES.values()))
    batch = BatchTables(1, pulse_frame(event_id, count, rng), meta_frame(event_id, count, rng))
    write_dataset(folder / "bright", [batch], None, builtin_detector())
    return folder / "bright"


def timed_ms(call: Callable[[int], object], event_ids: Sequence[int]) -> list[float]:
    """Wall time of call(event_id), ms, for each event."""
    found = []
    for event_id in event_ids:
        start = time.perf_counter()
        call(event_id)
        found.append((time.perf_counter() - start) * 1e3)
    return found


@dataclass(frozen=True)
class Finished:
    """A child process that has ended. peak_own_mb : anonymous memory, seen every 10 ms, None
    without /proc.  peak_mb : resident memory, mapped files included."""

    seconds: float
    output: str
    peak_own_mb: float | None
    peak_mb: float


def run_child(module: str, *arguments: str) -> Finished:
    """Run `python -m module arguments` and watch its memory; RuntimeError if it fails."""
    command = [sys.executable, "-m", module, *arguments]
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    peak_kb = 0
    while (ended := os.wait4(process.pid, os.WNOHANG))[0] == 0:
        peak_kb = max(peak_kb, _status_kb(process.pid, "RssAnon"))
        time.sleep(0.01)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(ended[1])
    assert process.stdout is not None
    with process.stdout as pipe:
        output = pipe.read().decode()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with code {process.returncode}")
    own_mb = peak_kb * 1024 / MEGABYTE if peak_kb else None
    unit = 1 if sys.platform == "darwin" else 1024  # bytes of one ru_maxrss
    return Finished(seconds, output, own_mb, ended[2].ru_maxrss * unit / MEGABYTE)


def _status_kb(pid: int, key: str) -> int:
    """A line of /proc/PID/status; 0 where there is none."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{key}:")), 0)


def server_pids() -> list[int]:
    """Masters of the servers that run under this process; none without /proc."""
    return _children(os.getpid())


def worker_pids() -> list[int]:
    """Worker processes of the server that runs under this process; none without /proc."""
    return [pid for master in server_pids() for pid in _children(master)]


def children_of(module: str, server_pid: int) -> list[int]:
    """Processes that run `python -m ...module` for a server, whoever their parent is."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:  # it has ended meanwhile
            continue
        if any(word.endswith(module) for word in words) and str(server_pid) in words:
            found.append(int(path.parent.name))
    return found


def _children(pid: int) -> list[int]:
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(word) for word in path.read_text().split()]
    return found


def private_mb(pids: Sequence[int]) -> dict[str, float]:
    """Private_Dirty (the processes' own) and Private_Clean (mapped files) in all, MB."""
    total = {"Private_Dirty": 0.0, "Private_Clean": 0.0}
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            key = line.partition(":")[0]
            if key in total:
                total[key] += int(line.split()[1]) * 1024 / MEGABYTE
    return total
