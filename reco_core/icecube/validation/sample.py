"""Many events as plain arrays, for measures that take them all at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from reco_core.icecube.simulation.chunk import Chunk

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Sample:
    """E >= 1 events of one pulse or more each, with P pulses in all.

    end : (E,) the pulses of event k are rows [end[k - 1], end[k]), in order of time.
    sensor_id : (P,) int16 in [0, 5160).  time_ns : (P,) int32.  charge_pe : (P,) float64 PE.
    auxiliary : (P,) bool.  zenith, azimuth : (E,) rad, the true origin.
    """

    end: IntArray
    sensor_id: NDArray[np.int16]
    time_ns: NDArray[np.int32]
    charge_pe: FloatArray
    auxiliary: BoolArray
    zenith: FloatArray
    azimuth: FloatArray

    def __post_init__(self) -> None:
        if not len(self.end) or np.diff(self.end, prepend=0).min() < 1:
            raise ValueError("A sample needs one event or more, each with one pulse or more.")
        if not np.isfinite([self.zenith, self.azimuth]).all():
            raise ValueError("Each event of a sample needs a true direction; some have none.")

    @cached_property
    def n_pulses(self) -> IntArray:
        """(E,) pulses of each event."""
        return np.diff(self.end, prepend=0)

    @cached_property
    def start(self) -> IntArray:
        """(E,) row of the first pulse of each event."""
        return self.end - self.n_pulses

    @cached_property
    def event(self) -> IntArray:
        """(P,) number 0 to E - 1 of each pulse's event."""
        return np.repeat(np.arange(len(self.end)), self.n_pulses)


def sample_of(chunks: Iterable[Chunk]) -> Sample:
    """The events of all chunks, one after the other. ValueError if there are none."""
    listed = list(chunks)
    if not listed:
        raise ValueError("A sample needs one event or more; there is no chunk.")
    lengths = np.cumsum([0, *(len(chunk.time_ns) for chunk in listed)])
    ends = [chunk.end + before for chunk, before in zip(listed, lengths[:-1], strict=True)]
    steps = np.concatenate([chunk.charge_step for chunk in listed])
    return Sample(
        end=np.concatenate(ends).astype(np.int64),
        sensor_id=np.concatenate([chunk.sensor_id for chunk in listed]),
        time_ns=np.concatenate([chunk.time_ns for chunk in listed]),
        charge_pe=0.025 + 0.05 * steps,
        auxiliary=np.concatenate([chunk.auxiliary for chunk in listed]),
        zenith=np.concatenate([chunk.truth["zenith"] for chunk in listed]).astype(np.float64),
        azimuth=np.concatenate([chunk.truth["azimuth"] for chunk in listed]).astype(np.float64),
    )
