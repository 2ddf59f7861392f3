"""From launches to stored pulses: photo-electrons that cannot be told apart become one pulse."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import compiled, flag, flat
from reco_core.icecube.simulation.electrons import Electrons
from reco_core.icecube.simulation.launches import ALONE, RECORD_NS, SWALLOWED, Launches
from reco_core.icecube.simulation.parameters import Parameters
from reco_core.icecube.simulation.particles import SOURCES, FloatArray
from reco_core.random_stream import Stream, normal, uniform

FINE_NS: Final = 420.0  # a record's first part is read in samples of 3.3 ns, the rest of 25 ns
ALONE_NS: Final = 75.0  # what is kept of a record without coincidence: three coarse samples
ALONE_WIDTH_NS: Final = 12.0  # pulses in there are not closer (the competition's sample events)
ALONE_JITTER_NS: Final = 4.0
LEAST_WIDTH_NS: Final = 3.0
SPLIT_NS: Final = (2.0, 10.0)  # the two parts of a pulse that was taken for two
SPLIT_PART: Final = (0.2, 0.5)  # of the charge goes to the second one

CHARGE_STEP_PE: Final = 0.05  # charges are stored as the middles of these steps (SuperDST)
AUXILIARY: Final = flag(True)
RECORDED: Final = flag(False)

MOST_PULSES: Final = 500_000  # of one event


class Stored(NamedTuple):
    """Pulses of one event in any order, as stored.

    sensor, auxiliary : (N,).  time_ns : (N,) whole ns of the simulation's clock.  step : (N,), the
    charge is 0.025 + 0.05 * step PE.  count : (1,).  electrons : (SOURCES,) photo-electrons of
    each source on pulses in coincidence.
    """

    sensor: NDArray[np.int16]
    time_ns: NDArray[np.int64]
    step: NDArray[np.int32]
    auxiliary: NDArray[np.uint8]
    count: NDArray[np.int64]  # type: ignore[assignment]  # hides a tuple's own, which none needs
    electrons: FloatArray


def no_pulses() -> Stored:
    """Room for an event."""
    return flat(
        Stored(
            np.zeros(MOST_PULSES, np.int16),
            np.zeros(MOST_PULSES, np.int64),
            np.zeros(MOST_PULSES, np.int32),
            np.zeros(MOST_PULSES, np.uint8),
            np.zeros(1, np.int64),
            np.zeros(SOURCES),
        )
    )


@compiled
def store_pulses(
    rng: Stream, parameters: Parameters, electrons: Electrons, launches: Launches,
    stored: Stored, start_ns: float, end_ns: float,
) -> None:  # fmt: skip
    """Pulses of all launches that lie between two times."""
    stored.count[0] = 0
    for source in range(SOURCES):
        stored.electrons[source] = 0.0
    for k in range(launches.count[0]):
        if launches.kind[k] == SWALLOWED:
            continue
        if launches.kind[k] == ALONE:
            _alone(rng, electrons, launches, stored, k, start_ns, end_ns)
        else:
            _record(rng, parameters, electrons, launches, stored, k, start_ns, end_ns)


@compiled
def _end_of(electrons: Electrons, sensor: int) -> int:
    return int(electrons.first[sensor] + electrons.many[sensor])


@compiled
def _alone(
    rng: Stream, electrons: Electrons, launches: Launches, stored: Stored, k: int,
    start_ns: float, end_ns: float,
) -> None:  # fmt: skip
    """The few samples of a launch without coincidence; coarse samples blur its time."""
    sensor, launch = launches.sensor[k], launches.time_ns[k]
    blur = ALONE_JITTER_NS * normal(rng)
    place, end = launches.place[k], _end_of(electrons, sensor)
    while place < end and electrons.time_ns[electrons.place[place]] < launch + ALONE_NS:
        begin = electrons.time_ns[electrons.place[place]]
        charge = 0.0
        while place < end and electrons.time_ns[electrons.place[place]] < begin + ALONE_WIDTH_NS:
            charge += electrons.charge_pe[electrons.place[place]]
            place += 1
        _store(stored, sensor, begin + blur, charge, AUXILIARY, start_ns, end_ns)


@compiled
def least_distance_ns(parameters: Parameters, since_ns: float, charge_pe: float) -> float:
    """How far from a pulse of this charge the next one can be told apart, ns.

    since_ns : after the launch.  Bright light is resolved finer.
    """
    width = parameters.pulse_width_ns if since_ns < FINE_NS else parameters.late_pulse_width_ns
    if charge_pe <= 1.0:
        return width
    return max(width * math.exp(-parameters.width_power * math.log(charge_pe)), LEAST_WIDTH_NS)


@compiled
def saturated_pe(parameters: Parameters, charge_pe: float, width_ns: float) -> float:
    """Charge, PE, that is seen of a charge that came within a time: the current is limited."""
    return charge_pe / (1 + charge_pe / (width_ns * parameters.saturation_pe_per_ns))


@compiled
def _record(
    rng: Stream, parameters: Parameters, electrons: Electrons, launches: Launches,
    stored: Stored, k: int, start_ns: float, end_ns: float,
) -> None:  # fmt: skip
    """All pulses of a launch in coincidence."""
    sensor, launch = launches.sensor[k], launches.time_ns[k]
    place, end = launches.place[k], _end_of(electrons, sensor)
    while place < end:
        begin = electrons.time_ns[electrons.place[place]]
        if begin >= launch + RECORD_NS:
            break
        charge = 0.0
        widest = least_distance_ns(parameters, begin - launch, 1.0)
        inside = start_ns <= begin <= end_ns
        while place < end:
            row = electrons.place[place]
            gap = electrons.time_ns[row] - begin
            if gap >= widest:
                break
            # The power is slow: it is worked out only where it decides.
            if gap >= LEAST_WIDTH_NS and gap >= least_distance_ns(
                parameters, begin - launch, charge
            ):
                break
            charge += electrons.charge_pe[row]
            if inside:
                stored.electrons[electrons.source[row]] += electrons.weight[row]
            place += 1
        width = least_distance_ns(parameters, begin - launch, charge)
        charge = saturated_pe(parameters, charge, width)
        if uniform(rng) < parameters.split_share:
            part = charge * (SPLIT_PART[0] + (SPLIT_PART[1] - SPLIT_PART[0]) * uniform(rng))
            gap = SPLIT_NS[0] + (SPLIT_NS[1] - SPLIT_NS[0]) * uniform(rng)
            _store(stored, sensor, begin + gap, part, RECORDED, start_ns, end_ns)
            charge -= part
        _store(stored, sensor, begin, charge, RECORDED, start_ns, end_ns)


@compiled
def _store(
    stored: Stored, sensor: int, time_ns: float, charge_pe: float, auxiliary: bool,
    start_ns: float, end_ns: float,
) -> None:  # fmt: skip
    if not start_ns <= time_ns <= end_ns:
        return
    k = stored.count[0]
    if k >= MOST_PULSES:
        raise RuntimeError("an event has more pulses than MOST_PULSES")
    stored.count[0] = k + 1
    stored.sensor[k] = sensor
    stored.time_ns[k] = math.floor(time_ns)
    stored.step[k] = int(charge_pe / CHARGE_STEP_PE)
    stored.auxiliary[k] = auxiliary
