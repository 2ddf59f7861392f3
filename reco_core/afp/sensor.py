"""The stations and planes of the detector, and where a pixel lies.

Sources: ATLAS AFP technical design report, CERN-LHCC-2015-009; AFP_constants.h of Athena.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

N_PLANES: Final = 4
N_ROWS: Final = 336  # along x, in which the planes are tilted
N_COLS: Final = 80  # along y
N_PIXELS: Final = N_PLANES * N_ROWS * N_COLS

ROW_PITCH_MM: Final = 0.050
COL_PITCH_MM: Final = 0.250
PLANE_PITCH_MM: Final = 9.0  # along z, from plane to plane
THICKNESS_MM: Final = 0.230
TILT_RAD: Final = math.radians(14.0)  # of the normal in xz: along the rows


@dataclass(frozen=True)
class Station:
    """One roman pot. side : A or C.  z_m : distance from the interaction point.

    id : as in the collaboration's software and files.
    """

    id: int
    side: Literal["A", "C"]
    name: Literal["near", "far"]
    z_m: float

    @property
    def label(self) -> str:
        return f"{self.side} {self.name}"


STATIONS: Final = (
    Station(0, "A", "far", 217.302),
    Station(1, "A", "near", 205.217),
    Station(2, "C", "near", 205.217),
    Station(3, "C", "far", 217.302),
)


def x_mm(row: float) -> float:
    """Place of a row's middle on its plane, from the edge next to the beam."""
    return (row + 0.5) * ROW_PITCH_MM


def y_mm(col: float) -> float:
    """Place of a column's middle on its plane, from the edge of column 0."""
    return (col + 0.5) * COL_PITCH_MM
