"""All reconstructions, one row each. A new method is a new row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from reco_core.errors import NotFoundError
from reco_core.icecube.detector import Detector
from reco_core.icecube.event import Pulses
from reco_core.icecube.reconstructions import line_fit, two_halves
from reco_core.icecube.reconstructions.result import Reconstruction


@dataclass(frozen=True)
class ReconstructionRow:
    """One method: its name in addresses and tables, where it comes from, and its function.

    version : raised whenever an answer changes, so that kept answers of the old one are not used.
    """

    key: str
    label: str
    source: str
    version: int
    kind: Literal["track"]
    function: Callable[[Pulses, Detector], Reconstruction]
    description: str


RECONSTRUCTIONS: Final = (
    ReconstructionRow(
        two_halves.KEY,
        "Two dots",
        "Simplified from the two-dots notebook of MiMakh/ice_cube_kaggle",
        1,
        "track",
        two_halves.two_dots,
        "The line from the charge-weighted centre of the earlier half of the non-auxiliary pulses "
        "to that of the later half.",
    ),
    ReconstructionRow(
        line_fit.KEY,
        "Line fit",
        "Improved LineFit, arXiv:1308.5501",
        1,
        "track",
        line_fit.line_fit,
        "A point that moves uniformly through the non-auxiliary pulses, fitted so that scattered "
        "and noise pulses pull little.",
    ),
)


def reconstruct(key: str, pulses: Pulses, detector: Detector) -> Reconstruction:
    """The result of the method of that key; NotFoundError lists the keys if there is none.

    Raises ReconstructionError, with the reason in words, if the method has no answer.
    """
    for row in RECONSTRUCTIONS:
        if row.key == key:
            return row.function(pulses, detector)
    keys = ", ".join(row.key for row in RECONSTRUCTIONS)
    raise NotFoundError(f"Unknown reconstruction {key!r}. Available: {keys}.")
