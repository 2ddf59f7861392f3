"""Simulated samples for the comparison, chunk after chunk, on several processes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Final

from reco_core.icecube.simulation.chunk import EVENTS_PER_CHUNK, Chunk
from reco_core.icecube.simulation.runner import STARTING, Simulate, preparation
from reco_core.icecube.simulation.workers import in_order
from reco_core.icecube.validation.sample import Sample, sample_of
from reco_core.progress import Progress

MIX: Final = "competition"  # the one whose real counterpart is published

Task = tuple[int, int, int]  # seed, index of the chunk, events of it


def samples(
    events: int, seeds: Sequence[int], workers: int, simulate: Simulate
) -> Iterator[Sample]:
    """A sample of `events` events for each seed, in order; progress goes to stderr.

    workers : processes that simulate, 1 or more; with 1 all is done in this one.  simulate : as
    simulate_chunk. Only one sample is made at a time, beside the chunks that the workers are ahead.
    HitscopeError if a worker dies.
    """
    tasks = tasks_of(events, seeds)
    crew = min(workers, len(tasks))
    with (
        Progress(events * len(seeds), "events", sys.stderr, starting=STARTING) as progress,
        closing(
            in_order(partial(chunk_of, simulate), tasks, crew, preparation(simulate))
        ) as chunks,
    ):
        told = _told(chunks, progress)
        for _ in seeds:
            yield sample_of(islice(told, len(tasks) // len(seeds)))


def tasks_of(events: int, seeds: Sequence[int]) -> tuple[Task, ...]:
    """The chunks of all seeds in order, as many of each; the last of a seed may be smaller."""
    return tuple(
        (seed, first // EVENTS_PER_CHUNK, min(EVENTS_PER_CHUNK, events - first))
        for seed in seeds
        for first in range(0, events, EVENTS_PER_CHUNK)
    )


def chunk_of(simulate: Simulate, seed: int, index: int, events: int) -> Chunk:
    """The chunk, of its truth only the direction: the rest need not go between processes."""
    chunk = simulate(MIX, seed, index, events)
    return replace(chunk, truth={key: chunk.truth[key] for key in ("zenith", "azimuth")})


def _told(chunks: Iterator[Chunk], progress: Progress) -> Iterator[Chunk]:
    for chunk in chunks:
        progress.add(len(chunk.end))
        yield chunk
