"""The hits of many events of one station each, packed: memory goes with hits, not with pixels.

An event has about 8 hits, its four dense planes have 107,520 pixels. Dense images are made a batch
at a time (images), for the networks that want them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.sensor import N_COLS, N_PLANES, N_ROWS
from reco_core.errors import FileFormatError

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]

# Charge of a hit whose file tells only that there was one; images of such events are 0 and 1.
BINARY_CHARGE: Final = 1.0


class HitBatch(NamedTuple):
    """Hits of E events, H in all, by event, then plane, row, col; no pixel twice in an event.

    start : (E+1,) event k has the rows start[k]:start[k+1].  plane : (H,) uint8, 0 to 3 as the
    particle meets them.  row, col : (H,) uint16 0 to 335, uint8 0 to 79.  charge : (H,) float32
    above 0, electrons, or BINARY_CHARGE throughout where the file holds no charges.
    """

    start: IntArray
    plane: NDArray[np.uint8]
    row: NDArray[np.uint16]
    col: NDArray[np.uint8]
    charge: NDArray[np.float32]

    @property
    def n_events(self) -> int:
        return len(self.start) - 1

    @property
    def event(self) -> IntArray:
        """(H,) which event each hit is of."""
        return np.repeat(np.arange(self.n_events), np.diff(self.start))

    def part(self, first: int, end: int) -> HitBatch:
        """The events first to end - 1, as views."""
        rows = slice(self.start[first], self.start[end])
        return HitBatch(
            self.start[first : end + 1] - self.start[first],
            self.plane[rows], self.row[rows], self.col[rows], self.charge[rows],
        )  # fmt: skip


def checked_hits(
    start: IntArray,
    plane: NDArray[np.integer],
    row: NDArray[np.integer],
    col: NDArray[np.integer],
    charge: NDArray[np.floating],
    where: str,
    first_event: int = 0,
) -> HitBatch:
    """A batch of hits in any order within their events; FileFormatError names what is wrong.

    where : what the hits were read from, for the message; the event is named by its place there.
    first_event : that of the first one.
    """
    event = first_event + np.repeat(np.arange(len(start) - 1), np.diff(start))
    for name, value, most in (
        ("plane", plane, N_PLANES), ("row", row, N_ROWS), ("col", col, N_COLS),
    ):  # fmt: skip
        _refuse(f"{name} {{}}, expected 0 to {most - 1}", (value < 0) | (value >= most), value,
                event, where)  # fmt: skip
    bad = ~np.isfinite(charge) | (charge <= 0)
    _refuse("charge {}, expected a finite number above 0", bad, charge, event, where)
    pixel = _pixel_of(event, plane, row, col)
    rising = bool((pixel[1:] > pixel[:-1]).all())
    order = np.arange(len(pixel)) if rising else np.argsort(pixel, kind="stable")
    pixel = pixel[order]
    twice = np.zeros(len(pixel), np.bool_)
    twice[1:] = pixel[1:] == pixel[:-1]
    if twice.any():
        k = order[int(np.argmax(twice))]
        raise FileFormatError(
            f"{where}: event {event[k]} has plane {plane[k]}, row {row[k]}, column {col[k]} twice."
        )
    return HitBatch(
        np.asarray(start, np.int64),
        plane[order].astype(np.uint8),
        row[order].astype(np.uint16),
        col[order].astype(np.uint8),
        charge[order].astype(np.float32),
    )


def _pixel_of(
    event: IntArray, plane: NDArray[np.integer], row: NDArray[np.integer], col: NDArray[np.integer]
) -> IntArray:
    one = (event * N_PLANES + plane.astype(np.int64)) * N_ROWS + row
    return np.asarray(one * N_COLS + col, np.int64)


def _refuse(
    what: str, bad: BoolArray, value: NDArray[np.generic], event: IntArray, where: str
) -> None:
    if bad.any():
        k = int(np.argmax(bad))
        raise FileFormatError(f"{where}: event {event[k]} has {what.format(value[k])}.")


def joined(batches: Sequence[HitBatch]) -> HitBatch:
    """All events of the batches, in their order."""
    if not batches:
        return EMPTY
    lengths = np.concatenate([np.diff(batch.start) for batch in batches])
    columns = (np.concatenate(column) for column in list(zip(*batches, strict=True))[1:])
    return HitBatch(np.concatenate(([0], np.cumsum(lengths))), *columns)


def images(batch: HitBatch) -> NDArray[np.float32]:
    """(E, 4, 336, 80) charges, 0 without a hit: 430 kB an event."""
    dense = np.zeros((batch.n_events, N_PLANES, N_ROWS, N_COLS), np.float32)
    dense[batch.event, batch.plane, batch.row, batch.col] = batch.charge
    return dense


EMPTY: Final = HitBatch(
    np.zeros(1, np.int64),
    np.zeros(0, np.uint8),
    np.zeros(0, np.uint16),
    np.zeros(0, np.uint8),
    np.zeros(0, np.float32),
)
