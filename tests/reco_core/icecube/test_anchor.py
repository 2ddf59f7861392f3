from __future__ import annotations

import numpy as np
import pytest

from reco_core.directions import angles_of
from reco_core.icecube.event import Pulses
from reco_core.icecube.reconstructions.anchor import (
    anchor_time,
    cascade_anchor,
    charge_centre,
    cherenkov_delay,
    overlay_anchor,
)
from reco_core.units import PHASE_INDEX, SPEED_IN_ICE, SPEED_OF_LIGHT

X_AXIS = np.array([1.0, 0.0, 0.0])
ORIGIN = np.zeros(3)


@pytest.mark.parametrize("parallel_m", [-200.0, 0.0, 350.0])
@pytest.mark.parametrize("distance_m", [0.5, 20.0, 120.0])
def test_cherenkov_light_is_the_earliest_light_of_the_track(parallel_m, distance_m):
    """Fermat: of all points where the particle may emit, the earliest arrival is Cherenkov's."""
    emitted_at = np.linspace(parallel_m - 300, parallel_m + 300, 600_001)
    path = np.hypot(parallel_m - emitted_at, distance_m)
    arrival = (emitted_at + PHASE_INDEX * path) / SPEED_OF_LIGHT
    delay = cherenkov_delay(
        np.array([[parallel_m, 0.6 * distance_m, 0.8 * distance_m]]), ORIGIN, X_AXIS
    )
    assert delay == pytest.approx(arrival.min(), abs=1e-4)


def test_a_dom_on_the_track_lights_up_when_the_particle_passes():
    delay = cherenkov_delay(np.array([[-30.0, 0, 0], [30.0, 0, 0]]), ORIGIN, X_AXIS)
    assert delay == pytest.approx([-30 / SPEED_OF_LIGHT, 30 / SPEED_OF_LIGHT])


@pytest.mark.parametrize("travel", [(1, 0, 0), (0, 0, -1), (0.6, 0, 0.8), (2 / 3, -2 / 3, 1 / 3)])
def test_anchor_time_is_when_the_muon_passed_the_point(detector, muon_light, travel):
    point = np.array([20.0, -35.0, 110.0])
    pulses = muon_light(point, travel, time_ns=123_456)
    assert len(pulses) > 10
    time_ns = anchor_time(point, np.array(travel), pulses, detector)
    assert time_ns == pytest.approx(123_456, abs=0.5)
    further = point + 90 * np.array(travel)
    later = anchor_time(further, np.array(travel), pulses, detector)
    assert later - time_ns == pytest.approx(90 / SPEED_OF_LIGHT, abs=1e-6)


def test_anchor_time_ignores_later_pulses_of_a_dom(detector, muon_light, pulses_of):
    light = muon_light(ORIGIN, X_AXIS)
    both = pulses_of(
        np.tile(light.sensor_id, 2),
        np.concatenate([light.time_ns] * 2) + 5_000 * np.repeat([0, 1], len(light)),
    )
    assert anchor_time(ORIGIN, X_AXIS, both, detector) == pytest.approx(
        anchor_time(ORIGIN, X_AXIS, light, detector)
    )


def test_a_truth_drawn_from_its_direction_alone_passes_its_light_in_time(detector, muon_light):
    travel = np.array([0.0, -0.6, -0.8])
    point, time_ns = overlay_anchor(*angles_of(-travel), muon_light(ORIGIN, travel), detector)
    past = float(point @ travel)  # how far the muon is past the origin when beside the point
    assert np.linalg.norm(point - past * travel) < 60  # within the reach of its light
    assert time_ns == pytest.approx(10_000 + past / SPEED_OF_LIGHT, abs=100)


def test_overlay_point_is_the_charge_weighted_centre_of_the_light(detector, pulses_of):
    pulses = pulses_of([10, 2000, 30], [5, 6, 7], [3.0, 1.0, 50.0], [False, False, True])
    point, _ = overlay_anchor(1.0, 2.0, pulses, detector)
    a, b = detector.position_m[[10, 2000]]
    assert point == pytest.approx((3 * a + b) / 4)


def test_overlay_uses_all_light_if_all_is_auxiliary(detector, pulses_of):
    pulses = pulses_of([10, 2000], [5, 6], [3.0, 1.0], auxiliary=True)
    point, time_ns = overlay_anchor(1.0, 2.0, pulses, detector)
    assert point == pytest.approx(charge_centre(pulses, detector))
    assert np.isfinite(time_ns)


def test_charge_centre_without_charge_is_the_mean_place(detector, pulses_of):
    pulses = pulses_of([0, 59], [1, 2], 0.0)
    assert charge_centre(pulses, detector) == pytest.approx(detector.position_m[[0, 59]].mean(0))


def test_the_overlay_of_a_known_vertex_runs_through_it(detector, muon_light):
    point, travel = np.array([20.0, -35.0, 110.0]), np.array([0.6, 0.0, 0.8])
    pulses = muon_light(point, travel, time_ns=5_000)
    zenith, azimuth = angles_of(-travel)
    vertex = tuple(point - 400 * travel)
    anchor, time_ns = overlay_anchor(float(zenith), float(azimuth), pulses, detector, vertex)
    off = anchor - np.array(vertex)
    assert np.cross(off, travel) == pytest.approx(np.zeros(3), abs=1e-9)
    # and it is close to the light: at most where the free anchor is, along the line
    free, _ = overlay_anchor(float(zenith), float(azimuth), pulses, detector)
    assert (anchor - free) @ travel == pytest.approx(0, abs=1e-9)
    # the pulses are at whole ns
    expected = 5_000 + (anchor - point) @ travel / SPEED_OF_LIGHT
    assert time_ns == pytest.approx(expected, abs=1)


def test_a_cascade_starts_when_its_light_left_the_vertex(detector):
    vertex, start = np.array([10.0, 20.0, -300.0]), 7_000
    distance = np.linalg.norm(detector.position_m - vertex, axis=1)
    near = np.flatnonzero(distance < 150)
    arrival = np.round(start + distance[near] / SPEED_IN_ICE).astype(np.int64)
    order = np.argsort(arrival)
    pulses = Pulses(
        near[order].astype(np.int16),
        arrival[order],
        np.ones(len(near)),
        np.zeros(len(near), bool),
    )
    point, time_ns = cascade_anchor(pulses, detector, tuple(vertex))
    assert point == pytest.approx(vertex)
    assert time_ns == pytest.approx(start, abs=0.5)  # times are whole ns
    # late light moves the start by no more than it moves the promptest tenth of the DOMs
    late = arrival[order] + np.where(np.arange(len(near)) % 5 == 0, 0, 400)
    kept = np.argsort(late)
    delayed = Pulses(
        pulses.sensor_id[kept], late[kept], pulses.charge_pe[kept], pulses.auxiliary[kept]
    )
    assert cascade_anchor(delayed, detector, tuple(vertex))[1] == pytest.approx(start, abs=0.5)
