"""What a reconstruction gives: a direction, and where and when the particle was on its line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from reco_core.directions import angles_of
from reco_core.errors import ReconstructionError
from reco_core.icecube.detector import Detector
from reco_core.icecube.event import Pulses
from reco_core.icecube.reconstructions.anchor import anchor_time

FloatArray = NDArray[np.float64]

ROUNDING: Final = 1e-9


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """The answer of one method for one event. Everything is finite.

    zenith in [0, pi], azimuth in [0, 2 pi) : rad, where the particle came from.
    point_m : (3,) m, a point of its line.  time_ns : when it passes there if it moves at c, on the
    clock of the event's pulses.  n_doms_used : DOMs with a pulse that the last step used.
    speed_m_per_ns : as fitted to the light, None if the method has none; 0.3 is a muon's.
    """

    key: str
    zenith: float
    azimuth: float
    point_m: FloatArray
    time_ns: float
    n_doms_used: int
    speed_m_per_ns: float | None = None
    status: Literal["ok"] = "ok"


def along(
    key: str, velocity: FloatArray, point_m: FloatArray, used: Pulses, detector: Detector
) -> Reconstruction:
    """The result for a particle that travels along `velocity` (3,) m/ns, not zero, via point_m."""
    speed = float(np.linalg.norm(velocity))
    travel_direction = velocity / speed
    # Light on one string moves straight up or down; rounding must not give that an azimuth.
    travel_direction[np.abs(travel_direction) < ROUNDING] = 0.0
    zenith, azimuth = angles_of(0.0 - travel_direction)  # 0.0 - 0.0, since -0.0 has azimuth pi
    return Reconstruction(
        key,
        float(zenith),
        float(azimuth),
        point_m,
        anchor_time(point_m, travel_direction, used, detector),
        n_doms(used),
        speed,
    )


def n_doms(pulses: Pulses) -> int:
    """How many DOMs have a pulse."""
    return len(np.unique(pulses.sensor_id))


def require_two_doms(pulses: Pulses, which: str) -> None:
    """ReconstructionError if the pulses, `which` in its message, are on fewer than 2 DOMs."""
    found = n_doms(pulses)
    if found < 2:
        doms = "one DOM" if found == 1 else "no DOM"
        raise ReconstructionError(f"{which} are on {doms}; a line needs at least 2.")
