"""The filled slots of a TreeHits file: hits as the file has them, checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, NoReturn

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.hits import BoolArray, IntArray
from reco_core.afp.sensor import N_COLS, N_ROWS
from reco_core.errors import FileFormatError

ROW: Final = "hits_row"
COL: Final = "hits_col"
CHARGE: Final = "hits_q"


@dataclass(frozen=True, eq=False)
class Slots:
    """Filled slots (H).  entry : of the file.  row, col, charge : what is in the slot."""

    entry: IntArray
    station: IntArray
    plane: IntArray
    slot: IntArray
    row: IntArray
    col: IntArray
    charge: NDArray[Any]

    def part(self, rows: BoolArray | IntArray) -> Slots:
        return Slots(*(getattr(self, field.name)[rows] for field in fields(self)))

    def check(self, path: Path, first_pixel: int, why: str) -> None:
        """FileFormatError names the first pixel outside the sensor, or charge that is none.

        why : the first pixel has that number.
        """
        reason = f" (counted from {first_pixel}: {why})"
        for name, value, count in ((ROW, self.row, N_ROWS), (COL, self.col, N_COLS)):
            low, high = first_pixel, first_pixel + count - 1
            empty = "or an empty slot in all three branches"
            self._refuse(path, name, value < 0, value, f"{low} to {high}, {empty}")
            bad = (value < low) | (value > high)
            self._refuse(path, name, bad, value, f"{low} to {high}{reason}")
        with np.errstate(over="ignore"):  # what float32 cannot hold is refused as infinite
            bad = ~np.isfinite(self.charge.astype(np.float32)) | (self.charge <= 0)
        wanted = "a finite charge above 0, or an empty slot in all three branches"
        self._refuse(path, CHARGE, bad, self.charge, wanted)

    def _refuse(
        self, path: Path, name: str, bad: BoolArray, value: NDArray[Any], wanted: str
    ) -> None:
        if bad.any():
            k = int(np.argmax(bad))
            at = int(self.station[k]), int(self.plane[k]), int(self.slot[k])
            refuse(path, name, int(self.entry[k]), at, value[k], wanted)

    def one_per_pixel(self) -> tuple[Slots, Slots]:
        """The slots in order of pixel, and those of a pixel again, with no more charge."""
        keys = (self.col, self.row, self.plane, self.station, self.entry)
        slots = self.part(np.lexsort((-self.charge.astype(np.float64), *keys)))
        pixel = np.stack((slots.entry, slots.station, slots.plane, slots.row, slots.col))
        again = np.zeros(pixel.shape[1], np.bool_)
        again[1:] = (pixel[:, 1:] == pixel[:, :-1]).all(axis=0)
        return slots.part(~again), slots.part(again)


def filled_slots(row: IntArray, col: IntArray, charge: NDArray[Any], first_entry: int) -> Slots:
    """What is filled of (entries, 4, 4, S) slots; an empty one is negative in all three."""
    filled = ~((row < 0) & (col < 0) & (charge < 0))
    entry, *place = np.nonzero(filled)
    station, plane, slot = place
    return Slots(
        first_entry + entry, station, plane, slot, row[filled], col[filled], charge[filled]
    )


def refuse(
    path: Path, name: str, entry: int, at: Sequence[int], value: object, wanted: str
) -> NoReturn:
    """FileFormatError about a value of a branch.  at : station, plane, slot, if it has them."""
    named = zip(("station", "plane", "slot"), at, strict=False)
    place = "".join(f", {what} {number}" for what, number in named)
    raise FileFormatError(
        f"{path}: branch {name!r}, entry {entry}{place}: {value}; expected {wanted}."
    )
