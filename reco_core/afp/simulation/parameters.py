"""Every number of the simulation but the severities: value, unit, where it comes from.

The geometry of the planes is in reco_core/afp/sensor.py.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from reco_core.compiled import flat

ATHENA: Final = "ATLAS Athena"


class Parameters(NamedTuple):
    """One value for each row of NUMBERS."""

    beam_row_least: float
    beam_row_mean: float
    beam_col_mean: float
    beam_col_sigma: float
    slope_sigma_rad: float
    pot_shift_rows: float
    tilt_spread_rad: float
    shift_row_mm: float
    shift_col_mm: float
    efficiency: float
    charge_peak_e: float
    charge_width_e: float
    column_sharing: float
    delta_share: float
    delta_least_mm: float
    delta_most_mm: float
    delta_charge_e_per_mm: float
    noise_e: float
    threshold_e: float
    tot_constant_e: float
    tot_linear_e: float
    tot_square_e: float
    tot_most: float
    noise_hits: float
    noise_hit_e: float
    dead_pixels: float
    dead_columns: float
    hot_pixels: float
    hot_rate_least: float
    hot_rate_most: float


@dataclass(frozen=True)
class Number:
    """A number of the simulation. meaning : in words.  source : published, or why chosen."""

    value: float
    unit: str
    meaning: str
    source: str


NUMBERS: Final[dict[str, Number]] = {
    # Protons.
    "beam_row_least": Number(
        8.0, "rows", "nearest protons to the beam's edge of the sensor",
        "chosen: the floor of the pot and the beam's own width keep the first rows empty",
    ),
    "beam_row_mean": Number(
        70.0, "rows", "mean further distance, of an exponential law",
        "chosen: the shape of the published maps, dense near the beam and falling off",
    ),
    "beam_col_mean": Number(
        45.0, "columns", "middle of the protons, normal law", "chosen, near the middle"
    ),
    "beam_col_sigma": Number(
        12.0, "columns", "standard deviation of the same", "chosen: 3 mm, most of the plane"
    ),
    "slope_sigma_rad": Number(
        0.3e-3, "rad", "standard deviation of both slopes",
        "chosen: well inside the +-3 mrad that selections of real tracks allow",
    ),
    # A run.
    "pot_shift_rows": Number(
        3.0, "rows", "standard deviation, from run to run, of the distance to the beam",
        "chosen: the pots are moved for each fill",
    ),
    "tilt_spread_rad": Number(
        math.radians(0.94), "rad", "largest deviation of a plane's tilt from 14 degrees",
        f"{ATHENA}, alignment of station 2: 13.06, 14.0 and 14.5 degrees",
    ),
    "shift_row_mm": Number(
        0.19, "mm", "largest shift of a plane along its rows, either way",
        f"{ATHENA}, alignment of station 2: -0.13 and -0.19 mm",
    ),
    "shift_col_mm": Number(
        0.34, "mm", "largest shift of a plane along its columns, either way",
        f"{ATHENA}, alignment of station 2: -0.13 to -0.34 mm",
    ),
    "dead_pixels": Number(1e-3, "", "share of pixels that are dead", "chosen: none published"),
    "dead_columns": Number(
        0.05, "per plane", "mean number of columns that are dead", "chosen: none published"
    ),
    "hot_pixels": Number(
        1.0, "per plane", "mean number of pixels that fire by themselves",
        "chosen: none published",
    ),
    "hot_rate_least": Number(
        1e-3, "per event", "least rate of a hot pixel; its logarithm is uniform", "chosen"
    ),
    "hot_rate_most": Number(2e-2, "per event", "largest rate of a hot pixel", "chosen"),
    # Charge.
    "efficiency": Number(
        0.99, "", "share of crossings that a plane sees",
        "chosen between 97 % after irradiation (arXiv:1501.02076) and above 99 % in test beams",
    ),
    "charge_peak_e": Number(
        17_800.0, "electrons", "most probable charge of a crossing at 14 degrees",
        "75 electrons per um, usual for silicon; Athena takes 110, its mean",
    ),
    "charge_width_e": Number(
        1_130.0, "electrons", "width (xi) of its Landau law",
        "0.1535 MeV cm2/g Z/A times 230 um of silicon is 4.1 keV; 3.62 eV an electron",
    ),
    "column_sharing": Number(
        0.06, "", "share of crossings that give charge to the next column, half of them enough",
        "chosen: 7.5 um to either side of the border, as by diffusion",
    ),
    "delta_share": Number(
        0.04, "per plane", "crossings with a delta ray that leaves the track",
        "xi / 100 keV, the share with one above 100 keV",
    ),
    "delta_least_mm": Number(
        0.07, "mm", "its least way along the plane", "range of 100 keV electrons in silicon"
    ),
    "delta_most_mm": Number(
        0.2, "mm", "its longest way; all are as likely", "chosen: range of some 190 keV"
    ),
    "delta_charge_e_per_mm": Number(
        100_000.0, "electrons/mm", "charge along that way",
        "chosen: somewhat above the 75 electrons per um of a proton",
    ),
    # Electronics.
    "noise_e": Number(
        150.0, "electrons", "noise of a pixel, normal law", "arXiv:1903.01624: 100 to 150"
    ),
    "threshold_e": Number(
        2_000.0, "electrons", "least charge that is read out", "arXiv:1903.01624: 2,000 to 3,000"
    ),
    "tot_constant_e": Number(
        1_909.0, "electrons", "charge = this + linear ToT + square ToT**2",
        f"{ATHENA}, AFP_Raw2DigiTool.cxx",
    ),
    "tot_linear_e": Number(
        363.0, "electrons", "linear part", f"{ATHENA}, AFP_Raw2DigiTool.cxx"
    ),
    "tot_square_e": Number(
        141.0, "electrons", "square part", f"{ATHENA}, AFP_Raw2DigiTool.cxx"
    ),
    "tot_most": Number(
        14.0, "", "largest time over threshold: 34,627 electrons",
        f"{ATHENA}, AFP_Raw2DigiTool.cxx: of 4 bits the last says that there is no hit",
    ),
    "noise_hits": Number(
        0.02, "per plane", "mean number of hits without a particle, anywhere",
        "below the 1e-6 per pixel of arXiv:1903.01624, which is 0.027",
    ),
    "noise_hit_e": Number(
        1_500.0, "electrons", "their mean charge above the threshold, exponential law", "chosen"
    ),
}  # fmt: skip


@cache
def parameters() -> Parameters:
    """The values in use."""
    return flat(Parameters(**{name: float(row.value) for name, row in NUMBERS.items()}))
