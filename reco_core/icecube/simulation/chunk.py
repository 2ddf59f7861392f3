"""A chunk of consecutive events, simulated from its own stream of random numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import compiling
from reco_core.icecube.simulation import given, kernel
from reco_core.icecube.simulation.atmospheric import Spectrum, muons_at_depth
from reco_core.icecube.simulation.electrons import Electrons, no_electrons
from reco_core.icecube.simulation.launches import Launches, no_launches
from reco_core.icecube.simulation.lit import Lit, no_light
from reco_core.icecube.simulation.mixes import GIVEN, MIXES, PURE_NOISE
from reco_core.icecube.simulation.parameters import Parameters, parameters
from reco_core.icecube.simulation.particles import FloatArray, Particles, no_particles
from reco_core.icecube.simulation.pulses import MOST_PULSES, Stored, no_pulses
from reco_core.icecube.simulation.showpieces import Showpiece, showpieces
from reco_core.icecube.simulation.trigger import Hits, no_hits
from reco_core.icecube.simulation.truth_table import truth_columns
from reco_core.icecube.simulation.world import World, south_pole
from reco_core.random_stream import Stream, new_stream

EVENTS_PER_CHUNK: Final = 1000

# Event numbers ascend with gaps, as in the competition, whose first is 24 and mean gap 16.3.
FIRST_EVENT_ID: Final = 24
EVENT_ID_STEP: Final = 16

OUTPUT_PULSES: Final = MOST_PULSES + 300_000

# Event, time, sensor and row of a pulse in one number of 63 bits. Times reach 10 to 100 us.
TIME_BITS: Final = 20
SENSOR_BITS: Final = 13
ROW_BITS: Final = 20


@dataclass(frozen=True, eq=False)
class Chunk:
    """E events with P pulses.

    end : (E,) int64; the pulses of event k are rows [end[k - 1], end[k]), in order of time.
    sensor_id : (P,) int16.  time_ns : (P,) int32.  auxiliary : (P,) bool.
    charge_step : (P,) int32 >= 0; the charge is 0.025 + 0.05 * charge_step PE.
    truth : columns of E rows each, as in truth.parquet; NaN (floats) where there is none; texts are
    object arrays with None.
    """

    end: NDArray[np.int64]
    sensor_id: NDArray[np.int16]
    time_ns: NDArray[np.int32]
    charge_step: NDArray[np.int32]
    auxiliary: NDArray[np.bool_]
    truth: Mapping[str, NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Room:
    """Memory that one process uses for one event after the other; 0.3 GB, touched as needed."""

    particles: Particles
    lit: Lit
    block: kernel.Block
    electrons: Electrons
    launches: Launches
    hits: Hits
    stored: Stored
    output: kernel.Output


class Surroundings(NamedTuple):
    """What all events share."""

    world: World
    parameters: Parameters
    spectrum: Spectrum


@cache
def room() -> Room:
    """This process's own."""
    return Room(
        no_particles(),
        no_light(),
        kernel.no_block(),
        no_electrons(),
        no_launches(),
        no_hits(),
        no_pulses(),
        kernel.no_output(EVENTS_PER_CHUNK, OUTPUT_PULSES),
    )


@cache
def surroundings() -> Surroundings:
    """IceCube at the South Pole with the parameters in use."""
    return Surroundings(south_pole(), parameters(), muons_at_depth())


class Events(NamedTuple):
    """Pulses of events in order of time, and their rows of truth; columns as in kernel.Output."""

    end: NDArray[np.int64]
    sensor: NDArray[np.int16]
    time_ns: NDArray[np.int32]
    step: NDArray[np.int32]
    auxiliary: NDArray[np.bool_]
    truth: FloatArray


def simulate_chunk(mix: str, seed: int, index: int, events: int) -> Chunk:
    """The first `events` (1 to EVENTS_PER_CHUNK) of chunk `index` >= 0 of the set."""
    row = MIXES[mix]
    seeds = np.random.SeedSequence(seed, spawn_key=(index,)).spawn(2 + len(row.kinds))
    rng = np.random.default_rng(seeds[0])
    kinds = rng.choice(len(row.kinds), EVENTS_PER_CHUNK, p=row.shares)
    event_id = FIRST_EVENT_ID + EVENT_ID_STEP * (index * EVENTS_PER_CHUNK + np.arange(events))
    event_id += rng.integers(EVENT_ID_STEP, size=EVENTS_PER_CHUNK)[:events]
    shown = showpieces()[:events] if row.showpieces and index == 0 else ()
    kinds = kinds[len(shown) : events]
    parts = [
        simulate_kind(kind, stream, int((kinds == k).sum()))
        for k, (kind, stream) in enumerate(zip(row.kinds, seeds[2:], strict=True))
    ]
    pieces = [
        simulate_given(piece, stream)
        for piece, stream in zip(shown, seeds[1].spawn(len(shown)), strict=True)
    ]
    made = joined([*pieces, merged(parts, kinds)])
    return Chunk(*made[:5], truth_columns(event_id, made.truth, shown))


