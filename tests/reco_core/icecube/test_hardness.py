from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from reco_core.icecube.classification.containment import REGIONS
from reco_core.icecube.classification.first_motion import MOTIONS, motion
from reco_core.icecube.classification.hardness import first_light
from reco_core.icecube.classification.verdict import HARD_FROM


def sensor(string, om):
    return (string - 1) * 60 + om - 1


# first DOM, OM of the second pulse on the same string, the sum of the weights that hold
@pytest.mark.parametrize(
    ("string", "om", "second_om", "weights"),
    [
        (36, 24, 23, 0.0),  # contained, up
        (36, 24, 24, 0.25),
        (36, 24, 25, 0.5),
        (1, 24, 23, 0.75),  # side
        (1, 24, 24, 0.75 + 0.25),
        (1, 24, 25, 0.75 + 0.5),
        (36, 2, 1, 1.0),  # top
        (36, 2, 2, 1.0 + 0.25),
        (36, 2, 3, 1.0 + 0.5),
        (1, 2, 1, 0.75 + 1.0),  # in two sets
        (1, 2, 3, 0.75 + 1.0 + 0.5),
        (36, 60, 59, 0.25),  # bottom
        (36, 60, 60, 0.25 + 0.25),
        (1, 60, 59, 0.75 + 0.25),
        (1, 60, 60, 0.75 + 0.25 + 0.25),
    ],
)
def test_hardness_is_the_sum_of_weights_over_2_25(
    detector, pulses_of, string, om, second_om, weights
):
    pulses = pulses_of([sensor(string, om), sensor(string, second_om)], [10, 20])
    assert first_light(pulses, detector).hardness == pytest.approx(weights / 2.25)


def test_hardness_spans_0_to_1_over_all_doms(detector):
    edge = sum(region.weight * region.mask(detector) for region in REGIONS)
    values = {(w + m.weight) / 2.25 for w, m in product(np.unique(edge).tolist(), MOTIONS)}
    assert min(values) == 0
    assert max(values) == 1
    assert not any(4 / 9 + 1e-9 < value < 5 / 9 - 1e-9 for value in values)
    assert 4 / 9 < HARD_FROM < 5 / 9


def test_motion_at_one_depth_on_another_string_is_horizontal():
    assert [motion(step).key for step in (0.01, 0.0, -0.01)] == ["up", "horizontal", "down"]


def test_of_pulses_at_one_time_the_earlier_in_the_file_is_first(detector, pulses_of):
    assert first_light(pulses_of([100, 101, 7], [10, 10, 10]), detector).sensor_ids == (100, 101)
    assert first_light(pulses_of([101, 100, 7], [10, 10, 10]), detector).sensor_ids == (101, 100)


def test_only_the_first_two_pulses_count(detector, pulses_of):
    two = first_light(pulses_of([100, 101], [10, 20]), detector)
    many = first_light(pulses_of([100, 101, 0, 59], [10, 20, 21, 22], [1, 1, 90, 90]), detector)
    assert many == two


def test_one_pulse_has_no_first_light(detector, pulses_of):
    assert first_light(pulses_of([100], [10]), detector) is None
