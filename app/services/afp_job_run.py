"""The work of a job that scores a data set of AFP, from where it stands, cut into slices."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import polars as pl

from app.services.afp_jobs import AfpKind, row_of
from app.services.afp_library import AfpLibrary
from app.services.afp_opening import ReadingError
from app.services.inference_afp_parts import Places
from app.services.job_answers import SLICE_S, Deaths
from app.services.job_pace import Pace
from app.services.job_record import Record
from app.services.job_run import PART_EVENTS, PART_S, TOLD_EVERY_S, Slices
from app.services.job_store import JobStore
from reco_core.afp.dataset import AfpDataset
from reco_core.afp.scoring.kept import SCHEMA, SCORE, begun_scores, is_kept
from reco_core.dataset_table import GrowingTable
from reco_core.errors import ServiceError

FIRST_BLOCK: Final = 200  # events; then as many as take GROUP_S
GROUP_S: Final = 0.1


@dataclass(frozen=True, eq=False)
class AfpMeans:
    """What such jobs are done with."""

    kind: AfpKind
    places: Places
    deaths: Deaths
    store: JobStore


class AfpJobRun:
    """record : as it was last saved. The process holds the job's lock."""

    def __init__(self, record: Record, means: AfpMeans) -> None:
        self.record = record
        self._means = means
        self._pace = Pace()
        self._told_s = time.monotonic()
        self._over: Callable[[], bool] = lambda: True
        self._slices = self._job()

    def step(self, stop: Callable[[], bool]) -> bool:
        """One slice: True, or False while it waits. As JobRun.step."""
        until_s = time.monotonic() + SLICE_S
        self._over = lambda: time.monotonic() >= until_s or stop()
        return next(self._slices)

    def close(self) -> None:
        """Keep what is computed so far."""
        self._slices.close()

    def _job(self) -> Slices:
        row = row_of(self.record.algorithm)
        dataset = yield from self._opened()
        self._check(dataset, row.fingerprint())
        if not is_kept(dataset, row, self._means.kind.folder):
            places = self._means.places.of(dataset)
            while not places.is_found:
                self._say("The places of the planes are being found.")
                yield False
            if places.group is None:
                raise ServiceError(places.message)
            scorer = self._loaded()
            table = begun_scores(dataset, row, self._means.kind.folder)
            yield from self._fill(table, dataset, scorer, places, row.block)
            table.finish()
        self._end(dataset.n_events)

    def _opened(self) -> Any:
        while True:
            try:
                with self._means.kind.library.dataset(self.record.dataset).opened() as opened:
                    return opened.dataset
            except ReadingError as reading:
                self._say(str(reading))
                yield False

    def _check(self, dataset: AfpDataset, answers: str) -> None:
        if dataset.fingerprint() != self.record.fingerprint:
            raise ServiceError(
                f"Files of data set {self.record.dataset!r} have changed since the job was "
                "started. Start it again: with the files as they are now it is a job of its own."
            )
        if answers != self.record.answers:
            raise ServiceError(
                f"{self.record.label} is of another version now than when the job was started. "
                "Start it again: as it is now, it makes a job of its own."
            )

    def _loaded(self) -> Any:
        """Weights may be damaged, or too large: the process must not die of that for ever."""
        deaths, name = self._means.deaths, f"load {self.record.algorithm}"
        if deaths.is_deadly(name):
            raise ServiceError(f"{self.record.label} cannot be loaded: {deaths.why(name)}.")
        deaths.begin([name])
        try:
            return row_of(self.record.algorithm).load()
        finally:
            deaths.finished()

    def _fill(
        self, table: GrowingTable, dataset: AfpDataset, scorer: Any, places: Any, most: int
    ) -> Slices:
        scores: list[pl.DataFrame] = []
        kept_s = time.monotonic()
        self._pace.skip()
        try:
            for part in self._parts(table.n_rows, dataset, scorer, places, most):
                scores.append(part)
                n_new = sum(map(len, scores))
                if n_new >= PART_EVENTS or time.monotonic() - kept_s >= PART_S:
                    _keep(table, scores)
                    n_new, kept_s = 0, time.monotonic()
                if self._over():
                    self._tell(table.n_rows + n_new)
                    yield True
        except GeneratorExit:  # cancelled, or the process ends
            _keep(table, scores)
            raise
        _keep(table, scores)

    def _parts(
        self, first: int, dataset: AfpDataset, scorer: Any, places: Any, most: int
    ) -> Iterator[pl.DataFrame]:
        """Scores of blocks that take a tenth of a second, so that people hardly wait for one."""
        size = FIRST_BLOCK
        while first < dataset.n_events:
            began_s = time.monotonic()
            end = min(first + size, dataset.n_events)
            for begin, hits in dataset.blocks(size, first, end):
                score = scorer.score(hits, places.rows(begin, begin + hits.n_events))
                self._pace.add(hits.n_events)
                yield pl.DataFrame({SCORE: score}, schema=SCHEMA)
            first = end
            size = min(2 * size, most) if time.monotonic() - began_s < GROUP_S else size
            size = max(size // 2, 1) if time.monotonic() - began_s > SLICE_S else size

    def _tell(self, n_done: int) -> None:
        """Save the progress, once a second."""
        if time.monotonic() - self._told_s >= TOLD_EVERY_S:
            self.record = replace(self.record, n_done=n_done, rate_per_s=self._pace.rate_per_s)
            self._say("")

    def _end(self, n: int) -> None:
        summary = {"n": n, "n_ok": n, "n_failed": 0, "median_opening_angle_rad": None}
        self.record = replace(self.record, n_done=n, n_total=n, summary=summary)

    def _say(self, message: str) -> None:
        self._told_s = time.monotonic()
        self.record = replace(self.record, message=message)
        self._means.store.save(self.record)


class RunnableAfp(AfpKind):
    """The kind, in the process that works on its jobs."""

    def __init__(self, library: AfpLibrary, folder: Path, places: Places, deaths: Deaths) -> None:
        super().__init__(library, folder)
        self._means = AfpMeans(self, places, deaths, JobStore(folder))

    def run(self, record: Record) -> AfpJobRun:
        return AfpJobRun(record, self._means)


def _keep(table: GrowingTable, scores: list[pl.DataFrame]) -> None:
    if scores:
        table.add(pl.concat(scores))
        scores.clear()
