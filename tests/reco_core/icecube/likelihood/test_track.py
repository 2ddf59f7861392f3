from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reco_core.icecube.likelihood.first_light import COLUMNS, first_light, single
from reco_core.icecube.pulse_batch import pack
from reco_core.icecube.reconstructions.anchor import cherenkov_delay
from reco_core.units import CHERENKOV_ANGLE, SPEED_OF_LIGHT
from tests.reco_core.icecube.likelihood.conftest import (
    first_pulse,
    loss_and_gradient,
    moved,
    slopes_by_differences,
    track_loss,
)

some = settings(max_examples=40, deadline=None)
seeds = st.integers(0, 10_000)


def random_case(detector, model, seed, n_doms=30):
    """Rows of DOMs with light of about a random track, and the track."""
    rng = np.random.default_rng(seed)
    travel = rng.normal(size=3)
    travel /= np.linalg.norm(travel)
    point = rng.uniform(-300, 300, 3)
    sensor_id = rng.choice(5160, n_doms, replace=False)
    rows = np.empty((n_doms, COLUMNS))
    rows[:, :3] = detector.position_m[sensor_id]
    rows[:, 3] = model.rise_m[sensor_id]
    rows[:, 4] = 1000 + cherenkov_delay(rows[:, :3], point, travel) + rng.exponential(200, n_doms)
    rows[:, 5] = rng.choice([1.0, 2.0, 20.0], n_doms)
    return rows, np.array([*point, 1000.0, *travel])


def slow_loss(model, rows, track):
    """-ln L in plain numpy and one call for each DOM."""
    point, travel = track[:3], track[4:]
    total = 0.0
    for row in rows:
        relative = row[:3] - point
        along = relative @ travel
        r = np.sqrt(relative @ relative - along**2 + 1.0)
        source = point + (along - r / np.tan(CHERENKOV_ANGLE)) * travel
        way = r / np.sin(CHERENKOV_ANGLE)
        emitted = track[3] + (source - point) @ travel / SPEED_OF_LIGHT
        late = row[4] - emitted - way / (SPEED_OF_LIGHT / 1.35634)
        total -= first_pulse(model, late, way, source[2] - row[3], row[2] - row[3], row[5])[0]
    return total


@some
@given(seed=seeds)
def test_the_loss_is_that_of_the_slow_sum(detector, model, seed):
    rows, track = random_case(detector, model, seed)
    assert track_loss(model, rows, track, np.zeros(7)) == pytest.approx(
        slow_loss(model, rows, track), rel=1e-9
    )


@some
@given(seed=seeds, x=st.lists(st.floats(-2, 2), min_size=5, max_size=5))
def test_the_gradient_is_that_of_differences(detector, model, seed, x):
    rows, track = random_case(detector, model, seed)
    x = np.array(x)
    exact = slopes_by_differences(
        lambda y: loss_and_gradient(model, rows, track, y)[0], x, (1e-6,) * 5
    )
    scale = 1e-4 * np.abs(exact).max()
    assert loss_and_gradient(model, rows, track, x)[1] == pytest.approx(exact, rel=1e-3, abs=scale)


@some
@given(seed=seeds)
def test_tracks_are_moved_across_and_keep_a_unit_vector(detector, model, seed):
    _, seed_track = random_case(detector, model, seed)
    sides, track = np.zeros((2, 3)), np.zeros(7)
    moved(seed_track, np.array([1.0, -2.0, 3.0, 0.5, 1.0]), sides, track)
    assert sides @ sides.T == pytest.approx(np.eye(2))
    assert sides @ seed_track[4:] == pytest.approx([0, 0], abs=1e-12)
    assert sides[0, 2] == 0
    assert track[:3] - seed_track[:3] == pytest.approx(20 * sides[0] - 40 * sides[1])
    assert track[3] - seed_track[3] == pytest.approx(150)
    assert np.linalg.norm(track[4:]) == pytest.approx(1)


def test_a_track_straight_down_has_sides():
    sides, track = np.zeros((2, 3)), np.zeros(7)
    moved(np.array([0, 0, 0, 0, 0, 0, -1.0]), np.zeros(5), sides, track)
    assert sides @ sides.T == pytest.approx(np.eye(2))


def test_first_light_is_the_first_pulse_with_all_the_charge_of_its_dom(detector, model, pulses_of):
    sensor_id, charge = [7, 9, 7, 9, 8, 9], [0.7, 3.0, 1.6, 0.2, 400.0, 9.0]
    auxiliary = [False, False, False, False, False, True]
    events = pulses_of(sensor_id, [100, 150, 160, 170, 180, 190], charge, auxiliary)
    light = first_light(pack([pulses_of([1], [5], 1.0, True), events]), detector, model)
    assert light.n_doms.tolist() == [0, 3]
    assert light.rows[:, :3] == pytest.approx(detector.position_m[[7, 9, 8]])
    assert light.rows[:, 3] == pytest.approx(model.rise_m[[7, 9, 8]])
    assert light.rows[:, 4].tolist() == [0, 50, 80]
    assert light.rows[:, 5].tolist() == [2, 3, 20]  # capped
    assert single(light).rows[:, 5].tolist() == [1, 1, 1]
    assert np.isnan(light.centre_m[0]).all()
    assert light.centre_m[1] == pytest.approx(detector.position_m[[7, 9, 8]].mean(axis=0))


def test_of_a_bright_event_the_brightest_doms_are_taken(detector, model, pulses_of):
    sensor_id = np.arange(1500)
    light = first_light(
        pack([pulses_of(sensor_id, 1000 + sensor_id, np.linspace(1, 2, 1500))]), detector, model
    )
    assert light.n_doms.tolist() == [1000]
    assert light.rows[:, 4].min() == 500
