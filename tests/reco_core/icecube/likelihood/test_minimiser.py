from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reco_core.compiled import compiled_entry
from reco_core.icecube.likelihood import minimiser
from reco_core.icecube.likelihood.minimiser import BEST, LEFT, new_search


@compiled_entry
def begin(search, evaluations):
    minimiser.begin(search, evaluations)


@compiled_entry
def tell(search, value, gradient, enough):
    minimiser.tell(search, value, gradient, enough)


def minimum(function, x, evaluations=200, enough=1e-12):
    """Search state and number of evaluations; function gives value and gradient."""
    search, asked = new_search(len(x)), 0
    search.x[:] = x
    begin(search, evaluations)
    while search.count[LEFT] > 0:
        value, gradient = function(search.x.copy())
        tell(search, value, gradient, enough)
        asked += 1
    return search, asked


def bowl(scales):
    return lambda x: (float(scales @ x**2), 2 * scales * x)


def rosenbrock(x):
    a, b = 1 - x[0], x[1] - x[0] ** 2
    return a * a + 100 * b * b, np.array([-2 * a - 400 * x[0] * b, 200 * b])


@settings(max_examples=30, deadline=None)
@given(
    start=st.lists(st.floats(-3, 3), min_size=5, max_size=5),
    scales=st.lists(st.floats(-2, 2), min_size=5, max_size=5),
)
def test_the_bottom_of_a_bowl_is_found(start, scales):
    search, asked = minimum(bowl(np.exp(scales)), np.array(start))
    assert search.best == pytest.approx(np.zeros(5), abs=1e-4)
    assert asked < 60


def test_a_bent_valley_is_followed():
    search, _ = minimum(rosenbrock, np.array([-1.2, 1.0]))
    assert search.best == pytest.approx([1, 1], abs=1e-4)


@pytest.mark.parametrize("evaluations", [1, 2, 7])
def test_it_ends_after_the_evaluations_it_is_given(evaluations):
    _, asked = minimum(rosenbrock, np.array([-1.2, 1.0]), evaluations)
    assert asked == evaluations


def test_the_best_place_is_the_lowest_that_was_met():
    met = []

    def noted(x):
        met.append(rosenbrock(x)[0])
        return rosenbrock(x)

    search, _ = minimum(noted, np.array([-1.2, 1.0]), 15)
    assert search.value[BEST] == min(met) == rosenbrock(search.best)[0]


def test_it_goes_back_from_where_there_is_no_value():
    def half(x):
        if x[0] < 0.5:
            return math.nan, np.full(1, math.nan)
        return (x[0] - 0.6) ** 2, np.array([2 * (x[0] - 0.6)])

    search, asked = minimum(half, np.array([2.0]))
    assert search.best == pytest.approx([0.6], abs=1e-4)
    assert asked < 60


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_function_without_values_ends_the_search(value):
    _, asked = minimum(lambda x: (value, np.full(2, math.nan)), np.zeros(2), 50)
    assert asked <= 50


def test_a_gradient_that_points_the_wrong_way_ends_the_search():
    search, asked = minimum(lambda x: (float(x @ x), -2 * x), np.array([1.0, 1.0]), 100)
    assert search.value[BEST] == 2
    assert asked < 100
