"""Which way the first light moves: from the depth of the first pulse to that of the second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Motion:
    """One way of moving. weight : in the hardness."""

    key: str
    label: str
    weight: float


UP: Final = Motion("up", "up", 0.0)
HORIZONTAL: Final = Motion("horizontal", "horizontal", 0.25)
DOWN: Final = Motion("down", "down", 0.5)

MOTIONS: Final = (UP, HORIZONTAL, DOWN)


def motion(step_z_m: float) -> Motion:
    """The motion of a step in z, m, from the first pulse's DOM to the second's.

    Horizontal is exactly the same z; mostly both pulses are on the same DOM.
    """
    if step_z_m == 0:
        return HORIZONTAL
    return UP if step_z_m > 0 else DOWN
