"""Dark noise: single hits from heat, and bursts of correlated hits from decays in the glass.

Rates and the law of the bursts: IceCube's instrumentation paper (arXiv:1612.05093) and its noise
generator Vuvuzela.
"""

from __future__ import annotations

import math
from typing import Final

from reco_core.compiled import compiled
from reco_core.icecube.detector import N_SENSORS
from reco_core.icecube.simulation.electrons import Electrons, add_electron, charge_of_one
from reco_core.icecube.simulation.parameters import Parameters
from reco_core.icecube.simulation.particles import NOISE
from reco_core.icecube.simulation.world import DEEPCORE_NOISE, World
from reco_core.random_stream import Stream, normal, poisson, uniform

# Hits of a burst follow its first one after exp(mean + spread * Gauss) ns: 10 to 3.0 +- 0.85.
BURST_LOG_NS: Final = 3.0 * math.log(10)
BURST_SPREAD: Final = 0.85 * math.log(10)
BURST_TAIL_NS: Final = 5000.0  # bursts that began this long before still count


@compiled
def add_noise(
    rng: Stream,
    world: World,
    parameters: Parameters,
    electrons: Electrons,
    start_ns: float,
    end_ns: float,
) -> None:
    """Hits of all DOMs between two times."""
    per_ns = 1e-9 * N_SENSORS * DEEPCORE_NOISE
    span = end_ns - start_ns
    for _ in range(poisson(rng, parameters.thermal_hz * per_ns * span)):
        sensor = _noisy_sensor(rng, world)
        if sensor >= 0:
            time = start_ns + span * uniform(rng)
            add_electron(electrons, sensor, NOISE, time, 1.0, charge_of_one(rng, parameters))
    for _ in range(poisson(rng, parameters.burst_hz * per_ns * (span + BURST_TAIL_NS))):
        sensor = _noisy_sensor(rng, world)
        if sensor >= 0:
            time = end_ns - (span + BURST_TAIL_NS) * uniform(rng)
            _add_burst(rng, parameters, electrons, sensor, time, start_ns, end_ns)


@compiled
def _noisy_sensor(rng: Stream, world: World) -> int:
    """A DOM drawn by its noise rate over the largest one; -1 where the draw is turned down."""
    sensor = int(uniform(rng) * N_SENSORS)
    return sensor if uniform(rng) * DEEPCORE_NOISE < world.noise[sensor] else -1


@compiled
def _add_burst(
    rng: Stream, parameters: Parameters, electrons: Electrons,
    sensor: int, begin_ns: float, start_ns: float, end_ns: float,
) -> None:  # fmt: skip
    for k in range(1 + poisson(rng, parameters.burst_extra_hits)):
        time = begin_ns
        if k > 0:
            time += math.exp(BURST_LOG_NS + BURST_SPREAD * normal(rng))
        if start_ns <= time < end_ns:
            add_electron(electrons, sensor, NOISE, time, 1.0, charge_of_one(rng, parameters))
            while uniform(rng) < parameters.burst_more_pe:
                add_electron(electrons, sensor, NOISE, time, 1.0, charge_of_one(rng, parameters))