def compile_part(number: int, workers: int) -> None:
    """Compile what a worker is to compile, by running it on next to nothing.

    number : of the worker, from 0.  Workers with even and odd numbers compile one half each; what
    they keep on disk is there for the other half's.
    """
    shared, own, rng = surroundings(), room(), new_stream(0)
    own.block.count[:] = 0
    with compiling():
        if number % 2 == 0:
            kernel.light_up(rng, *shared, own.particles, GIVEN, NO_RECIPE, own.lit, own.block, 0)
        if number % 2 == 1 or workers == 1:
            _read_out(rng, 0, own.output)


NO_RECIPE: Final = np.zeros((0, given.COLUMNS))


def simulate_given(piece: Showpiece, stream: np.random.SeedSequence) -> Events:
    """One hand-placed event."""
    kind = GIVEN if len(piece.recipe) else PURE_NOISE
    return simulate_kind(kind, stream, 1, piece.recipe, attempts=1)


def simulate_kind(
    kind: int,
    stream: np.random.SeedSequence,
    events: int,
    recipe: FloatArray = NO_RECIPE,
    attempts: int = kernel.MOST_ATTEMPTS,
) -> Events:
    """Events of one kind, from two streams: one for light, one for the rest.

    recipe : the particles of kind GIVEN.  attempts : in a block.
    """
    light, rest = (new_stream(child) for child in stream.spawn(2))
    shared, own = surroundings(), room()
    output = own.output
    output.count[:] = own.block.count[:] = 0
    parts: list[Events] = []
    left = events
    while output.count[0] < left:
        if output.count[1] + MOST_PULSES > OUTPUT_PULSES:
            parts.append(taken(output))
            left -= len(parts[-1].end)
        elif own.block.count[1] == own.block.count[0]:
            wanted = left - int(output.count[0])
            wanted += wanted // 16  # nearly all that may trigger do
            kernel.light_up(
                light, *shared, own.particles, kind, recipe, own.lit, own.block,
                min(wanted, attempts),
            )  # fmt: skip
        else:
            _read_out(rest, left, output)
    return joined([*parts, taken(output)])


def _read_out(rng: Stream, events: int, output: kernel.Output) -> None:
    own = room()
    kernel.read_out(
        rng, *surroundings()[:2], own.lit, own.block, own.electrons, own.launches, own.hits,
        own.stored, events, output,
    )  # fmt: skip


def taken(output: kernel.Output) -> Events:
    """Copies of what is in the output, in order of time within each event; it is emptied."""
    events, pulses = (int(count) for count in output.count)
    end = output.end[:events].copy()
    event = np.repeat(np.arange(events), np.diff(end, prepend=0))
    key = (event << TIME_BITS) + output.time_ns[:pulses]
    # The row makes keys unique: a fast sort then gives one order, on every processor.
    key = (((key << SENSOR_BITS) + output.sensor[:pulses]) << ROW_BITS) + np.arange(pulses)
    order = np.sort(key) & ((1 << ROW_BITS) - 1)
    output.count[:] = 0
    return Events(
        end,
        output.sensor[:pulses][order],
        output.time_ns[:pulses][order],
        output.step[:pulses][order],
        output.auxiliary[:pulses][order].astype(np.bool_),
        output.truth[:events].copy(),
    )


def joined(parts: list[Events]) -> Events:
    """Parts one after the other."""
    if len(parts) == 1:
        return parts[0]
    start = np.cumsum([0] + [len(part.sensor) for part in parts[:-1]])
    end = np.concatenate([part.end + s for part, s in zip(parts, start, strict=True)])
    return Events(end, *(np.concatenate(columns) for columns in list(zip(*parts, strict=True))[1:]))


def merged(parts: list[Events], kinds: NDArray[np.int64]) -> Events:
    """Events of all kinds in the order of `kinds` (E,), the number of the part of each."""
    if len(parts) == 1:
        return parts[0]
    whole = joined(parts)
    if not len(kinds):
        return whole
    rows = np.argsort(np.argsort(kinds, kind="stable"))  # row in `whole` of each event
    count = np.diff(whole.end, prepend=0)
    first = (whole.end - count)[rows]
    end = np.cumsum(count[rows])
    pulses = np.arange(int(end[-1])) + np.repeat(first - (end - count[rows]), count[rows])
    return Events(
        end,
        whole.sensor[pulses],
        whole.time_ns[pulses],
        whole.step[pulses],
        whole.auxiliary[pulses],
        whole.truth[rows],
    )
