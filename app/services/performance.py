"""How well each method does on a data set, from the finished tables of its jobs and the truth.

A method's numbers follow from the data set's files and from its tables: they are computed once and
kept under a digest of both (performance_worker.py); a page is put together of what is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, Final

import polars as pl

from app.services.algorithms import Algorithm
from app.services.events import Library
from app.services.job_store import answers_digest
from app.services.jobs import Jobs
from app.services.performance_answers import (
    MOST_EVENTS,
    Part,
    answers_of,
    first_parts,
    identity_of,
)
from app.services.performance_measure import MADE_WITH, WITHIN, measured
from app.services.performance_truth import Known, count_known, first_batches, known_of
from app.services.performance_verdict import VerdictMeasured, VerdictMeasures
from app.services.performance_worker import Kept, MethodState, Value, Worker, digest
from reco_core.icecube.dataset import Dataset
from reco_core.icecube.evaluation.tables import MEASURES

COLUMNS: Final = pl.Schema(
    [(name, dtype) for name, dtype in MEASURES.items() if name != "events_per_second"]
    + list(WITHIN.items())
)


@dataclass(frozen=True)
class Method:
    """One row of the page.

    state : 'not scored' without a finished table.  message : why it failed.  n_answers : rows of
    its tables that are measured.  measured : see performance_measure.measured(), if ready.
    """

    algorithm: Algorithm
    state: MethodState
    message: str = ""
    n_answers: int = 0
    measured: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """truth : (events with a known direction, events) among the first MOST_EVENTS of the data set;
    None until it is read, or where it cannot be, as `message` says then.  verdict : None where no
    algorithm has its key.
    """

    dataset: str
    truth: tuple[int, int] | None
    message: str
    methods: tuple[Method, ...]
    verdict: VerdictMeasured | None = None

    @property
    def is_complete(self) -> bool:
        """Whether asking again gives the same, as long as no job goes on."""
        is_told = self.truth is not None or bool(self.message)
        states = [method.state for method in self.methods]
        states += [self.verdict.state] if self.verdict else []
        return is_told and "computing" not in states


class Performance:
    """Safe to share among threads."""

    def __init__(
        self, library: Library, jobs: Jobs, algorithms: Mapping[str, Algorithm], cache: Kept
    ) -> None:
        self.algorithms = {key: row for key, row in algorithms.items() if row.gives_direction}
        self.library = library
        self._jobs = jobs
        self._worker = Worker(cache)
        self._known = lru_cache(maxsize=2)(_known)
        self._verdict = VerdictMeasures(jobs, algorithms, self._worker, self._known_of)

    def report(self, dataset_key: str) -> Report:
        """As far as it is; what is missing is being computed.

        Raises NotFoundError, DatasetError.
        """
        dataset = self.library.dataset(dataset_key)
        found = self._truth(dataset)
        truth = None
        if found.value is not None:
            truth = found.value["n_known"], found.value["n_events"]
        methods = tuple(self._method(dataset, row) for row in self.algorithms.values())
        verdict = self._verdict.report(dataset)
        return Report(dataset.key, truth, found.message, methods, verdict)

    def _truth(self, dataset: Dataset) -> Value:
        def count() -> dict[str, Any]:
            n_known, n_events = count_known(dataset, MOST_EVENTS)
            return {"n_known": n_known, "n_events": n_events}

        batches = first_batches(dataset, MOST_EVENTS)
        prints = [dataset.batch_fingerprint(batch) for batch in batches]
        return self._worker.ask(digest("truth", dataset.key, MOST_EVENTS, prints), count)

    def _method(self, dataset: Dataset, algorithm: Algorithm) -> Method:
        parts = first_parts(self._jobs, dataset, algorithm)
        try:
            identity = identity_of(dataset, parts)
        except OSError:  # the cache's folder was emptied meanwhile
            parts = ()
        if not parts:
            return Method(algorithm, "not scored")
        key = digest("measures", MADE_WITH, answers_digest(algorithm), identity)
        found = self._worker.ask(key, partial(self._measured, dataset, parts, algorithm.key))
        n_answers = sum(part.n_events for part in parts)
        return Method(algorithm, found.state, found.message, n_answers, found.value or {})

    def _measured(self, dataset: Dataset, parts: Sequence[Part], key: str) -> dict[str, Any]:
        return measured(answers_of(dataset, parts), self._known_of(dataset, parts), key)

    def _known_of(self, dataset: Dataset, parts: Sequence[Part]) -> Known:
        places = tuple((part.batch, part.n_events) for part in parts)
        prints = tuple(dataset.batch_fingerprint(batch) for batch, _ in places)
        return self._known(dataset, places, prints)


def measures_of(report: Report) -> pl.DataFrame:
    """COLUMNS: a row per method that is ready and group of events, all kinds of groups."""
    rows = [row for method in report.methods for row in method.measured.get("measures", ())]
    return pl.DataFrame(rows, schema=COLUMNS)


def _known(dataset: Dataset, places: tuple[tuple[Any, int], ...], prints: tuple[str, ...]) -> Known:
    """Methods that are measured one after the other have the same events, as a rule.

    prints : of the batches; what is kept is of the files as they were.
    """
    return known_of(dataset, places)
