"""Data sets, algorithms and runners for tests of jobs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from app.services.algorithms import DIRECTION_COLUMNS, Algorithm, Row, find_algorithms
from app.services.events import Library
from app.services.job_runner import JobRunner
from app.services.jobs import Job, Jobs
from reco_core.errors import ReconstructionError
from reco_core.icecube.detector import Detector
from reco_core.icecube.event import Event
from tests.app.services.direct import DictCache
from tests.reco_core.icecube.small_datasets import BIG, meta_table, pulse_table, write_batch

PATIENCE_S = 60.0


def write_batches(folder: Path, batches: Mapping[int, Mapping[int, int]]) -> None:
    """A data set of several batches: {batch_id: {event_id: number of pulses}}."""
    for number, counts in batches.items():
        write_batch(folder, pulse_table(counts, seed=number), number)
    metas = [meta_table(counts, number) for number, counts in batches.items()]
    pl.concat(metas).write_parquet(folder / "train_meta.parquet")


def row_of(event: Event) -> Row:
    """An answer that tells which event it is of."""
    return {
        "zenith": 1.0 + event.event_id * 1e-6, "azimuth": 2.0,
        "point_x_m": float(len(event.pulses)), "point_y_m": 0.0, "point_z_m": 0.0,
        "time_ns": float(event.pulses.time_ns[0]), "n_doms_used": 5, "speed_m_per_ns": 0.3,
        "uncertainty_rad": 0.02, "quality": 0.5, "energy_gev": None,
    }  # fmt: skip


@dataclass
class Counting:
    """An algorithm that notes which events it was given, in calls."""

    calls: list[list[int]] = field(default_factory=list)
    before: Callable[[Event], object] = lambda _event: None

    def compute(
        self, events: Sequence[Event], detector: Detector
    ) -> list[Row | ReconstructionError]:
        self.calls.append([event.event_id for event in events])
        for event in events:
            self.before(event)
        return [row_of(event) for event in events]

    @property
    def events(self) -> list[int]:
        return [event_id for call in self.calls for event_id in call]

    def algorithm(self, key: str = "counting", version: int = 1, batch: int = 1) -> Algorithm:
        return Algorithm(
            key, key.title(), "test", version, DIRECTION_COLUMNS, self.compute, batch=batch
        )


class NoDeaths:
    """Nothing was ever computed when the process died; notes what is begun."""

    def __init__(self, suspect: Sequence[str] = (), deadly: Sequence[str] = ()) -> None:
        self.suspect, self.deadly = suspect, deadly
        self.begun: list[list[str]] = []
        self.is_begun = False

    def begin(self, keys: Sequence[str]) -> None:
        assert not self.is_begun
        self.is_begun = True
        self.begun.append(list(keys))

    def finished(self) -> None:
        assert self.is_begun
        self.is_begun = False

    def is_suspect(self, key: str) -> bool:
        return key in self.suspect or key in self.deadly

    def is_deadly(self, key: str) -> bool:
        return key in self.deadly

    def why(self, key: str) -> str:
        return "it was killed"


class World:
    """Both sides of the jobs on one data folder, as after a fresh start."""

    def __init__(self, data: Path, cache: Path, *algorithms: Algorithm) -> None:
        self.cache = cache
        self.algorithms = {row.key: row for row in algorithms} or find_algorithms()
        self.library = Library(data, cache / "indexes", BIG)
        self.jobs = Jobs(self.library, self.algorithms, cache)
        self.kept = DictCache()
        self.deaths = NoDeaths()
        self.runner = self.new_runner()

    def new_runner(self) -> JobRunner:
        return JobRunner(self.library, self.algorithms, self.kept, self.cache, self.deaths)

    def start(self, algorithm: str = "counting") -> Job:
        return self.jobs.start(self.library.datasets[0].key, algorithm)

    def step(self) -> bool:
        """The shortest slice: one call of the algorithm."""
        return self.runner.step(lambda: True)

    def finish(self) -> None:
        """Work until nothing is left to do."""
        while self.runner.step(lambda: False):
            pass

    def step_until(self, reached: Callable[[], bool]) -> None:
        end_s = time.monotonic() + PATIENCE_S
        while not reached():
            assert time.monotonic() < end_s
            self.step()

    def rows(self, job: Job) -> pl.DataFrame:
        return self.jobs.table(job.id).collect()
