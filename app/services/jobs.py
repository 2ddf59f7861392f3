"""Whole data sets scored with one algorithm: started, watched, cancelled and read by the pages.

The work is done by the inference process (job_runner.py); the two meet on disk (job_store.py).
The same question - data set, its files, algorithm, version - is the same job, and is done once.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from app.services.algorithms import Algorithm, algorithm_of
from app.services.answers import Answer, table_schema
from app.services.events import Library
from app.services.job_kinds import EventKind, Kind
from app.services.job_record import OPEN, JobState, Record
from app.services.job_store import JobStore, answers_digest, as_seen
from app.services.job_tables import answer_in, is_table, scan
from reco_core.errors import NotFoundError, ServiceError
from reco_core.icecube.dataset import Batch, Dataset

TABLE_NAME: Final = re.compile(r"(train|test)_batch_(0|[1-9][0-9]{0,17})\.parquet")
SLOWEST_PER_S: Final = 1e-6  # an event in eleven days: nothing can be said of the time left
SETTLED_S: Final = 2.0  # a folder that changed less long ago may change again in the same tick


@dataclass(frozen=True)
class Job:
    """A job as the pages show it.

    dataset, algorithm : keys.  message : why it failed, or what it waits for.  n_failed : events
    without an answer.  created_s, queued_s (the last time), ended_s : s since 1970.
    """

    id: str
    dataset: str
    algorithm: str
    label: str
    state: JobState
    message: str
    n_done: int
    n_total: int
    rate_per_s: float | None
    seconds_left: float | None
    created_s: float
    queued_s: float
    ended_s: float | None
    n_failed: int


class Jobs:
    """The web workers' side; safe to share among threads.

    folder : the cache's, in which there are jobs/ and tables/.  more : further kinds of jobs.
    """

    def __init__(
        self, library: Library, algorithms: Mapping[str, Algorithm], folder: Path, *more: Kind
    ) -> None:
        self.library = library
        self.algorithms = algorithms
        self._store = JobStore(folder)
        self._kinds: tuple[Kind, ...] = (EventKind(library, algorithms, self._store), *more)
        self._known: tuple[int, dict[tuple[str, str], tuple[str, ...]]] = (-1, {})

    def start(self, dataset_key: str, algorithm_key: str) -> Job:
        """The job of that question, queued if it is new, was cancelled or has failed.

        Also if it is done, but tables are gone, or events ended with an error.
        """
        return self.queue(dataset_key, algorithm_key)[0]

    def queue(self, dataset_key: str, algorithm_key: str) -> tuple[Job, bool]:
        """start(), and whether it was queued by this call.

        Raises NotFoundError; DatasetError if the data set's files are gone; ServiceError.
        """
        asked = self._kind_of(algorithm_key).record(dataset_key, algorithm_key)
        job_id = asked.id
        try:
            record = self._store.read(job_id)
        except NotFoundError:
            new = self._store.create(asked)
        except ServiceError:  # its job.json cannot be used; what it computed can
            new = self._store.create(asked, renew=True)
            self._store.unmark(job_id, "cancel")
        else:
            new = self._is_wanted_again(as_seen(record, self._store))
            if new:
                self._store.again(job_id)
        return self.get(job_id), new

    def _is_wanted_again(self, record: Record) -> bool:
        if record.state == "done":
            return record.n_errors > 0 or not self._kind_of(record.algorithm).is_whole(record)
        return record.state not in OPEN

    def _kind_of(self, algorithm_key: str) -> Kind:
        """The kind of jobs with that algorithm; where none knows it, the first one says so."""
        found = (kind for kind in self._kinds if kind.knows(algorithm_key))
        return next(found, self._kinds[0])

    def list(self) -> tuple[Job, ...]:
        """All jobs, the newest first; one that cannot be read says so, as failed."""
        found = (self._found(job_id) for job_id in self._store.ids())
        jobs = [job for job in found if job is not None]
        return tuple(sorted(jobs, key=lambda job: (-job.created_s, job.id)))

    def get(self, job_id: str) -> Job:
        """Raises NotFoundError."""
        job = self._found(job_id)
        if job is None:
            raise NotFoundError(f"There is no job {job_id[:40]!r}.")
        return job

    def _found(self, job_id: str) -> Job | None:
        try:
            return self._job(as_seen(self._store.read(job_id), self._store))
        except NotFoundError:  # deleted while the others were read
            return None
        except ServiceError as error:
            return self._damaged(job_id, str(error))

    def cancel(self, job_id: str) -> Job:
        """What is computed stays, and starting again goes on. An ended job is left as it is."""
        if self.get(job_id).state in OPEN:
            self._store.cancel(job_id)
        return self.get(job_id)

    def table(self, job_id: str) -> pl.LazyFrame:
        """The rows of all finished batches, train before test, then by number of the batch."""
        paths = self.batch_files(job_id)
        if paths:
            return scan(paths)
        algorithm = algorithm_of(self.algorithms, self._store.read(job_id).algorithm)
        return pl.LazyFrame(schema=table_schema(algorithm))

    def batch_files(self, job_id: str) -> tuple[Path, ...]:
        """Files of the finished tables of a job, in the order of the batches."""
        folder = self._store.tables / self._store.folder(job_id).name
        try:
            matches = [match for match in map(TABLE_NAME.fullmatch, os.listdir(folder)) if match]
        except OSError:
            return ()
        matches.sort(key=lambda match: (match[1] == "test", int(match[2])))
        return tuple(folder / match[0] for match in matches)

    def finished(self, dataset: Dataset, algorithm: Algorithm) -> Iterator[tuple[Batch, Path]]:
        """Batches with a finished table of the files as they are now, and where it is.

        In the order of the batches. Raises DatasetError as the data set does.
        """
        job_ids = self._jobs_of(dataset.key, algorithm)
        for batch in dataset.batches:
            paths = [self._store.table(id, batch.split, batch.batch_id) for id in job_ids]
            there = [path for path in paths if path.is_file()]
            fingerprint = dataset.batch_fingerprint(batch) if there else ""
            yield from ((batch, path) for path in there[:1] if is_table(path, fingerprint))

    def batch_file(self, job_id: str, split: str, batch_id: int | str) -> Path:
        """File of the finished table of a batch; NotFoundError if there is none (yet)."""
        name = f"{split}_batch_{batch_id}.parquet"
        path = self._store.tables / self._store.folder(job_id).name / name
        if TABLE_NAME.fullmatch(name) and path.is_file():
            return path
        raise NotFoundError(f"Job {job_id!r} has no finished table {name[:80]!r}.")

    def summary(self, job_id: str) -> dict[str, Any] | None:
        """n, n_ok, n_failed, median_opening_angle_rad (or None) of a job that is done."""
        try:
            return as_seen(self._store.read(job_id), self._store).summary
        except ServiceError:
            return None

    def answer(
        self, dataset: Dataset, batch: Batch, event_id: int, algorithm: Algorithm
    ) -> Answer | None:
        """An event's answer from a finished table of the files as they are now.

        None for an event that ended with an error. Where no job was started, one look at a folder.
        Raises DatasetError as the data set does.
        """
        job_ids = self._jobs_of(dataset.key, algorithm)
        if not job_ids:
            return None
        fingerprint = dataset.batch_fingerprint(batch)
        for job_id in job_ids:
            path = self._store.table(job_id, batch.split, batch.batch_id)
            if path.is_file():
                place = dataset.place(batch, event_id)
                if place is not None:
                    answer = answer_in(path, fingerprint, place, event_id, algorithm)
                    if answer is not None:
                        return answer
        return None

    def _jobs_of(self, dataset_key: str, algorithm: Algorithm) -> tuple[str, ...]:
        try:
            changed_ns = self._store.jobs.stat().st_mtime_ns
        except OSError:
            return ()
        known_ns, known = self._known
        if known_ns != changed_ns:
            known = self._listed()
            if time.time_ns() - changed_ns > SETTLED_S * 1e9:
                self._known = (changed_ns, known)
        return known.get((dataset_key, answers_digest(algorithm)), ()) if known else ()

    def _listed(self) -> dict[tuple[str, str], tuple[str, ...]]:
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for job_id in self._store.ids():
            try:
                record = self._store.read(job_id)
            except (NotFoundError, ServiceError):
                continue
            question = record.dataset, record.answers
            found[question] = (*found.get(question, ()), job_id)
        return found

    def _job(self, record: Record) -> Job:
        rate = record.rate_per_s if record.state == "running" else None
        rate = rate if rate and rate > SLOWEST_PER_S else None
        left = max(record.n_total - record.n_done, 0)
        return Job(
            record.id, record.dataset, record.algorithm, record.label, record.state,
            record.message or _errors_of(record) or self._waits_for(record),
            record.n_done, record.n_total, rate,
            left / rate if rate else None, record.created_s, record.queued_s,
            record.ended_s, record.n_failed,
        )  # fmt: skip

    def _waits_for(self, record: Record) -> str:
        """Jobs of another server on the same cache are its own matter, if there is one."""
        if record.state not in OPEN:
            return ""
        kind = self._kind_of(record.algorithm)
        if not kind.knows(record.algorithm):
            return f"It waits for a server that has the algorithm {record.algorithm!r}."
        if Path(record.folder).exists() and not kind.is_open(record):
            return f"It waits for a server that has {record.folder} open."
        return ""

    def _damaged(self, job_id: str, message: str) -> Job:
        try:
            created_s = self._store.folder(job_id).stat().st_mtime
        except OSError:
            created_s = 0.0
        return Job(
            job_id,
            "",
            "",
            "Unknown",
            "failed",
            message,
            0,
            0,
            None,
            None,
            created_s,
            created_s,
            created_s,
            0,
        )


def _errors_of(record: Record) -> str:
    if record.state in OPEN or not record.n_errors:
        return ""
    events = "1 event" if record.n_errors == 1 else f"{record.n_errors:,} events"
    them = "it" if record.n_errors == 1 else "them"
    return f"{events} ended with an error; go on to try {them} again."
