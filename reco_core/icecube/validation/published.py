"""Published distributions of the real competition data, with the tolerances of the comparison.

All numbers were read from saved outputs of public notebooks; none was computed from the data anew,
except the quantiles and the joint table of [a], from raw values in that notebook.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from reco_core.icecube.classification.containment import REGIONS
from reco_core.icecube.classification.first_motion import MOTIONS
from reco_core.icecube.validation.measures import (
    CHARGE_QUANTILES,
    CLASS_QUANTILES,
    COUNT_CLASSES,
    COUNT_QUANTILES,
    MANY_PULSES,
    QUARTILES,
)

SOURCES: Final = {
    "a": "batch 1, 200,000 events: raw values in bishnarender, icecude-eda.ipynb, cells 35 and 38",
    "b": "batch 1: Anjum48, datasaurus/notebooks/eda.ipynb, cells 18 and 19",
    "c": "batch 1, 32,792,416 pulses: iandrorak, LSTMConv.ipynb, describe()",
    "d": "batch 1: edenni, overview.ipynb, cell 13",
    "e": "19 whole events printed in public notebooks: a small sample, for orientation",
    "f": "all 131,953,924 events of train_meta: Anjum48, datasaurus/notebooks/eda.ipynb",
    "g": "batch 1: MiMakh/ice_cube_kaggle, classification-of-the-events.ipynb",
    "h": "batch 1: ChenLi2049/ISeeCube, visualize_dataset.ipynb",
    "i": "timinar/iceaggr, notes on the flat transformer; rounded to whole per cent",
    "j": "10,000 events: momomuchu/KqggleNoteBOok, 3d-line-fitting-chosing-dir, cell 5",
}


@dataclass(frozen=True)
class Tolerance:
    """How far from the real value is close enough: the larger of the two.

    relative : of the real value.  absolute : in its unit; for counts and charges one grid step.
    """

    relative: float = 0.0
    absolute: float = 0.0

    def allowed(self, real: float) -> float:
        """Largest distance from the real value that is within."""
        return max(self.relative * abs(real), self.absolute)


COUNT: Final = Tolerance(relative=0.10, absolute=1)
CHARGE: Final = Tolerance(relative=0.10, absolute=0.05)  # PE; a step of the SuperDST grid
FIRST_TIME: Final = Tolerance(absolute=40)  # ns
LAST_TIME: Final = Tolerance(absolute=300)
PULSE_TIME: Final = Tolerance(absolute=200)
SHARE: Final = Tolerance(absolute=0.03)
SHARE_OF_19_EVENTS: Final = Tolerance(absolute=0.07)
ANGLE: Final = Tolerance(absolute=0.03)  # rad

LAST_JUDGED_LEVEL: Final = 0.99


@dataclass(frozen=True)
class Quantity:
    """One published number. key : of `measure`.  tolerance : None, for information only.

    decimals : shown.  source : key of SOURCES.
    """

    key: str
    label: str
    unit: str
    real: float
    source: str
    tolerance: Tolerance | None = None
    decimals: int = 0


def _quantiles(
    key: str,
    label: str,
    unit: str,
    levels: tuple[float, ...],
    real: tuple[float, ...],
    source: str,
    tolerance: Tolerance | None = None,
    decimals: int = 0,
) -> Iterator[Quantity]:
    """One row for each level; those above the 0.99 quantile are for information."""
    for level, value in zip(levels, real, strict=True):
        judged = tolerance if level <= LAST_JUDGED_LEVEL else None
        name = f"{label}, quantile {level:g}"
        yield Quantity(f"{key}.q{level:g}", name, unit, value, source, judged, decimals)


_N_PULSES: Final = (24, 30, 36, 40, 48, 63, 89, 144, 219, 1130, 3320, 19553)
_ABOVE: Final = (0.2122, 0.1230, 0.0400, 0.0110, 0.0021)
_DURATION: Final = (
    7446, 8408, 9114, 9446, 9990, 10965, 12431, 14426, 17532, 21872, 23617, 28156,
)  # fmt: skip
_CLASS_SHARE: Final = (0.0963, 0.4160, 0.2882, 0.0984, 0.0773, 0.0184, 0.0053)
_CLASS_DURATION: Final = (
    (8324, 9181, 9612, 9964, 10492),
    (9012, 9738, 10234, 10926, 12188),
    (9945, 10966, 11806, 12753, 15054),
    (10429, 11802, 12878, 14172, 19393),
    (10767, 12372, 13812, 17306, 21892),
    (13928, 17610, 18954, 20321, 23741),
    (18660, 20560, 21950, 23451, 26844),
)


def _judged_share(real: float) -> Tolerance | None:
    """A share below 3 points cannot be too small by 3 points: it would never fail."""
    return SHARE if real > SHARE.absolute else None


def _counts() -> Iterator[Quantity]:
    yield from _quantiles(
        "n_pulses", "pulses per event", "", COUNT_QUANTILES, _N_PULSES, "a", COUNT
    )
    yield Quantity("n_pulses.mean", "pulses per event, mean", "", 163.96, "a", None, 1)
    yield Quantity("n_pulses.max", "pulses per event, largest", "", 110_517, "a")
    for limit, real in zip(MANY_PULSES, _ABOVE, strict=True):
        label = f"share of events with more than {limit} pulses"
        key = f"n_pulses.above_{limit}"
        yield Quantity(key, label, "", real, "a", _judged_share(real), 4)


def _durations() -> Iterator[Quantity]:
    yield from _quantiles("duration", "duration", "ns", COUNT_QUANTILES, _DURATION, "a")
    yield Quantity("duration.mean", "duration, mean", "ns", 11664.6, "a")
    for (low, high), share, real in zip(COUNT_CLASSES, _CLASS_SHARE, _CLASS_DURATION, strict=True):
        key, label = f"n_{low}_{high}", f"with {low}-{high} pulses"
        judged = _judged_share(share)
        yield Quantity(f"{key}.share", f"share of events {label}", "", share, "a", judged, 4)
        name = f"duration {label}"
        yield from _quantiles(f"{key}.duration", name, "ns", CLASS_QUANTILES, real, "a")
    label = "correlation of pulses per event and duration"
    yield Quantity("n_duration.correlation", label, "", 0.265089, "a", None, 3)


def _times() -> Iterator[Quantity]:
    for key, label, real, tolerance in (
        ("first_time", "first pulse of the event", (5973, 6129, 6405), FIRST_TIME),
        ("mean_time", "mean pulse time of the event", (10925, 11396, 12053), PULSE_TIME),
        ("last_time", "last pulse of the event", (16214, 17242, 18787), LAST_TIME),
    ):
        yield from _quantiles(key, label, "ns", QUARTILES, real, "b", tolerance)
    label = "first pulse of the event"
    yield Quantity("first_time.min", f"{label}, smallest", "ns", 5714, "b")
    yield Quantity("first_time.mean", f"{label}, mean", "ns", 6747.8, "b")
    yield Quantity("first_time.std", f"{label}, standard deviation", "ns", 3271, "b")
    label, real = "time of all pulses", (10566, 11815, 13916)
    yield from _quantiles("pulse_time", label, "ns", QUARTILES, real, "c", PULSE_TIME)
    yield Quantity("pulse_time.mean", f"{label}, mean", "ns", 13130, "c")
    yield Quantity("pulse_time.std", f"{label}, standard deviation", "ns", 4877, "c")


def _charges() -> Iterator[Quantity]:
    real = (0.775, 1.075, 1.775)
    yield from _quantiles("charge", "charge", "PE", QUARTILES, real, "c", CHARGE, 3)
    yield Quantity("charge.mean", "charge, mean", "PE", 3.909, "c", CHARGE, 3)
    yield Quantity("charge.std", "charge, standard deviation", "PE", 16.29, "c", None, 2)
    yield Quantity("charge.min", "charge, smallest", "PE", 0.025, "c", None, 3)
    yield Quantity("charge.max", "charge, largest", "PE", 2762.025, "c")
    for key, label, values in (
        ("auxiliary", "auxiliary", (0.325, 0.675, 0.875, 1.138, 1.575, 2.452)),
        ("non_auxiliary", "non-auxiliary", (0.275, 0.675, 0.975, 1.225, 1.98, 4.346)),
    ):
        name = f"charge of {label} pulses"
        key = f"charge_{key}"
        yield from _quantiles(key, name, "PE", CHARGE_QUANTILES, values, "e", None, 3)


def _auxiliary() -> Iterator[Quantity]:
    label = "auxiliary share of all pulses"
    yield Quantity("auxiliary.pulses", label, "", 0.2818, "d", SHARE, 4)
    label = "auxiliary share of an event, median"
    yield Quantity("auxiliary.event.q0.5", label, "", 0.68, "e", SHARE_OF_19_EVENTS, 4)


def _truth() -> Iterator[Quantity]:
    for key, quartiles, mean, std in (
        ("zenith", (1.00503, 1.52700, 2.05461), 1.53442, 0.69012),
        ("azimuth", (1.57537, 3.14137, 4.71762), 3.14411, 1.81351),
    ):
        yield from _quantiles(key, key, "rad", QUARTILES, quartiles, "f", None, 3)
        yield Quantity(f"{key}.mean", f"{key}, mean", "rad", mean, "f", None, 3)
        yield Quantity(f"{key}.std", f"{key}, standard deviation", "rad", std, "f", None, 3)


def _first_pulses() -> Iterator[Quantity]:
    """All judged as they are: 3 points let the small shares fail upwards only."""
    for which, name, places, motions in (
        ("all", "pulse", (0.3183, 0.0576, 0.0135), (0.4829, 0.0369, 0.4803)),
        ("light", "non-auxiliary pulse", (0.4519, 0.2270, 0.0257), (0.2781, 0.3108, 0.4111)),
    ):
        for region, real in zip(REGIONS, places, strict=True):
            label, key = f"first {name} {region.where}", f"first_{which}.{region.key}"
            yield Quantity(key, label, "", real, "g", SHARE, 4)
        for motion, real in zip(MOTIONS, motions, strict=True):
            label = f"from the first {name} to the second: {motion.label}"
            yield Quantity(f"motion_{which}.{motion.key}", label, "", real, "g", SHARE, 4)


def _sensors() -> Iterator[Quantity]:
    label = "DOMs with a pulse in the whole set"
    yield Quantity("sensors.seen", label, "", 5051, "h")
    label = "of the five busiest real DOMs, among our twenty busiest"
    yield Quantity("sensors.busiest_shared", label, "", 5, "h")
    label = "pulses of the busiest DOM per 200,000 events"
    yield Quantity("sensors.busiest_pulses", label, "", 14_560, "h")
    label = "pulses of the quietest DOM with any, per 200,000 events"
    yield Quantity("sensors.quietest_pulses", label, "", 1648, "h")
    for name, text, real in (
        ("1", "1 pulse", 0.78),
        ("2_3", "2-3 pulses", 0.16),
        ("4_10", "4-10 pulses", 0.04),
        ("11_more", "11 pulses or more", 0.02),
    ):
        label = f"share of an event's DOMs with {text}"
        yield Quantity(f"dom_pulses.{name}", label, "", real, "i", _judged_share(real), 4)


def _ladder() -> Iterator[Quantity]:
    label = "opening angle of the principal axis, mean"
    yield Quantity("ladder.time_sense", f"{label}, sense from time", "rad", 1.214, "j", ANGLE, 3)
    yield Quantity("ladder.better_sense", f"{label}, better sense", "rad", 0.830, "j", ANGLE, 3)


QUANTITIES: Final = (
    *_counts(),
    *_durations(),
    *_times(),
    *_charges(),
    *_auxiliary(),
    *_truth(),
    *_first_pulses(),
    *_sensors(),
    *_ladder(),
)
