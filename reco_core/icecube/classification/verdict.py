"""The verdict on an event, easy or hard, and its reasons in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from reco_core.icecube.classification.hardness import FirstLight, first_light
from reco_core.icecube.detector import Detector, om, string_id
from reco_core.icecube.event import Pulses
from reco_core.icecube.selection import non_auxiliary

# Contained first light reaches at most 2/9, whichever way it moves, and is always easy. Light that
# starts at the edge is hard only if it goes on as a muon from above would: from the side down,
# from the top or the lower corner not up, from the upper corner in any way. No event is near the
# limit, since hardness has no value between 4/9 and 5/9. In the published histogram of 200,000
# events of the competition about 35 % are above.
HARD_FROM: Final = 0.5


@dataclass(frozen=True, eq=False)
class RegionRow:
    """The part of the detector's edge that decided. sensor_ids : (n,) int16, its DOMs."""

    label: str
    sensor_ids: NDArray[np.int16]


@dataclass(frozen=True, eq=False)
class Verdict:
    """Easy or hard, and why.

    hardness_all, hardness_non_auxiliary : in [0, 1], of all pulses and of the non-auxiliary ones;
    None with fewer than 2 of them.  reasons : sentences without a full stop.
    region : None if the first light is contained.  first_sensor_ids : the DOMs of the two pulses
    that decided, the first's first; empty in an event of one pulse.
    """

    label: Literal["Easy", "Hard"]
    hardness_all: float | None
    hardness_non_auxiliary: float | None
    reasons: tuple[str, ...]
    region: RegionRow | None
    first_sensor_ids: tuple[int, ...]

    @property
    def is_easy(self) -> bool:
        return self.label == "Easy"


def verdict(pulses: Pulses, detector: Detector) -> Verdict:
    """The verdict from the first two non-auxiliary pulses, or of all if there are fewer than 2."""
    kept = non_auxiliary(pulses)
    with_all, without = first_light(pulses, detector), first_light(kept, detector)
    decided_by = without or with_all
    return Verdict(
        _label(decided_by),
        with_all.hardness if with_all else None,
        without.hardness if without else None,
        (*_missing(len(kept), with_all), *_reasons(decided_by)),
        _region(decided_by, detector),
        decided_by.sensor_ids if decided_by else (),
    )


def _label(decided_by: FirstLight | None) -> Literal["Easy", "Hard"]:
    return "Easy" if decided_by and decided_by.hardness < HARD_FROM else "Hard"


def _missing(n_non_auxiliary: int, with_all: FirstLight | None) -> tuple[str, ...]:
    if with_all is None:
        return ("Only one pulse: nothing shows which way the light moves, so the event is hard",)
    if n_non_auxiliary >= 2:
        return ()
    found = "Only one pulse is" if n_non_auxiliary == 1 else "No pulse is"
    return (f"{found} non-auxiliary: the first two of all pulses decide",)


def _reasons(decided_by: FirstLight | None) -> tuple[str, ...]:
    return (_place(decided_by), _step(decided_by)) if decided_by else ()


def _place(decided_by: FirstLight) -> str:
    """First light on string 72, OM 3: on the side and at the top, where muons enter"""
    first = decided_by.sensor_ids[0]
    regions = decided_by.regions
    where = " and ".join(region.where for region in regions) or "contained"
    if regions and all(region.muons_enter for region in regions):
        where += ", where muons enter"
    return f"First light on string {string_id(first)}, OM {om(first)}: {where}"


def _step(decided_by: FirstLight) -> str:
    """Second pulse 34 m below the first: moving down"""
    first, second = decided_by.sensor_ids
    if first == second:
        return "Second pulse on the same DOM: moving neither up nor down"
    height = abs(decided_by.step_z_m)
    if height == 0:
        return "Second pulse at the depth of the first: moving neither up nor down"
    side = "above" if decided_by.step_z_m > 0 else "below"
    distance = f"{height:.0f} m" if height >= 9.5 else f"{height:.1f} m"
    return f"Second pulse {distance} {side} the first: moving {decided_by.motion.label}"


def _region(decided_by: FirstLight | None, detector: Detector) -> RegionRow | None:
    if decided_by is None or not decided_by.regions:
        return None
    label = " and ".join(region.label for region in decided_by.regions).capitalize()
    mask = np.logical_or.reduce([region.mask(detector) for region in decided_by.regions])
    return RegionRow(label, np.flatnonzero(mask).astype(np.int16))
