"""Kinds of jobs: what a question of each is, and whether it can be worked on here."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from app.services.algorithms import Algorithm, algorithm_of
from app.services.events import Library
from app.services.job_record import FORMAT, Record
from app.services.job_store import JobStore, answers_digest, has_open, total_of
from app.services.job_tables import is_table
from reco_core.icecube.dataset import Batch, Dataset


class Run(Protocol):
    """A job under way (job_run.py)."""

    record: Record

    def step(self, stop: Callable[[], bool]) -> bool: ...
    def close(self) -> None: ...


class Kind(Protocol):
    """Jobs of one kind of data set."""

    def knows(self, algorithm_key: str) -> bool:
        """Is this the kind of jobs with that algorithm?"""

    def record(self, dataset_key: str, algorithm_key: str) -> Record:
        """A new job of that question. Raises NotFoundError, DatasetError, ServiceError."""

    def is_whole(self, record: Record) -> bool:
        """Are all results of a job that is done still there?"""

    def is_open(self, record: Record) -> bool:
        """Is its data set one of those open here?"""


class EventKind:
    """Data sets of IceCube, scored event by event with the algorithms."""

    def __init__(
        self, library: Library, algorithms: Mapping[str, Algorithm], store: JobStore
    ) -> None:
        self._library, self._algorithms, self._store = library, algorithms, store

    def knows(self, algorithm_key: str) -> bool:
        return algorithm_key in self._algorithms

    def record(self, dataset_key: str, algorithm_key: str) -> Record:
        algorithm = algorithm_of(self._algorithms, algorithm_key)
        dataset = self._library.dataset(dataset_key)
        return new_record(
            dataset.key, dataset.folder, dataset.fingerprint(), algorithm.key,
            answers_digest(algorithm), algorithm.label,
            total_of(dataset.event_count(batch) for batch in dataset.batches),
        )  # fmt: skip

    def is_whole(self, record: Record) -> bool:
        dataset = self._library.dataset(record.dataset)
        return all(self._has_table(record.id, dataset, batch) for batch in dataset.batches)

    def _has_table(self, job_id: str, dataset: Dataset, batch: Batch) -> bool:
        path = self._store.table(job_id, batch.split, batch.batch_id)
        return is_table(path, dataset.batch_fingerprint(batch))

    def is_open(self, record: Record) -> bool:
        return has_open(self._library, record)


def new_record(
    dataset_key: str, path: Path, fingerprint: str, algorithm_key: str, answers: str, label: str,
    n_total: int,
) -> Record:  # fmt: skip
    """A new job; its id follows from the question."""
    question = json.dumps([FORMAT, dataset_key, fingerprint, answers])
    now_s = time.time()
    return Record(
        id=hashlib.sha256(question.encode()).hexdigest()[:16],
        dataset=dataset_key,
        folder=str(path),
        fingerprint=fingerprint,
        algorithm=algorithm_key,
        answers=answers,
        label=label,
        created_s=now_s,
        queued_s=now_s,
        n_total=n_total,
    )
