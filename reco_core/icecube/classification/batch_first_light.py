"""Where the first light of each event is and which way it moves, for a whole batch at once.

The same sets and weights as for one event: containment, first_motion, hardness.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.icecube.classification.containment import REGIONS
from reco_core.icecube.classification.first_motion import MOTIONS, motion
from reco_core.icecube.classification.hardness import MAX_SUM
from reco_core.icecube.detector import Detector
from reco_core.icecube.pulse_batch import BoolArray, FloatArray, PulseBatch

STEPS: Final = (1.0, 0.0, -1.0)  # m, one of each motion


class FirstLights(NamedTuple):
    """The first two pulses of E events.

    known : (E,) are there two?  inside : (E, 3) is the first pulse's DOM in each of REGIONS, where
    there is a first pulse.  motion : (E,) row of MOTIONS, -1 where not known.  hardness : (E,) in
    [0, 1], NaN where not known.
    """

    known: BoolArray
    inside: BoolArray
    motion: NDArray[np.int8]
    hardness: FloatArray


def first_lights(batch: PulseBatch, detector: Detector) -> FirstLights:
    """Of pulses at one time the one that stands earlier in the file is the earlier."""
    known = batch.n_pulses >= 2
    first = batch.start[:-1]
    inside = np.zeros((batch.n_events, len(REGIONS)), np.bool_)
    some = batch.n_pulses >= 1
    inside[some] = _regions_of_doms(detector)[batch.sensor_id[first[some]]]
    z_m = detector.position_m[batch.sensor_id, 2]
    step = np.zeros(batch.n_events)
    step[known] = z_m[first[known] + 1] - z_m[first[known]]
    ways = _motion_of(step)
    weights = np.array([way.weight for way in MOTIONS])
    edge = inside @ np.array([region.weight for region in REGIONS])
    return FirstLights(
        known,
        inside,
        np.where(known, ways, -1).astype(np.int8),
        np.where(known, (weights[ways] + edge) / MAX_SUM, np.nan),
    )


def _regions_of_doms(detector: Detector) -> BoolArray:
    return np.stack([region.mask(detector) for region in REGIONS], axis=-1)


def _motion_of(step_z_m: FloatArray) -> NDArray[np.int64]:
    """(E,) row of MOTIONS: that of one step of each sign, so that the rule stands in one place."""
    row_of_sign = {np.sign(step): MOTIONS.index(motion(step)) for step in STEPS}
    rows = np.array([row_of_sign[sign] for sign in (-1.0, 0.0, 1.0)])
    return np.asarray(rows[np.sign(step_z_m).astype(np.int64) + 1])
