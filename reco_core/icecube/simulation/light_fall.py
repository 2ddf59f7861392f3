"""How light falls with distance: straight Cherenkov light close by, diffuse light far away.

One formula joins both, for lines and for points (used in IceCube's muon energy estimates; its two
limits are tested).
"""

from __future__ import annotations

import math
from typing import Final

from reco_core.compiled import compiled
from reco_core.units import CHERENKOV_ANGLE

MEAN_AREA_M2: Final = 0.0289  # of a DOM over all directions of the light, with its glass and gel
SINE: Final = math.sin(CHERENKOV_ANGLE)
LEVEL: Final = 4.0  # from here on tanh is 1 within 0.001


@compiled
def line_pe(photons_per_m: float, r: float, fade: float, onset: float) -> float:
    """Mean PE at r m from a long straight track.

    fade, onset : m, over which diffuse light falls by e, and at which light becomes diffuse:
    sqrt(la le / 3) and le exp(le / la) / 3 of the effective absorption and scattering lengths.
    """
    root = onset / SINE * math.sqrt(2 / (math.pi * fade))  # sqrt of the length of the change-over
    step = math.sqrt(r)
    ratio = step / root
    spread = root * step * (1 - 2 / (math.exp(2 * ratio) + 1) if ratio < LEVEL else 1.0)
    return photons_per_m * math.exp(-r / fade) * MEAN_AREA_M2 / (2 * math.pi * SINE * spread)


@compiled
def point_pe(photons: float, r: float, fade: float, onset: float) -> float:
    """Mean PE at r m from a point-like source that shines alike on all sides."""
    ratio = r / onset
    spread = onset * r * (1 - 2 / (math.exp(2 * ratio) + 1) if ratio < LEVEL else 1.0)
    return photons * math.exp(-r / fade) * MEAN_AREA_M2 / (4 * math.pi * spread)
