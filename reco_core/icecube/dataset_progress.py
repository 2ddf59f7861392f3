"""Progress of an index build, told by the builder in a small file, and the builder's process."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import reco_core
from reco_core.icecube.dataset_files import Batch
from reco_core.icecube.dataset_index import IndexStore, write_json

TOLD_EVERY_S: Final = 0.2
BUILDER_LOG: Final = "build.log"
LOG_LIMIT_BYTES: Final = 1_000_000

State = Literal["ready", "building", "absent", "failed"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class IndexProgress:
    """How far the index of a batch is.

    fraction : 0 to 1.  rows_per_s, seconds_left : None until known.  message : why it failed.
    """

    state: State
    rows_done: int = 0
    rows_total: int = 0
    rows_per_s: float | None = None
    seconds_left: float | None = None
    message: str = ""

    @property
    def fraction(self) -> float:
        if self.state == "ready":
            return 1.0
        return self.rows_done / self.rows_total if self.rows_total else 0.0


class ProgressFile:
    """Writer and reader of KEY.progress.json. Call it with (rows done, rows in all)."""

    def __init__(self, folder: Path, key: str) -> None:
        self._path = folder / f"{key}.progress.json"
        self._started = time.monotonic()
        self._told = -TOLD_EVERY_S

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._told >= TOLD_EVERY_S or done == total:
            self._told = now
            write_json(self._path, measured(done, total, now - self._started))

    def read(self) -> dict[str, float]:
        """What the builder last told; empty if nothing."""
        try:
            told: dict[str, float] = json.loads(self._path.read_text())
        except (OSError, ValueError):
            return {}
        return told

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)


def measured(done: int, total: int, seconds: float) -> dict[str, float]:
    """Numbers of an IndexProgress after some seconds; rate and time left only once known."""
    told: dict[str, float] = {"rows_done": done, "rows_total": total}
    if done and seconds > 0:
        rate = done / seconds
        told |= {"rows_per_s": rate, "seconds_left": (total - done) / rate}
    return told


def start_builder(store: IndexStore, batch: Batch, on_end: Callable[[int], None]) -> None:
    """Start `python -m reco_core index` on one batch, detached. on_end is told its exit code.

    Raises OSError if the process or its log cannot be made.
    """
    store.folder.mkdir(parents=True, exist_ok=True)
    log_path = store.folder / BUILDER_LOG
    mode = "wb" if log_path.exists() and log_path.stat().st_size > LOG_LIMIT_BYTES else "ab"
    command = [sys.executable, "-m", "reco_core", "index", str(batch.path.absolute())]
    command += ["--index-dir", str(store.folder), "--limit-bytes", str(store.limit_bytes)]
    with log_path.open(mode) as output:
        builder = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=Path(reco_core.__file__).parent.parent,
            start_new_session=True,
        )
    log.info("builder %d indexes %s", builder.pid, batch.label)
    threading.Thread(target=lambda: on_end(builder.wait()), daemon=True).start()
