"""Muons: energy only falls, range grows, losses keep their mean."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.icecube.simulation.particles import LOSS_PER_M, SHOWER_SHARE, Muon, power_law
from reco_core.units import SPEED_OF_LIGHT

UP = np.array([0.0, 0.0, 1.0])


def muon(energy_gev):
    return Muon(np.zeros(3), UP, energy_gev)


def test_energy_starts_full_falls_and_is_gone_at_the_range():
    left = muon(500.0).energy_at(np.linspace(0, muon(500.0).length_m, 100))
    assert left[0] == pytest.approx(500)
    assert (np.diff(left) < 0).all()
    assert left[-1] == pytest.approx(0, abs=1e-6)


def test_a_muon_of_more_energy_goes_farther_and_keeps_more():
    energies = (100.0, 1e3, 1e4)
    lengths = [muon(energy).length_m for energy in energies]
    assert lengths == sorted(lengths)
    assert muon(1e4).energy_at(300) > muon(1e3).energy_at(300)


def test_losses_lie_on_the_track_at_the_speed_of_light():
    source = muon(1e5)
    for loss in source.showers(np.random.default_rng(1), SPEED_OF_LIGHT):
        along = float(loss.position_m @ UP)
        assert 0 <= along <= source.length_m
        assert loss.time_ns == pytest.approx(along / SPEED_OF_LIGHT)
        assert loss.energy_gev <= 0.5 * source.energy_at(along)


def test_losses_take_their_share_of_the_energy_on_average():
    rng = np.random.default_rng(2)
    source = muon(1e6)
    lost = [
        sum(loss.energy_gev for loss in source.showers(rng, SPEED_OF_LIGHT)) for _ in range(1500)
    ]
    steps = (np.arange(1000) + 0.5) * source.length_m / 1000
    expected = SHOWER_SHARE * LOSS_PER_M * source.energy_at(steps).mean() * source.length_m
    assert np.mean(lost) == pytest.approx(expected, rel=0.08)


def test_a_power_law_has_its_median():
    drawn = power_law(np.random.default_rng(3), 2.0, 1.0, 1e9, 100_000)
    assert np.median(drawn) == pytest.approx(2, rel=0.02)
