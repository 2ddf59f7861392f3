"""Answers for the next events of a job, a short group at a time."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from app.services.algorithms import Algorithm, result_key
from app.services.answers import Answer, answer_of, decode
from reco_core.errors import EventError, ServiceError
from reco_core.icecube.dataset import Batch, Dataset
from reco_core.icecube.event import Event

ERROR: Final = "error: "  # begins the status of a row that is no answer and may be tried again
SLICE_S: Final = 0.25  # a job never holds up the events that people look at for longer
GROUP_S: Final = 0.05  # what the process does is written down once per group
MAX_GROUP: Final = 64
MAX_GROUP_PULSES: Final = 1_000_000
TRACEBACKS: Final = 3  # logged of an algorithm that raises, per job

log = logging.getLogger(__name__)


def is_error(status: str) -> bool:
    """Did the algorithm raise, or the process die? Neither says anything about the event."""
    return status.startswith(ERROR)


class Kept(Protocol):
    """What a job needs of the cache (cache.ResultCache)."""

    def get(self, key: str) -> bytes | None: ...


class Deaths(Protocol):
    """What a job needs of inference_deaths.Deaths: what the process died in is known afterwards."""

    def begin(self, keys: Sequence[str]) -> None: ...
    def finished(self) -> None: ...
    def is_suspect(self, key: str) -> bool: ...
    def is_deadly(self, key: str) -> bool: ...
    def why(self, key: str) -> str: ...


@dataclass(frozen=True, eq=False)
class _Task:
    """An event to be computed, or the answer that it has without."""

    event_id: int
    key: str = ""
    event: Event | None = None
    answer: Answer | None = None


class Answering:
    """Reads, looks up and computes events of one data set with one algorithm, batch after batch.

    n_raised : how many events in a row the algorithm raised an error for that is no answer.
    """

    def __init__(self, dataset: Dataset, algorithm: Algorithm, kept: Kept, deaths: Deaths) -> None:
        self._dataset = dataset
        self._algorithm = algorithm
        self._kept = kept
        self._deaths = deaths
        self._group = algorithm.batch
        self._left: list[_Task] = []  # of the last group, when the slice was over
        self._n_alone = 0  # of the next tasks: together the algorithm raised for them
        self._event_s = math.inf  # that an event takes, in calls as they are
        self._tracebacks = 0
        self.n_raised = 0

    def answers(
        self, batch: Batch, event_ids: Sequence[int], over: Callable[[], bool]
    ) -> list[tuple[int, Answer]]:
        """Answers of the first few of these events of a batch, in their order.

        event_ids : they go on where the answers of the last call ended, unless it raised.
        over : whether to stop, after each call of the algorithm; there may be no answer by then.
        Raises DatasetError or NotFoundError if an event is not where it was.
        """
        self._detector = self._dataset.detector
        tasks, self._left = self._left or self._tasks(batch, event_ids), []
        began_s = time.monotonic()
        answers: list[tuple[int, Answer]] = []
        if to_compute := [task.key for task in tasks if task.event is not None]:
            self._deaths.begin(to_compute)
        try:
            while len(answers) < len(tasks):
                first = len(answers)
                answers += self._computed(tasks[first : first + self._at_once()])
                if over():
                    break
        finally:
            if to_compute:
                self._deaths.finished()
        self._left = tasks[len(answers) :]
        if not self._left:
            self._adapt(time.monotonic() - began_s)
        return answers

    def _at_once(self) -> int:
        """Events for the next call, which is to take no longer than a slice; one to begin with."""
        if self._n_alone:
            return 1
        most = SLICE_S / self._event_s if self._event_s > 0 else math.inf
        return max(1, int(min(most, self._algorithm.batch)))

    def _adapt(self, seconds: float) -> None:
        """Groups long enough that beginning one costs little, and no longer."""
        wanted = self._group // 2 if seconds > GROUP_S else self._group * 2
        self._group = max(self._algorithm.batch, min(wanted, MAX_GROUP))

    def _tasks(self, batch: Batch, event_ids: Sequence[int]) -> list[_Task]:
        """One group; an event that the process died in makes a group of its own."""
        tasks: list[_Task] = []
        n_pulses = 0
        for event_id in event_ids[: self._group]:
            task = self._task(batch, event_id)
            is_suspect = task.event is not None and self._deaths.is_suspect(task.key)
            if is_suspect and tasks:
                break
            tasks.append(task)
            n_pulses += len(task.event.pulses) if task.event else 0
            if is_suspect or n_pulses > MAX_GROUP_PULSES:
                break
        return tasks

    def _task(self, batch: Batch, event_id: int) -> _Task:
        try:
            event = self._dataset.event_of(batch, event_id)
        except EventError as error:
            return _Task(event_id, answer=Answer(str(error), {}))
        key = result_key(self._algorithm, event.pulses, self._detector)
        answer = self._known(key)
        return _Task(event_id, key, None if answer else event, answer)

    def _known(self, key: str) -> Answer | None:
        if self._deaths.is_deadly(key):
            why = self._deaths.why(key)
            return Answer(
                f"{ERROR}The process ended twice while it computed this event: {why}.", {}
            )
        kept = self._kept.get(key)
        if kept is not None:
            try:
                return decode(kept, self._algorithm)
            except ServiceError as error:
                log.warning("%s It is computed anew.", error)
        return None

    def _computed(self, tasks: Sequence[_Task]) -> list[tuple[int, Answer]]:
        """Answers of all these tasks, or none: then they are to be computed one by one."""
        events = [task.event for task in tasks if task.event is not None]
        found = self._compute(events) if events else []
        if len(found) < len(events):
            self._n_alone = len(tasks)
            return []
        self._n_alone = max(self._n_alone - len(tasks), 0)
        left = iter(found)
        return [(task.event_id, task.answer or next(left)) for task in tasks]

    def _compute(self, events: Sequence[Event]) -> list[Answer]:
        """An answer per event; none where the algorithm raises for several together."""
        began_s = time.monotonic()
        try:
            answers = self._checked(events)
        except (Exception, SystemExit) as error:  # whatever an algorithm does, the job goes on
            if len(events) > 1:
                return []
            self.n_raised += 1
            self._tell(events[0], error)
            return [Answer(f"{ERROR}{type(error).__name__}: {error}", {})]
        self.n_raised = 0
        self._note_pace((time.monotonic() - began_s) / len(events))
        return answers

    def _note_pace(self, event_s: float) -> None:
        """Slower counts at once; quicker by and by, as after a first call that compiles."""
        known_s = self._event_s if math.isfinite(self._event_s) else event_s
        self._event_s = max(event_s, (known_s + event_s) / 2)

    def _checked(self, events: Sequence[Event]) -> list[Answer]:
        computed = self._algorithm.compute(events, self._detector)
        if len(computed) != len(events):
            raise ServiceError(f"it gave {len(computed)} answers for {len(events)} events")
        return [answer_of(row, self._algorithm) for row in computed]

    def _tell(self, event: Event, error: BaseException) -> None:
        self._tracebacks += 1
        if self._tracebacks <= TRACEBACKS:
            log.error("%s of event %d failed", self._algorithm.key, event.event_id, exc_info=error)
