"""One event: its pulses, and what is known of its particle. Checked once, then never again."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from reco_core.errors import EventError
from reco_core.icecube.detector import N_SENSORS

Split = Literal["train", "test"]
DirectionKind = Literal["true", "reference"]

MIN_TIME_NS: Final = -(2**31)  # the competition's times fit into 32 bits; indexes store them so
MAX_TIME_NS: Final = 2**31 - 1
# The brightest events have about a million PE. More than this is damage, and sums of it would no
# longer fit into the 32-bit numbers that are drawn.
MAX_CHARGE_PE: Final = 1e9


@dataclass(frozen=True, eq=False)
class Pulses:
    """The pulses of one event in order of time (P pulses).

    sensor_id : (P,) int16 in [0, 5160).  time_ns : (P,) int64, ascending, within int32.
    charge_pe : (P,) float64 PE, in [0, 1e9].  auxiliary : (P,) bool, as stored.
    """

    sensor_id: NDArray[np.int16]
    time_ns: NDArray[np.int64]
    charge_pe: NDArray[np.float64]
    auxiliary: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.time_ns)

    def select(self, mask: NDArray[np.bool_]) -> Pulses:
        """The pulses where mask (P,) is true, order kept."""
        return Pulses(
            self.sensor_id[mask], self.time_ns[mask], self.charge_pe[mask], self.auxiliary[mask]
        )


@dataclass(frozen=True)
class Truth:
    """What is known of an event's particle. None = not known; nothing is ever NaN.

    zenith, azimuth : rad, where it came from, both or neither.  kind : whether they are the
    simulation's truth or a published reference.  primary_pdg : number of the particle (Particle
    Data Group).  vertex_m : interaction point, detector frame, perhaps far outside.  time_ns : when
    the particle was there, on the event's clock.
    """

    zenith: float | None = None
    azimuth: float | None = None
    kind: DirectionKind = "true"
    name: str | None = None
    sentence: str | None = None
    event_class: str | None = None
    topology: str | None = None
    primary_pdg: int | None = None
    energy_gev: float | None = None
    vertex_m: tuple[float, float, float] | None = None
    time_ns: float | None = None
    mjd: float | None = None

    @property
    def has_direction(self) -> bool:
        return self.zenith is not None and self.azimuth is not None


@dataclass(frozen=True, eq=False)
class Event:
    """One triggered read-out."""

    event_id: int
    split: Split
    batch_id: int
    pulses: Pulses
    truth: Truth


def checked_pulses(
    sensor_id: NDArray[np.integer],
    time_ns: NDArray[np.integer],
    charge_pe: NDArray[np.floating],
    auxiliary: NDArray[np.bool_],
    where: str,
) -> Pulses:
    """Pulses in order of time, or EventError naming the first bad value.

    where : the event and file, for the message: "event 24 of train/batch_1.parquet".
    """
    if len(time_ns) == 0:
        raise EventError(f"{where} has no pulses; an event needs at least one.")
    known = (sensor_id >= 0) & (sensor_id < N_SENSORS)
    in_range = (time_ns >= MIN_TIME_NS) & (time_ns <= MAX_TIME_NS)
    physical = (charge_pe >= 0) & (charge_pe <= MAX_CHARGE_PE)  # false for NaN
    _check(sensor_id, known, f"{where}: sensor_id", f"0 to {N_SENSORS - 1}")
    _check(time_ns, in_range, f"{where}: time", f"whole ns, {MIN_TIME_NS} to {MAX_TIME_NS}")
    charge_rule = f"a finite number of PE, 0 to {MAX_CHARGE_PE:,.0f}"
    _check(charge_pe, physical, f"{where}: charge", charge_rule)
    order = np.argsort(time_ns, kind="stable")
    return Pulses(
        sensor_id[order].astype(np.int16),
        time_ns[order].astype(np.int64),
        charge_pe[order].astype(np.float64),
        auxiliary[order].astype(np.bool_),
    )


def _check(values: NDArray[np.generic], good: NDArray[np.bool_], what: str, expected: str) -> None:
    if good.all():
        return
    row = int(np.argmin(good))
    raise EventError(f"{what} is {values[row].item()!r} at its pulse {row}; expected {expected}.")


def finite_or_none(value: float | None) -> float | None:
    """The number, or None where it is missing or NaN."""
    return None if value is None or not math.isfinite(value) else float(value)
