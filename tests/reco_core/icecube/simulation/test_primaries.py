"""Primaries: their kinds, places and sentences."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.directions import opening_angle, source_direction
from reco_core.icecube.simulation import primaries
from reco_core.icecube.simulation.primaries import ENERGY_GEV, MIX, bundle, cascade, entering


@pytest.mark.parametrize("draw", [draw for _, draw in MIX])
def test_particles_travel_away_from_the_direction_they_came_from(draw):
    rng = np.random.default_rng(1)
    for primary in (draw(rng) for _ in range(50)):
        for particle in (*primary.muons, *primary.showers):
            source = source_direction(primary.zenith, primary.azimuth)
            assert opening_angle(particle.travel, -source) < 1e-6


def test_drawn_energies_stay_in_their_range():
    rng = np.random.default_rng(2)
    drawn = [primaries._energy(rng) for _ in range(2000)]
    assert ENERGY_GEV[0] <= min(drawn)
    assert max(drawn) <= ENERGY_GEV[1]


def test_air_showers_come_from_above():
    rng = np.random.default_rng(3)
    zenith = [primaries._draw_bundle(rng).zenith for _ in range(300)]
    assert max(zenith) <= np.pi / 2


@pytest.mark.parametrize(
    ("energy_gev", "point_m", "topology"),
    [
        (1e4, (0, 0, 0), "through-going"),
        (1e4, (690, 0, 0), "passing by"),
        (2.5e2, (0, 0, 0), "stopping"),  # goes about 900 m
        (1e2, (0, 0, 0), "passing by"),  # goes about 390 m: never arrives
    ],
)
def test_topology_of_a_muon_that_enters(energy_gev, point_m, topology):
    assert entering(np.pi, 0.0, energy_gev, np.array(point_m, float)).topology == topology


def test_the_sentence_gives_numbers_with_units():
    primary = cascade(np.radians(64), 1.0, 1.2e6, np.array([0.0, 0.0, 180.0]))
    assert primary.sentence == (
        "An electron neutrino of 1.2 PeV from above (zenith 64 degrees) ends in a shower inside "
        "the array at z = 180 m."
    )


def test_a_lone_muon_is_not_called_a_bundle():
    assert bundle(0.3, 0.0, np.array([1e3]), np.zeros((1, 3))).topology == "single"


@pytest.mark.parametrize(
    ("energy_gev", "text"),
    [(250.0, "250 GeV"), (12_340.0, "12.3 TeV"), (1e6, "1 PeV"), (999.9, "1 TeV")],
)
def test_energies_in_words(energy_gev, text):
    assert primaries.energy_text(energy_gev) == text
