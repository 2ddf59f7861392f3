"""How light depends on direction: at the DOM, around a cascade, along the flow of the ice."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from reco_core.compiled import compiled
from reco_core.units import CHERENKOV_ANGLE

COSINE: Final = math.cos(CHERENKOV_ANGLE)

# Sensitivity of a DOM to light of a direction, by its cosine with "up"; over MEAN_SENSITIVITY.
# Ice refrozen in the hole included ("h2-50cm" of PPC).
ANGULAR: Final = (
    0.32813, 0.63899, 0.20049, -1.2250, -0.14470, 4.1695, 0.76898, -5.8690, -2.0939, 2.3834, 1.0435,
)  # fmt: skip
MEAN_SENSITIVITY: Final = 0.338

# dN/dOmega ~ exp(-2.61 |cos a - cos a_Cherenkov|**0.39) around a cascade (PPC).
PROFILE_DEPTH: Final = 2.61
PROFILE_POWER: Final = 0.39
PROFILE_MEAN: Final = 0.15415  # of that exponential over the sphere
DIFFUSE_PULL: Final = 0.5  # of diffuse light to the front; front to back e**(2 * 0.5)

# Light scatters less along the flow of the ice than across it (arXiv:1301.5361).
FLOW_AZIMUTH: Final = np.radians(130.0)
FLOW_X: Final = float(np.cos(FLOW_AZIMUTH))
FLOW_Y: Final = float(np.sin(FLOW_AZIMUTH))


@compiled
def sensitivity_to(upward: float, straight: float) -> float:
    """Sensitivity over its mean to light whose direction has this cosine with "up".

    straight : share of light that still keeps its direction; the rest comes from everywhere.
    """
    value = 0.0
    for k in range(len(ANGULAR) - 1, -1, -1):
        value = value * upward + ANGULAR[k]
    return straight * value / MEAN_SENSITIVITY + (1 - straight) * (1 + 0.4 * upward)


@compiled
def profile(cosine: float, straight: float) -> float:
    """Light of a cascade towards an angle to its axis, over the mean of all directions."""
    cone = 0.0
    if straight > 0.01:
        away = math.exp(PROFILE_POWER * math.log(max(abs(cosine - COSINE), 1e-9)))
        cone = math.exp(-PROFILE_DEPTH * away) / PROFILE_MEAN
    diffuse = math.exp(DIFFUSE_PULL * cosine) * DIFFUSE_PULL / math.sinh(DIFFUSE_PULL)
    return float(straight * cone + (1 - straight) * diffuse)


@compiled
def along_flow(anisotropy: float, dx: float, dy: float, r: float) -> float:
    """What multiplies the inverse lengths for a way with these horizontal parts."""
    along, across = dx * FLOW_X + dy * FLOW_Y, dx * FLOW_Y - dy * FLOW_X
    return 1 - anisotropy * (along * along - across * across) / (r * r)
