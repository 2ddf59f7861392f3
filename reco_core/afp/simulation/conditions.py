"""What stays the same for a run: where its planes really are, and which pixels are dead or hot."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.sensor import N_COLS, N_PIXELS, N_PLANES, N_ROWS, STATIONS, TILT_RAD
from reco_core.afp.simulation.parameters import parameters
from reco_core.compiled import flat

N_STATIONS: Final = len(STATIONS)
MOST_HOT: Final = 8  # on a plane
SHAPE: Final = (N_STATIONS, N_PLANES)


class Conditions(NamedTuple):
    """Of the four stations S in one run, with their planes L and pixels X = (plane, row, col).

    tilt_rad, shift_row_mm, shift_col_mm : (S, L) along the plane.  pot_shift_rows : (S,) of the
    beam on all planes.  dead : (S, X) 1 or 0.  hot : (S, L, MOST_HOT) pixels.  hot_rate : the same
    shape, firing per event; 0 where there is none.
    """

    tilt_rad: NDArray[np.float64]
    shift_row_mm: NDArray[np.float64]
    shift_col_mm: NDArray[np.float64]
    pot_shift_rows: NDArray[np.float64]
    dead: NDArray[np.uint8]
    hot: NDArray[np.int64]
    hot_rate: NDArray[np.float64]


def drawn_conditions(rng: np.random.Generator) -> Conditions:
    """Of a new run."""
    use = parameters()
    tilt, shift_row, shift_col = (
        rng.uniform(-most, most, SHAPE)
        for most in (use.tilt_spread_rad, use.shift_row_mm, use.shift_col_mm)
    )
    pot_shift = rng.normal(0.0, use.pot_shift_rows, N_STATIONS)
    return flat(
        Conditions(
            TILT_RAD + tilt,
            shift_row,
            shift_col,
            pot_shift,
            _dead(rng),
            _hot(rng),
            _hot_rate(rng),
        )
    )


def _dead(rng: np.random.Generator) -> NDArray[np.uint8]:
    use = parameters()
    dead = rng.random((*SHAPE, N_ROWS, N_COLS)) < use.dead_pixels
    columns = rng.random((*SHAPE, 1, N_COLS)) < use.dead_columns / N_COLS
    return (dead | columns).reshape(N_STATIONS, N_PIXELS).astype(np.uint8)


def _hot(rng: np.random.Generator) -> NDArray[np.int64]:
    on_plane = rng.integers(N_ROWS * N_COLS, size=(*SHAPE, MOST_HOT))
    return np.asarray(on_plane + np.arange(N_PLANES)[:, None] * (N_ROWS * N_COLS), np.int64)


def _hot_rate(rng: np.random.Generator) -> NDArray[np.float64]:
    use = parameters()
    low, high = np.log(use.hot_rate_least), np.log(use.hot_rate_most)
    rate = np.exp(rng.uniform(low, high, (*SHAPE, MOST_HOT)))
    count = rng.poisson(use.hot_pixels, SHAPE)
    return np.where(np.arange(MOST_HOT) < count[..., None], rate, 0.0)
