"""The work of the inference process, one piece after the other, in one thread.

What is drawn on a screen first, then what is computed ahead or only listed, then jobs.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Final, Protocol

from app import logs, metrics
from app.services.algorithms import Algorithm, Row
from app.services.answers import Answer, answer_of, decode, encode
from app.services.cache import ResultCache
from app.services.events import Library
from app.services.inference_ahead import Ahead
from app.services.inference_deaths import Deaths
from app.services.inference_events import LastEvents
from app.services.inference_link import MAX_ANSWER_BYTES
from app.services.inference_queue import Priority, Queue, Task
from app.services.inference_shares import EventTimes, Jobs, JobSlices
from app.services.weights import Weights
from reco_core.errors import HitscopeError, ReconstructionError, ServiceError
from reco_core.icecube.dataset import Batch, Dataset
from reco_core.icecube.detector import Detector
from reco_core.icecube.event import Event

CHANGED: Final = "The event was changed on disk while it was being computed; open it again."
LOAD_AFTER_S: Final = 2.0  # what is asked for at the start comes first
IDLE_S: Final = 1.0  # how often it is looked whether a job can go on

log = logging.getLogger(__name__)


class Tables(Protocol):
    """Answers of jobs that are done (jobs.Jobs)."""

    def answer(
        self, dataset: Dataset, batch: Batch, event_id: int, algorithm: Algorithm
    ) -> Answer | None: ...


@dataclass(frozen=True)
class Read:
    """A task with its event."""

    task: Task
    event: Event


class Work:
    """All that is computed. `turn` is called by one thread alone."""

    def __init__(
        self,
        library: Library,
        algorithms: Mapping[str, Algorithm],
        cache: ResultCache,
        queue: Queue,
        deaths: Deaths,
        ahead: Ahead,
        jobs: Jobs,
        tables: Tables,
        weights: Weights,
        load_after_s: float = LOAD_AFTER_S,
    ) -> None:
        self._library = library
        self._algorithms = algorithms
        self._cache = cache
        self._queue = queue
        self._deaths = deaths
        self._ahead = ahead
        self._slices = JobSlices(jobs, queue)
        self._times = EventTimes()
        self._tables = tables
        self._weights = weights
        self._to_load = list(algorithms.values())
        self._load_from_s = time.monotonic() + load_after_s
        self._events = LastEvents()
        self.computing_since_s: float | None = None

    def run(self) -> None:
        """For ever."""
        while True:
            busy = self.turn()
            metrics.note_queue(self._queue.lengths())
            if not busy:
                self._queue.wait_for_work(IDLE_S)

    def turn(self) -> bool:
        """The most urgent piece of work; False if there was none."""
        if self._slices.is_due() and self._slices.step():
            return True
        batch = self._queue.take(self._most_of, self._deaths.is_suspect)
        if not batch:
            return self._load_next() or self._ahead.step() or self._slices.step()
        self.computing_since_s = time.monotonic()
        try:
            self._answer(batch)
        finally:
            self.computing_since_s = None
        if batch[0].priority is not Priority.SHOWN:
            self._slices.note_unhurried()
        return True

    def _answer(self, batch: Sequence[Task]) -> None:
        """Every task of the batch ends, whatever happens."""
        algorithm = self._algorithms[batch[0].algorithm]
        self._try(batch, algorithm)
        for task in batch:  # which of a batch was to blame shows when each is computed alone
            if task.state == "computing":
                self._try([task], algorithm)

    def _try(self, batch: Sequence[Task], algorithm: Algorithm) -> None:
        """Tasks end, except those of a batch of several that failed as a whole."""
        one = batch[0].place
        self._deaths.begin([task.key for task in batch], _what(batch, algorithm))
        with logs.about(one.dataset, one.event_id) if len(batch) == 1 else nullcontext():
            try:
                detector, found = self._read(batch, algorithm)
                self._answer_found(found, algorithm, detector)
            except (Exception, SystemExit) as error:  # whatever an algorithm does
                if len(batch) == 1:
                    self._fail(batch[0], algorithm, error)
                else:
                    log.warning("%s: %d together failed: %r", algorithm.label, len(batch), error)
            finally:
                self._deaths.finished()

    def _fail(self, task: Task, algorithm: Algorithm, error: BaseException) -> None:
        if isinstance(error, HitscopeError):
            log.warning("%s was not computed: %s", algorithm.label, error)
            message = str(error)
        else:
            log.error("%s was not computed", algorithm.label, exc_info=error)
            message = f"{algorithm.label} ended with an error: {error!r}. The log says where."
        self._queue.fail(task, message)

    def _most_of(self, key: str, priority: Priority) -> int:
        return self._times.most(key, self._algorithms[key].batch, priority)

    def _read(self, batch: Sequence[Task], algorithm: Algorithm) -> tuple[Detector, list[Read]]:
        """The events, as far as they can be read and are those that were asked for."""
        dataset = self._library.dataset(batch[0].place.dataset)
        detector, found = dataset.detector, []
        for task in batch:
            try:
                event = self._events.find(dataset, task.place.event_id, algorithm, task.key)
            except (HitscopeError, OSError) as error:
                self._queue.fail(task, str(error))
                continue
            if event is None:
                self._queue.fail(task, CHANGED)
            elif (answer := self._of_job(dataset, event, algorithm)) is not None:
                kept = encode(answer, algorithm)
                self._cache.set(task.key, kept)
                self._queue.finish(task, kept)
            else:
                found.append(Read(task, event))
        return detector, found

    def _of_job(self, dataset: Dataset, event: Event, algorithm: Algorithm) -> Answer | None:
        """The answer in the table of a job, if one has been through this batch."""
        batch, _ = dataset.locate(event.event_id)
        return self._tables.answer(dataset, batch, event.event_id, algorithm)

    def _answer_found(
        self, found: Sequence[Read], algorithm: Algorithm, detector: Detector
    ) -> None:
        """Of those that the cache has not: what another server is computing waits, untouched."""
        missing = [
            read
            for read in found
            if not self._finish(read.task, self._cache.get(read.task.key), algorithm)
        ]
        if not missing:
            return
        with self._cache.claimed([read.task.key for read in missing]) as mine:
            for read in reversed(missing):  # each goes to the front of the queue
                if read.task.key not in mine:
                    self._queue.put_back(read.task)
            ours = [read for read in missing if read.task.key in mine]
            self._compute(
                [r for r in ours if not self._finish(r.task, mine[r.task.key], algorithm)],
                algorithm,
                detector,
            )

    def _finish(self, task: Task, kept: bytes | None, algorithm: Algorithm) -> bool:
        """Whether this ends the task: not where there is nothing, or of no use."""
        if kept is None or not _is_sound(kept, algorithm):
            return False
        self._queue.finish(task, kept)
        return True

    def _compute(self, reads: Sequence[Read], algorithm: Algorithm, detector: Detector) -> None:
        if not reads:
            self._deaths.begin([])  # what was put back has not shown that it can be computed
            return
        answers = self._computed(reads, algorithm, detector)
        for read, kept in zip(reads, answers, strict=True):
            self._cache.set(read.task.key, kept)
            self._queue.finish(read.task, kept)

    def _computed(
        self, reads: Sequence[Read], algorithm: Algorithm, detector: Detector
    ) -> list[bytes]:
        """Answers as they are kept, within the time that they may take."""
        tasks = [read.task for read in reads]
        started_s = time.monotonic()
        self._deaths.begin([task.key for task in tasks], _what(tasks, algorithm))
        try:
            self._weights.load(algorithm)
            loaded_s = time.monotonic()
            rows = algorithm.compute([read.event for read in reads], detector)
            kept = _encoded(rows, algorithm, len(reads))
        except BaseException:
            _note(algorithm, ["failed"] * len(reads), started_s)
            raise
        self._times.note(algorithm.key, len(reads), time.monotonic() - loaded_s)
        _note(algorithm, [_outcome(row) for row in rows], started_s)
        return kept

    def _load_next(self) -> bool:
        """Read weights before anybody waits for them; not of one that the process died in."""
        if not self._to_load or time.monotonic() < self._load_from_s:
            return False
        algorithm = self._to_load.pop(0)
        name = f"load {algorithm.key}"
        if self._deaths.is_suspect(name):
            return True
        self._deaths.begin([name], f"the weights of {algorithm.label}")
        try:
            self._weights.load(algorithm)
        except (Exception, SystemExit):  # told to whoever asks for it
            log.exception("%s cannot be loaded", algorithm.label)
        finally:
            self._deaths.finished()
        return True


def _encoded(
    rows: Sequence[Row | ReconstructionError], algorithm: Algorithm, n_expected: int
) -> list[bytes]:
    if len(rows) != n_expected:
        raise ServiceError(
            f"Algorithm {algorithm.key!r} gave {len(rows)} answers to {n_expected} events."
        )
    kept = [encode(answer_of(row, algorithm), algorithm) for row in rows]
    longest = max(map(len, kept))
    if longest > MAX_ANSWER_BYTES:
        raise ServiceError(
            f"Algorithm {algorithm.key!r} gave an answer of {longest:,} bytes; at most "
            f"{MAX_ANSWER_BYTES:,} are kept."
        )
    return kept


def _is_sound(kept: bytes, algorithm: Algorithm) -> bool:
    try:
        decode(kept, algorithm)
    except ServiceError as error:
        log.warning("%s It is computed anew.", error)
        return False
    return True


def _what(tasks: Sequence[Task], algorithm: Algorithm) -> str:
    """For the log, should the process die."""
    place = tasks[0].place
    others = f" and {len(tasks) - 1} more" if len(tasks) > 1 else ""
    return f"{algorithm.label} of {place.dataset}/{place.event_id}{others}"


def _outcome(row: Row | ReconstructionError) -> str:
    return "no answer" if isinstance(row, ReconstructionError) else "ok"


def _note(algorithm: Algorithm, outcomes: Sequence[str], started_s: float) -> None:
    metrics.note_computed(algorithm.key, Counter(outcomes), time.monotonic() - started_s)
