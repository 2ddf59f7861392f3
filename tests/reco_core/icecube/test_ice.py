"""The ice: means along paths follow the table."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core import tables
from reco_core.icecube.detector import DUST_LAYER_M
from reco_core.icecube.ice import SURFACE_Z_M, south_pole_ice


def test_a_level_path_has_the_lengths_of_its_row():
    depth, scattering, absorption = tables.south_pole_ice().T
    z = SURFACE_Z_M - depth
    mean_scattering, mean_absorption = south_pole_ice().mean_lengths(z, z)
    np.testing.assert_allclose(mean_scattering, scattering, rtol=1e-9)
    np.testing.assert_allclose(mean_absorption, absorption, rtol=1e-9)


def test_the_mean_is_the_same_both_ways():
    rng = np.random.default_rng(1)
    a, b = rng.uniform(-600, 600, (2, 1000))
    there, back = south_pole_ice().mean_lengths(a, b), south_pole_ice().mean_lengths(b, a)
    np.testing.assert_array_equal(there, back)


def test_the_mean_agrees_with_many_small_steps():
    a, b = -480.0, 433.0
    steps = np.linspace(a, b, 200_001)
    local = south_pole_ice().mean_lengths(steps, steps)
    mean = south_pole_ice().mean_lengths(a, b)
    for slow, fast in zip(local, mean, strict=True):
        assert fast == pytest.approx(1 / np.mean(1 / slow), rel=1e-4)


def test_beyond_the_table_the_ice_is_that_of_its_ends():
    table = tables.south_pole_ice()
    assert south_pole_ice().mean_lengths(3000.0, 900.0)[0] == pytest.approx(table[0, 1])
    assert south_pole_ice().mean_lengths(-3000.0, -700.0)[1] == pytest.approx(table[-1, 2])


def test_light_scatters_most_in_the_dust_layer():
    z = np.arange(-500.0, 500.0)
    worst = z[np.argmin(south_pole_ice().mean_lengths(z, z)[0])]
    assert DUST_LAYER_M[0] < worst < DUST_LAYER_M[1]
