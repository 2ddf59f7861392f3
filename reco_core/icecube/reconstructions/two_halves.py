"""Two dots: the line from the early half of the light to the late half."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.errors import ReconstructionError
from reco_core.icecube.detector import Detector
from reco_core.icecube.event import Pulses
from reco_core.icecube.reconstructions.anchor import charge_centre
from reco_core.icecube.reconstructions.result import Reconstruction, along, require_two_doms
from reco_core.icecube.selection import non_auxiliary, relative_time

KEY: Final = "two_dots"

MIN_DISTANCE_M: Final = 1e-6  # below it the two centres coincide up to rounding


def two_dots(pulses: Pulses, detector: Detector) -> Reconstruction:
    """The line through the charge-weighted centres of the early and late non-auxiliary pulses.

    The halves have equally many pulses; the middle one of an odd number is in neither, so that
    the event played backwards gives the opposite direction. Of pulses at one time those earlier
    in the file are the earlier.
    Raises ReconstructionError if the pulses are on fewer than 2 DOMs, all at one time, without
    charge in a half, or if the centres of the halves coincide.
    """
    used = non_auxiliary(pulses)
    require_two_doms(used, "The non-auxiliary pulses")
    half = len(used) // 2
    row = np.arange(len(used))
    early, late = used.select(row < half), used.select(row >= len(used) - half)
    _require_charge(early, late)
    start, end = charge_centre(early, detector), charge_centre(late, detector)
    velocity = _velocity(end - start, _centre_time(used, late) - _centre_time(used, early))
    return along(KEY, velocity, (start + end) / 2, used, detector)


def _require_charge(early: Pulses, late: Pulses) -> None:
    for name, half in (("early", early), ("late", late)):
        if half.charge_pe.sum() <= 0:
            raise ReconstructionError(f"The {name} half of the pulses has no charge.")


def _centre_time(used: Pulses, half: Pulses) -> float:
    """Charge-weighted mean time of a half, ns after the first used pulse."""
    since_first = relative_time(half) + float(half.time_ns[0] - used.time_ns[0])
    return float(half.charge_pe @ since_first / half.charge_pe.sum())


def _velocity(step_m: NDArray[np.float64], step_ns: float) -> NDArray[np.float64]:
    if step_ns <= 0:
        raise ReconstructionError("All the light is at one time; nothing tells which way it moves.")
    if np.linalg.norm(step_m) < MIN_DISTANCE_M:
        raise ReconstructionError("The early and the late light have the same centre.")
    return step_m / step_ns
