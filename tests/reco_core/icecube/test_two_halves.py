from __future__ import annotations

import numpy as np
import pytest

from reco_core.directions import source_direction
from reco_core.errors import ReconstructionError
from reco_core.icecube.detector import Detector
from reco_core.icecube.reconstructions.registry import reconstruct

# Places of a 3-4-5 triangle in m: sensors 0-3.
TRIANGLE = Detector(np.array([[0.0, 0, 0], [0, 0, 50.0], [30.0, 0, 40.0], [300.0, 0, 400.0]]))


def travel(reconstruction):
    return -source_direction(reconstruction.zenith, reconstruction.azimuth)


def test_two_pulses_give_the_line_from_the_first_to_the_second(pulses_of):
    found = reconstruct("two_halves", pulses_of([0, 2], [100, 300]), TRIANGLE)
    assert travel(found) == pytest.approx([0.6, 0, 0.8])
    assert found.speed_m_per_ns == pytest.approx(50 / 200)
    assert found.point_m == pytest.approx([15, 0, 20])
    assert found.n_doms_used == 2


def test_the_halves_are_centred_by_charge(pulses_of):
    # early: 3 PE at the origin and 1 PE at (300, 0, 400), so the centre is (75, 0, 100)
    found = reconstruct("two_halves", pulses_of([0, 3, 1, 1], [1, 2, 3, 4], [3, 1, 1, 1]), TRIANGLE)
    step = np.array([-75.0, 0, -50.0])
    assert travel(found) == pytest.approx(step / np.linalg.norm(step))


def test_the_middle_pulse_of_an_odd_number_is_in_neither_half(pulses_of):
    with_middle = reconstruct("two_halves", pulses_of([0, 3, 2], [100, 200, 300]), TRIANGLE)
    without = reconstruct("two_halves", pulses_of([0, 2], [100, 300]), TRIANGLE)
    assert travel(with_middle) == pytest.approx(travel(without))


def test_played_backwards_the_direction_is_opposite(pulses_of):
    sensor_id, time_ns, charge = [0, 3, 1, 2, 2], np.array([1, 5, 20, 60, 90]), [1, 2, 0.5, 4, 1]
    forwards = reconstruct("two_halves", pulses_of(sensor_id, time_ns, charge), TRIANGLE)
    backwards = reconstruct("two_halves", pulses_of(sensor_id, -time_ns, charge), TRIANGLE)
    assert travel(backwards) == pytest.approx(-travel(forwards))


def test_auxiliary_pulses_are_ignored(pulses_of):
    pulses = pulses_of([0, 3, 1, 2], [100, 150, 200, 300], auxiliary=[False, True, True, False])
    assert travel(reconstruct("two_halves", pulses, TRIANGLE)) == pytest.approx([0.6, 0, 0.8])


@pytest.mark.parametrize(
    ("sensor_id", "time_ns", "charge", "auxiliary", "reason"),
    [
        ([0, 1], [1, 2], 1, True, "No DOM has a non-auxiliary pulse; a direction needs at least 2"),
        ([0, 1], [1, 2], 1, [False, True], "non-auxiliary pulses are on one DOM"),
        ([1, 1], [1, 2], 1, False, "on one DOM"),
        ([0, 1], [7, 7], 1, False, "at one time"),
        ([0, 1, 0], [1, 2, 3], 1, False, "same centre"),
        ([0, 1], [1, 2], [0, 1], False, "early half of the pulses has no charge"),
        ([0, 1], [1, 2], [1, 0], False, "late half of the pulses has no charge"),
    ],
)
def test_no_answer_has_a_reason(pulses_of, sensor_id, time_ns, charge, auxiliary, reason):
    with pytest.raises(ReconstructionError, match=reason):
        reconstruct("two_halves", pulses_of(sensor_id, time_ns, charge, auxiliary), TRIANGLE)
