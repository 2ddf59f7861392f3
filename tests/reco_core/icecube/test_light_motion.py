from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from reco_core.icecube.detector import Detector
from reco_core.icecube.light_motion import LightMotion, light_motion
from reco_core.units import SPEED_IN_ICE


@pytest.mark.parametrize(
    ("travel", "motion"),
    [
        ((0, 0, -1), LightMotion.DOWN),
        ((0, 0, 1), LightMotion.UP),
        ((0.6, 0, -0.8), LightMotion.DOWN),
        ((-0.6, 0.48, 0.64), LightMotion.UP),
        ((0.96, 0, -0.28), LightMotion.SIDEWAYS),
        ((0, -1, 0), LightMotion.SIDEWAYS),
    ],
)
@pytest.mark.parametrize("turn", [0.0, 1.0, 2.5])
def test_light_of_a_muon_moves_as_the_muon_does(detector, muon_light, travel, motion, turn):
    pulses = muon_light((-10, 7, 20), travel)
    cos, sin = np.cos(turn), np.sin(turn)
    turned = detector.position_m @ np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]]).T
    assert light_motion(pulses, Detector(turned)) == motion


def test_played_backwards_down_becomes_up(detector, muon_light, pulses_of):
    pulses = muon_light((-10, 7, 20), (0.6, 0, -0.8))
    backwards = pulses_of(pulses.sensor_id, -pulses.time_ns)
    assert light_motion(backwards, detector) == LightMotion.UP


def test_a_shell_of_light_that_widens_has_no_clear_direction(detector, pulses_of):
    distance = np.linalg.norm(detector.position_m - [30.0, 0.0, 150.0], axis=1)
    near = np.flatnonzero(distance < 250)
    pulses = pulses_of(near, (10_000 + distance[near] / SPEED_IN_ICE).astype(np.int64))
    assert light_motion(pulses, detector) == LightMotion.UNCLEAR


# OMs of one string in order of time
@pytest.mark.parametrize(
    ("oms", "motion"),
    [
        ([10, 11, 12, 13], LightMotion.DOWN),
        ([13, 12, 11, 10], LightMotion.UP),
        ([10, 11, 13, 12], LightMotion.UNCLEAR),  # 4 must all be in order
        ([10, 11, 12], LightMotion.UNCLEAR),  # 3 are in order by chance too often
        ([10], LightMotion.UNCLEAR),
    ],
)
def test_few_doms(detector, pulses_of, oms, motion):
    pulses = pulses_of(np.array(oms) + 2000, 100 * np.arange(len(oms)))
    assert light_motion(pulses, detector) == motion


def test_one_early_noise_pulse_does_not_turn_the_motion(detector, muon_light, pulses_of):
    pulses = muon_light((-10, 7, 20), (0.6, 0, -0.8))
    noisy = pulses_of(np.append(pulses.sensor_id, 59), np.append(pulses.time_ns, 0), 1.0)
    assert light_motion(noisy, detector) == LightMotion.DOWN


def test_auxiliary_and_later_pulses_are_ignored(detector, muon_light, pulses_of):
    pulses = muon_light((-10, 7, 20), (0, 0, -1))
    n = len(pulses)
    again = pulses_of(
        np.tile(pulses.sensor_id, 2),
        np.concatenate([pulses.time_ns, 20_000 + pulses.time_ns[::-1]]),
        auxiliary=np.repeat([False, True], n),
    )
    assert light_motion(again, detector) == LightMotion.DOWN
    unflagged = dataclasses.replace(again, auxiliary=np.zeros(2 * n, np.bool_))
    assert light_motion(unflagged, detector) == LightMotion.DOWN
    only_auxiliary = dataclasses.replace(again, auxiliary=np.ones(2 * n, np.bool_))
    assert light_motion(only_auxiliary, detector) == LightMotion.UNCLEAR
