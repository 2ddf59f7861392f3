from __future__ import annotations

import numpy as np
import pytest

from reco_core.directions import opening_angle, source_direction
from reco_core.errors import ReconstructionError
from reco_core.icecube.detector import N_SENSORS, OMS_PER_STRING, Detector
from reco_core.icecube.reconstructions.registry import reconstruct


def travel(found):
    return -source_direction(found.zenith, found.azimuth)


def on_a_line(direction, steps, n_strings=1):
    """The DOMs lie on the line, whatever string they are of."""
    places = np.zeros((N_SENSORS, 3))
    places[doms_of(len(steps), n_strings)] = np.outer(steps, direction)
    return Detector(places)


def doms_of(n, n_strings):
    return np.arange(n) + OMS_PER_STRING * (np.arange(n) % n_strings)


@pytest.mark.parametrize("n_strings", [1, 2, 6])
def test_light_on_a_line_has_its_direction_and_the_quality_of_its_strings(pulses_of, n_strings):
    direction = np.array([2.0, -1.0, 2.0]) / 3
    found = reconstruct(
        "svd_axis",
        pulses_of(doms_of(6, n_strings), [10, 20, 30, 40, 50, 60]),
        on_a_line(direction, np.arange(6) * 50.0, n_strings),
    )
    assert opening_angle(travel(found), direction) < 1e-6
    assert found.quality == pytest.approx(1 - 1 / n_strings)


@pytest.mark.parametrize("key", ["svd_axis", "line_fit", "two_halves"])
def test_light_on_one_string_is_not_to_be_trusted(pulses_of, detector, key):
    straight_down = pulses_of(range(30), np.arange(30) * 57.0)
    assert reconstruct(key, straight_down, detector).quality == 0


def test_the_sense_is_from_the_first_quarter_to_the_last(pulses_of):
    """The middle of the light runs backwards; only the quarters count."""
    place = Detector(np.outer([0, 1, 9, 7, 5, 3, 10, 11], [1.0, 0, 0]))
    found = reconstruct("svd_axis", pulses_of(range(8), range(8)), place)
    assert travel(found) == pytest.approx([1, 0, 0])


def test_where_the_quarters_are_at_one_place_all_pulses_tell_the_sense(pulses_of):
    place = Detector(np.outer([0, 40.0, 90.0], [0, 1.0, 0]))
    found = reconstruct("svd_axis", pulses_of([0, 2, 1, 1, 0], [0, 1, 2, 3, 50]), place)
    assert travel(found) == pytest.approx([0, -1, 0])


def test_a_ball_of_light_has_a_low_quality(detector, pulses_of):
    rng = np.random.default_rng(1)
    cloud = Detector(rng.normal(size=(2000, 3)))
    found = reconstruct("svd_axis", pulses_of(range(2000), rng.integers(0, 3000, 2000)), cloud)
    assert 0 <= found.quality < 0.2


@pytest.mark.parametrize(
    ("sensor_id", "time_ns", "auxiliary", "reason"),
    [
        ([1, 2], [1, 2], True, "No DOM has a non-auxiliary pulse"),
        ([1, 1], [1, 2], False, "on one DOM"),
        ([1, 2], [7, 7], False, "at one time"),
        ([1, 2, 2, 1], [1, 2, 3, 4], False, "does not move"),
    ],
)
def test_no_answer_has_a_reason(detector, pulses_of, sensor_id, time_ns, auxiliary, reason):
    with pytest.raises(ReconstructionError, match=reason):
        reconstruct("svd_axis", pulses_of(sensor_id, time_ns, auxiliary=auxiliary), detector)
