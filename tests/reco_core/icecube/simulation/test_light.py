"""Light of particles on DOMs: its amount, where it goes, and when it comes."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.compiled import compiled_entry
from reco_core.icecube.detector import N_SENSORS, OMS_PER_STRING, builtin_detector
from reco_core.icecube.simulation.chunk import room
from reco_core.icecube.simulation.electrons import JITTER_NS, add_signal
from reco_core.icecube.simulation.light_yield import mean_hadronic_share
from reco_core.icecube.simulation.parameters import parameters
from reco_core.icecube.simulation.particles import CASCADE, COLUMNS, LIGHT, TRACK, UX, X
from reco_core.icecube.simulation.world import SENSITIVITY, Z, south_pole
from reco_core.random_stream import new_stream
from reco_core.units import CHERENKOV_ANGLE, SPEED_IN_ICE, SPEED_OF_LIGHT
from tests.reco_core.icecube.simulation.calls import (
    changed,
    count_light,
    ideal_world,
    make_cascade,
    make_muon,
    mean_light_of_muon,
)

DOWN = (0.0, 0.0, -1.0)
CLEAR_PLACE = (40.0, 20.0, -350.0)  # m, in the clear ice below the dust layer


@compiled_entry
def signal(rng, values, lit, electrons):
    """Photo-electrons of all light there is."""
    electrons.count[0] = 0
    add_signal(rng, values, lit, 0, lit.count[0], electrons)


@compiled_entry
def hadronic_share_at(energy_gev):
    return mean_hadronic_share(energy_gev)


@pytest.fixture
def rng():
    return new_stream(5)


def counted(rng, repeats, world=None, values=None):
    """Photo-electrons on each sensor in that many draws of the light of the room's particles."""
    world = south_pole() if world is None else world
    counts = np.zeros(len(world.noise), np.int64)
    values = parameters() if values is None else values
    count_light(rng, world, values, room().particles, room().lit, repeats, counts)
    return counts


def light_of_cascades(rng, energy_gev, hadronic, repeats):
    """Mean PE in the array, and its standard error, of cascades at one place."""
    seen = []
    for _ in range(repeats):
        make_cascade(rng, parameters(), room().particles, *CLEAR_PLACE, *DOWN, energy_gev, hadronic)
        seen.append(counted(rng, 1).sum())
    return np.mean(seen), np.std(seen) / np.sqrt(repeats)


@pytest.fixture
def still():
    """Parameters of ice that is alike in all directions."""
    return changed(anisotropy=0.0)


# Amount


def test_light_of_an_electromagnetic_cascade_is_linear_in_energy(rng):
    (low, low_error), (high, high_error) = (
        light_of_cascades(rng, energy, False, 400) for energy in (1e4, 1e5)
    )
    error = np.hypot(10 * low_error, high_error)
    assert error < 0.01 * high
    # The cascade's middle lies 0.8 m deeper at ten times the energy.
    assert high == pytest.approx(10 * low, rel=0.03, abs=4 * error)


@pytest.mark.parametrize("energy_gev", [1e3, 1e5])
def test_hadronic_light_follows_its_published_factor(rng, energy_gev):
    hadronic, error = light_of_cascades(rng, energy_gev, True, 400)
    electromagnetic, other = light_of_cascades(rng, energy_gev, False, 400)
    published = 1 - (energy_gev / 0.18792) ** -0.16268 * (1 - 0.30974)  # arXiv:1210.5140
    uncertainty = hadronic / electromagnetic * np.hypot(error / hadronic, other / electromagnetic)
    assert uncertainty < 0.03
    assert hadronic / electromagnetic == pytest.approx(published, abs=4 * uncertainty)
    assert hadronic_share_at(energy_gev) == pytest.approx(published, rel=1e-9)


def test_deepcore_sees_1_35_times_the_light(rng):
    values, own = parameters(), room()
    make_cascade(rng, values, own.particles, *CLEAR_PLACE, *DOWN, 1e4, False)
    with_deepcore = counted(rng, 100)
    world = south_pole().copy()
    world.dom[78:, :, SENSITIVITY] = np.minimum(world.dom[78:, :, SENSITIVITY], 1.0)
    alike = counted(rng, 100, world)
    dense = builtin_detector().is_deepcore
    assert alike[dense].sum() > 20_000
    assert with_deepcore[dense].sum() / alike[dense].sum() == pytest.approx(1.35, rel=0.03)
    assert with_deepcore[~dense].sum() / alike[~dense].sum() == pytest.approx(1.0, rel=0.03)


