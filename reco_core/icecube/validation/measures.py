"""Every number that is compared with the published ones, of a sample of events, by its key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reco_core.icecube.classification.containment import REGIONS
from reco_core.icecube.classification.first_motion import MOTIONS, motion
from reco_core.icecube.detector import N_SENSORS, Detector, builtin_detector
from reco_core.icecube.validation.direction import ladder
from reco_core.icecube.validation.sample import IntArray, Sample

COUNT_QUANTILES: Final = (
    0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999,
)  # fmt: skip
QUARTILES: Final = (0.25, 0.5, 0.75)
CLASS_QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
CHARGE_QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
MANY_PULSES: Final = (96, 128, 256, 1000, 10000)
# Classes of the number of pulses in the joint table with the duration; both ends belong to it.
COUNT_CLASSES: Final = (
    (15, 39), (40, 63), (64, 99), (100, 143), (144, 399), (400, 2999), (3000, 199_999),
)  # fmt: skip
PULSES_PER_DOM: Final = ((1, 1), (2, 3), (4, 10), (11, None))
PUBLISHED_BUSIEST: Final = (5038, 4979, 4978, 5037, 4915)
BUSIEST: Final = 20
PUBLISHED_EVENTS: Final = 200_000  # numbers that grow with the set are scaled to a batch

Measures = dict[str, float]


def measure(sample: Sample, detector: Detector | None = None) -> Measures:
    """All quantities of the sample, in order of the table; `builtin_detector()` if none is given.

    Keys of quantiles end in their level: `n_pulses.q0.5`. A quantity of which the sample has no
    event or pulse is left out. Times in ns, charges in PE, angles in rad, shares 0 to 1.
    """
    detector = detector or builtin_detector()
    return (
        _counts(sample)
        | _durations(sample)
        | _times(sample)
        | _charges(sample)
        | _auxiliary(sample)
        | _truth(sample)
        | _first_pulses(sample, detector)
        | _sensors(sample)
        | _directions(sample, detector)
    )


def quantiles(key: str, values: ArrayLike, levels: tuple[float, ...]) -> Measures:
    """Quantiles with linear interpolation, as numpy and pandas give them; none of no values."""
    values = np.asarray(values)
    if not values.size:
        return {}
    found = np.quantile(values, levels)
    return {f"{key}.q{level:g}": float(value) for level, value in zip(levels, found, strict=True)}


def mean_and_std(key: str, values: ArrayLike) -> Measures:
    values = np.asarray(values, np.float64)
    return {f"{key}.mean": float(values.mean()), f"{key}.std": float(values.std())}


def _share(mask: NDArray[np.bool_]) -> float:
    return float(np.mean(mask))


def _counts(sample: Sample) -> Measures:
    n = sample.n_pulses
    shares = {f"n_pulses.above_{limit}": _share(n > limit) for limit in MANY_PULSES}
    ends = {"n_pulses.mean": float(n.mean()), "n_pulses.max": float(n.max())}
    return quantiles("n_pulses", n, COUNT_QUANTILES) | ends | shares


def durations_ns(sample: Sample) -> IntArray:
    """(E,) ns from the first to the last pulse of each event."""
    return (sample.time_ns[sample.end - 1] - sample.time_ns[sample.start]).astype(np.int64)


def mean_times_ns(sample: Sample) -> NDArray[np.float64]:
    """(E,) ns, mean time of the pulses of each event."""
    return np.bincount(sample.event, sample.time_ns) / sample.n_pulses


def _durations(sample: Sample) -> Measures:
    n, duration = sample.n_pulses, durations_ns(sample)
    found = quantiles("duration", duration, COUNT_QUANTILES) | {
        "duration.mean": float(duration.mean())
    }
    for low, high in COUNT_CLASSES:
        inside = (n >= low) & (n <= high)
        key = f"n_{low}_{high}"
        found[f"{key}.share"] = _share(inside)
        found |= quantiles(f"{key}.duration", duration[inside], CLASS_QUANTILES)
    if n.std() and duration.std():
        found["n_duration.correlation"] = float(np.corrcoef(n, duration)[0, 1])
    return found


def _times(sample: Sample) -> Measures:
    first = sample.time_ns[sample.start]
    return (
        quantiles("first_time", first, QUARTILES)
        | mean_and_std("first_time", first)
        | {"first_time.min": float(first.min())}
        | quantiles("mean_time", mean_times_ns(sample), QUARTILES)
        | quantiles("last_time", sample.time_ns[sample.end - 1], QUARTILES)
        | quantiles("pulse_time", sample.time_ns, QUARTILES)
        | mean_and_std("pulse_time", sample.time_ns)
    )


def _charges(sample: Sample) -> Measures:
    charge = sample.charge_pe
    ends = {"charge.min": float(charge.min()), "charge.max": float(charge.max())}
    return (
        quantiles("charge", charge, QUARTILES)
        | mean_and_std("charge", charge)
        | ends
        | quantiles("charge_auxiliary", charge[sample.auxiliary], CHARGE_QUANTILES)
        | quantiles("charge_non_auxiliary", charge[~sample.auxiliary], CHARGE_QUANTILES)
    )


def auxiliary_shares(sample: Sample) -> NDArray[np.float64]:
    """(E,) share of auxiliary pulses in each event."""
    return np.bincount(sample.event, sample.auxiliary) / sample.n_pulses


def _auxiliary(sample: Sample) -> Measures:
    per_event = float(np.median(auxiliary_shares(sample)))
    return {"auxiliary.pulses": _share(sample.auxiliary), "auxiliary.event.q0.5": per_event}


def _truth(sample: Sample) -> Measures:
    return (
        quantiles("zenith", sample.zenith, QUARTILES)
        | mean_and_std("zenith", sample.zenith)
        | quantiles("azimuth", sample.azimuth, QUARTILES)
        | mean_and_std("azimuth", sample.azimuth)
    )


def _first_pulses(sample: Sample, detector: Detector) -> Measures:
    every = np.arange(len(sample.time_ns))
    light = np.flatnonzero(~sample.auxiliary)
    return _first_of("all", every, sample, detector) | _first_of("light", light, sample, detector)


def _first_of(which: str, rows: IntArray, sample: Sample, detector: Detector) -> Measures:
    """Where the first of the rows of each event is, and where the second lies from it.

    Shares of the events that have such a pulse. Of pulses at the same time the one stored first
    counts as earlier; an event with one such pulse counts as horizontal. Both as published.
    """
    count = np.bincount(sample.event[rows], minlength=len(sample.end))
    end = np.cumsum(count)
    first = (end - count)[count > 0]
    second = np.minimum(first + 1, end[count > 0] - 1)
    if not len(first):
        return {}
    sensor_id = sample.sensor_id[rows]
    z = detector.position_m[sensor_id, 2]
    direction = np.sign(z[second] - z[first])
    places = {
        f"first_{which}.{region.key}": _share(region.mask(detector)[sensor_id[first]])
        for region in REGIONS
    }
    return places | {
        f"motion_{which}.{row.key}": _share(direction == _SIGNS[row.key]) for row in MOTIONS
    }


_SIGNS: Final[Mapping[str, float]] = {motion(step).key: step for step in (-1.0, 0.0, 1.0)}


def _sensors(sample: Sample) -> Measures:
    pulses = np.bincount(sample.sensor_id, minlength=N_SENSORS)
    scale = PUBLISHED_EVENTS / len(sample.end)
    busiest = np.argsort(-pulses, kind="stable")[:BUSIEST]
    return {
        "sensors.seen": float(np.count_nonzero(pulses)),
        "sensors.busiest_shared": float(np.isin(PUBLISHED_BUSIEST, busiest).sum()),
        "sensors.busiest_pulses": float(pulses.max() * scale),
        "sensors.quietest_pulses": float(pulses[pulses > 0].min() * scale),
    } | _multiplicities(sample)


def multiplicities(sample: Sample) -> IntArray:
    """Pulses of each DOM in each event where it has one or more, in order of event and sensor."""
    key = np.sort(sample.event * N_SENSORS + sample.sensor_id)
    start = np.flatnonzero(np.diff(key, prepend=-1))
    return np.diff(start, append=len(key))


def _multiplicities(sample: Sample) -> Measures:
    n = multiplicities(sample)
    found = {}
    for low, high in PULSES_PER_DOM:
        name = f"{low}" if low == high else f"{low}_{high or 'more'}"
        found[f"dom_pulses.{name}"] = _share((n >= low) & (n <= (high or np.inf)))
    return found


def _directions(sample: Sample, detector: Detector) -> Measures:
    angles = ladder(sample, detector.position_m)
    return {
        "ladder.time_sense": float(angles.time_sense.mean()),
        "ladder.better_sense": float(angles.better_sense.mean()),
        "ladder.no_axis": _share(~angles.has_axis),
        "ladder.no_sense": _share(~angles.has_sense),
    }
