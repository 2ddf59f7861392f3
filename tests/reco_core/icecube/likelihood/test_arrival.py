from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reco_core.icecube.likelihood.conftest import (
    first_of,
    first_pulse,
    slopes_by_differences,
)
from tests.reco_core.icecube.likelihood.slow_arrival import slow_log_density, slow_survival

some = settings(max_examples=60, deadline=None)

# Errors of 3 to 15 ns in the ice of the South Pole: b from 0.008 to 0.22; way from 1 to 500 m.
tau = st.one_of(st.floats(-8, 15), st.floats(2, 5).map(math.exp))
xi = st.floats(-5, 3.5).map(math.exp)
rate = st.floats(-4.7, -1.2).map(math.exp)


@some
@given(tau=tau, xi=xi, b=rate)
def test_the_density_is_the_smeared_gamma_law(model, tau, xi, b):
    assert first_of(model, tau, xi, b, 1.0)[0] == pytest.approx(
        slow_log_density(tau, xi, b), abs=2e-3
    )


@some
@given(tau=tau, xi=xi, b=rate)
def test_the_survival_is_that_of_the_smeared_gamma_law(model, tau, xi, b):
    later = first_of(model, tau, xi, b, 2.0)[0] - first_of(model, tau, xi, b, 1.0)[0] - math.log(2)
    exact = math.log(max(slow_survival(tau, xi, b), 1e-200))
    assert later == pytest.approx(exact, abs=1e-3, rel=1e-3)


@pytest.mark.parametrize("n", [1.0, 2.0, 5.0, 20.0])
@pytest.mark.parametrize(("xi", "b"), [(0.02, 0.03), (0.5, 0.1), (3.0, 0.02), (10.0, 0.1)])
def test_the_first_of_n_is_somewhere(model, xi, b, n):
    taus = np.arange(-12.0, 2500.0, 0.05)
    density = np.exp([first_of(model, t, xi, b, n)[0] for t in taus])
    assert np.trapezoid(density, taus) == pytest.approx(1, abs=1e-2)


places = {
    "late_ns": st.floats(-300, 3000).filter(lambda late: abs(late) > 0.01),
    "way_m": st.floats(0, 6).map(math.exp),
    "source_z_m": st.floats(-900, 900),
    "level_z_m": st.floats(-520, 520),
    "n": st.sampled_from([1.0, 2.0, 7.0, 20.0]),
}


@settings(max_examples=300, deadline=None)
@given(**places)
def test_the_slopes_are_those_of_the_value(model, late_ns, way_m, source_z_m, level_z_m, n):
    place = np.array([late_ns, way_m, source_z_m])
    exact = slopes_by_differences(
        lambda p: first_pulse(model, *p, level_z_m, n)[0], place, (1e-4, 1e-5 * way_m, 1e-3)
    )
    assert first_pulse(model, *place, level_z_m, n)[1:] == pytest.approx(exact, rel=1e-3, abs=1e-5)


@settings(max_examples=100, deadline=None)
@given(
    late_ns=st.floats(-1e7, 1e7), way_m=st.floats(1e-3, 1e5), z_m=st.floats(-1e5, 1e5),
    level_m=st.floats(-1e5, 1e5), n=st.floats(1, 1e6),
)  # fmt: skip
def test_nothing_is_infinite_however_far(model, late_ns, way_m, z_m, level_m, n):
    assert np.isfinite(first_pulse(model, late_ns, way_m, z_m, level_m, n)).all()


def test_far_from_all_light_noise_still_leads_back(model):
    value, by_late, *_ = first_pulse(model, -3000.0, 50.0, 0.0, 0.0, 1.0)
    assert value == pytest.approx(math.log(0.02 / 2000) - 3)
    assert by_late == pytest.approx(1 / 1000)


def test_light_that_scatters_more_comes_later(model):
    """The likeliest of 0 to 400 ns, by the way."""
    delays = np.arange(0.0, 400.0, 2.0)
    peaks = [
        delays[np.argmax([first_pulse(model, t, way, 0.0, 0.0, 1.0)[0] for t in delays])]
        for way in (5.0, 100.0, 200.0, 300.0)
    ]
    assert peaks == sorted(peaks)
    assert peaks[0] < 10
    assert peaks[-1] > 200
