"""A simulated data set from its settings to its files: threads make chunks, this one writes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final, TextIO

from reco_core.afp.simulation.chunk import (
    EVENTS_PER_CHUNK,
    Chunk,
    Job,
    compile_ahead,
    simulate_chunk,
)
from reco_core.afp.simulation.dataset_files import write_afp
from reco_core.in_threads import in_order
from reco_core.progress import Progress

STARTING: Final = "compiling the simulation: some seconds, the first time"


def simulate_afp(folder: Path, job: Job, workers: int, tell: TextIO, force: bool = False) -> None:
    """Simulate a data set and write it to the folder; the files depend on `job` alone.

    workers : threads that simulate, 1 or more; compiled code lets go of Python's lock.
    tell : where progress is shown.  force : see `write_afp`. Raises DatasetError for the folder;
    after that and KeyboardInterrupt nothing of the data set is left.
    """
    with Progress(job.events, "events", tell, starting=STARTING) as progress:
        write_afp(folder, _chunks(job, workers, progress), force)


def _chunks(job: Job, workers: int, progress: Progress) -> Iterator[Chunk]:
    compile_ahead()
    indexes = range(-(-job.events // EVENTS_PER_CHUNK))
    for chunk in in_order(partial(simulate_chunk, job), indexes, workers):
        progress.add(len(chunk.kind))
        yield chunk
