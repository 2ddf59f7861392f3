"""How often each pixel fired, and which pixels and columns are dead or hot.

Source of the approach: AutoDQM, arXiv:2501.13789, which compares counts by a beta-binomial law.
Here a count is compared with that expected from its neighbours, whose own chance goes into the law.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.polynomial.polynomial import polyfit
from numpy.typing import NDArray

from reco_core.afp.hits import BoolArray, FloatArray, HitBatch, IntArray
from reco_core.afp.sensor import N_COLS, N_PIXELS, N_PLANES, N_ROWS

SHAPE: Final = (N_PLANES, N_ROWS, N_COLS)
NEAR_ROWS: Final = 20  # on either side: 1 mm
NEAR_COLS: Final = 10  # 2.5 mm
NEAR_COLUMNS: Final = 5  # that a column as a whole is compared with, on either side
MIDDLE_COLUMNS: Final = 7
EDGE_COLUMNS: Final = 2
# Hits of one event in one column that count for the column: a track makes one to three. Of more,
# such as a column that fires in a single event, the event is odd and not the column.
MOST_OF_EVENT: Final = 4
MOST_ALONE: Final = 0.25  # of a column's pixels: with more odd ones it is the column that is odd
SURPLUS_BLOCK: Final = 5_000  # events: 13 MB
# Good pixels and columns may differ from what is expected by that, beside chance: thresholds,
# efficiency, and an expectation that is not quite right.
SPREAD: Final = 0.1
# One good pixel in 3.5 million is further off than 5 standard deviations of the normal law on one
# side; a station has 107,520.
ODD_Z: Final = 5.0
PASSES: Final = 4
LEAST_EXPECTED: Final = 1e-3
TINY: Final = 1e-300  # z stays within +-37


class Odd(NamedTuple):
    """Pixels or columns beside what is expected of them.

    z : how far counts are off, in standard deviations of a normal law that is as unlikely.

    expected : counts.  dead, hot : which are odd.  All of shape (4, 336, 80) for pixels, (4, 80)
    for columns. Where too little is expected, nothing is dead: z does not get there.
    """

    expected: FloatArray
    z: FloatArray
    dead: BoolArray
    hot: BoolArray


class Occupancy:
    """Hits of each pixel, summed over blocks of events of one run and station.

    counts : (4, 336, 80).  surplus : (4, 80), of the hits of each column those beyond MOST_OF_EVENT
    of an event.
    """

    def __init__(self) -> None:
        self.counts = np.zeros(SHAPE, np.int64)
        self.surplus = np.zeros((N_PLANES, N_COLS), np.int64)
        self.n_events = 0

    def add(self, hits: HitBatch) -> None:
        """Count the hits of some more events."""
        pixel = (hits.plane.astype(np.int64) * N_ROWS + hits.row) * N_COLS + hits.col
        self.counts += np.bincount(pixel, minlength=N_PIXELS).reshape(SHAPE)
        for first in range(0, hits.n_events, SURPLUS_BLOCK):
            self.surplus += _surplus(hits.part(first, min(first + SURPLUS_BLOCK, hits.n_events)))
        self.n_events += hits.n_events


def _surplus(hits: HitBatch) -> IntArray:
    """(4, 80) hits beyond MOST_OF_EVENT of an event in a column."""
    event = np.repeat(np.arange(hits.n_events), np.diff(hits.start))
    column = (event * N_PLANES + hits.plane) * N_COLS + hits.col
    seen = np.bincount(column, minlength=hits.n_events * N_PLANES * N_COLS)
    beyond = np.maximum(seen - MOST_OF_EVENT, 0).reshape(-1, N_PLANES, N_COLS)
    return np.asarray(beyond.sum(axis=0))


class OddPlaces(NamedTuple):
    """Pixels in columns that are odd as a whole are not told one by one."""

    pixels: Odd
    columns: Odd


def odd_places(counts: IntArray, surplus: IntArray) -> OddPlaces:
    """What is dead or hot; counts (4, 336, 80), surplus (4, 80) : of one run and station."""
    pixels = _odd_pixels(counts.astype(np.float64))
    few = (pixels.dead | pixels.hot).mean(axis=1, keepdims=True) < MOST_ALONE
    seen = np.where(few, _mended(counts, pixels), counts)
    columns = _odd_columns(np.maximum(seen.sum(axis=1) - surplus, 0))
    good = ~(columns.dead | columns.hot)[:, None, :]
    pixels = pixels._replace(dead=pixels.dead & good, hot=pixels.hot & good)
    return OddPlaces(pixels, columns)


def _mended(counts: NDArray[np.number], odd: Odd) -> FloatArray:
    """Odd counts put to what is expected, so that they do not make others look odd."""
    return np.where(odd.dead | odd.hot, odd.expected, counts)


def _odd_pixels(counts: FloatArray) -> Odd:
    odd = _judged(counts, *_by_row_and_column(_without_peaks(counts)))
    for _ in range(PASSES):
        odd = _judged(counts, *_by_row_and_column(_mended(counts, odd)))
    return odd


def _by_row_and_column(seen: FloatArray) -> tuple[FloatArray, FloatArray]:
    """What each pixel's row and column nearby let expect, and how many hits tell so.

    It is row * column / rest, as in a table whose rows and columns do not depend on one another:
    `row` sums the pixel's row nearby, `column` its column, `rest` the rectangle without both. So
    edges of what is lit, and columns that are dead or hot, are expected. Half a hit more of each,
    since none seen does not mean none expected.
    """
    row = _windows(seen, 2, NEAR_COLS)
    column = _windows(seen, 1, NEAR_ROWS)
    whole = _windows(row, 1, NEAR_ROWS)
    rest = np.maximum(whole - row - column + seen, 0.0) + 0.5
    row, column = row - seen + 0.5, column - seen + 0.5
    return row * column / rest, 1 / (1 / row + 1 / column + 1 / rest)


def _without_peaks(counts: FloatArray) -> FloatArray:
    """To begin with: a very hot pixel would make its row and column look dead."""
    from scipy.ndimage import median_filter

    return np.asarray(np.minimum(counts, 2 * median_filter(counts, (1, 7, 7)) + 5))


def _odd_columns(counts: FloatArray) -> Odd:
    """Columns beside the parabola through the logarithms of those nearby; counts : (4, 80)."""
    from scipy.ndimage import median_filter

    middle = median_filter(counts, (1, MIDDLE_COLUMNS))
    # To begin with, a hot or dead column must not bend the parabola of those beside it.
    odd = _judged(counts, *_parabolas(np.clip(counts, middle / 2, 2 * middle + 5)))
    for _ in range(PASSES):
        odd = _judged(counts, *_parabolas(_mended(counts, odd)))
    return odd


def _parabolas(counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(4, 80) what is expected; and the hits that tell so, about as many."""
    expected = np.array([_parabola(plane) for plane in counts])
    return expected, expected


