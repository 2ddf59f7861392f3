"""Constants of light in ice. One system of units inside: m, ns, PE, rad, GeV."""

from __future__ import annotations

import math
from typing import Final

SPEED_OF_LIGHT: Final = 0.299792458  # m/ns, vacuum (exact by definition of the metre)

# Refractive indices of South Pole ice at the DOM's effective wavelength, as used by the
# collaboration's reconstructions (IceTray, I3Calculator).
PHASE_INDEX: Final = 1.3195
GROUP_INDEX: Final = 1.35634

SPEED_IN_ICE: Final = SPEED_OF_LIGHT / GROUP_INDEX  # m/ns, of a light pulse
CHERENKOV_ANGLE: Final = math.acos(1.0 / PHASE_INDEX)  # rad, for a particle at c: 40.7 degrees


def energy_text(energy_gev: float) -> str:
    """Energy in the largest unit that keeps it above 1: '1.14 PeV'."""
    for factor, unit in ((1e9, "EeV"), (1e6, "PeV"), (1e3, "TeV")):
        if energy_gev >= factor:
            return f"{energy_gev / factor:.3g} {unit}"
    return f"{energy_gev:.3g} GeV"
