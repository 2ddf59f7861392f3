"""The likelihood of a cascade in hand is the one that the cascade fit climbs."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.errors import ReconstructionError
from reco_core.icecube.likelihood.by_hand import Held
from reco_core.icecube.likelihood.cascade_by_hand import (
    cascade_from,
    cascade_log_likelihood,
    doms_around,
)
from reco_core.icecube.reconstructions.registry import reconstruct
from tests.reco_core.icecube.cascade_flash import flash


@pytest.fixture(scope="module")
def fitted():
    """The DOMs of a flash, the fit's answer as a cascade in hand, and its energy, GeV."""
    pulses, detector, *_ = flash()
    answer = reconstruct("cascade_fit", pulses, detector)
    point = tuple(float(value) for value in answer.point_m)
    held = Held(answer.zenith, answer.azimuth, point, answer.time_ns - int(pulses.time_ns[0]))
    return doms_around(pulses, detector), held, answer.energy_gev


def test_at_the_fit_s_answer_the_energy_is_the_fit_s(fitted):
    around, held, energy_gev = fitted
    found = cascade_log_likelihood(around, held)
    assert found.energy_gev == pytest.approx(energy_gev, rel=0.01)
    assert found.held == held
    assert 2 <= around.n_lit <= len(around.doms) == 400


def test_at_the_fit_s_answer_there_is_nothing_to_gain(fitted):
    around, held, _ = fitted
    best = cascade_log_likelihood(around, held).log_likelihood
    assert cascade_from(around, held).log_likelihood == pytest.approx(best, abs=0.01)
    rng = np.random.default_rng(3)
    for _ in range(100):
        turn, way, late = rng.normal(size=2) * 0.05, rng.normal(size=3) * 2.0, rng.normal() * 5.0
        nudged = Held(
            held.zenith + turn[0], held.azimuth + turn[1],
            tuple(np.array(held.point_m) + way), held.time_ns + late,
        )  # fmt: skip
        assert cascade_log_likelihood(around, nudged).log_likelihood < best + 0.01


def test_a_fit_from_nearby_comes_back(fitted):
    around, held, energy_gev = fitted
    x, y, z = held.point_m
    near = held._replace(zenith=held.zenith + 0.1, point_m=(x + 10.0, y, z - 5.0))
    found = cascade_from(around, near)
    assert np.linalg.norm(np.subtract(found.held.point_m, held.point_m)) < 1.0
    assert found.energy_gev == pytest.approx(energy_gev, rel=0.02)


@pytest.mark.parametrize("point_m", [(1e5, 1e5, -1e5), (0.0, 0.0, 0.0)])
@pytest.mark.parametrize("time_ns", [-(2.0**32), 2.0**32])
def test_wherever_it_is_held_the_likelihood_is_finite(fitted, point_m, time_ns):
    found = cascade_log_likelihood(fitted[0], Held(0.0, 0.0, point_m, time_ns))
    assert np.isfinite([found.log_likelihood, found.energy_gev]).all()


@pytest.mark.parametrize("auxiliary", [True, [False, True]])
def test_light_on_less_than_two_doms_has_none(detector, pulses_of, auxiliary):
    with pytest.raises(ReconstructionError, match=r"No DOM|one DOM"):
        doms_around(pulses_of([5, 600], [1, 2], auxiliary=auxiliary), detector)
