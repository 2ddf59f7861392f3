"""What an event can be: rows of CLASSES, by their place there in compiled code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class EventClass:
    """A class of events.  plane, severity : what these columns of the truth tell; "" for none."""

    name: str
    anomalous: bool
    about: str
    plane: str = ""
    severity: str = ""


CLASSES: Final = (
    EventClass("single_proton", False, "one proton from the beam"),
    EventClass("two_protons", False, "two of them at once: interesting, but nothing is wrong"),
    EventClass(
        "multi_track", True, "a proton and 1 to 3 particles from elsewhere", "", "particles"
    ),
    EventClass(
        "shower", True, "a proton with many hits around it, more on each further plane", "",
        "further hits on plane 0",
    ),
    EventClass("missing_plane", True, "one plane is silent", "the silent one"),
    EventClass(
        "noisy_plane", True, "one plane has hits all over", "the noisy one", "further hits"
    ),
    EventClass(
        "dead_hot_column", True,
        "a column fires by itself, or the column that the proton crosses is silent",
        "that of the column", "hits of the hot column; 0 for a silent one",
    ),
    EventClass(
        "secondary", True, "the proton interacts in a plane; its products fan out",
        "that of the interaction", "products",
    ),
    EventClass("edge", True, "the proton crosses a plane at its edge", "at whose edge"),
    EventClass(
        "scattering", True, "the proton's track has a kink", "that of the kink", "angle, rad"
    ),
)  # fmt: skip

(
    SINGLE_PROTON, TWO_PROTONS, MULTI_TRACK, SHOWER, MISSING_PLANE, NOISY_PLANE, DEAD_HOT_COLUMN,
    SECONDARY, EDGE, SCATTERING,
) = range(len(CLASSES))  # fmt: skip

ANOMALOUS: Final = tuple(k for k, row in enumerate(CLASSES) if row.anomalous)
