"""Atmospheric muons: from above only, steep in energy, in bundles."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.compiled import compiled_entry
from reco_core.icecube.simulation import truth
from reco_core.icecube.simulation.atmospheric import (
    ENERGIES,
    LEAST_COSINE,
    MOST_GEV,
    MOST_MUONS,
    add_atmospheric,
    muons_at_depth,
)
from reco_core.icecube.simulation.chunk import room
from reco_core.icecube.simulation.kernel import clear
from reco_core.icecube.simulation.parameters import parameters
from reco_core.icecube.simulation.particles import MOST_PARTICLES, SOURCE, UX
from reco_core.icecube.simulation.particles import MUON as MUON_SOURCE
from reco_core.random_stream import new_stream


@compiled_entry
def draw_bundles(rng, values, spectrum, particles, rows, angles, light):
    """Truth (N, columns), zenith and azimuth (N, 2), muons in reach and their energies (N, 3)."""
    for k in range(len(rows)):
        clear(particles, rows[k])
        zenith, azimuth = add_atmospheric(rng, values, spectrum, particles, rows[k], 0.0)
        angles[k, 0], angles[k, 1] = zenith, azimuth
        light[k, 0] = particles.count[0]
        for muon in range(min(particles.count[0], 2)):
            light[k, 1 + muon] = particles.muon[muon, 8]


@pytest.fixture(scope="module")
def bundles():
    rows, angles, light = (
        np.zeros((40_000, truth.COLUMNS)),
        np.zeros((40_000, 2)),
        np.zeros((40_000, 3)),
    )
    rng = new_stream(31)
    draw_bundles(rng, parameters(), muons_at_depth(), room().particles, rows, angles, light)
    return rows, angles, light


def test_muons_come_from_above_and_steeply(bundles):
    cosine = np.cos(bundles[1][:, 0])
    assert cosine.min() >= LEAST_COSINE
    assert cosine.mean() > 0.65  # isotropic from above: 0.5
    counts = np.histogram(cosine, 4, (0, 1))[0]
    assert (np.diff(counts) > 0).all()
    assert bundles[1][:, 1].mean() == pytest.approx(np.pi, abs=0.05)


def test_energies_at_depth_fall_steeply_and_stay_in_range():
    energy = muons_at_depth().energy_gev
    assert (np.diff(energy, axis=1) >= 0).all()
    assert energy.min() > 10
    assert energy.max() <= MOST_GEV
    vertical = energy[-1]
    assert 100 < np.median(vertical) < 1000  # some hundred GeV at 1.25 km of ice
    median_by_angle = energy[:, ENERGIES // 2]
    assert median_by_angle[5] > 1.5 * median_by_angle[-1]  # more ice lets through the hard ones
    steps = np.diff(muons_at_depth().cosine_end)
    assert (steps > 0).all()
    assert muons_at_depth().cosine_end[-1] == pytest.approx(1.0)


def test_further_muons_of_a_bundle_are_softer(bundles):
    light = bundles[2]
    two = light[light[:, 0] >= 2]
    assert len(two) > 1000
    assert np.median(two[:, 2]) < 0.8 * np.median(two[:, 1])


def test_bundles_have_a_power_law_of_muons(bundles):
    many = bundles[0][:, truth.MUONS]
    power = parameters().bundle_power
    assert many.min() == 1
    assert many.max() == MOST_MUONS
    for least in (2, 4, 10):
        expected = least ** (1 - power)
        assert (many >= least).mean() == pytest.approx(expected, abs=0.01)


def test_a_bundle_travels_as_one(bundles):
    particles = room().particles
    rows, angles, light = np.zeros((1, truth.COLUMNS)), np.zeros((1, 2)), np.zeros((1, 3))
    rng = new_stream(2)
    while light[0, 0] < 3:
        draw_bundles(rng, parameters(), muons_at_depth(), particles, rows, angles, light)
    n = int(particles.count[0])
    zenith, azimuth = angles[0]
    travel = -np.array(
        [np.sin(zenith) * np.cos(azimuth), np.sin(zenith) * np.sin(azimuth), np.cos(zenith)]
    )
    assert n <= rows[0, truth.MUONS] <= MOST_PARTICLES
    np.testing.assert_allclose(particles.muon[:n, UX : UX + 3], np.tile(travel, (n, 1)), atol=1e-12)
    assert set(particles.muon[:n, SOURCE]) == {MUON_SOURCE}
