"""Hardness: how much the first light looks like that of a muon entering from outside.

hardness = (0.25 horizontal + 0.5 down + 0.75 side + 1.0 top + 0.25 bottom) / 2.25

with 1 for what holds of the first two pulses (motion) and of the first pulse's DOM (edge), else 0.
From the notebook "classification of the events" of MiMakh/ice_cube_kaggle; a rule of thumb, not
checked there against the errors of reconstructions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from reco_core.icecube.classification.containment import RegionSet, regions_of
from reco_core.icecube.classification.first_motion import Motion, motion
from reco_core.icecube.detector import Detector
from reco_core.icecube.event import Pulses

MAX_SUM: Final = 2.25  # down, side and top together: no DOM is at the top and at the bottom


@dataclass(frozen=True)
class FirstLight:
    """The two pulses that decide. sensor_ids : their DOMs, the first's first.

    regions : parts of the edge that hold the first DOM.  step_z_m : z of the second less the first.
    """

    sensor_ids: tuple[int, int]
    regions: tuple[RegionSet, ...]
    step_z_m: float

    @property
    def motion(self) -> Motion:
        return motion(self.step_z_m)

    @property
    def hardness(self) -> float:
        """In [0, 1]; 1 is light that enters at the upper edge and moves down."""
        return (self.motion.weight + sum(region.weight for region in self.regions)) / MAX_SUM


def first_light(pulses: Pulses, detector: Detector) -> FirstLight | None:
    """The first two pulses, or None if there are fewer.

    Of pulses at one time the one that stands earlier in the file is the earlier.
    """
    if len(pulses) < 2:
        return None
    first, second = (int(sensor) for sensor in pulses.sensor_id[:2])
    step_z_m = float(detector.position_m[second, 2] - detector.position_m[first, 2])
    return FirstLight((first, second), regions_of(first, detector), step_z_m)
