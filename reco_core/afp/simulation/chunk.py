"""Some thousand consecutive events, as columns; each depends on its own number alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.hits import HitBatch, joined
from reco_core.afp.simulation import kernel
from reco_core.afp.simulation.conditions import Conditions, drawn_conditions
from reco_core.afp.simulation.mixes import MIXES, drawn_classes
from reco_core.afp.simulation.parameters import parameters
from reco_core.afp.simulation.response import no_charges
from reco_core.afp.simulation.severities import severities
from reco_core.afp.simulation.tracks import World
from reco_core.compiled import compiling
from reco_core.random_stream import new_stream

EVENTS_PER_CHUNK: Final = 2_900  # a hundred decks of the mix test
OUTPUT_HITS: Final = 200_000
RUNS_KEPT: Final = 4

# Where the seeds of a mix go.
EVENTS, CLASSES, RUNS = range(3)


@dataclass(frozen=True)
class Job:
    """All that the files depend on. events >= 1.  contamination : share of anomalous events."""

    mix: str
    seed: int
    events: int
    contamination: float


@dataclass(frozen=True, eq=False)
class Chunk:
    """E events.  kind : (E,) place in CLASSES.  truth : (E, kernel.COLUMNS).  run : from 1.

    first : number of the first event in the data set.  first_of_run : the same of its run.
    """

    first: int
    first_of_run: int
    run: int
    hits: HitBatch
    kind: NDArray[np.int64]
    truth: NDArray[np.float64]


def simulate_chunk(job: Job, index: int) -> Chunk:
    """Chunk `index` >= 0 of the job; may run in several threads at once."""
    mix = MIXES[job.mix]
    first = index * EVENTS_PER_CHUNK
    events = min(EVENTS_PER_CHUNK, job.events - first)
    rng = np.random.default_rng(_seed(job, CLASSES, index))
    kind = drawn_classes(mix, job.contamination, EVENTS_PER_CHUNK, rng)[:events]
    run = index // mix.chunks_per_run
    world = World(parameters(), severities(), run_conditions(job.mix, job.seed, run))
    key = np.uint64(_seed(job, EVENTS, 0).generate_state(1, np.uint64)[0])
    hits, truth = _simulated(key, first, kind, world)
    return Chunk(first, run * mix.chunks_per_run * EVENTS_PER_CHUNK, run + 1, hits, kind, truth)


def compile_ahead() -> None:
    """Compile what simulate_chunk needs, or load it from the disk."""
    with compiling():
        simulate_chunk(Job("beam", 0, 1, 0.0), 0)


@lru_cache(RUNS_KEPT)
def run_conditions(mix: str, seed: int, run: int) -> Conditions:
    """Of the run number `run`, from 0."""
    return drawn_conditions(np.random.default_rng(_seed_of(mix, seed, RUNS, run)))


def _seed(job: Job, what: int, number: int) -> np.random.SeedSequence:
    return _seed_of(job.mix, job.seed, what, number)


def _seed_of(mix: str, seed: int, what: int, number: int) -> np.random.SeedSequence:
    return np.random.SeedSequence(seed, spawn_key=(MIXES[mix].number, what, number))


def _simulated(
    key: np.uint64, first: int, kind: NDArray[np.int64], world: World
) -> tuple[HitBatch, NDArray[np.float64]]:
    rng, charges = new_stream(0), no_charges()
    output = kernel.no_output(EVENTS_PER_CHUNK, OUTPUT_HITS)
    parts, truths, done = [], [], 0
    while done < len(kind):
        kernel.simulate(rng, key, first + done, kind[done:], world, charges, output)
        events, hits = (int(count) for count in output.made)
        parts.append(_taken(output, events, hits))
        truths.append(output.truth[:events].copy())
        done += events
    return joined(parts), np.concatenate(truths)


def _taken(output: kernel.Output, events: int, hits: int) -> HitBatch:
    """Copies of what is in the output."""
    start = np.concatenate(([0], output.end[:events]))
    plane, row = output.plane[:hits].copy(), output.row[:hits].copy()
    return HitBatch(start, plane, row, output.col[:hits].copy(), output.charge[:hits].copy())
