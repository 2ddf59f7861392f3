"""Whether a file counts rows and columns from 0 or from 1; the file does not say.

ATLAS counts from 1: the monitoring histograms of Athena begin at 0.5. Files of the seed's author
were described as counting from 0, and images made of them lost row 336 and column 80.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.sensor import N_COLS, N_ROWS

UNKNOWN_FIRST: Final = 1  # where both fit


@dataclass
class Range:
    """Lowest and highest number met so far."""

    low: int | None = None
    high: int | None = None

    def add(self, values: NDArray[np.int64]) -> None:
        if len(values):
            low, high = int(values.min()), int(values.max())
            self.low = low if self.low is None else min(self.low, low)
            self.high = high if self.high is None else max(self.high, high)

    def __str__(self) -> str:
        return f"{self.low} to {self.high}"


@dataclass
class Pixels:
    """Numbers of all hits of a file."""

    row: Range = field(default_factory=Range)
    col: Range = field(default_factory=Range)

    def first(self) -> tuple[Literal[0, 1], str]:
        """Number of the first row and column, and why it is that."""
        row, col = self.row, self.col
        if row.low is None or col.low is None:
            return UNKNOWN_FIRST, "there is no hit"
        if row.low == 0 or col.low == 0:
            return 0, f"{'row' if row.low == 0 else 'column'} 0 occurs"
        if row.high == N_ROWS or col.high == N_COLS:
            last = f"row {N_ROWS}" if row.high == N_ROWS else f"column {N_COLS}"
            return 1, f"{last} occurs, and neither row 0 nor column 0"
        if (row.high or 0) > N_ROWS or (col.high or 0) > N_COLS:
            return UNKNOWN_FIRST, f"rows {row} and columns {col} fit neither 0 nor 1"
        return UNKNOWN_FIRST, (
            f"rows {row} and columns {col} would fit both; ATLAS counts from 1. If these do not, "
            "give --first-pixel 0"
        )