def test_dead_doms_see_nothing(rng):
    values, own = parameters(), room()
    make_cascade(rng, values, own.particles, *CLEAR_PLACE, *DOWN, 1e7, False)
    dead = south_pole().dom[:, :, SENSITIVITY].ravel() == 0.0
    counts = counted(rng, 2)
    assert dead.sum() == 109
    assert counts[dead].sum() == 0
    assert (counts[~dead] > 0).sum() > 1000


def test_thinned_light_of_a_muon_is_that_of_a_plain_loop_over_all_doms(rng):
    values, own, repeats = parameters(), room(), 3000
    direction = np.array([0.6, 0.3, -0.5])
    direction /= np.linalg.norm(direction)
    make_muon(rng, values, own.particles, *(-700 * direction), *direction, 2e4, TRACK)
    own.particles.count[1] = 0  # the steady light alone
    expected = mean_light_of_muon(south_pole(), values, own.particles) * repeats
    found = counted(rng, repeats)
    # What is left out as too faint is looked for in level ice: little is lost of inclined tracks.
    assert expected[found == 0].sum() < 2e-3 * expected.sum()
    seen = (expected > 0.02 * repeats) & (found > 0)
    assert seen.sum() > 300
    pull = (found[seen] - expected[seen]) / np.sqrt(expected[seen])
    assert abs(pull).max() < 5
    assert np.mean(pull**2) < 1 + 5 * np.sqrt(2 / seen.sum())
    faint = (expected > 0.002 * repeats) & ~seen & (found > 0)
    assert faint.sum() > 200
    assert found[faint].sum() == pytest.approx(expected[faint].sum(), rel=0.03)


# Where


def turned(particles, angle):
    """Turn all particles about the array's axis, in place."""
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    for rows in (particles.muon[: particles.count[0]], particles.cascade[: particles.count[1]]):
        for column in (X, UX):
            rows[:, column : column + 2] = rows[:, column : column + 2] @ rotation.T


def inclined_muon(rng, values):
    """A muon through the array, with some cascades."""
    particles = room().particles
    particles.count[1] = 0
    while particles.count[1] < 3:
        make_muon(rng, values, particles, -400.0, 90.0, 330.0, 0.8, 0.0, -0.6, 1e5, TRACK)


def string_after_turn(world, angle):
    """Number of the string where each string comes to lie."""
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    places = np.stack((world.x_m, world.y_m), axis=1)
    away = np.linalg.norm((places @ rotation.T)[:, None] - places[None], axis=2)
    assert away.min(axis=1).max() < 1e-6
    return away.argmin(axis=1)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_turning_a_track_by_60_degrees_on_an_ideal_array_leaves_the_mean_light(rng, still, turns):
    world, own, angle, repeats = ideal_world(), room(), np.radians(60.0) * turns, 400
    inclined_muon(rng, still)
    before = counted(rng, repeats, world, still).reshape(-1, OMS_PER_STRING)
    turned(own.particles, angle)
    after = counted(rng, repeats, world, still).reshape(-1, OMS_PER_STRING)
    assert before.sum() > 100_000
    assert after.sum() == pytest.approx(before.sum(), abs=5 * np.sqrt(2 * before.sum()))
    same = after[string_after_turn(world, angle)]
    lit = before + same > 20
    chi2 = ((before - same)[lit] ** 2 / (before + same)[lit]).sum()
    assert lit.sum() > 200
    assert chi2 < lit.sum() + 5 * np.sqrt(2 * lit.sum())


def test_light_goes_farther_along_the_flow_of_the_ice(rng, still):
    world, own, flowing = ideal_world(), room(), parameters()
    azimuth, radius = np.arctan2(world.y_m, world.x_m), np.hypot(world.x_m, world.y_m)
    corner = abs(radius - 250.0) < 1.0
    along, across = (
        corner & (abs(np.cos(azimuth - np.radians(degrees))) > 0.99) for degrees in (120, 60)
    )
    assert along.sum() == across.sum() == 2
    ratios = []
    for values in (flowing, still):
        make_cascade(rng, values, own.particles, 0.0, 0.0, 0.0, *DOWN, 2e6, False)
        counts = counted(rng, 100, world, values).reshape(-1, OMS_PER_STRING).sum(axis=1)
        ratios.append(counts[along].sum() / counts[across].sum())
    assert counts[along].sum() > 4000
    assert ratios[0] > 1.3
    assert ratios[1] == pytest.approx(1.0, abs=0.1)


