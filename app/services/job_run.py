"""The work of one job, from where it stands to its end, cut into slices."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.services.algorithms import Algorithm
from app.services.answers import OK, Answer
from app.services.events import Library
from app.services.job_answers import (
    ERROR,
    MAX_GROUP,
    SLICE_S,
    Answering,
    Deaths,
    Kept,
    is_error,
)  # fmt: skip
from app.services.job_pace import Pace
from app.services.job_record import Record
from app.services.job_store import JobStore, answers_digest, total_of
from app.services.job_summary import Directions, Tally
from app.services.job_tables import Parts, errors_in, is_sound, is_table, scan
from reco_core.errors import FileFormatError, NotFoundError, ServiceError
from reco_core.icecube.dataset import Batch, Dataset

PART_S: Final = 5.0  # as much work is lost by a kill, at most
PART_EVENTS: Final = 20_000
TOLD_EVERY_S: Final = 1.0
MOST_RAISED: Final = 100  # in a row: then it is the algorithm that is wrong, not the events

Slices = Generator[bool, None, None]  # True after a slice, False while there is nothing to do


@dataclass(frozen=True, eq=False)
class Means:
    """What jobs are done with. See JobRunner."""

    library: Library
    algorithms: Mapping[str, Algorithm]
    cache: Kept
    store: JobStore
    deaths: Deaths
    load: Callable[[Algorithm], None]
    on_events: Callable[[Algorithm, int], None]


class JobRun:
    """One job under way. The process holds its lock.

    record : as it was last saved.
    """

    def __init__(self, record: Record, means: Means) -> None:
        self.record = record
        self._means = means
        self._store = means.store
        self._pace = Pace()
        self._told_s = time.monotonic()
        self._n_again = 0  # events of a finished table that are computed once more
        self._slices = self._job()

    def step(self, stop: Callable[[], bool]) -> bool:
        """One slice: True, or False while it waits for an index.

        Raises StopIteration at the end of the job; HitscopeError that says why it failed.
        """
        until_s = time.monotonic() + SLICE_S
        self._over: Callable[[], bool] = lambda: time.monotonic() >= until_s or stop()
        return next(self._slices)

    def close(self) -> None:
        """Keep what is computed so far."""
        self._slices.close()

    def _job(self) -> Slices:
        self._open()
        damaged: list[str] = []
        for batch in self._dataset.batches:
            try:
                yield from self._batch(batch)
            except (FileFormatError, NotFoundError) as error:
                self._check_files()  # gone or changed is another matter than damaged
                damaged.append(str(error))
        self._save()
        if damaged:
            raise ServiceError(
                f"{len(damaged)} of {len(self._dataset.batches)} batches cannot be read; the "
                f"others are done. The first: {damaged[0]}"
            )
        summary = self._tally.summary()
        self.record = replace(self.record, n_total=self.record.n_done, summary=summary)

    def _open(self) -> None:
        record, means = self.record, self._means
        self._dataset: Dataset = means.library.dataset(record.dataset)
        self._algorithm: Algorithm = means.algorithms[record.algorithm]
        self._check_files()
        if answers_digest(self._algorithm) != record.answers:
            raise ServiceError(
                f"{record.label} is of another version now than when the job was started. Start "
                "it again: as it is now, it makes a job of its own."
            )
        self._load()
        self._answering = Answering(self._dataset, self._algorithm, means.cache, means.deaths)
        self._counts = {batch: self._dataset.event_count(batch) for batch in self._dataset.batches}
        self._old_errors: set[str] = set()  # tables made of parts with errors of an earlier run
        self._tally = Tally(self._store.folder(record.id) / "tally.npz")
        if not self._tally.names <= {path.name for path in self._sound_tables()}:
            self._tally.clear()  # tables were deleted or damaged
        self._say("")

    def _load(self) -> None:
        """Weights may be missing, or too large: the process must not die of that for ever."""
        deaths, name = self._means.deaths, f"load {self._algorithm.key}"
        if deaths.is_deadly(name):
            raise ServiceError(f"{self.record.label} cannot be loaded: {deaths.why(name)}.")
        deaths.begin([name])
        try:
            self._means.load(self._algorithm)
        except (Exception, SystemExit) as error:  # whatever an algorithm does
            raise ServiceError(f"{self.record.label} cannot be loaded: {error!r}.") from error
        finally:
            deaths.finished()

    def _check_files(self) -> None:
        """DatasetError if files of the data set are gone, ServiceError if they have changed."""
        if self._dataset.fingerprint() != self.record.fingerprint:
            raise ServiceError(
                f"Files of data set {self.record.dataset!r} have changed since the job was "
                "started. Start it again: with the files as they are now it is a job of its own."
            )

    def _sound_tables(self) -> Iterator[Path]:
        """Of those that are counted; all rows are read where some are to be computed again."""
        for batch in self._dataset.batches:
            path = self._path(batch)
            n_errors = self._tally.errors.get(path.name)
            if n_errors is None or not is_table(path, self._dataset.batch_fingerprint(batch)):
                continue
            if n_errors == 0 or is_sound(path):
                yield path

    def _path(self, batch: Batch) -> Path:
        return self._store.table(self.record.id, batch.split, batch.batch_id)

    def _batch(self, batch: Batch) -> Slices:
        path = self._path(batch)
        self._fingerprint = self._dataset.batch_fingerprint(batch)
        is_counted = path.name in self._tally.names
        is_finished = is_table(path, self._fingerprint) and (is_counted or is_sound(path))
        if is_finished and is_counted and not self._has_old_errors(path):
            return
        yield from self._index(batch)
        if not is_finished:
            yield from self._compute(batch, path)
            yield True
        gives = self._algorithm.gives_direction
        known = self._dataset.known_directions(batch) if gives else None
        if not is_counted:
            self._tally.add(path.name, scan([path]), known)
            yield True
        if self._has_old_errors(path):
            yield from self._again(batch, path, known)

    def _has_old_errors(self, path: Path) -> bool:
        """Did events of this table end with an error before the job was last asked for?"""
        if not self._tally.errors.get(path.name):
            return False
        return path.name in self._old_errors or path.stat().st_mtime <= self.record.queued_s

    def _again(self, batch: Batch, path: Path, known: Directions | None) -> Slices:
        """Those events once more; the table is replaced whole."""
        self._check_files()
        event_ids = errors_in(path)
        parts = self._parts(f"{path.stem}_again")
        parts.keep_if_of(event_ids)
        self._n_again = len(event_ids)
        try:
            yield from self._fill(batch, parts, event_ids)
        finally:
            self._n_again = self._answering.n_raised = 0
        # A kill from here on leaves a table, old or new, that is not counted: then it will be.
        self._tally.remove(path.name, scan([path]), known)
        parts.finish_errors(path, self._fingerprint)
        self._tally.add(path.name, scan([path]), known)
        yield True

    def _index(self, batch: Batch) -> Slices:
        """Wait while the index is being built; where there can be none, events are read slowly."""
        while (progress := self._dataset.ensure_index(batch)).state == "building":
            done = f"{progress.fraction:.0%} done"
            self._say(f"Waiting for the index of {batch.label}: {done}.")
            yield False

    def _compute(self, batch: Batch, path: Path) -> Slices:
        self._check_files()
        event_ids = self._dataset.event_ids(batch)
        self._counts[batch] = len(event_ids)
        parts = self._parts(path.stem)
        if 0 < parts.errors_s <= self.record.queued_s:
            self._old_errors.add(path.name)
        yield from self._fill(batch, parts, event_ids)
        parts.finish(path, self._fingerprint, event_ids)

    def _parts(self, name: str) -> Parts:
        return Parts(self._store.parts(self.record.id) / name, self._algorithm)

    def _fill(self, batch: Batch, parts: Parts, event_ids: NDArray[np.int64]) -> Slices:
        """Compute the answers of these events of a batch that are not in the parts yet."""
        rows: list[tuple[int, Answer]] = []
        kept_s = time.monotonic()
        most = max(MAX_GROUP, self._algorithm.batch)
        self._pace.skip()
        try:
            while (n_done := parts.n_rows + len(rows)) < len(event_ids):
                rows += self._answers(batch, event_ids[n_done : n_done + most].tolist())
                if len(rows) >= PART_EVENTS or time.monotonic() - kept_s >= PART_S:
                    self._keep(batch, parts, rows)
                    kept_s = time.monotonic()
                if self._over():
                    self._tell(parts, rows)
                    yield True
        except GeneratorExit:  # cancelled, or the process ends
            self._keep(batch, parts, rows)
            raise
        self._keep(batch, parts, rows)
        yield True

    def _answers(self, batch: Batch, event_ids: list[int]) -> list[tuple[int, Answer]]:
        answers = self._answering.answers(batch, event_ids, self._over)
        if self._answering.n_raised >= MOST_RAISED and not self._n_again:
            raise ServiceError(
                f"{self.record.label} failed for {MOST_RAISED} events in a row, the last with: "
                f"{answers[-1][1].status.removeprefix(ERROR)}"
            )
        self._pace.add(len(answers))
        self._means.on_events(self._algorithm, len(answers))
        return answers

    def _keep(self, batch: Batch, parts: Parts, rows: list[tuple[int, Answer]]) -> None:
        """Write a part, unless the files changed while its rows were computed."""
        if self._dataset.batch_fingerprint(batch) != self._fingerprint:
            self._check_files()
        parts.add(rows)
        rows.clear()

    def _tell(self, parts: Parts, rows: list[tuple[int, Answer]]) -> None:
        """Save the progress, once a second."""
        if time.monotonic() - self._told_s >= TOLD_EVERY_S:
            statuses = [answer.status for _, answer in rows]
            n_failed = parts.n_failed + sum(status != OK for status in statuses)
            n_errors = parts.n_errors + sum(map(is_error, statuses))
            self._save(parts.n_rows + len(rows), n_failed, n_errors)

    def _save(self, n_now: int = 0, n_failed_now: int = 0, n_errors_now: int = 0) -> None:
        """Numbers of the finished batches and, besides, of the one under way."""
        self.record = replace(
            self.record,
            n_done=self._tally.n - self._n_again + n_now,
            n_failed=self._tally.n_failed - self._n_again + n_failed_now,
            n_errors=self._tally.n_errors - self._n_again + n_errors_now,
        )
        self._say("")

    def _say(self, message: str) -> None:
        """Save the record; how far it is stays as it was, until the parts are counted."""
        self._told_s = time.monotonic()
        self.record = replace(
            self.record,
            message=message,
            n_total=total_of(self._counts.values()),
            rate_per_s=self._pace.rate_per_s,
        )
        self._store.save(self.record)
