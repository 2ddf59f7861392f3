"""How the light lies along the line fit: where it begins on its way through the array, and how.

An atmospheric muon comes in from outside, so the DOMs beside its line are lit from the edge on; a
neutrino's muon may start inside, and the light of a cascade lies around one place of any line.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from reco_core.directions import source_direction
from reco_core.icecube.classification.learned_line_kernel import N_COLUMNS, look_along
from reco_core.icecube.detector import Detector
from reco_core.icecube.pulse_batch import FloatArray, PulseBatch, kept
from reco_core.icecube.reconstructions.fits import Fits

COLUMNS: Final = (  # in the order of the kernel's numbers
    "line_delay_ns", "line_early_share", "line_near_share", "line_near_charge_share",
    "line_away_m", "line_charge_away_m", "line_length_m", "line_charge_length_m",
    "line_charge_place", "line_charge_per_m", "line_dark_before_m", "line_dark_after_m",
    "line_dark_doms_before", "line_dark_doms_after", "line_lit_share", "line_entry_z_m",
    "line_first_z_m", "line_chord_m", "line_closest_m",
)  # fmt: skip


def along_line(fits: Fits, batch: PulseBatch, detector: Detector) -> FloatArray:
    """(E, 19) COLUMNS of the non-auxiliary light along the lines of fits; NaN without a line."""
    light = kept(batch, ~batch.auxiliary)
    found = np.full((batch.n_events, N_COLUMNS), np.nan)
    look_along(
        light.start, light.sensor_id, light.time_ns, light.charge_pe, detector.position_m,
        _lines(fits, batch), found,
    )  # fmt: skip
    return found


def _lines(fits: Fits, batch: PulseBatch) -> FloatArray:
    travel = -source_direction(fits.zenith, fits.azimuth)
    return np.column_stack((fits.point_m, fits.time_ns - batch.origin_ns, travel))
