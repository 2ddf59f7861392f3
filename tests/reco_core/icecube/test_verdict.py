from __future__ import annotations

import numpy as np
import pytest

from reco_core.icecube.classification.containment import SIDE_STRINGS
from reco_core.icecube.classification.verdict import verdict
from reco_core.icecube.detector import string_id


def sensor(string, om):
    return (string - 1) * 60 + om - 1


CONTAINED = "First light on string 36, OM 24: contained"


@pytest.mark.parametrize(
    ("first", "second", "label", "reasons"),
    [
        (
            (36, 24),
            (36, 26),
            "Easy",
            (CONTAINED, "Second pulse 34 m below the first: moving down"),
        ),
        (
            (36, 24),
            (36, 24),
            "Easy",
            (CONTAINED, "Second pulse on the same DOM: moving neither up nor down"),
        ),
        (
            (72, 3),
            (72, 2),
            "Hard",
            (
                "First light on string 72, OM 3: on the side and at the top, where muons enter",
                "Second pulse 17 m above the first: moving up",
            ),
        ),
        (
            (81, 40),
            (81, 41),
            "Easy",
            (
                "First light on string 81, OM 40: contained",
                "Second pulse 7.0 m below the first: moving down",
            ),
        ),
        (
            (36, 60),
            (36, 59),
            "Easy",
            (
                "First light on string 36, OM 60: at the bottom",
                "Second pulse 17 m above the first: moving up",
            ),
        ),
        (
            (77, 60),
            (77, 60),
            "Hard",
            (
                "First light on string 77, OM 60: on the side and at the bottom",
                "Second pulse on the same DOM: moving neither up nor down",
            ),
        ),
    ],
)
def test_label_and_reasons_in_words(detector, pulses_of, first, second, label, reasons):
    found = verdict(pulses_of([sensor(*first), sensor(*second)], [10, 20]), detector)
    assert (found.label, found.reasons) == (label, reasons)
    assert found.is_easy == (label == "Easy")
    assert found.first_sensor_ids == (sensor(*first), sensor(*second))


def test_non_auxiliary_pulses_decide_and_both_values_are_given(detector, pulses_of):
    # auxiliary pulses first, on an upper corner and down: 1; the others contained and up: 0
    sensor_id = [sensor(1, 1), sensor(1, 5), sensor(36, 24), sensor(36, 23)]
    pulses = pulses_of(sensor_id, [1, 2, 3, 4], auxiliary=[True, True, False, False])
    found = verdict(pulses, detector)
    assert (found.hardness_all, found.hardness_non_auxiliary) == (1.0, 0.0)
    assert found.label == "Easy"
    assert found.reasons[0] == CONTAINED


@pytest.mark.parametrize(
    ("auxiliary", "reason"),
    [
        ([True, True], "No pulse is non-auxiliary: the first two of all pulses decide"),
        ([True, False], "Only one pulse is non-auxiliary: the first two of all pulses decide"),
    ],
)
def test_all_pulses_decide_if_too_few_are_non_auxiliary(detector, pulses_of, auxiliary, reason):
    pulses = pulses_of([sensor(1, 24), sensor(1, 25)], [10, 20], auxiliary=auxiliary)
    found = verdict(pulses, detector)
    assert found.hardness_non_auxiliary is None
    assert found.hardness_all == pytest.approx(1.25 / 2.25)
    assert found.label == "Hard"
    assert found.reasons[0] == reason
    assert found.reasons[1].startswith("First light on string 1, OM 24")


def test_one_pulse_is_hard_and_says_why(detector, pulses_of):
    found = verdict(pulses_of([sensor(36, 24)], [10]), detector)
    assert (found.hardness_all, found.hardness_non_auxiliary) == (None, None)
    assert found.label == "Hard"
    assert found.reasons == (
        "Only one pulse: nothing shows which way the light moves, so the event is hard",
    )
    assert (found.region, found.first_sensor_ids) == (None, ())


def test_pulses_at_one_depth_on_two_strings(detector, pulses_of):
    z = detector.position_m[:, 2]
    values, counts = np.unique(z, return_counts=True)
    first, second = np.flatnonzero(z == values[counts > 1][0])[:2].tolist()
    assert string_id(first) != string_id(second)
    found = verdict(pulses_of([first, second], [10, 20]), detector)
    assert found.reasons[1] == "Second pulse at the depth of the first: moving neither up nor down"


def test_the_region_that_decided_is_all_its_doms(detector, pulses_of):
    corner = verdict(pulses_of([sensor(72, 3), sensor(72, 4)], [10, 20]), detector)
    strings, z = string_id(corner.region.sensor_ids), detector.position_m[:, 2]
    assert corner.region.label == "Side and top"
    assert corner.region.sensor_ids.dtype == np.int16
    assert sensor(72, 60) in corner.region.sensor_ids  # the side
    assert sensor(36, 1) in corner.region.sensor_ids  # the top
    assert len(corner.region.sensor_ids) == len(np.unique(corner.region.sensor_ids))
    inner = ~np.isin(strings, SIDE_STRINGS)
    assert (z[corner.region.sensor_ids[inner]] > 450).all()


def test_contained_light_has_no_region(detector, pulses_of):
    found = verdict(pulses_of([sensor(36, 24), sensor(36, 23)], [10, 20]), detector)
    assert found.region is None
