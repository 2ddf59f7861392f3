"""The occupancy of a run and station as bytes, and what is odd in it as a list."""

from __future__ import annotations

import csv
import io
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.hits import FloatArray, IntArray
from reco_core.afp.occupancy import OddPlaces
from reco_core.afp.sensor import N_COLS, N_PLANES, N_ROWS
from reco_core.errors import ServiceError

MAGIC: Final = b"HSR1"
PIXELS: Final = (N_PLANES, N_ROWS, N_COLS)
COLUMNS: Final = (N_PLANES, N_COLS)
HEADER_BYTES: Final = 16
CSV_HEADER: Final = ("plane", "row", "col", "what", "state", "hits", "expected", "z")


class Counted(NamedTuple):
    """left_out : events with bad hits, which do not count.  counts, expected, z : (4, 336, 80).

    column_expected, column_z : (4, 80).
    """

    n_events: int
    left_out: int
    counts: IntArray
    expected: FloatArray
    z: FloatArray
    column_expected: FloatArray
    column_z: FloatArray


class OddPlace(NamedTuple):
    """row : None for a whole column."""

    plane: int
    row: int | None
    col: int
    hits: int
    expected: float
    z: float


def encode(n_events: int, left_out: int, counts: IntArray, odd: OddPlaces) -> bytes:
    """Little-endian, as docs/api.md has it."""
    numbers = (odd.pixels.expected, odd.pixels.z, odd.columns.expected, odd.columns.z)
    return b"".join(
        (
            MAGIC,
            np.array([n_events, left_out, 0], "<u4").tobytes(),
            np.ascontiguousarray(counts, "<u4").tobytes(),
            *(np.ascontiguousarray(values, "<f4").tobytes() for values in numbers),
        )
    )


def decode(body: bytes) -> Counted:
    """Raises ServiceError for other bytes."""
    sizes = [int(np.prod(shape)) for shape in (PIXELS, PIXELS, PIXELS, COLUMNS, COLUMNS)]
    if body[:4] != MAGIC or len(body) != HEADER_BYTES + 4 * sum(sizes):
        raise ServiceError(f"{len(body):,} bytes are not those of an occupancy.")
    n_events, left_out, _ = np.frombuffer(body, "<u4", 3, 4).tolist()
    counts = np.frombuffer(body, "<u4", sizes[0], HEADER_BYTES).astype(np.int64)
    numbers = np.frombuffer(body, "<f4", sum(sizes[1:]), HEADER_BYTES + 4 * sizes[0])
    expected, z, column_expected, column_z = np.split(numbers, np.cumsum(sizes[1:-1]))
    return Counted(
        n_events, left_out, counts.reshape(PIXELS), expected.reshape(PIXELS), z.reshape(PIXELS),
        column_expected.reshape(COLUMNS), column_z.reshape(COLUMNS),
    )  # fmt: skip


def odd_of(counted: Counted, least_z: float) -> list[OddPlace]:
    """Columns and pixels at least so far off, the farthest first.

    Pixels in columns that are odd as a whole are not told one by one.
    """
    columns = np.abs(counted.column_z) >= least_z
    pixels = (np.abs(counted.z) >= least_z) & ~columns[:, None, :]
    of_columns = counted.counts.sum(axis=1)
    found = [
        OddPlace(plane, None, col, int(of_columns[plane, col]),
                 float(counted.column_expected[plane, col]), float(counted.column_z[plane, col]))
        for plane, col in _places(columns)
    ] + [
        OddPlace(plane, row, col, int(counted.counts[plane, row, col]),
                 float(counted.expected[plane, row, col]), float(counted.z[plane, row, col]))
        for plane, row, col in _places(pixels)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-abs(one.z), one.plane, one.col, one.row or -1))


def _places(of: NDArray[np.bool_]) -> list[list[int]]:
    places: list[list[int]] = np.argwhere(of).tolist()
    return places


def csv_of(found: list[OddPlace]) -> str:
    """One line each, under CSV_HEADER."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_HEADER)
    for one in found:
        what = "column" if one.row is None else "pixel"
        state = "dead" if one.z < 0 else "hot"
        writer.writerow((one.plane, one.row, one.col, what, state, one.hits,
                         f"{one.expected:.6g}", f"{one.z:.2f}"))  # fmt: skip
    return text.getvalue()