def _parabola(counts: FloatArray) -> FloatArray:
    """(80,) what the columns nearby let expect, each weighted by its chance.

    At the edge of the sensor there are columns on one side alone: a parabola would run away there,
    so a line is taken.
    """
    found, place = np.zeros(N_COLS), np.arange(N_COLS)
    for col in place:
        near = (np.abs(place - col) <= NEAR_COLUMNS) & (place != col)
        seen = counts[near] + 0.5
        weight = 1 / np.hypot(SPREAD, 1 / np.sqrt(seen))
        degree = 2 if EDGE_COLUMNS <= col < N_COLS - EDGE_COLUMNS else 1
        found[col] = np.exp(polyfit(place[near] - col, np.log(seen), degree, w=weight)[0])
    return found


def _windows(values: FloatArray, axis: int, near: int) -> FloatArray:
    """Sums of each value and those up to `near` places off along the axis."""
    length = values.shape[axis]
    total = np.cumsum(values, axis)
    total = np.insert(total, 0, 0.0, axis)
    place = np.arange(length)
    last = np.take(total, np.minimum(place + near + 1, length), axis)
    return np.asarray(last - np.take(total, np.maximum(place - near, 0), axis))


def _judged(counts: FloatArray, expected: FloatArray, known_by: FloatArray) -> Odd:
    """known_by : number of hits that the expectation rests on."""
    expected = np.maximum(expected, LEAST_EXPECTED)
    z = _z(counts, expected, 1 / (SPREAD**2 + 1 / np.maximum(known_by, LEAST_EXPECTED)))
    return Odd(expected, z, z <= -ODD_Z, z >= ODD_Z)


def _z(counts: FloatArray, expected: FloatArray, shape: FloatArray) -> NDArray[np.float64]:
    """Of the tail that a count is in, by the negative binomial law: a Poisson law whose mean is
    drawn from a Gamma law of that shape. Its variance is expected + expected**2 / shape.
    """
    from scipy.special import betainc, ndtri

    share = shape / (shape + expected)
    at_most = betainc(shape, counts + 1, share)
    at_least = np.where(counts > 0, betainc(np.maximum(counts, 1), shape, 1 - share), 1.0)
    low = ndtri(np.clip(at_most, TINY, 0.5))
    high = -ndtri(np.clip(at_least, TINY, 0.5))
    return np.asarray(np.where(at_most < at_least, low, high))