def test_a_cascade_shines_brightest_along_the_cherenkov_cone(rng, still):
    world, own = ideal_world(scattering_m=1000.0, absorption_m=3000.0), room()
    make_cascade(rng, still, own.particles, 0.1, 0.0, 0.0, 1.0, 0.0, 0.0, 1e4, False)
    counts = counted(rng, 100, world, still).reshape(-1, OMS_PER_STRING)
    to = np.stack(np.broadcast_arrays(
        world.x_m[:, None], world.y_m[:, None], world.dom[:, :, Z]), axis=-1)  # fmt: skip
    way = np.linalg.norm(to, axis=2)
    angle = np.arccos(to[:, :, 0] / way)
    level = (abs(to[:, :, 2]) < 60) & (way > 100) & (way < 400)  # DOMs look down: level light alone
    means = [
        (counts * way**2)[level & (abs(angle - middle) < 0.15)].mean()
        for middle in (0.15, CHERENKOV_ANGLE, 1.5, 2.8)
    ]
    ahead, cone, side, behind = means
    assert cone > 1.2 * ahead > 1.2 * side > 1.2 * behind


def test_diffuse_light_is_still_brighter_ahead(rng, still):
    world, own = ideal_world(), room()
    make_cascade(rng, still, own.particles, 0.1, 0.0, 0.0, 1.0, 0.0, 0.0, 1e5, False)
    counts = counted(rng, 100, world, still).reshape(-1, OMS_PER_STRING).sum(axis=1)
    ahead, behind = (counts[(side * world.x_m > 100)].sum() for side in (1, -1))
    assert ahead > 1.5 * behind


def test_the_dust_layer_dims(rng):
    values, own = parameters(), room()
    totals = []
    for z in (-100.0, -350.0):
        make_cascade(rng, values, own.particles, 40.0, 20.0, z, *DOWN, 1e5, False)
        counts = counted(rng, 20)
        counts[78 * OMS_PER_STRING :] = 0  # DeepCore is dense below the dust alone
        totals.append(counts.sum())
    in_dust, in_clear_ice = totals
    assert in_dust < 0.5 * in_clear_ice


# When


def earliest_ns(place, direction, dom, length_m):
    """When light of a particle at `place` at time 0 can first be at DOMs (N, 3)."""
    s = np.linspace(0.0, length_m, 4001)
    ways = np.linalg.norm(dom[:, None] - (place + s[:, None] * direction), axis=2)
    return (s / SPEED_OF_LIGHT + ways / SPEED_IN_ICE).min(axis=1)


@pytest.mark.parametrize("kind", ["muon", "cascade"])
def test_no_signal_comes_earlier_than_light_could(rng, kind):
    values, own = parameters(), room()
    place, direction = np.array([-300.0, 80.0, 200.0]), np.array([0.48, 0.36, -0.8])
    if kind == "muon":
        make_muon(rng, values, own.particles, *place, *direction, 3e6, TRACK)
        place, length = own.particles.muon[0, X : X + 3].copy(), 1500.0
        start = own.particles.muon[0, 6]
    else:
        make_cascade(rng, values, own.particles, *place, *direction, 1e6, False)
        length, start = 20.0, 0.0
    own.lit.count[0] = 0
    counted(rng, 1)
    signal(rng, values, own.lit, own.electrons)
    n = int(own.electrons.count[0])
    sensor, time = own.electrons.sensor[:n], own.electrons.time_ns[:n]
    first = earliest_ns(place, direction, builtin_detector().position_m, length) + start
    assert n > 5000
    assert (time - first[sensor]).min() > -5 * JITTER_NS
    late = np.quantile(time - first[sensor], 0.5)
    assert 0 < late < 1000


def test_light_names_the_particle_it_comes_from(rng):
    values, own = parameters(), room()
    make_cascade(rng, values, own.particles, *CLEAR_PLACE, *DOWN, 1e5, False)
    counted(rng, 1)
    assert set(own.lit.source[: int(own.lit.count[0])]) == {CASCADE}
    assert own.particles.cascade.shape[1] == COLUMNS
    assert own.particles.cascade[0, LIGHT] == 1e5
    assert own.lit.sensor[: int(own.lit.count[0])].max() < N_SENSORS
