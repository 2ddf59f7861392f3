"""Charge: its law, how it is shared, how it is stored."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from reco_core.afp.sensor import N_COLS, N_ROWS
from reco_core.afp.simulation.parameters import parameters
from reco_core.afp.simulation.response import no_charges
from reco_core.random_stream import new_stream
from tests.reco_core.afp.simulation import made


def test_draws_follow_the_landau_law():
    values = np.zeros(200_000)
    made.landaus(new_stream(5), values)
    law = scipy.stats.landau(loc=np.log(np.pi / 2), scale=np.pi / 2)  # scipy's has other units
    for quantile in (0.001, 0.01, 0.1, 0.5, 0.9, 0.99):
        at = np.mean(values < law.ppf(quantile))
        assert at == pytest.approx(quantile, abs=5 * np.sqrt(quantile * (1 - quantile) / 2e5))


@pytest.mark.parametrize(
    ("charge", "tot", "stored"),
    [
        (2_000, 1, 2_413),  # the least that is read out
        (2_413, 1, 2_413),
        (11_359, 7, 11_359),
        (19_639, 10, 19_639),
        (34_627, 14, 34_627),
        (1e6, 14, 34_627),  # saturates
    ],
)
def test_stored_charges_are_those_of_the_quadratic(charge, tot, stored):
    assert made.stored(parameters(), float(charge)) == (tot, stored)


def test_stored_charges_are_the_nearest_in_time_over_threshold():
    charges = np.linspace(2_000, 40_000, 5_000)
    tots = np.array([made.stored(parameters(), charge)[0] for charge in charges])
    assert np.all(np.diff(tots) >= 0)
    exact = (-363 + np.sqrt(363**2 + 4 * 141 * (charges - 1909))) / (2 * 141)
    assert np.all(np.abs(tots - np.clip(exact, 1, 14)) <= 0.5 + 1e-9)


@pytest.mark.parametrize(
    ("low", "high", "rows", "shares"),
    [
        (10.25, 11.75, [10, 11], [0.5, 0.5]),
        (10.5, 12.5, [10, 11, 12], [0.25, 0.5, 0.25]),
        (10.2, 10.8, [10], [1.0]),
        (-0.5, 1.0, [0], [2 / 3]),  # a third is beyond the edge; nothing is left for row 1
    ],
)
def test_charge_is_shared_as_the_way_is(low, high, rows, shares):
    pixels, charge = made.shared(parameters(), no_charges(), low, high, 20.5, 1000.0)
    order = np.argsort(pixels)
    expected = [(2 * N_ROWS + row) * N_COLS + 20 for row in rows]
    assert pixels[order].tolist() == expected
    np.testing.assert_allclose(charge[order], 1000 * np.array(shares), atol=1e-9)


def test_at_the_border_of_two_columns_each_has_half():
    pixels, charge = made.shared(parameters(), no_charges(), 10.2, 10.8, 21.0, 1000.0)
    assert sorted(pixels % N_COLS) == [20, 21]
    np.testing.assert_allclose(charge, 500)


def test_the_share_that_reaches_the_next_column_is_the_number_in_the_table():
    cols = 30 + (np.arange(2_000) + 0.5) / 2_000
    shared = [
        len(made.shared(parameters(), no_charges(), 10.2, 10.8, col, 1000.0)[0]) == 2
        for col in cols
    ]
    assert np.mean(shared) == pytest.approx(parameters().column_sharing, abs=1e-3)
