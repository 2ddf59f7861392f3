"""Jobs on disk: one folder each, whose files are replaced whole.

    CACHE/jobs/<id>/job.json   what it is, and how far; made by the web side, kept by the runner
    CACHE/jobs/<id>/cancel     the web side: not wanted any more
    CACHE/jobs/<id>/again      the web side: it ended, and is wanted again
    CACHE/jobs/<id>/lock       held by the process that works on it
    CACHE/jobs/<id>/parts/     rows of the batch under way (job_tables.py)
    CACHE/tables/<id>/         a table per finished batch

Several servers may share the folder: a job is worked on by one process at a time.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final, Literal

from app.services.algorithms import Algorithm, algorithm_bytes
from app.services.events import Library
from app.services.inference_folder import Lock
from app.services.job_record import FORMAT, MEND, OPEN, Record, record_of
from reco_core.dataset_writing import whole
from reco_core.errors import DatasetError, NotFoundError, ServiceError

JOB_ID: Final = re.compile(r"[0-9a-f]{16}")

log = logging.getLogger(__name__)


class JobStore:
    """The folders of all jobs and of their tables, in the cache's folder."""

    def __init__(self, folder: Path) -> None:
        self.jobs = folder / "jobs"
        self.tables = folder / "tables"
        self._strays_told: set[str] = set()
        self._ended: dict[str, tuple[tuple[int, int, int], Record]] = {}  # as they were last read

    def ids(self) -> list[str]:
        """Names of the jobs' folders; what else lies there is named in a warning, once."""
        try:
            names = sorted(os.listdir(self.jobs))
        except OSError:  # no job was ever started, or the cache was deleted
            return []
        strays = {name for name in names if not JOB_ID.fullmatch(name) and name[0] != "."}
        if strays - self._strays_told:
            self._strays_told |= strays
            log.warning("no jobs, left alone: %s in %s", ", ".join(sorted(strays)), self.jobs)
        return [name for name in names if JOB_ID.fullmatch(name)]

    def read(self, job_id: str) -> Record:
        """NotFoundError if there is no such job, ServiceError if its job.json cannot be used."""
        path = self.folder(job_id) / "job.json"
        try:
            state = os.stat(path)
            identity = state.st_ino, state.st_mtime_ns, state.st_size
            known = self._ended.get(job_id)
            if known is not None and known[0] == identity:
                return known[1]
            text = path.read_bytes()
        except FileNotFoundError as error:
            self._ended.pop(job_id, None)
            if path.parent.is_dir():
                raise ServiceError(f"{path} is missing; {MEND}") from error
            raise _no_job(job_id) from error
        except OSError as error:
            raise ServiceError(f"{path} cannot be read: {error.strerror}; {MEND}") from error
        record = record_of(text, path, job_id)
        if record.state not in OPEN:  # there may be thousands, and all are asked for each second
            self._ended[job_id] = identity, record
        return record

    def save(self, record: Record) -> None:
        """Replace job.json. Raises DatasetError, as `whole`, such as for a full disk."""
        _write(self.folder(record.id) / "job.json", record)

    def create(self, record: Record, renew: bool = False) -> bool:
        """Make a job; False if there is one. Raises ServiceError if it cannot be kept.

        renew : there is one, whose job.json cannot be used.
        """
        folder = self.folder(record.id)
        new = self.jobs / f".{record.id}.{os.getpid()}.{threading.get_ident()}"
        try:
            self.jobs.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not renew:
                new.mkdir(mode=0o700)
            _write((folder if renew else new) / "job.json", record)
            if not renew:
                new.rename(folder)  # refused if there is one
        except (OSError, DatasetError) as error:
            if folder.is_dir() and not renew:
                return False
            raise ServiceError(
                f"No job can be kept in {self.jobs}: {_reason(error)}. Free some space, make the "
                "folder writable, or set HITSCOPE_CACHE_DIR to another."
            ) from error
        finally:
            shutil.rmtree(new, ignore_errors=True)
        return True

    def cancel(self, job_id: str) -> None:
        self._mark(job_id, "cancel")
        self.unmark(job_id, "again")

    def again(self, job_id: str) -> None:
        self._mark(job_id, "again")
        self.unmark(job_id, "cancel")

    def marked_s(self, job_id: str, name: Literal["cancel", "again"]) -> float | None:
        """When the web side put the mark, s since 1970; None if it is not there."""
        try:
            return (self.folder(job_id) / name).stat().st_mtime
        except OSError:
            return None

    def unmark(self, job_id: str, name: Literal["cancel", "again"]) -> None:
        with suppress(OSError):
            (self.folder(job_id) / name).unlink()

    def _mark(self, job_id: str, name: Literal["cancel", "again"]) -> None:
        path = self.folder(job_id) / name
        try:
            path.touch(mode=0o600)
        except OSError as error:
            raise ServiceError(f"{path} cannot be made: {error.strerror}.") from error

    @contextmanager
    def lock(self, job_id: str) -> Iterator[bool]:
        """True while this process may work on the job; False if another does, or it is gone."""
        try:
            held = Lock.take(self.folder(job_id) / "lock")
        except OSError:
            held = None
        try:
            yield held is not None
        finally:
            if held is not None:
                held.release()

    def sweep(self, job_id: str) -> None:
        """Remove what a kill left half-written; for who holds the lock, as only that one writes."""
        for folder in (self.folder(job_id), self.tables / job_id):
            for partial in folder.glob(".*.tmp"):
                with suppress(OSError):  # a folder that cannot be written says so elsewhere
                    partial.unlink()

    def folder(self, job_id: str) -> Path:
        if not JOB_ID.fullmatch(job_id):
            raise _no_job(job_id)
        return self.jobs / job_id

    def parts(self, job_id: str) -> Path:
        return self.folder(job_id) / "parts"

    def table(self, job_id: str, split: str, batch_id: int | str) -> Path:
        """Where the table of a batch is, once it is finished."""
        return self.tables / job_id / f"{split}_batch_{batch_id}.parquet"


