"""The built-in geometry and the numbering of sensors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from reco_core.icecube.dataset_geometry import read_geometry
from reco_core.icecube.detector import (
    N_SENSORS,
    OUTLINE_STRINGS,
    builtin_detector,
    om,
    string_id,
)


def test_every_sensor_has_one_string_and_om() -> None:
    sensors = np.arange(N_SENSORS)
    assert ((string_id(sensors) - 1) * 60 + om(sensors) - 1 == sensors).all()
    assert (string_id(0), om(0)) == (1, 1)
    assert (string_id(5159), om(5159)) == (86, 60)


def test_positions_are_finite_and_distinct() -> None:
    positions = builtin_detector().position_m
    assert positions.shape == (N_SENSORS, 3)
    assert np.isfinite(positions).all()
    assert len(np.unique(positions, axis=0)) == N_SENSORS


def test_modules_go_down_their_string() -> None:
    z = builtin_detector().position_m[:, 2].reshape(86, 60)
    assert (np.diff(z, axis=1) < 0).all()


def test_deepcore_is_the_last_eight_strings() -> None:
    assert np.flatnonzero(builtin_detector().is_deepcore).tolist() == list(
        range(78 * 60, N_SENSORS)
    )


def test_positions_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        builtin_detector().position_m[0, 0] = 1


def test_outline_holds_all_strings_within_10_m() -> None:
    place = builtin_detector().position_m[::60, :2]
    corners = place[np.array(OUTLINE_STRINGS) - 1]
    sides = list(zip(corners, np.roll(corners, -1, axis=0), strict=True))
    for number, point in enumerate(place, 1):
        inside = sum(crosses_ray(point, *side) for side in sides) % 2 == 1
        near = min(distance_to(point, *side) for side in sides) < 10
        assert inside or near, f"string {number} lies outside the outline"


def crosses_ray(point, a, b) -> bool:
    """Does the side a-b cross the ray from the point along +x?"""
    if (a[1] > point[1]) == (b[1] > point[1]):
        return False
    return point[0] < a[0] + (point[1] - a[1]) / (b[1] - a[1]) * (b[0] - a[0])


def distance_to(point, a, b) -> float:
    along = np.clip((point - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1)
    return float(np.linalg.norm(point - a - along * (b - a)))


def test_builtin_geometry_is_that_of_the_competition(samples: Path) -> None:
    published = read_geometry(samples / "kaggle" / "sensor_geometry.csv")
    distance = np.linalg.norm(builtin_detector().position_m - published.position_m, axis=1)
    assert distance.max() < 0.35, f"sensor {distance.argmax()} is {distance.max():.2f} m off"
