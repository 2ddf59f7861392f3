"""Jobs worked on, in slices short enough to go between the events that people look at.

One job at a time, in the order in which they were queued. It goes on after a restart, or a kill at
any moment, with the first event whose answer is not on disk.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from app.services.algorithms import Algorithm
from app.services.events import Library
from app.services.job_answers import Deaths, Kept
from app.services.job_kinds import EventKind, Kind, Run
from app.services.job_record import OPEN, JobState, Record
from app.services.job_run import JobRun, Means
from app.services.job_store import JobStore, as_seen
from app.services.weights import Weights
from reco_core.errors import DatasetError, HitscopeError, NotFoundError

AGAIN = "When that is put right, go on with the job: it continues where it stopped."
DELETED = "The folder of the job was deleted while it ran; start it anew."

log = logging.getLogger(__name__)


class RunnableKind(Kind, Protocol):
    """A kind whose jobs are worked on here."""

    def run(self, record: Record) -> Run:
        """The job, its lock is held."""


class JobRunner:
    """Works on the jobs in a cache folder.

    load : reads an algorithm's weights if that was not done yet.  on_events : is told how many
    events an algorithm answered.  more : further kinds of jobs.
    """

    def __init__(
        self,
        library: Library,
        algorithms: Mapping[str, Algorithm],
        cache: Kept,
        folder: Path,
        deaths: Deaths,
        load: Callable[[Algorithm], None] | None = None,
        on_events: Callable[[Algorithm, int], None] = lambda _algorithm, _n: None,
        more: Sequence[RunnableKind] = (),
    ) -> None:
        self._store = JobStore(folder)
        self._events = EventKind(library, algorithms, self._store)
        self._more = more
        self._means = Means(
            library, algorithms, cache, self._store, deaths, load or Weights().load, on_events
        )
        self._run: Run | None = None
        self._held = ExitStack()  # the lock of the job under way
        self._unsaved: dict[str, Record] = {}  # jobs that ended, which a full disk did not take

    def step(self, stop: Callable[[], bool]) -> bool:
        """Work for a quarter of a second, less if `stop` says so; False if there is nothing to do.

        Then ask again after a second, or when jobs have changed: an index may be ready by then.
        """
        run = self._run or self._begin_next()
        if run is None:
            return False
        try:
            if self._store.marked_s(run.record.id, "cancel") is None:
                return run.step(stop)
            run.close()
            self._end(run, "cancelled")
        except StopIteration:
            self._end(run, "done")
        except Exception as error:  # else this job would be begun again and again
            self._end(run, "failed", self._why(run.record.id, error))
        return True

    def _why(self, job_id: str, error: Exception) -> str:
        if not self._store.folder(job_id).is_dir():
            return DELETED
        if isinstance(error, (DatasetError, NotFoundError)):
            return f"{error} {AGAIN}"
        if isinstance(error, HitscopeError):
            return str(error)
        log.error("job %s ended by a mistake", job_id, exc_info=error)
        return f"A mistake in Hitscope; please report it: {error!r}."

    def close(self) -> None:
        """Keep what is computed; the job goes on when there is a runner again."""
        if self._run is not None:
            try:
                self._run.close()
            except HitscopeError as error:
                log.warning("job %s: the last seconds are lost: %s", self._run.record.id, error)
        self._run = None
        self._held.close()

    def _begin_next(self) -> Run | None:
        for record in self._waiting():
            if self._held.enter_context(self._store.lock(record.id)):
                self._run = self._begin(record.id)
            if self._run is not None:
                return self._run
            self._held.close()
        return None

    def _waiting(self) -> list[Record]:
        """Jobs to be worked on here, those first that wait longest."""
        records = []
        for job_id in self._store.ids():
            try:
                record = self._store.read(job_id)
            except HitscopeError as error:
                log.debug("%s", error)  # the list of jobs says so
                continue
            is_again = self._store.marked_s(job_id, "again") is not None
            if (record.state in OPEN or is_again) and self._is_ours(record):
                records.append(record)
        return sorted(records, key=lambda record: record.queued_s)

    def _is_ours(self, record: Record) -> bool:
        """Another server on the same cache may have other data, or other algorithms."""
        if record.id in self._unsaved:
            self._save(self._unsaved[record.id])
            return False
        kind = self._other_kind(record) or self._events
        is_here = not Path(record.folder).exists() or kind.is_open(record)
        return is_here and kind.knows(record.algorithm)

    def _other_kind(self, record: Record) -> RunnableKind | None:
        return next((kind for kind in self._more if kind.knows(record.algorithm)), None)

    def _begin(self, job_id: str) -> Run | None:
        """The job, unless it has ended or is cancelled; its lock is held."""
        try:
            kept = self._store.read(job_id)  # again: as it is now that nobody else works on it
        except HitscopeError:
            return None
        record = as_seen(kept, self._store)
        is_open = record.state in OPEN
        if is_open:
            record = replace(record, state="running", message="", rate_per_s=None)
        if not self._save(record):
            return None
        self._store.unmark(job_id, "again")
        self._store.sweep(job_id)
        if not is_open:
            return None
        other = self._other_kind(record)
        return other.run(record) if other else JobRun(record, self._means)

    def _end(self, run: Run, state: JobState, message: str = "") -> None:
        record = replace(
            run.record, state=state, message=message, ended_s=time.time(), rate_per_s=None
        )
        told = f"{state} {message}".rstrip()
        log.info("job %s (%s, %s): %s", record.id, record.dataset, record.label, told)
        if self._save(record) and state == "done":
            self._store.unmark(record.id, "again")  # from before it went on by itself
        self._run = None
        self._held.close()

    def _save(self, record: Record) -> bool:
        """False where the disk takes nothing: then it is tried again, and not worked on."""
        self._unsaved.pop(record.id, None)
        try:
            self._store.save(record)
        except DatasetError as error:
            if self._store.folder(record.id).is_dir():  # else the job was deleted
                log.warning("job %s: %s", record.id, error)
                self._unsaved[record.id] = record
            return False
        return True
