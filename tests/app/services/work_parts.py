"""What the tests of the work of the inference process share: all its parts, with small data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from app.services.algorithms import Algorithm, Row, result_key
from app.services.answers import Answer, decode
from app.services.cache import ResultCache
from app.services.events import Library
from app.services.inference_ahead import Ahead
from app.services.inference_deaths import Deaths
from app.services.inference_folder import Meeting
from app.services.inference_link import Place, Viewer
from app.services.inference_queue import Priority, Queue, Task
from app.services.inference_work import Weights, Work
from reco_core.errors import ReconstructionError
from reco_core.icecube.dataset import Batch, Dataset
from reco_core.icecube.detector import Detector
from reco_core.icecube.event import Event
from tests.app.services.slow_algorithms import ANSWER, BROKEN, WITHOUT_ANSWER
from tests.reco_core.icecube.small_datasets import BIG, write_small

VIEWER = Viewer("viewer-1", 1)


class Jobs:
    """Notes that it had a turn."""

    def __init__(self) -> None:
        self.turns = 0
        self.left = 0
        self.error: Exception | None = None

    def step(self, stop: Callable[[], bool]) -> bool:
        self.turns += 1
        if self.error:
            raise self.error
        self.left -= 1
        return self.left >= 0


class Parts:
    """What Work works with, on a small data set of events 1 to 20; batches are noted."""

    def __init__(self, folder: Path) -> None:
        write_small(folder / "set", {event_id: 5 for event_id in range(1, 21)})
        self.batches: list[list[int]] = []
        self.broken_for: set[int] = set()
        self.in_table: set[int] = set()
        self.loads = 0
        noting = Algorithm("noting", "Noting", "test", 1, BROKEN.columns, self.compute, batch=4)
        rows = (replace(noting, load=self.load), BROKEN, WITHOUT_ANSWER)
        self.algorithms = {row.key: row for row in rows}
        self.library = Library(folder / "set", folder / "index", BIG)
        self.cache = ResultCache(folder / "results", BIG)
        self.queue = Queue()
        self.meeting = Meeting(folder, "inference-test")
        self.deaths = Deaths(self.meeting, 100.0)
        self.ahead = Ahead(self.library, self.algorithms, self.queue, self.deaths)
        self.jobs = Jobs()
        self.work = Work(
            self.library, self.algorithms, self.cache, self.queue, self.deaths, self.ahead,
            self.jobs, self, Weights(), load_after_s=0.0,
        )  # fmt: skip

    def load(self) -> None:
        self.loads += 1

    def answer(
        self, dataset: Dataset, batch: Batch, event_id: int, algorithm: Algorithm
    ) -> Answer | None:
        """As the table of a job that has been through the events of `in_table`."""
        assert (dataset.key, batch.batch_id) == ("set", 1)
        if event_id not in self.in_table or algorithm.key != "noting":
            return None
        return Answer("ok", {**ANSWER, "n_doms_used": 100 * event_id})

    def compute(
        self, events: Sequence[Event], detector: Detector
    ) -> list[Row | ReconstructionError]:
        ids = [event.event_id for event in events]
        self.batches.append(ids)
        if self.broken_for & set(ids):
            raise ValueError("this one")
        return [{**ANSWER, "n_doms_used": event_id} for event_id in ids]

    def key(self, event_id: int, algorithm: str = "noting") -> str:
        dataset = self.library.dataset("set")
        pulses = dataset.event(event_id).pulses
        return result_key(self.algorithms[algorithm], pulses, dataset.detector)

    def put(
        self,
        event_id: int,
        algorithm: str = "noting",
        key: str | None = None,
        priority: Priority = Priority.SHOWN,
    ) -> Task:
        key = key or self.key(event_id, algorithm)
        return self.queue.put(key, Place("set", event_id), algorithm, priority, VIEWER)

    def close(self) -> None:
        self.deaths.close()
        self.cache.close()

    def turns(self) -> None:
        while self.work.turn():
            pass

    def value(self, task: Task) -> int:
        assert task.kept is not None, task.message
        return decode(task.kept, self.algorithms["noting"]).values["n_doms_used"]
