"""Which places are between the strings."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.icecube.detector import N_STRINGS, OUTLINE_STRINGS, builtin_detector
from reco_core.icecube.footprint import is_inside

DETECTOR = builtin_detector()
STRING_M = DETECTOR.position_m.reshape(N_STRINGS, -1, 3)[:, 0, :2]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ((0.0, 0.0, 0.0), True),
        ((0.0, 0.0, 530.0), False),
        ((0.0, 0.0, -520.0), False),
        ((900.0, 0.0, 0.0), False),
        ((np.nan, 0.0, 0.0), False),
        ((0.0, 0.0, np.nan), False),
    ],
)
def test_places(place, expected):
    assert is_inside(DETECTOR, np.array([place])).tolist() == [expected]


def test_corners_are_the_edge():
    corner = STRING_M[np.array(OUTLINE_STRINGS) - 1]
    for scale, expected in ((0.99, True), (1.01, False)):
        place = np.column_stack((corner * scale, np.zeros(len(corner))))
        assert is_inside(DETECTOR, place).tolist() == [expected] * len(corner)


def test_every_string_that_is_not_of_the_edge_is_inside():
    inner = [number for number in range(1, N_STRINGS + 1) if number not in OUTLINE_STRINGS]
    # A little towards the middle, as strings of a side lie on the line between its corners.
    place = np.column_stack((STRING_M[np.array(inner) - 1] * 0.98, np.zeros(len(inner))))
    assert is_inside(DETECTOR, place).all()
