"""Muons: range, loss of energy, and what is noted of their way."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.compiled import compiled_entry
from reco_core.icecube.simulation.chunk import room
from reco_core.icecube.simulation.light_yield import RADIATION_PER_M
from reco_core.icecube.simulation.muons import IONISATION_GEV_M, REACH_M, add_muon, range_m
from reco_core.icecube.simulation.parameters import parameters
from reco_core.icecube.simulation.particles import ENERGY, LENGTH, TRACK, X
from reco_core.random_stream import new_stream
from reco_core.units import SPEED_OF_LIGHT
from tests.reco_core.icecube.simulation.calls import make_muon

DOWN = (0.0, 0.0, -1.0)
TOP = (0.0, 0.0, 900.0)


@compiled_entry
def ways(rng, values, particles, x, y, z, ux, uy, uz, energy_gev, found):
    """How far muons of one kind go; found : (N,)."""
    for k in range(len(found)):
        particles.count[0] = particles.count[1] = particles.count[2] = 0
        found[k] = add_muon(rng, values, particles, x, y, z, ux, uy, uz, 0.0, energy_gev, TRACK)


@compiled_entry
def mean_range_m(energy_gev):
    return range_m(energy_gev)


@pytest.fixture
def rng():
    return new_stream(11)


def muon(rng, energy_gev, place=TOP, direction=DOWN):
    """Its row, stretches (N, 3) and cascades (N, columns)."""
    particles = room().particles
    way = make_muon(rng, parameters(), particles, *place, *direction, energy_gev, TRACK)
    of_muon, of_cascades, of_stretches = (int(count) for count in particles.count)
    assert of_muon <= 1
    rows = particles.muon[0].copy() if of_muon else None
    return (
        way,
        rows,
        particles.stretch[:of_stretches].copy(),
        particles.cascade[:of_cascades].copy(),
    )


@pytest.mark.parametrize(("energy_gev", "within"), [(100.0, 0.05), (500.0, 0.08), (2000.0, 0.15)])
def test_the_mean_range_is_that_of_the_mean_losses(rng, energy_gev, within):
    found = np.empty(4000)
    start_m = 880.0  # all of the way of these muons is within reach, or starts 10 km before
    if mean_range_m(energy_gev) > 1000:
        start_m = 60_000.0
    ways(rng, parameters(), room().particles, 0.0, 0.0, start_m, *DOWN, energy_gev, found)
    expected = np.log(1 + energy_gev * RADIATION_PER_M / IONISATION_GEV_M) / RADIATION_PER_M
    assert mean_range_m(energy_gev) == pytest.approx(expected)
    # Large losses shorten the mean range (the range is concave in energy).
    assert (1 - within) * expected < found.mean() < 1.01 * expected
    assert found.std() > 0.02 * expected
    assert found.max() <= energy_gev / IONISATION_GEV_M


def test_energy_is_conserved_along_the_way(rng):
    for energy_gev in 10 ** np.random.default_rng(11).uniform(2, 6, 200):
        way, row, stretch, cascades = muon(rng, energy_gev)
        assert row[LENGTH] == pytest.approx(way)
        start, energy, loss = stretch.T
        ends = np.append(start[1:], row[LENGTH])
        after = energy - loss * (ends - start)
        assert (np.diff(start) >= 0).all()
        assert (loss >= 0).all()
        assert (after > -1e-6 * energy_gev).all()
        large = after[:-1] - energy[1:]  # lost between two stretches
        assert (large > 0).all()
        noted = cascades[:, ENERGY]
        np.testing.assert_allclose(noted, large[large > 1.0][: len(noted)], rtol=1e-6, atol=1e-6)
        assert (large > 1.0).sum() <= len(noted) <= (large > 1.0).sum() + 1  # the last may stop it
        assert row[ENERGY] == energy[0]
        assert energy[0] == pytest.approx(energy_gev)


def test_a_muon_radiates_b_times_its_energy(rng):
    energy_gev, lost = 1e6, []
    for _ in range(3000):
        _, _, stretch, _ = muon(rng, energy_gev)
        k = np.searchsorted(stretch[:, 0], 200.0, "right") - 1
        lost.append(energy_gev - stretch[k, 1] + stretch[k, 2] * (200.0 - stretch[k, 0]))
    expected = energy_gev * -np.expm1(-RADIATION_PER_M * 200.0) + 200.0 * IONISATION_GEV_M
    error = np.std(lost) / np.sqrt(len(lost))
    assert error < 0.04 * expected
    assert np.mean(lost) == pytest.approx(expected, abs=4 * error)


def test_cascades_lie_on_the_way_at_the_time_of_the_muon(rng):
    direction = np.array([0.6, 0.0, -0.8])
    _, row, _, cascades = muon(rng, 1e5, (-540.0, 30.0, 720.0), direction)
    place = cascades[:, X : X + 3] - row[X : X + 3]
    along = place @ direction
    np.testing.assert_allclose(place, along[:, None] * direction, atol=1e-6)
    np.testing.assert_allclose(cascades[:, 6] - row[6], along / SPEED_OF_LIGHT, atol=1e-6)
    assert ((along > 0) & (along <= row[LENGTH])).all()


def test_a_muon_is_noted_from_where_it_comes_into_reach(rng):
    _, row, stretch, cascades = muon(rng, 1e7, (0.0, 100.0, 5000.0))
    assert np.linalg.norm(row[X : X + 3]) == pytest.approx(REACH_M)
    assert row[ENERGY] < 1e7
    assert row[ENERGY] == stretch[0, 1]
    assert row[6] == pytest.approx((5000.0 - row[X + 2]) / SPEED_OF_LIGHT)
    assert (np.linalg.norm(cascades[:, X : X + 3], axis=1) <= REACH_M + 1e-6).all()


@pytest.mark.parametrize(
    ("place", "energy_gev"),
    [((950.0, 0.0, 900.0), 1e5), ((0.0, 0.0, -2000.0), 1e5), ((0.0, 0.0, 3000.0), 50.0)],
)
def test_a_muon_that_stays_out_of_reach_leaves_no_trace(rng, place, energy_gev):
    _, row, _, cascades = muon(rng, energy_gev, place)
    assert row is None
    assert len(cascades) == 0
