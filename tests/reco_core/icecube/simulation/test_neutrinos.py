"""Neutrinos: spectrum, the Earth, interactions."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.compiled import compiled_entry
from reco_core.icecube.simulation import truth
from reco_core.icecube.simulation.array_volume import HALF_HEIGHT_M, RADIUS_M
from reco_core.icecube.simulation.chunk import room
from reco_core.icecube.simulation.earth import matter_g_cm2, passes_earth
from reco_core.icecube.simulation.kernel import clear
from reco_core.icecube.simulation.neutrinos import (
    TAU_DECAY_M_PER_GEV,
    add_neutrino,
    drawn_inelasticity,
    mean_inelasticity,
    power_law,
)
from reco_core.icecube.simulation.parameters import parameters
from reco_core.random_stream import new_stream
from reco_core.units import SPEED_OF_LIGHT
from tests.reco_core.icecube.simulation.calls import changed

EARTH_RADIUS_CM = 6.371e8


@compiled_entry
def draw_powers(rng, index, low, high, found):
    for k in range(len(found)):
        found[k] = power_law(rng, index, low, high)


@compiled_entry
def draw_shares(rng, energy_gev, found):
    for k in range(len(found)):
        found[k] = drawn_inelasticity(rng, energy_gev)
    return mean_inelasticity(energy_gev)


@compiled_entry
def earth(rng, energy_gev, cosine, tries):
    """Matter on the way, and the share of neutrinos that get through."""
    passed = 0
    for _ in range(tries):
        passed += passes_earth(rng, energy_gev, cosine)
    return matter_g_cm2(cosine), passed / tries


@compiled_entry
def draw_neutrinos(rng, values, particles, radius_m, found, cascades):
    """Fill rows of truth (N, columns), and the first two cascades' energies and times (N, 4)."""
    for k in range(len(found)):
        clear(particles, found[k])
        add_neutrino(rng, values, particles, found[k], 0.0, radius_m)
        for c in range(min(particles.count[1], 2)):
            cascades[k, 2 * c] = particles.cascade[c, 8]
            cascades[k, 2 * c + 1] = particles.cascade[c, 6]


@pytest.fixture(scope="module")
def neutrinos():
    """Rows of truth of 60,000, and their first cascades."""
    found, cascades = np.zeros((60_000, truth.COLUMNS)), np.zeros((60_000, 4))
    rng = new_stream(21)
    draw_neutrinos(rng, parameters(), room().particles, 700.0, found, cascades)
    return found, cascades


@pytest.mark.parametrize("index", [1.2, 2.07, 3.7])
def test_energies_follow_the_power_law(index):
    low, high, n = 1e2, 1e8, 200_000
    found = np.empty(n)
    draw_powers(new_stream(1), index, low, high, found)
    assert found.min() >= low
    assert found.max() <= high
    edges = np.geomspace(low, high, 13)
    power = 1 - index
    share = np.diff(edges**power) / (high**power - low**power)
    counts = np.histogram(found, edges)[0]
    expected = n * share
    tested = expected > 10
    assert (abs(counts - expected)[tested] < 5 * np.sqrt(expected[tested])).all()


@pytest.mark.parametrize("energy_gev", [1e2, 1e5, 1e8])
def test_inelasticity_has_its_mean(energy_gev):
    found = np.empty(100_000)
    mean = draw_shares(new_stream(2), energy_gev, found)
    assert found.mean() == pytest.approx(mean, abs=0.005)
    assert 0 <= found.min() <= found.max() <= 1
    assert 0.2 < mean < 0.5


def test_the_matter_of_the_earth_adds_up():
    rng = new_stream(3)
    through, _ = earth(rng, 1e3, -1.0, 1)
    # The diameter of the PREM is 1.1e10 g/cm2; the mean density 5.5 would give 7e9.
    assert through == pytest.approx(1.1e10, rel=0.03)
    cosines = np.linspace(-1, 1, 401)
    matter = np.array([earth(rng, 1e3, c, 1)[0] for c in cosines])
    assert (np.diff(matter) <= 1e-6 * matter[:-1]).all()  # least from above
    assert 1e5 < matter[-1] < 1e6  # 2 km of ice are 1.8e5 g/cm2; the shell counts as rock
    # Integrated over impact parameters, chords give the mass of the Earth, 5.97e27 g.
    sine = np.sqrt(1 - cosines[cosines <= 0] ** 2)
    up = matter[cosines <= 0]
    mass = -np.trapezoid(up * 2 * np.pi * sine, sine) * EARTH_RADIUS_CM**2
    assert abs(mass) == pytest.approx(5.97e27, rel=0.02)


@pytest.mark.parametrize(
    ("energy_gev", "cosine", "low", "high"),
    [
        (1e2, -1.0, 0.985, 1.0),
        (1e5, -1.0, 0.1, 0.35),
        (1e7, -1.0, 0.0, 0.001),
        (1e6, -0.2, 0.5, 0.85),
        (1e8, 1.0, 0.98, 1.0),
    ],
)
def test_the_earth_is_opaque_to_high_energies_only(energy_gev, cosine, low, high):
    assert low <= earth(new_stream(4), energy_gev, cosine, 20_000)[1] <= high


