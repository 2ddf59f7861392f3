"""A simulated data set from its settings to its files: workers make chunks, a thread writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Final, TextIO

import polars as pl

from reco_core.errors import HitscopeError
from reco_core.icecube.dataset_growing import GrowingDataset, growing_dataset
from reco_core.icecube.dataset_write import BatchTables
from reco_core.icecube.detector import builtin_detector
from reco_core.icecube.simulation.chunk import (
    EVENTS_PER_CHUNK,
    Chunk,
    compile_part,
    simulate_chunk,
)
from reco_core.icecube.simulation.columns import OpenBatch
from reco_core.icecube.simulation.workers import in_order
from reco_core.progress import Progress

EVENTS_PER_BATCH: Final = 200_000  # as in the competition
# Raise it when the same seed gives other events than before: --resume then refuses to mix them.
PHYSICS_VERSION: Final = 2
STARTING: Final = "compiling the simulation: some seconds, the first time"

Simulate = Callable[[str, int, int, int], Chunk]


@dataclass(frozen=True)
class Job:
    """All that the files depend on. events >= 1.  events_per_batch : a multiple of 1000."""

    mix: str
    seed: int
    events: int
    events_per_batch: int = EVENTS_PER_BATCH
    physics_version: int = PHYSICS_VERSION

    def __post_init__(self) -> None:
        if self.events_per_batch % EVENTS_PER_CHUNK:
            raise ValueError(
                f"events_per_batch is {self.events_per_batch!r}; expected a multiple of "
                f"{EVENTS_PER_CHUNK}"
            )


def simulate_dataset(
    folder: Path,
    job: Job,
    workers: int,
    tell: TextIO,
    resume: bool = False,
    force: bool = False,
    simulate: Simulate = simulate_chunk,
) -> None:
    """Simulate a data set and write it to the folder; the files depend on `job` alone.

    workers : processes that simulate, 1 or more.  tell : where progress is shown.
    resume, force : see `growing_dataset`.  simulate : as simulate_chunk, for tests.
    Raises DatasetError for the folder and HitscopeError if a worker dies; after these and
    KeyboardInterrupt the batches written so far are kept.
    """
    with growing_dataset(folder, asdict(job), builtin_detector(), resume, force) as dataset:
        if dataset.complete:
            print(f"{folder} is complete: {job.events:,} events. Nothing is left to do.", file=tell)
            return
        try:
            _go_on(dataset, job, workers, tell, simulate)
        except (KeyboardInterrupt, HitscopeError):
            print(_where_it_stopped(dataset, job), file=tell)
            raise


def _go_on(
    dataset: GrowingDataset, job: Job, workers: int, tell: TextIO, simulate: Simulate
) -> None:
    done = _events_done(dataset, job)
    if done:
        print(f"Going on after {done:,} of {job.events:,} events.", file=tell)
    with Progress(job.events, "events", tell, done, STARTING) as progress:
        make = partial(simulate, job.mix, job.seed)
        starts = range(done, job.events, EVENTS_PER_CHUNK)
        tasks = ((k // EVENTS_PER_CHUNK, min(EVENTS_PER_CHUNK, job.events - k)) for k in starts)
        crew = max(1, min(workers, len(starts)))
        # Left in this order: the workers are stopped, then the batch in hand is written.
        with (
            _Writer(dataset) as writer,
            closing(in_order(make, tasks, crew, preparation(simulate))) as chunks,
        ):
            for batch in _batches(chunks, dataset.batches_done, job, writer, progress):
                writer.add(*batch.tables())
        dataset.finish()


def preparation(simulate: Simulate) -> Callable[[int, int], None] | None:
    """Two workers compile one half of the kernel each; what tests put in its place has none."""
    return compile_part if simulate is simulate_chunk else None


def _batches(
    chunks: Iterator[Chunk], batches_done: int, job: Job, writer: _Writer, progress: Progress
) -> Iterator[OpenBatch]:
    batch = OpenBatch(batches_done + 1)
    for chunk in chunks:
        writer.check()
        batch.add(chunk)
        progress.add(len(chunk.end))
        if batch.n_events >= job.events_per_batch:
            yield batch
            batch = OpenBatch(batch.batch_id + 1)
    if batch.n_events:
        yield batch


class _Writer:
    """Writes one batch in a thread while the next is made. Leaving waits until it is written."""

    def __init__(self, dataset: GrowingDataset) -> None:
        self._dataset = dataset
        self._thread = ThreadPoolExecutor(1)
        self._written: Future[None] | None = None

    def add(self, batch: BatchTables, truth: pl.DataFrame) -> None:
        """Write, after the one before; at most two batches are in memory."""
        self.wait()
        self._written = self._thread.submit(self._dataset.add, batch, truth)

    def check(self) -> None:
        """Raise what went wrong, if anything has."""
        if self._written is not None and self._written.done():
            self.wait()

    def wait(self) -> None:
        """Until the batch is written; raises what went wrong."""
        written, self._written = self._written, None
        if written is not None:
            written.result()

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._thread.shutdown()
        if kind is None:
            self.wait()


def _events_done(dataset: GrowingDataset, job: Job) -> int:
    return min(dataset.batches_done * job.events_per_batch, job.events)


def _where_it_stopped(dataset: GrowingDataset, job: Job) -> str:
    done = _events_done(dataset, job)
    if not done:
        return (
            f"Stopped before the first batch, of {min(job.events_per_batch, job.events):,} events, "
            "was complete; nothing is kept."
        )
    return (
        f"Stopped with {done:,} of {job.events:,} events in {dataset.folder}; the same command "
        "with --resume goes on from there."
    )
