"""The two compiled halves of the simulation: particles to light, and light to stored pulses.

    light_up    draw particles, and the photo-electrons of their light, for a block of attempts
    read_out    for each attempt of a block: times, noise, launches, triggers, pulses

They are apart so that two processes can compile them at the same time.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import ZERO, compiled, compiled_entry, flat
from reco_core.icecube.detector import N_SENSORS
from reco_core.icecube.simulation import truth
from reco_core.icecube.simulation.atmospheric import Spectrum, add_atmospheric
from reco_core.icecube.simulation.electrons import Electrons, add_signal, order_electrons
from reco_core.icecube.simulation.given import add_given
from reco_core.icecube.simulation.launches import Launches, find_launches
from reco_core.icecube.simulation.light import muon_light
from reco_core.icecube.simulation.light_cascade import cascade_light
from reco_core.icecube.simulation.lit import MOST_LIT, MOST_LIT_OF_ONE, Lit
from reco_core.icecube.simulation.mixes import GIVEN, MUONS, PURE_NOISE
from reco_core.icecube.simulation.neutrinos import add_neutrino
from reco_core.icecube.simulation.noise import add_noise
from reco_core.icecube.simulation.parameters import Parameters
from reco_core.icecube.simulation.particles import FloatArray, Particles
from reco_core.icecube.simulation.pulses import MOST_PULSES, Stored, store_pulses
from reco_core.icecube.simulation.trigger import (
    AFTER_NS,
    BEFORE_NS,
    LEAST_LAUNCHES,
    SMT_MANY,
    SMT_NS,
    Hits,
    can_trigger,
    triggered_span,
)
from reco_core.icecube.simulation.world import World
from reco_core.random_stream import Stream, uniform

TRIGGER_NS: Final = 9867  # of the trigger's first launch, on the clock of every event
BORDER: Final = 2  # sensors before the first and behind the last that do not exist
MARGIN_NS: Final = BEFORE_NS + SMT_NS + 1100.0

MOST_ATTEMPTS: Final = 200  # in a block

ALWAYS_ENOUGH: Final = SMT_MANY - 1  # one more may be noise


class Block(NamedTuple):
    """Attempts that have light. Rows [end[k - 1], end[k]) of Lit belong to attempt k.

    truth : (MOST_ATTEMPTS, truth.COLUMNS).  end : (MOST_ATTEMPTS,).
    count : (2,) how many there are, and how many of them are read out.
    lit_at : (N_SENSORS + 2 BORDER,) number of the attempt that last lit each DOM.  stamp : (1,).
    found : (ALWAYS_ENOUGH,) DOMs of an attempt with a lit neighbour.
    """

    truth: FloatArray
    end: NDArray[np.int64]
    count: NDArray[np.int64]  # type: ignore[assignment]  # hides a tuple's own, which none needs
    lit_at: NDArray[np.int64]
    stamp: NDArray[np.int64]
    found: NDArray[np.int64]


class Output(NamedTuple):
    """Pulses of events, in any order within an event, and their truth.

    sensor, auxiliary, step : (P,); the charge is 0.025 + 0.05 * step PE.  time_ns : (P,).
    end : (E,) where each event's pulses end.  truth : (E, truth.COLUMNS).
    count : (2,) events and pulses so far.
    """

    sensor: NDArray[np.int16]
    time_ns: NDArray[np.int32]
    step: NDArray[np.int32]
    auxiliary: NDArray[np.uint8]
    end: NDArray[np.int64]
    truth: FloatArray
    count: NDArray[np.int64]  # type: ignore[assignment]  # hides a tuple's own, which none needs


def no_block() -> Block:
    """Room for a block."""
    return flat(
        Block(
            np.zeros((MOST_ATTEMPTS, truth.COLUMNS)),
            np.zeros(MOST_ATTEMPTS, np.int64),
            np.zeros(2, np.int64),
            np.zeros(N_SENSORS + 2 * BORDER, np.int64),
            np.zeros(1, np.int64),
            np.zeros(ALWAYS_ENOUGH, np.int64),
        )
    )


def no_output(events: int, pulses: int) -> Output:
    """Room for this much; read_out stops when less than MOST_PULSES is left."""
    return flat(
        Output(
            np.zeros(pulses, np.int16),
            np.zeros(pulses, np.int32),
            np.zeros(pulses, np.int32),
            np.zeros(pulses, np.uint8),
            np.zeros(events, np.int64),
            np.zeros((events, truth.COLUMNS)),
            np.zeros(2, np.int64),
        )
    )


@compiled_entry
def light_up(
    rng: Stream, world: World, parameters: Parameters, spectrum: Spectrum,
    particles: Particles, kind: int, recipe: FloatArray, lit: Lit, block: Block, attempts: int,
) -> None:  # fmt: skip
    """Fill a block with up to `attempts` attempts that give light enough to trigger.

    kind : what to draw for each.  recipe : (N, given.COLUMNS), the particles of kind GIVEN.
    """
    lit.count[0] = block.count[0] = block.count[1] = 0
    while block.count[0] < attempts and lit.count[0] + MOST_LIT_OF_ONE < MOST_LIT:
        row = block.truth[block.count[0]]
        clear(particles, row)
        if kind == PURE_NOISE:  # no light: read_out knows it by that
            block.end[block.count[0]] = lit.count[0]
            block.count[0] += 1
            continue
        if kind == GIVEN:
            add_given(rng, parameters, particles, row, recipe)
        else:
            draw_particles(rng, parameters, spectrum, particles, row, kind)
        begin = lit.count[0]
        for k in range(particles.count[0]):
            muon_light(rng, world, parameters, particles, k, lit)
        for k in range(particles.count[1]):
            cascade_light(rng, world, parameters, particles.cascade[k], lit)
        if enough_light(world, lit, block, begin):
            block.end[block.count[0]] = lit.count[0]
            block.count[0] += 1
        else:
            lit.count[0] = begin


@compiled
def enough_light(world: World, lit: Lit, block: Block, begin: int) -> bool:
    """Whether the light of an attempt, from a row on, may trigger without the help of noise.

    With that help three in a thousand more would: noise in the right place is rare (560 Hz, 2 us).
    """
    block.stamp[0] += 1
    now = block.stamp[0]
    for k in range(begin, lit.count[0]):
        block.lit_at[lit.sensor[k] + BORDER] = now
    found = ZERO
    for k in range(begin, lit.count[0]):
        place = lit.sensor[k] + BORDER
        alone = True
        for other in (place - 2, place - 1, place + 1, place + 2):
            alone &= block.lit_at[other] != now
        for j in range(found):
            alone |= block.found[j] == lit.sensor[k]  # it is counted already
        if not alone:
            block.found[found] = lit.sensor[k]
            found += 1
            if found >= ALWAYS_ENOUGH:
                return True
    return can_trigger(world, block.found, found)


@compiled
def clear(particles: Particles, row: FloatArray) -> None:
    """No particles, nothing known."""
    particles.count[0] = particles.count[1] = particles.count[2] = 0
    for column in range(truth.COLUMNS):
        row[column] = math.nan
    row[truth.TOPOLOGY] = row[truth.MUON_TOPOLOGY] = row[truth.MUONS] = 0.0


@compiled
def draw_particles(
    rng: Stream, parameters: Parameters, spectrum: Spectrum, particles: Particles,
    row: FloatArray, kind: int,
) -> None:  # fmt: skip
    """The particles of one attempt, and their truth."""
    if kind == MUONS:
        zenith, azimuth = add_atmospheric(rng, parameters, spectrum, particles, row, 0.0)
        row[truth.ZENITH], row[truth.AZIMUTH] = zenith, azimuth
        row[truth.PDG] = 13
        return
    far = uniform(rng) < share_of_far_neutrinos(parameters)
    inner = parameters.vertex_radius_m if far else 0.0
    outer = parameters.generation_radius_m if far else parameters.vertex_radius_m
    add_neutrino(rng, parameters, particles, row, inner, outer)
    if far:
        particles.count[0] = particles.count[1] = particles.count[2] = 0
    if far or uniform(rng) < parameters.coincidence:
        time = 0.0 if far else parameters.coincidence_span_ns * (uniform(rng) - 0.5)
        add_atmospheric(rng, parameters, spectrum, particles, row, time)


@compiled
def share_of_far_neutrinos(parameters: Parameters) -> float:
    """Share of the frames worth trying in which a neutrino too far to be seen meets a muon.

    Neutrinos are generated out to generation_radius_m. Those within vertex_radius_m are all tried;
    of the others only the share that meets a muon, which is that of the near ones.
    """
    ratio = parameters.generation_radius_m / parameters.vertex_radius_m
    odds = parameters.coincidence * (ratio * ratio - 1)
    return odds / (1 + odds)


@compiled_entry
def read_out(
    rng: Stream, world: World, parameters: Parameters, lit: Lit, block: Block,
    electrons: Electrons, launches: Launches, hits: Hits, stored: Stored, events: int,
    output: Output,
) -> None:  # fmt: skip
    """Read out the attempts of a block until it is used up, or the output is full."""
    while (
        block.count[1] < block.count[0]
        and output.count[0] < events
        and output.count[1] + MOST_PULSES <= len(output.sensor)
    ):
        k = block.count[1]
        block.count[1] = k + 1
        begin = block.end[k - 1] if k > 0 else 0
        electrons.count[0] = 0
        if block.end[k] == begin:
            start, end = _pure_noise(rng, world, parameters, electrons, launches)
        else:
            add_signal(rng, parameters, lit, begin, block.end[k], electrons)
            start, end = _triggered(rng, world, parameters, electrons, launches, hits)
        if start < end:
            store_pulses(rng, parameters, electrons, launches, stored, start, end)
            shift = TRIGGER_NS - math.floor(start + BEFORE_NS)
            write(stored, block.truth[k], shift, output)


@compiled
def _triggered(
    rng: Stream, world: World, parameters: Parameters, electrons: Electrons,
    launches: Launches, hits: Hits,
) -> tuple[float, float]:  # fmt: skip
    """Start and end, ns, of the read-out of the signal with noise; 0, 0 if nothing triggers."""
    first, last = span_of(electrons)
    add_noise(rng, world, parameters, electrons, first - MARGIN_NS, last + AFTER_NS + 100.0)
    order_electrons(electrons)
    if find_launches(electrons, launches) < LEAST_LAUNCHES:
        return 0.0, 0.0
    first, last = triggered_span(world, launches, hits)
    if math.isnan(first):
        return 0.0, 0.0
    return first - BEFORE_NS, last + AFTER_NS


@compiled
def _pure_noise(
    rng: Stream, world: World, parameters: Parameters, electrons: Electrons,
    launches: Launches,
) -> tuple[float, float]:  # fmt: skip
    """Start and end, ns, of a read-out as a clock would start it."""
    add_noise(rng, world, parameters, electrons, -1000.0, BEFORE_NS + AFTER_NS + 1000.0)
    order_electrons(electrons)
    find_launches(electrons, launches)
    return 0.0, BEFORE_NS + AFTER_NS


@compiled
def span_of(electrons: Electrons) -> tuple[float, float]:
    """First and last time, ns."""
    first, last = math.inf, -math.inf
    for k in range(electrons.count[0]):
        first, last = min(first, electrons.time_ns[k]), max(last, electrons.time_ns[k])
    return first, last


@compiled
def write(stored: Stored, row: FloatArray, shift_ns: int, output: Output) -> None:
    """Append an event, with times on the clock of events."""
    event, begin = output.count[0], output.count[1]
    for k in range(stored.count[0]):
        output.sensor[begin + k] = stored.sensor[k]
        output.time_ns[begin + k] = stored.time_ns[k] + shift_ns
        output.step[begin + k] = stored.step[k]
        output.auxiliary[begin + k] = stored.auxiliary[k]
    for column in range(truth.COLUMNS):
        output.truth[event, column] = row[column]
    output.truth[event, truth.TIME_NS] += shift_ns
    for source in range(len(stored.electrons)):
        output.truth[event, truth.PHOTO_ELECTRONS + source] = stored.electrons[source]
    output.end[event] = begin + stored.count[0]
    output.count[0], output.count[1] = event + 1, begin + stored.count[0]
