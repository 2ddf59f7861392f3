from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reco_core.compiled import compiled_entry
from reco_core.icecube.ice import Ice, south_pole_ice
from reco_core.icecube.likelihood.light_model import layer_rise, light_model
from reco_core.icecube.simulation import ice_lookup
from reco_core.icecube.simulation.world import south_pole
from tests.reco_core.icecube.likelihood.conftest import (
    CONSTANTS,
    mean_inverse,
    slopes_by_differences,
)

height = st.floats(-700, 700)


@compiled_entry
def simulated_rise(world, x, y, z):
    return ice_lookup.layer_rise(world, x, y, z)


def test_the_layers_tilt_as_in_the_simulation(detector):
    some = detector.position_m[::97]
    expected = [simulated_rise(south_pole(), *place) for place in some]
    assert layer_rise(some) == pytest.approx(expected, abs=0.02)  # m


def test_level_ice_does_not_rise(detector):
    assert (light_model(detector, CONSTANTS, tilted=False).rise_m == 0).all()


@pytest.mark.parametrize(("low", "high"), [(-480, -200), (-200, 20), (20, 400), (-400, 400)])
def test_means_over_a_way_are_those_of_the_ice(model, low, high):
    scattering, absorption = south_pole_ice().mean_lengths(low, high)
    found = mean_inverse(model, float(high), float(low))
    assert found[0] == pytest.approx(1 / scattering, rel=0.02)
    assert found[1] == pytest.approx(1 / absorption, rel=0.02)
    assert mean_inverse(model, float(low), float(high))[:2] == pytest.approx(found[:2])


@settings(max_examples=100, deadline=None)
@given(source=height, level=height)
def test_the_slopes_of_the_means_are_exact(model, source, level):
    for k in (0, 1):
        exact = slopes_by_differences(
            lambda z, k=k: mean_inverse(model, z[0], level)[k], np.array([source]), (1e-3,)
        )
        assert mean_inverse(model, source, level)[2 + k] == pytest.approx(exact[0], abs=1e-8)


def test_ice_that_is_the_same_everywhere_is_so_at_all_heights(detector):
    edges = np.array([-20_000.0, 0.0, 20_000.0])
    ice = Ice(edges, (edges - edges[0]) / 30, (edges - edges[0]) / 100)
    model = light_model(detector, CONSTANTS, ice)
    for source, level in ((0.0, 0.0), (-5000.0, 3.0), (200.0, 1500.0)):
        assert mean_inverse(model, source, level) == pytest.approx(
            (1 / 30, 1 / 100, 0, 0), rel=1e-4, abs=1e-9
        )


def test_contrast_evens_the_scattering_out_and_leaves_absorption(detector):
    dust, clear = (
        [
            mean_inverse(light_model(detector, CONSTANTS._replace(contrast=c)), z, z)
            for c in (1, 0.5, 0)
        ]
        for z in (-100.0, -400.0)
    )
    ratios = [d[0] / c[0] for d, c in zip(dust, clear, strict=True)]
    assert ratios[1] == pytest.approx(np.sqrt(ratios[0]), rel=0.1)
    assert ratios[2] == pytest.approx(1)
    assert len({d[1] for d in dust}) == 1
