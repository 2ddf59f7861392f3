"""What a set holds: rows of MIXES."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# Kinds of events.
NEUTRINO: Final = 0  # with an atmospheric muon in some frames
MUONS: Final = 1  # a bundle alone
PURE_NOISE: Final = 2
GIVEN: Final = 3  # placed by hand


@dataclass(frozen=True)
class Mix:
    """kinds, shares : of the random events; the shares add up to 1.

    showpieces : whether the set opens with hand-placed events.
    """

    name: str
    about: str
    kinds: tuple[int, ...]
    shares: tuple[float, ...]
    showpieces: bool = False


ALL_KINDS: Final = (NEUTRINO, MUONS, PURE_NOISE)

MIXES: Final[dict[str, Mix]] = {
    row.name: row
    for row in (
        Mix("competition", "a neutrino in every event, as in the competition", (NEUTRINO,), (1.0,)),
        Mix(
            "classes",
            "for classifiers: also atmospheric muons alone, and pure noise",
            ALL_KINDS,
            (0.7, 0.2, 0.1),
        ),
        Mix(
            "showcase",
            "clear examples first, then as `classes`",
            ALL_KINDS,
            (0.7, 0.2, 0.1),
            showpieces=True,
        ),
    )
}

DEFAULT_MIX: Final = "competition"