def answers_digest(algorithm: Algorithm) -> str:
    """Changes with the answers of an algorithm, such as by a new version."""
    return hashlib.sha256(algorithm_bytes(algorithm)).hexdigest()


def total_of(counts: Iterable[int | None]) -> int:
    """Events of all batches; one of unknown size counts as the mean of the others."""
    counts = list(counts)
    known = [count for count in counts if count is not None]
    return round(sum(known) * len(counts) / len(known)) if known else 0


def has_open(library: Library, record: Record) -> bool:
    """Is the data set of a job one of the library's?"""
    try:
        return any(str(dataset.folder) == record.folder for dataset in library.datasets)
    except DatasetError:
        return False


def as_seen(record: Record, store: JobStore) -> Record:
    """The record with the marks that the runner has not seen yet."""
    if record.state in OPEN:
        cancelled_s = store.marked_s(record.id, "cancel")
        if cancelled_s is not None:
            return replace(record, state="cancelled", ended_s=cancelled_s)
    elif (again_s := store.marked_s(record.id, "again")) is not None:
        return queued_again(record, again_s)
    return record


def queued_again(record: Record, queued_s: float) -> Record:
    return replace(
        record, state="queued", message="", queued_s=queued_s, ended_s=None, rate_per_s=None,
        summary=None,
    )  # fmt: skip


def _no_job(job_id: str) -> NotFoundError:
    return NotFoundError(f"There is no job {job_id[:40]!r}.")


def _reason(error: BaseException) -> str:
    """What the system said; not which temporary file it was about."""
    cause = error if isinstance(error, OSError) else error.__cause__
    told = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(error)
    return told.rstrip(".")


def _write(path: Path, record: Record) -> None:
    text = json.dumps({"format": FORMAT, **asdict(record)}, indent=1)
    with whole(path) as partial:
        partial.write_text(text)
