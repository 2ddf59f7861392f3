"""Photo-electrons in the DOMs' photomultipliers: drawn from light, after-pulses, ordered by DOM."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import ZERO, compiled, flat
from reco_core.icecube.detector import N_SENSORS
from reco_core.icecube.simulation.light_yield import drawn_depth_m
from reco_core.icecube.simulation.lit import Lit
from reco_core.icecube.simulation.parameters import Parameters
from reco_core.icecube.simulation.particles import FloatArray
from reco_core.icecube.simulation.sorting import sort_rows
from reco_core.random_stream import Stream, exponential, gamma, normal, poisson, uniform

MOST_ELECTRONS: Final = 3_000_000

# Bright light on one DOM is sampled by this many photo-electrons that stand for more than one.
MOST_SAMPLED: Final = 300
LEAST_SAMPLED: Final = 20
STRETCH: Final = 1.5
LOG_STRETCH: Final = math.log(STRETCH)
LEAST_CHARGE_PE: Final = 0.1  # less is lost in the noise of the electronics
MOST_AFTERPULSES: Final = 8  # that one sample gives; more come as heavier ones

JITTER_NS: Final = 2.0  # spread of a photomultiplier's transit time (arXiv:1002.2442)
LATE_NS: Final = 30.0  # late pulses come this much later, and then some (same)
LATE_SPREAD_NS: Final = 40.0
AFTERPULSE_SPREAD_NS: Final = 2000.0
AFTERPULSE_LEAST_NS: Final = 300.0


class Electrons(NamedTuple):
    """Photo-electrons of one event, at first in any order.

    sensor, source : (N,).  time_ns : (N,).  weight : (N,) how many each stands for.
    charge_pe : (N,).  place : (N,) rows in order of sensor and time, once ordered.
    spare : (N,) for sorting.  lit : (5160,) the sensors with any, the first count[1] of them.
    first, many : (5160,) where in `place` a sensor's rows begin, and how many.  count : (2,).
    """

    sensor: NDArray[np.int32]
    source: NDArray[np.int8]
    time_ns: FloatArray
    weight: FloatArray
    charge_pe: FloatArray
    place: NDArray[np.int64]
    spare: NDArray[np.int64]
    lit: NDArray[np.int64]
    first: NDArray[np.int64]
    many: NDArray[np.int64]
    count: NDArray[np.int64]  # type: ignore[assignment]  # hides a tuple's own, which none needs


def no_electrons() -> Electrons:
    """Room for an event."""
    return flat(
        Electrons(
            sensor=np.zeros(MOST_ELECTRONS, np.int32),
            source=np.zeros(MOST_ELECTRONS, np.int8),
            time_ns=np.zeros(MOST_ELECTRONS),
            weight=np.zeros(MOST_ELECTRONS),
            charge_pe=np.zeros(MOST_ELECTRONS),
            place=np.zeros(MOST_ELECTRONS, np.int64),
            spare=np.zeros(MOST_ELECTRONS, np.int64),
            lit=np.zeros(N_SENSORS, np.int64),
            first=np.zeros(N_SENSORS, np.int64),
            many=np.zeros(N_SENSORS, np.int64),
            count=np.zeros(2, np.int64),
        )
    )


@compiled
def add_electron(
    electrons: Electrons, sensor: int, source: int, time_ns: float, weight: float, charge_pe: float
) -> None:
    """One more row."""
    k = electrons.count[0]
    if k >= MOST_ELECTRONS:
        raise RuntimeError("an event has more photo-electrons than MOST_ELECTRONS")
    electrons.count[0] = k + 1
    electrons.sensor[k], electrons.source[k] = sensor, source
    electrons.time_ns[k], electrons.weight[k] = time_ns, weight
    electrons.charge_pe[k] = charge_pe


@compiled
def charge_of_one(rng: Stream, parameters: Parameters) -> float:
    """Charge, PE > 0, of one photo-electron: a peak, and an exponential of badly amplified ones."""
    if uniform(rng) < parameters.low_charge_share:
        return LEAST_CHARGE_PE + parameters.low_charge_pe * exponential(rng)
    charge = parameters.charge_peak_pe + parameters.charge_spread_pe * normal(rng)
    return max(charge, LEAST_CHARGE_PE)


@compiled
def _charge_of_many(rng: Stream, parameters: Parameters, weight: float) -> float:
    low = parameters.low_charge_share
    mean = (
        low * (LEAST_CHARGE_PE + parameters.low_charge_pe) + (1 - low) * parameters.charge_peak_pe
    )
    return max(weight * mean + 0.5 * math.sqrt(weight) * normal(rng), 0.01)


@compiled
def stretched_weight(shape: float, delay: float) -> float:
    """Weight of a delay drawn from the gamma law of a shape and then made STRETCH times longer.

    So the faint tail of bright light, which decides how many pulses it makes, gets more samples
    with less weight each; the weights' mean is 1.
    """
    return math.exp(shape * LOG_STRETCH - delay * (STRETCH - 1))


@compiled
def add_signal(
    rng: Stream, parameters: Parameters, lit: Lit, begin: int, end: int,
    electrons: Electrons,
) -> None:  # fmt: skip
    """Photo-electrons of the light in rows [begin, end), with their after-pulses."""
    most = min(max(MOST_ELECTRONS // (3 * max(end - begin, 1)), LEAST_SAMPLED), MOST_SAMPLED)
    for k in range(begin, end):
        sensor, source = ZERO + lit.sensor[k], ZERO + lit.source[k]
        sampled = min(lit.photons[k], most)
        for _ in range(sampled):
            weight = 1.0
            delay = gamma(rng, lit.shape[k])
            if sampled < lit.photons[k]:
                weight = lit.photons[k] / sampled * stretched_weight(lit.shape[k], delay)
                delay *= STRETCH
            time = lit.time_ns[k] + delay * lit.scale_ns[k]
            if lit.slope[k] != 0.0:
                time += lit.slope[k] * drawn_depth_m(rng, lit.energy_gev[k])
            time += JITTER_NS * normal(rng)
            if uniform(rng) < parameters.late_share:
                time += LATE_NS + LATE_SPREAD_NS * exponential(rng)
            if weight == 1.0:
                charge = charge_of_one(rng, parameters)
            else:
                charge = _charge_of_many(rng, parameters, weight)
            add_electron(electrons, sensor, source, time, weight, charge)
            _add_afterpulses(rng, parameters, electrons, sensor, source, time, weight)


@compiled
def _add_afterpulses(
    rng: Stream, parameters: Parameters, electrons: Electrons,
    sensor: int, source: int, time_ns: float, weight: float,
) -> None:  # fmt: skip
    """Ions in the tube that come back microseconds later."""
    if weight == 1.0:
        if uniform(rng) >= parameters.afterpulses_per_pe:
            return
        many = 1
    else:
        many = poisson(rng, parameters.afterpulses_per_pe * weight)
    drawn = min(many, MOST_AFTERPULSES)
    for _ in range(drawn):
        delay = parameters.afterpulse_ns + AFTERPULSE_SPREAD_NS * normal(rng)
        if delay > AFTERPULSE_LEAST_NS:
            charge = charge_of_one(rng, parameters) * many / drawn
            add_electron(electrons, sensor, source, time_ns + delay, many / drawn, charge)


@compiled
def order_electrons(electrons: Electrons) -> None:
    """Fill `place`, `lit`, `first`, `many`: rows by sensor, and by time within a sensor."""
    many, first, place = electrons.many, electrons.first, electrons.place[:]
    for k in range(electrons.count[1]):
        many[electrons.lit[k]] = 0
    sensors = 0
    for k in range(electrons.count[0]):
        sensor = electrons.sensor[k]
        if many[sensor] == 0:
            electrons.lit[sensors] = sensor
            sensors += 1
        many[sensor] += 1
    electrons.count[1] = sensors
    begin = 0
    for k in range(sensors):
        sensor = electrons.lit[k]
        first[sensor] = begin
        begin += many[sensor]
        many[sensor] = 0
    for k in range(electrons.count[0]):
        sensor = electrons.sensor[k]
        place[first[sensor] + many[sensor]] = k
        many[sensor] += 1
    for k in range(sensors):
        sensor = electrons.lit[k]
        if many[sensor] > 1:
            begin, end = first[sensor], first[sensor] + many[sensor]
            sort_rows(place, electrons.spare[:], begin, end, electrons.time_ns[:])
