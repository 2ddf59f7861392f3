"""Whole events and data sets: showpieces first, then the random mix.

Every event has its own stream of random numbers, keyed by seed and index: it comes out the same
whatever else is simulated beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from reco_core.icecube.detector import Detector
from reco_core.icecube.ice import Ice
from reco_core.icecube.simulation.light import joined, muon_light, photo_electrons, shower_light
from reco_core.icecube.simulation.primaries import Primary, random_kind
from reco_core.icecube.simulation.readout import MULTIPLICITY, Readout, read_out, read_out_noise
from reco_core.icecube.simulation.showpieces import showpieces
from reco_core.units import SPEED_OF_LIGHT

# Event numbers ascend with gaps, as in the competition, whose first is 24 and mean gap 16.3.
FIRST_EVENT_ID: Final = 24
EVENT_ID_STEP: Final = 16

MOST_ATTEMPTS: Final = 100_000  # far above what any kind needs to trigger

TEXTS: Final = ("name", "sentence", "direction_kind", "event_class", "topology")
NUMBERS: Final = ("energy_gev", "zenith", "azimuth", *(f"vertex_{x}_m" for x in "xyz"), "time_ns")
TRUTH_SCHEMA: Final = pl.Schema(
    {"event_id": pl.Int64, **dict.fromkeys(TEXTS, pl.String), **dict.fromkeys(NUMBERS, pl.Float64)}
)


@dataclass(frozen=True, eq=False)
class SimulatedEvent:
    """One event with everything that is known of it. name : of a showpiece, else None."""

    event_id: int
    name: str | None
    primary: Primary
    readout: Readout


def simulate(events: int, seed: int, detector: Detector, ice: Ice) -> Iterator[SimulatedEvent]:
    """The first `events` >= 1 events of the set with this seed >= 0."""
    for index in range(events):
        yield simulate_event(index, seed, detector, ice)


def simulate_event(index: int, seed: int, detector: Detector, ice: Ice) -> SimulatedEvent:
    """Event number `index` of a set; draws until one triggers."""
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(index,)))
    event_id = FIRST_EVENT_ID + EVENT_ID_STEP * index + int(rng.integers(EVENT_ID_STEP))
    # The kind is drawn once: kinds that rarely trigger keep their share.
    name, next_primary = _kind(index, rng)
    for _ in range(MOST_ATTEMPTS):
        primary = next_primary(rng)
        readout = respond(rng, primary, detector, ice)
        if readout is not None:
            return SimulatedEvent(event_id, name, primary, readout)
    raise RuntimeError(f"Event {index} of seed {seed} does not trigger: {primary.sentence!r}.")


def _kind(
    index: int, rng: np.random.Generator
) -> tuple[str | None, Callable[[np.random.Generator], Primary]]:
    """Name of a showpiece, None for others, and what gives the particles of each attempt."""
    if index >= len(showpieces()):
        return None, random_kind(rng)
    shown = showpieces()[index]
    return shown.name, lambda _: shown.primary


def respond(
    rng: np.random.Generator, primary: Primary, detector: Detector, ice: Ice
) -> Readout | None:
    """What the detector reads out of a primary; None where it does not trigger."""
    if primary.event_class == "noise":
        return read_out_noise(rng)
    losses = [loss for muon in primary.muons for loss in muon.showers(rng, SPEED_OF_LIGHT)]
    parts = [muon_light(muon, detector, ice) for muon in primary.muons]
    parts.append(shower_light([*primary.showers, *losses], detector, ice))
    light = photo_electrons(rng, joined(parts))
    # Noise alone would have to add half of the trigger: not worth the time of trying.
    return read_out(rng, light) if len(light.time_ns) >= MULTIPLICITY // 2 else None


def pulse_table(events: Iterable[SimulatedEvent]) -> pl.DataFrame:
    """event_id, sensor_id, time, charge, auxiliary: a row for each pulse of these events."""
    return pl.concat(_pulse_rows(event) for event in events)


def meta_table(events: Iterable[SimulatedEvent], batch_id: int) -> pl.DataFrame:
    """Where each event of a batch lies in its pulse table, last row included, and its direction."""
    events = list(events)
    end = np.cumsum([len(event.readout.pulses) for event in events])
    return pl.DataFrame(
        {
            "batch_id": np.full(len(events), batch_id, np.int64),
            "event_id": np.array([event.event_id for event in events], np.int64),
            "first_pulse_index": np.concatenate(([0], end[:-1])).astype(np.int64),
            "last_pulse_index": (end - 1).astype(np.int64),
            # NaN for noise, which has no direction.
            "azimuth": np.array([event.primary.azimuth for event in events], np.float64),
            "zenith": np.array([event.primary.zenith for event in events], np.float64),
        }
    )


def truth_table(events: Iterable[SimulatedEvent]) -> pl.DataFrame:
    """What is known of each event, TRUTH_SCHEMA; null where there is no particle.

    time_ns : when the particle is at its vertex, on the event's clock.
    """
    return pl.DataFrame([_truth_row(event) for event in events], TRUTH_SCHEMA, orient="row")


def _pulse_rows(event: SimulatedEvent) -> pl.DataFrame:
    pulses = event.readout.pulses
    return pl.DataFrame(
        {
            "event_id": np.full(len(pulses), event.event_id, np.int64),
            "sensor_id": pulses.sensor_id,
            "time": pulses.time_ns,
            "charge": pulses.charge_pe,
            "auxiliary": pulses.auxiliary,
        }
    )


def _truth_row(event: SimulatedEvent) -> tuple[int | float | str | None, ...]:
    primary = event.primary
    vertex = (None,) * 3 if primary.vertex_m is None else primary.vertex_m.tolist()
    time = None if primary.vertex_m is None else float(event.readout.shift_ns)
    return (
        *(event.event_id, event.name, primary.sentence, "true"),
        *(primary.event_class, primary.topology, primary.energy_gev),
        *(primary.zenith, primary.azimuth, *vertex, time),
    )
