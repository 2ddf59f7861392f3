"""A minimum of a smooth function of a few numbers, in compiled code: BFGS with backtracking.

The search asks and is told (reverse communication), so it knows nothing of the function:

    begin(search, evaluations)          # search.x holds the start
    while search.count[LEFT] > 0:
        tell(search, value and gradient at search.x, enough)

and then search.best is the lowest place met, search.value[BEST] its value. It ends after the
evaluations it is given, whatever the function does; it goes back from a place whose value is not
finite. (J. Nocedal and S. Wright, Numerical Optimization, algorithm 6.1.)
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import compiled

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

LEFT, ACCEPTED = 0, 1  # places in Search.count: evaluations left, steps taken
BEST, LENGTH, SLOPE = 0, 1, 2  # places in Search.value
ENOUGH_FALL: Final = 1e-4  # share of the fall that the slope promises
LONGEST: Final = 1.0  # step, in the scales of the numbers
SHORTEST: Final = 1e-7
LEAST_CURVATURE: Final = 1e-12


class Search(NamedTuple):
    """State of a search over n numbers.

    x : (n,) where the function is to be told next.  best, gradient : (n,) lowest place so far, and
    the gradient there.  step : (n,) direction that is tried from it.  change : (n,) for sums.
    inverse : (n, n) inverse curvature.  value : (3,) at the best place; length of the trial along
    step, and slope there.  count : (2,).
    """

    x: FloatArray
    best: FloatArray
    gradient: FloatArray
    step: FloatArray
    change: FloatArray
    inverse: FloatArray
    value: FloatArray
    count: IntArray  # type: ignore[assignment]  # hides a tuple's own, which none needs


def new_search(n: int) -> Search:
    """Room for a search over n numbers."""
    x, best, gradient, step, change = np.zeros((5, n))
    inverse, value, count = np.zeros((n, n)), np.zeros(3), np.zeros(2, np.int64)
    return Search(x, best, gradient, step, change, inverse, value, count)


@compiled
def begin(search: Search, evaluations: int) -> None:
    """Start at search.x with this many evaluations at most."""
    search.count[LEFT], search.count[ACCEPTED] = evaluations, -1
    search.value[BEST] = math.inf
    _forget(search)


@compiled
def tell(search: Search, value: float, gradient: FloatArray, enough: float) -> None:
    """Take in value and gradient (n,) at search.x; over if no fall beyond `enough` is in sight."""
    search.count[LEFT] -= 1
    promised = search.value[BEST] + ENOUGH_FALL * search.value[LENGTH] * search.value[SLOPE]
    first = search.count[ACCEPTED] < 0
    if first or (value <= promised and math.isfinite(value)):
        if not first:
            _bend(search, gradient)
        search.count[ACCEPTED] += 1
        search.value[BEST] = value
        for i in range(len(gradient)):
            search.best[i], search.gradient[i] = search.x[i], gradient[i]
        _turn(search, enough)
    else:
        _shrink(search, value, enough)


@compiled
def _forget(search: Search) -> None:
    for i in range(len(search.x)):
        for j in range(len(search.x)):
            search.inverse[i, j] = 1.0 if i == j else 0.0


@compiled
def _bend(search: Search, gradient: FloatArray) -> None:
    """Learn the curvature from the last step."""
    n, inverse, change = len(search.x), search.inverse, search.change
    bend, square = 0.0, 0.0  # s . y and y . y
    for i in range(n):
        y = gradient[i] - search.gradient[i]
        bend += (search.x[i] - search.best[i]) * y
        square += y * y
    if bend <= LEAST_CURVATURE * square:
        return
    if search.count[ACCEPTED] == 0:
        for i in range(n):
            inverse[i, i] = bend / square
    along = 0.0  # y . H y
    for i in range(n):
        change[i] = 0.0
        for j in range(n):
            change[i] += inverse[i, j] * (gradient[j] - search.gradient[j])
        along += change[i] * (gradient[i] - search.gradient[i])
    for i in range(n):
        for j in range(n):
            s, t = search.x[i] - search.best[i], search.x[j] - search.best[j]
            inverse[i, j] += (1 + along / bend) * s * t / bend
            inverse[i, j] -= (change[i] * t + s * change[j]) / bend


@compiled
def _turn(search: Search, enough: float) -> None:
    """Set out from the best place along the quasi-Newton step, or downhill."""
    n, slope, square = len(search.x), 0.0, 0.0
    for i in range(n):
        search.step[i] = 0.0
        for j in range(n):
            search.step[i] -= search.inverse[i, j] * search.gradient[j]
        slope += search.step[i] * search.gradient[i]
        square += search.step[i] * search.step[i]
    if not slope < -enough:  # true for NaN
        search.count[LEFT] = 0
        return
    search.value[LENGTH] = min(1.0, LONGEST / math.sqrt(square))
    search.value[SLOPE] = slope
    _try(search)


@compiled
def _try(search: Search) -> None:
    for i in range(len(search.x)):
        search.x[i] = search.best[i] + search.value[LENGTH] * search.step[i]


@compiled
def _shrink(search: Search, value: float, enough: float) -> None:
    """A shorter step, where a parabola through what is known is lowest."""
    length, slope = search.value[LENGTH], search.value[SLOPE]
    rise = value - search.value[BEST] - length * slope
    part = -slope * length / (2 * rise) if rise > 0 and math.isfinite(rise) else 0.1
    search.value[LENGTH] = length * min(max(part, 0.1), 0.5)
    square = 0.0
    for i in range(len(search.x)):
        square += search.step[i] * search.step[i]
    if search.value[LENGTH] * math.sqrt(square) > SHORTEST:
        _try(search)
    elif search.count[ACCEPTED] > 0:  # what is known of the curvature misleads
        search.count[ACCEPTED] = 0
        _forget(search)
        _turn(search, enough)
    else:
        search.count[LEFT] = 0