def test_zenith_angles_have_their_density_before_the_earth_absorbs(neutrinos):
    rows = neutrinos[0]
    low = rows[rows[:, truth.ENERGY_GEV] < 300.0]
    cosine, slope = np.cos(low[:, truth.ZENITH]), parameters().zenith_slope
    assert len(low) > 10_000
    counts, edges = np.histogram(cosine, 10, (-1, 1))
    middle = (edges[1:] + edges[:-1]) / 2
    expected = len(low) * (1 + slope * middle) / 10
    assert (abs(counts - expected) < 5 * np.sqrt(expected) + 0.03 * expected).all()
    azimuth = rows[:, truth.AZIMUTH]
    assert azimuth.mean() == pytest.approx(np.pi, abs=5 * 2 * np.pi / np.sqrt(12 * len(azimuth)))


def test_flavours_have_their_shares(neutrinos):
    flavour = abs(neutrinos[0][:, truth.PDG])
    assert set(flavour) == {12.0, 14.0, 16.0}
    muon = parameters().muon_neutrino_share + (1 - parameters().muon_neutrino_share) * 0.40 / 3
    assert (flavour == 14).mean() == pytest.approx(muon, abs=0.02)
    assert (neutrinos[0][:, truth.PDG] > 0).mean() == pytest.approx(0.5, abs=0.02)


def test_the_truth_of_muons_is_sane(neutrinos):
    rows = neutrinos[0]
    inside = rows[~np.isnan(rows[:, truth.MUON_LENGTH_M])]
    length, energy = inside[:, truth.MUON_LENGTH_M], inside[:, truth.MUON_ENERGY_GEV]
    assert len(inside) > 5_000
    assert (length >= 0).all()
    assert (length <= 2 * np.hypot(RADIUS_M, HALF_HEIGHT_M)).all()
    most = inside[:, truth.ENERGY_GEV] * (1 - inside[:, truth.INELASTICITY])
    of_muons = (abs(inside[:, truth.PDG]) == 14) & (length > 0)
    assert (energy[length > 0] > 0).all()
    assert (energy[of_muons] <= most[of_muons] * (1 + 1e-9)).all()
    known = set(inside[:, truth.TOPOLOGY].astype(int))
    assert {truth.THROUGH_GOING, truth.STARTING, truth.STOPPING} <= known
    starting = inside[np.isin(inside[:, truth.TOPOLOGY], (truth.STARTING,))]
    starting = starting[abs(starting[:, truth.PDG]) == 14]
    vertex = starting[:, truth.VERTEX : truth.VERTEX + 3]
    assert (np.hypot(vertex[:, 0], vertex[:, 1]) < RADIUS_M).all()
    assert (abs(vertex[:, 2]) < HALF_HEIGHT_M).all()


def test_a_muon_too_slow_to_be_followed_has_no_energy_of_another(neutrinos):
    """It stops where it is made: an earlier event's muon must not be taken for it."""
    rows = neutrinos[0]
    stopped = rows[rows[:, truth.MUON_LENGTH_M] == 0]
    most = stopped[:, truth.ENERGY_GEV] * (1 - stopped[:, truth.INELASTICITY])
    energy = stopped[:, truth.MUON_ENERGY_GEV]
    assert (np.isnan(energy) | (energy <= most * (1 + 1e-9))).all()


def test_cascades_have_no_more_energy_than_the_neutrino(neutrinos):
    rows, cascades = neutrinos
    deposited = cascades[:, 0] + cascades[:, 2]
    no_muon = np.isnan(rows[:, truth.MUON_LENGTH_M]) & (abs(rows[:, truth.PDG]) != 14)
    assert (deposited[no_muon] <= rows[no_muon, truth.ENERGY_GEV] * (1 + 1e-9)).all()


def test_taus_decay_after_their_mean_way():
    rows, cascades = np.zeros((20_000, truth.COLUMNS)), np.zeros((20_000, 4))
    values = changed(muon_neutrino_share=0.0, soft_share=0.0)
    draw_neutrinos(new_stream(8), values, room().particles, 500.0, rows, cascades)
    double = rows[:, truth.TOPOLOGY] == truth.DOUBLE_BANG
    seen = rows[double]
    gap_m = (cascades[:, 3] - cascades[:, 1])[double] * SPEED_OF_LIGHT
    assert pytest.approx(49.0, rel=0.01) == TAU_DECAY_M_PER_GEV * 1e6  # 50 m per PeV
    assert len(seen) > 100
    assert (gap_m > 20.0).all()
    tau = seen[:, truth.ENERGY_GEV] * (1 - seen[:, truth.INELASTICITY])
    # An exponential law's ways beyond 20 m, where these leave the array late: taus up to 5 PeV.
    mean_m = TAU_DECAY_M_PER_GEV * tau
    some = mean_m < 250.0
    assert np.mean((gap_m - 20.0)[some] / mean_m[some]) == pytest.approx(1.0, abs=0.25)
