"""Laws of directions on the sphere."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reco_core.directions import angles_of, opening_angle, source_direction

ZENITHS = st.floats(0, math.pi)
AZIMUTHS = st.floats(0, 2 * math.pi, exclude_max=True)


@pytest.mark.parametrize(
    ("zenith", "azimuth", "expected"),
    [
        (0, 0, (0, 0, 1)),  # from straight above
        (math.pi, 0, (0, 0, -1)),
        (math.pi / 2, 0, (1, 0, 0)),
        (math.pi / 2, math.pi / 2, (0, 1, 0)),
        (math.atan2(4, 3), math.pi, (-0.8, 0, 0.6)),
    ],
)
def test_source_points_to_the_origin(zenith, azimuth, expected) -> None:
    assert source_direction(zenith, azimuth) == pytest.approx(np.array(expected), abs=1e-15)


@given(ZENITHS, AZIMUTHS)
def test_source_direction_is_a_unit_vector(zenith: float, azimuth: float) -> None:
    assert np.linalg.norm(source_direction(zenith, azimuth)) == pytest.approx(1)


@given(st.floats(1e-3, math.pi - 1e-3), AZIMUTHS, st.floats(1e-3, 1e3))
def test_angles_give_the_direction_back(zenith: float, azimuth: float, length: float) -> None:
    back = source_direction(*angles_of(length * source_direction(zenith, azimuth)))
    assert opening_angle(back, source_direction(zenith, azimuth)) == pytest.approx(0, abs=1e-12)


@given(*[st.floats(-1e3, 1e3)] * 3)
def test_angles_are_in_range(x: float, y: float, z: float) -> None:
    zenith, azimuth = angles_of((x, y, z))
    if x == y == z == 0:
        assert np.isnan(zenith)
    else:
        assert 0 <= zenith <= math.pi
        assert 0 <= azimuth < 2 * math.pi


def test_tiny_negative_azimuth_is_zero_not_two_pi() -> None:
    assert angles_of((1, -1e-20, 0))[1] == 0


def test_null_vector_has_no_zenith() -> None:
    assert np.isnan(angles_of((0, 0, 0))[0])


def test_opening_angle_keeps_its_precision_near_zero_and_pi() -> None:
    tiny = 1e-9
    assert opening_angle((1, 0, 0), (1, tiny, 0)) == pytest.approx(tiny)
    assert opening_angle((1, 0, 0), (-1, tiny, 0)) == pytest.approx(math.pi - tiny)


def test_opening_angle_ignores_length() -> None:
    assert opening_angle((3, 0, 0), (0, 4, 0)) == pytest.approx(math.pi / 2)


def test_functions_take_arrays() -> None:
    zenith, azimuth = np.full((2, 3), 0.5), np.full((2, 3), 1.5)
    direction = source_direction(zenith, azimuth)
    assert direction.shape == (2, 3, 3)
    assert angles_of(direction)[0] == pytest.approx(zenith)
    assert opening_angle(direction, (0, 0, 1)) == pytest.approx(zenith)
