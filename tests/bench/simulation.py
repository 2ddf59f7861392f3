"""Part 5: events simulated per second and core, beside one track's light by plain numpy."""

from __future__ import annotations

import time

import numpy as np

from reco_core.icecube.simulation.chunk import (
    EVENTS_PER_CHUNK,
    room,
    simulate_chunk,
    surroundings,
)
from reco_core.icecube.simulation.particles import TRACK
from reco_core.random_stream import new_stream
from tests.bench.common import Options, run_child, say, scratch
from tests.bench.report import Row, Section, percentiles, ratio, row_of
from tests.reco_core.icecube.simulation.calls import make_muon, mean_light_of_muon

MIX = "competition"
SEED = 1
TARGET_PER_S = 5000.0
TRACKS = 50


def measure(options: Options) -> Section:
    with scratch() as folder:
        say("the first event of a process that finds nothing compiled")
        cold = float(run_child("tests.bench.first_event", str(folder)).output)
        say("the first event of the next process")
        found = float(run_child("tests.bench.first_event", str(folder)).output)
    chunks = options.repeats(30, 3)
    say(f"{chunks * EVENTS_PER_CHUNK:,} events of the mix {MIX!r} in this process")
    rates = _rates(chunks)
    say("the mean light of tracks by plain numpy")
    numpy_ms = _numpy_ms(options.repeats(TRACKS, 5))
    one_ms, slow_ms = 1e3 / percentiles(rates)[0], percentiles(numpy_ms)[0]
    rows = (
        row_of(f"events per second, chunks of {EVENTS_PER_CHUNK:,}", rates, "/s", _against(rates)),
        Row("one event", one_ms, "ms"),
        row_of(
            "mean light of one track on all DOMs, plain numpy", numpy_ms, "ms",
            f"{ratio(slow_ms, one_ms)} a whole event of ours",
        ),
        Row("first event, nothing compiled", cold, "s", note=f"{ratio(cold, found)} compiled"),
        Row("first event, compiled before", found, "s"),
    )  # fmt: skip
    return Section(f"simulation: triggered events, mix {MIX}, one core, warm", rows)


def _against(rates: list[float]) -> str:
    """'target >= 5000 /s: met'"""
    met = percentiles(rates)[0] >= TARGET_PER_S
    return f"target >= {TARGET_PER_S:g} /s: {'met' if met else 'MISSED'}"


def _rates(chunks: int) -> list[float]:
    """Events per second of each chunk, after one that is not counted."""
    simulate_chunk(MIX, SEED, 0, EVENTS_PER_CHUNK)
    found = []
    for index in range(1, chunks + 1):
        start = time.process_time()
        simulate_chunk(MIX, SEED, index, EVENTS_PER_CHUNK)
        found.append(EVENTS_PER_CHUNK / (time.process_time() - start))
    return found


def _numpy_ms(tracks: int) -> list[float]:
    """Time of each track's mean light, ms."""
    rng, stream = np.random.default_rng(SEED), new_stream(SEED)
    shared, particles = surroundings(), room().particles
    found = []
    while len(found) < tracks:
        direction = rng.normal(size=3)
        direction /= np.linalg.norm(direction)
        start_m = -600.0 * direction
        make_muon(stream, shared.parameters, particles, *start_m, *direction, 1e4, TRACK)
        start = time.process_time()
        mean_light_of_muon(shared.world, shared.parameters, particles)
        found.append((time.process_time() - start) * 1e3)
    return found
