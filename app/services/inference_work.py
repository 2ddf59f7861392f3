"""The work of the inference process, one piece after the other, in one thread.

What is on a screen first, then what is computed ahead, then jobs.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
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
from app.services.inference_queue import Queue, Task
from reco_core.errors import HitscopeError, ReconstructionError, ServiceError
from reco_core.icecube.dataset import Batch, Dataset
from reco_core.icecube.detector import Detector
from reco_core.icecube.event import Event

CHANGED: Final = "The event was changed on disk while it was being computed; open it again."
IDLE_S: Final = 1.0  # how often it is looked whether a job can go on
TROUBLE_S: Final = 10.0  # without jobs, after one ended by an unexpected error

log = logging.getLogger(__name__)


class Jobs(Protocol):
    """What goes on when nothing else waits (job_runner.py)."""

    def step(self, stop: Callable[[], bool]) -> bool: ...


class Tables(Protocol):
    """Answers of jobs that are done (jobs.Jobs)."""

    def answer(
        self, dataset: Dataset, batch: Batch, event_id: int, algorithm: Algorithm
    ) -> Answer | None: ...


class Weights:
    """What algorithms have loaded, each once in the life of the process."""

    def __init__(self) -> None:
        self._loaded: set[str] = set()

    def load(self, algorithm: Algorithm) -> None:
        """Raises whatever the algorithm's own load does; then it is tried again the next time."""
        if algorithm.key not in self._loaded:
            algorithm.load()
            self._loaded.add(algorithm.key)


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
    ) -> None:
        self._library = library
        self._algorithms = algorithms
        self._cache = cache
        self._queue = queue
        self._deaths = deaths
        self._ahead = ahead
        self._jobs = jobs
        self._tables = tables
        self._jobs_from_s = 0.0
        self._weights = weights
        self._to_load = list(algorithms.values())
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
        batch = self._queue.take(self._most_of, self._deaths.is_suspect)
        if not batch:
            return self._load_next() or self._ahead.step() or self._job()
        self.computing_since_s = time.monotonic()
        try:
            self._answer(batch)
        finally:
            self.computing_since_s = None
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
        self._deaths.begin([task.key for task in batch])
        with logs.about(one.dataset, one.event_id) if len(batch) == 1 else nullcontext():
            try:
                detector, found = self._read(batch, algorithm)
                if len(found) == 1:
                    self._answer_one(found[0], algorithm, detector)
                elif found:
                    self._answer_many(found, algorithm, detector)
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

    def _most_of(self, key: str) -> int:
        return self._algorithms[key].batch

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

    def _answer_one(self, read: Read, algorithm: Algorithm, detector: Detector) -> None:
        """Through the cache's claims: another server on the same folder may be at it."""
        key = read.task.key
        self._deaths.rest()

        computed: list[bytes] = []

        def compute() -> bytes:
            computed.extend(self._computed([read], algorithm, detector))
            return computed[-1]

        kept = self._cache.once(key, compute)
        if not computed and not _is_sound(kept, algorithm):  # another's, and damaged
            self._cache.discard(key)
            kept = self._cache.once(key, compute)
        self._queue.finish(read.task, kept)

    def _answer_many(self, found: Sequence[Read], algorithm: Algorithm, detector: Detector) -> None:
        missing = []
        for read in found:
            kept = self._cache.get(read.task.key)
            if kept is not None and _is_sound(kept, algorithm):
                self._queue.finish(read.task, kept)
            else:
                missing.append(read)
        if not missing:
            return
        answers = self._computed(missing, algorithm, detector)
        for read, kept in zip(missing, answers, strict=True):
            self._cache.set(read.task.key, kept)
            self._queue.finish(read.task, kept)

    def _computed(
        self, reads: Sequence[Read], algorithm: Algorithm, detector: Detector
    ) -> list[bytes]:
        """Answers as they are kept, within the time that they may take."""
        started_s = time.monotonic()
        self._deaths.begin([read.task.key for read in reads])
        try:
            self._weights.load(algorithm)
            rows = algorithm.compute([read.event for read in reads], detector)
            kept = _encoded(rows, algorithm, len(reads))
        except BaseException:
            _note(algorithm, ["failed"] * len(reads), started_s)
            raise
        _note(algorithm, [_outcome(row) for row in rows], started_s)
        return kept

    def _load_next(self) -> bool:
        """Read weights before anybody waits for them; not of one that the process died in."""
        if not self._to_load:
            return False
        algorithm = self._to_load.pop(0)
        name = f"load {algorithm.key}"
        if self._deaths.is_suspect(name):
            return True
        self._deaths.begin([name])
        try:
            self._weights.load(algorithm)
        except (Exception, SystemExit):  # told to whoever asks for it
            log.exception("%s cannot be loaded", algorithm.label)
        finally:
            self._deaths.finished()
        return True

    def _job(self) -> bool:
        if time.monotonic() < self._jobs_from_s:
            return False
        try:
            return self._jobs.step(self._queue.has_tasks)
        except Exception:  # a mistake in a job must not end what is on the screens
            log.exception("jobs rest for %d s", TROUBLE_S)
            self._jobs_from_s = time.monotonic() + TROUBLE_S
            return False


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


def _outcome(row: Row | ReconstructionError) -> str:
    return "no answer" if isinstance(row, ReconstructionError) else "ok"


def _note(algorithm: Algorithm, outcomes: Sequence[str], started_s: float) -> None:
    metrics.note_computed(algorithm.key, Counter(outcomes), time.monotonic() - started_s)
