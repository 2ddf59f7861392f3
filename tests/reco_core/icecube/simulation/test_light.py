"""Light: its limits, its fall with distance, its rise with energy, and never too early."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.icecube.detector import Detector, builtin_detector
from reco_core.icecube.ice import south_pole_ice
from reco_core.icecube.simulation import light
from reco_core.icecube.simulation.particles import Muon, Shower
from reco_core.units import CHERENKOV_ANGLE, SPEED_IN_ICE, SPEED_OF_LIGHT

BULK = (33.29, 98.0)  # m, scattering and absorption
DISTANCE = np.geomspace(1, 600, 400)
UP = np.array([0.0, 0.0, 1.0])


def muon(energy_gev=1e4):
    return Muon(np.array([20.0, 30.0, -700.0]), UP, energy_gev)


def shower(energy_gev=1e4):
    return Shower(np.array([-100.0, 50.0, 150.0]), UP, energy_gev, time_ns=70.0)


def muon_light(energy_gev=1e4):
    return light.muon_light(muon(energy_gev), builtin_detector(), south_pole_ice())


def shower_light(energy_gev=1e4):
    return light.shower_light([shower(energy_gev)], builtin_detector(), south_pole_ice())


def by_sensor(rows):
    return np.bincount(rows.sensor_id, rows.mean_pe, 5160)


def test_near_a_line_the_light_is_that_of_the_cherenkov_cone():
    near = np.array([1e-4])
    cherenkov = light.EFFECTIVE_AREA_M2 / (2 * np.pi * near * np.sin(CHERENKOV_ANGLE))
    np.testing.assert_allclose(light.line_pe(1.0, near, *BULK), cherenkov, rtol=1e-3)


def test_near_a_point_the_light_thins_with_the_square_of_the_distance():
    near = np.array([1e-3])
    sphere = light.EFFECTIVE_AREA_M2 / (4 * np.pi * near**2)
    np.testing.assert_allclose(light.point_pe(1.0, near, *BULK), sphere, rtol=1e-3)


@pytest.mark.parametrize("formula", [light.line_pe, light.point_pe])
@pytest.mark.parametrize("ice", [(5.0, 17.9), BULK, (89.4, 276.1)])  # dustiest, mean, clearest
def test_light_falls_with_distance(formula, ice):
    assert (np.diff(formula(1.0, DISTANCE, *ice)) < 0).all()


@pytest.mark.parametrize("rows", [muon_light, shower_light])
def test_more_energy_gives_more_light_everywhere(rows):
    dim, bright = by_sensor(rows(3e3)), by_sensor(rows(3e4))
    assert (bright >= dim).all()
    assert bright.sum() > dim.sum()


def test_a_shower_has_light_in_proportion_to_its_energy():
    assert by_sensor(shower_light(2e4)).max() == pytest.approx(2 * by_sensor(shower_light()).max())


def test_the_profile_of_a_shower_has_mean_one_and_peaks_on_the_cone():
    cosine = np.linspace(-1, 1, 200_001)
    for scatterings in (0.0, 1.0, 10.0):
        at = np.full_like(cosine, scatterings)
        assert light.profile(cosine, at).mean() == pytest.approx(1, rel=2e-3)
    straight = light.profile(cosine, np.zeros_like(cosine))
    assert cosine[straight.argmax()] == pytest.approx(np.cos(CHERENKOV_ANGLE), abs=1e-4)


def test_deepcore_sees_more():
    """Two DOMs at one place, one plain, one of DeepCore."""
    position = builtin_detector().position_m.copy()
    plain, deepcore = 20, 79 * 60
    position[[plain, deepcore]] = shower().position_m + np.array([40.0, 0.0, 0.0])
    mean = by_sensor(light.shower_light([shower()], Detector(position), south_pole_ice()))
    assert mean[deepcore] == pytest.approx(1.35 * mean[plain])


def test_no_light_arrives_before_the_straight_way_allows():
    rng = np.random.default_rng(2)
    position = builtin_detector().position_m
    seen = light.photo_electrons(rng, shower_light(1e6))
    way = np.linalg.norm(position[seen.sensor_id] - shower().position_m, axis=1)
    straight = shower().time_ns + way / SPEED_IN_ICE
    assert (seen.time_ns - straight).min() > -6 * light.JITTER_NS


def test_no_light_of_a_muon_arrives_before_its_cherenkov_cone():
    """Against the distance gone and the straight way, minimised over all points of emission."""
    rng = np.random.default_rng(3)
    seen = light.photo_electrons(rng, muon_light(1e6))
    position = builtin_detector().position_m
    along = np.linspace(0, 1500, 1501)
    points = muon().start_m + along[:, None] * UP  # (1501, 3)
    for sensor in np.unique(seen.sensor_id)[::40]:
        way = np.linalg.norm(position[sensor] - points, axis=1)
        angle = np.arccos((position[sensor] - points) @ UP / way)
        on_cone = np.argmin(np.abs(angle - CHERENKOV_ANGLE))
        straight = along[on_cone] / SPEED_OF_LIGHT + way[on_cone] / SPEED_IN_ICE
        first = seen.time_ns[seen.sensor_id == sensor].min()
        assert first > straight - 6 * light.JITTER_NS - 1.0  # 1 ns for the steps of 1 m


def test_the_drawn_light_has_the_mean_that_was_asked_for():
    rows = shower_light(1e5)
    drawn = light.photo_electrons(np.random.default_rng(4), rows)
    assert drawn.weight.sum() == pytest.approx(rows.mean_pe.sum(), rel=0.01)


def test_bright_doms_come_as_at_most_300_heavier_photons():
    drawn = light.photo_electrons(np.random.default_rng(5), shower_light(1e7))
    assert np.bincount(drawn.sensor_id).max() == light.SAMPLED_PHOTONS
    assert drawn.weight.max() > 1


def test_light_of_nothing_is_no_light():
    rows = light.shower_light([], builtin_detector(), south_pole_ice())
    assert len(light.photo_electrons(np.random.default_rng(6), rows).time_ns) == 0
