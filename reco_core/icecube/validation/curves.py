"""Whole distributions of a sample, as quantiles on one grid of levels: what the pictures draw."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from reco_core.icecube.detector import Detector, builtin_detector
from reco_core.icecube.validation.direction import ladder
from reco_core.icecube.validation.measures import durations_ns, mean_times_ns, quantiles
from reco_core.icecube.validation.sample import Sample

# Even steps, and an upper tail down to one in ten thousand: pulses per event span four decades.
_TAIL: Final = tuple(round(float(1 - share), 6) for share in np.geomspace(0.01, 1e-4, 21))
LEVELS: Final = (0.0, 0.001, 0.005, *(k / 100 for k in range(1, 99)), *_TAIL, 1.0)

Curves = dict[str, list[float]]


def curves(sample: Sample, detector: Detector | None = None) -> Curves:
    """Values at LEVELS, ascending, of each distribution; units as in `measure`."""
    detector = detector or builtin_detector()
    angles = ladder(sample, detector.position_m)
    distributions: dict[str, ArrayLike] = {
        "n_pulses": sample.n_pulses,
        "duration": durations_ns(sample),
        "first_time": sample.time_ns[sample.start],
        "mean_time": mean_times_ns(sample),
        "last_time": sample.time_ns[sample.end - 1],
        "pulse_time": sample.time_ns,
        "charge": sample.charge_pe,
        "zenith": sample.zenith,
        "ladder.time_sense": angles.time_sense,
        "ladder.better_sense": angles.better_sense,
    }
    return {
        key: [round(value, 6) for value in quantiles(key, values, LEVELS).values()]
        for key, values in distributions.items()
    }
