"""From photo-electrons to the pulses of one event: noise, charges, coincidences, trigger, clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.icecube.detector import N_SENSORS, OMS_PER_STRING
from reco_core.icecube.event import Pulses
from reco_core.icecube.simulation.light import PhotoElectrons

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

NOISE_PER_NS: Final = 490e-9  # per DOM: what fits the published times of first pulses
AFTERPULSES_PER_PE: Final = 0.06
AFTERPULSE_NS: Final = (5600.0, 2000.0)  # mean and spread of their delay

# Charge of one PE above the threshold of 0.25 PE: an exponential part and a Gaussian around 1.
THRESHOLD_PE: Final = 0.25
LOW_CHARGE_SHARE: Final = 0.27
LOW_CHARGE_PE: Final = 0.45
CHARGE_SPREAD_PE: Final = 0.3
SATURATION_PE: Final = 3000.0  # no pulse gets this far: the largest published one has 2762 PE
CHARGE_STEP_PE: Final = 0.05  # charges are stored as the middles of these steps

# Light on one DOM is read in fine steps first, in coarse ones later; after a pause it starts anew.
FINE_NS: Final = 5.0
FINE_END_NS: Final = 420.0
COARSE_NS: Final = 34.0
PAUSE_NS: Final = 1000.0

# Local coincidence: light on a neighbour, up to two DOMs away on the string, within 1 us.
NEIGHBOURS: Final = (-2, -1, 1, 2)
COINCIDENCE_NS: Final = 1000

# Simple multiplicity trigger: 8 DOMs in coincidence within 5 us. One launch lasts 6.4 us.
MULTIPLICITY: Final = 8
TRIGGER_NS: Final = 5000
LAUNCH_NS: Final = 6400

TRIGGER_TIME_NS: Final = 9867  # of the trigger's first DOM, on the clock of every event
BEFORE_NS: Final = 4012  # read out before the trigger, and after its last DOM
AFTER_NS: Final = 6000


@dataclass(frozen=True, eq=False)
class Readout:
    """Pulses on the event's clock. shift_ns : what the clock adds to the simulation's times."""

    pulses: Pulses
    shift_ns: int


def read_out(rng: np.random.Generator, light: PhotoElectrons) -> Readout | None:
    """The event, or None where nothing triggers.

    light : in the simulation's time. Noise and afterpulses are added here.
    """
    if len(light.time_ns) == 0:
        return None
    margin = TRIGGER_NS + max(BEFORE_NS, AFTER_NS) + COINCIDENCE_NS
    hits = [light, afterpulses(rng, light)]
    start, end = light.time_ns.min() - margin, hits[-1].time_ns.max(initial=light.time_ns.max())
    hits.append(dark_noise(rng, float(start), float(end) + margin))
    pulses = _pulses(rng, hits)
    trigger = trigger_times(pulses.sensor_id[~pulses.auxiliary], pulses.time_ns[~pulses.auxiliary])
    if trigger is None:
        return None
    first, last = trigger
    return _windowed(pulses, first - BEFORE_NS, last + AFTER_NS, TRIGGER_TIME_NS - first)


def read_out_noise(rng: np.random.Generator) -> Readout:
    """A read-out without a particle, as a clock would start it."""
    start, end = TRIGGER_TIME_NS - BEFORE_NS, TRIGGER_TIME_NS + AFTER_NS
    noise = dark_noise(rng, start - COINCIDENCE_NS, end + COINCIDENCE_NS)
    return _windowed(_pulses(rng, [noise]), start, end, 0)


def dark_noise(rng: np.random.Generator, start_ns: float, end_ns: float) -> PhotoElectrons:
    """Noise of all DOMs between two times, each pulse on its own."""
    count = rng.poisson(NOISE_PER_NS * N_SENSORS * (end_ns - start_ns))
    time = rng.uniform(start_ns, end_ns, count)
    return PhotoElectrons(rng.integers(0, N_SENSORS, count), time, np.ones(count))


def afterpulses(rng: np.random.Generator, light: PhotoElectrons) -> PhotoElectrons:
    """Later pulses that some photo-electrons cause in the same DOM."""
    chosen = rng.uniform(size=len(light.time_ns)) < AFTERPULSES_PER_PE
    delay = np.abs(rng.normal(*AFTERPULSE_NS, chosen.sum()))
    return PhotoElectrons(
        light.sensor_id[chosen], light.time_ns[chosen] + delay, light.weight[chosen]
    )


def charges(rng: np.random.Generator, weight: FloatArray) -> FloatArray:
    """Charge in PE of photo-electrons of a weight (N,) each, above the threshold."""
    low = THRESHOLD_PE + rng.exponential(LOW_CHARGE_PE, len(weight))
    peak = np.maximum(rng.normal(1.0, CHARGE_SPREAD_PE, len(weight)), THRESHOLD_PE)
    return weight * np.where(rng.uniform(size=len(weight)) < LOW_CHARGE_SHARE, low, peak)


def recorded(charge_pe: FloatArray) -> FloatArray:
    """Charges (P,) of pulses as they are stored: limited by saturation, in steps."""
    limited = np.maximum(charge_pe / (1 + charge_pe / SATURATION_PE), THRESHOLD_PE)
    return np.round((np.floor(limited / CHARGE_STEP_PE) + 0.5) * CHARGE_STEP_PE, 3)


def in_coincidence(sensor_id: NDArray[np.integer], time_ns: IntArray) -> NDArray[np.bool_]:
    """Whether each pulse has one on a neighbour within COINCIDENCE_NS; (P,) in any order."""
    if len(time_ns) == 0:
        return np.zeros(0, np.bool_)
    start = time_ns.min()
    stride = int(time_ns.max() - start) + 2 * COINCIDENCE_NS + 1  # keeps DOMs apart in `key`
    key = sensor_id.astype(np.int64) * stride + (time_ns - start)
    ordered = np.sort(key)
    found = np.zeros(len(key), np.bool_)
    for step in NEIGHBOURS:
        om = sensor_id % OMS_PER_STRING + step
        first = key + step * stride - COINCIDENCE_NS
        count = np.searchsorted(ordered, first + 2 * COINCIDENCE_NS, "right")
        count -= np.searchsorted(ordered, first, "left")
        found |= (count > 0) & (om >= 0) & (om < OMS_PER_STRING)
    return found


def trigger_times(sensor_id: NDArray[np.integer], time_ns: IntArray) -> tuple[int, int] | None:
    """First and last time, ns, of the launches in any trigger; None where there is none.

    sensor_id, time_ns : (H,) pulses in coincidence, in order of sensor, then time. A DOM counts
    once for as long as its pulses follow each other within a launch.
    """
    fresh = np.ones(len(time_ns), np.bool_)
    fresh[1:] = (np.diff(sensor_id) != 0) | (np.diff(time_ns) > LAUNCH_NS)
    time = np.sort(time_ns[fresh])
    more = MULTIPLICITY - 1
    starts = np.flatnonzero(time[more:] - time[: max(len(time) - more, 0)] <= TRIGGER_NS)
    return None if len(starts) == 0 else (int(time[starts[0]]), int(time[starts[-1] + more]))


def _pulses(rng: np.random.Generator, hits: list[PhotoElectrons]) -> Pulses:
    """Photo-electrons joined to pulses, in order of sensor, then time. Charges not yet in steps."""
    sensor = np.concatenate([part.sensor_id for part in hits])
    time = np.concatenate([part.time_ns for part in hits])
    charge = charges(rng, np.concatenate([part.weight for part in hits]))
    order = np.lexsort((time, sensor))
    sensor, time, charge = sensor[order], time[order], charge[order]
    first = np.flatnonzero(_begins_pulse(sensor, time))
    sensor, whole_ns = sensor[first], np.floor(time[first]).astype(np.int64)
    auxiliary = ~in_coincidence(sensor, whole_ns)
    charge = np.add.reduceat(charge, first) if len(first) else charge
    return Pulses(sensor.astype(np.int16), whole_ns, charge, auxiliary)


def _begins_pulse(sensor: IntArray, time: FloatArray) -> NDArray[np.bool_]:
    """True where a photo-electron (N,), in order of sensor and time, falls into a new step."""
    begins_burst = np.ones(len(time), np.bool_)
    begins_burst[1:] = (np.diff(sensor) != 0) | (np.diff(time) > PAUSE_NS)
    burst = np.cumsum(begins_burst) - 1
    since = time - time[begins_burst][burst]
    coarse = FINE_END_NS / FINE_NS + (since - FINE_END_NS) / COARSE_NS
    step = np.floor(np.where(since < FINE_END_NS, since / FINE_NS, coarse))
    begins = begins_burst.copy()
    begins[1:] |= np.diff(step) != 0
    return begins


def _windowed(pulses: Pulses, start_ns: int, end_ns: int, shift_ns: int) -> Readout:
    """The pulses between two times, in order of time, on the event's clock, charges in steps."""
    inside = pulses.select((pulses.time_ns >= start_ns) & (pulses.time_ns <= end_ns))
    order = np.lexsort((inside.sensor_id, inside.time_ns))
    sensor, time = inside.sensor_id[order], inside.time_ns[order]
    charge = recorded(inside.charge_pe[order])
    # What lies outside the window is lost, also as a partner in coincidence.
    return Readout(Pulses(sensor, time + shift_ns, charge, ~in_coincidence(sensor, time)), shift_ns)
