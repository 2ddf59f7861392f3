"""Lines through tilted planes, beside closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.afp.sensor import TILT_RAD
from reco_core.afp.simulation.chunk import run_conditions
from tests.reco_core.afp.simulation import made

COS, SIN = np.cos(TILT_RAD), np.sin(TILT_RAD)


def test_a_straight_proton_crosses_all_aligned_planes_at_one_pixel():
    world = made.aligned()
    for plane in range(4):
        row, col, x_mm, y_mm = made.place(5.0 * COS, 10.0, 0.0, 0.0, 0.0, world, 2, plane)
        assert (row, col) == pytest.approx((100.0, 40.0))
        assert (x_mm, y_mm) == pytest.approx((5.0, 10.0))


def test_a_slope_moves_it_by_the_pitch_of_the_planes():
    """9 mm at 3 mrad are 27 um across the beam, 27.8 um along the tilted rows."""
    world = made.aligned()
    rows = [made.place(5.0, 10.0, 0.0, 3e-3, 0.0, world, 0, plane)[0] for plane in range(4)]
    step_mm = 9 * 3e-3 / (COS - 3e-3 * SIN)
    assert np.diff(rows) == pytest.approx(step_mm / 0.050)
    cols = [made.place(5.0, 10.0, 0.0, 0.0, 3e-3, world, 0, plane)[1] for plane in range(4)]
    assert np.diff(cols) == pytest.approx(9 * 3e-3 / 0.250)


def test_a_shifted_plane_sees_it_as_far_the_other_way():
    world = made.aligned()
    world.conditions.shift_row_mm[1, 2] = 0.1
    world.conditions.shift_col_mm[1, 2] = -0.25
    row, col, *_ = made.place(5.0 * COS, 10.0, 0.0, 0.0, 0.0, world, 1, 2)
    assert (row, col) == pytest.approx((98.0, 41.0))


@pytest.mark.parametrize("plane", range(4))
def test_a_track_made_to_cross_somewhere_does(plane):
    world = made.aligned()._replace(conditions=run_conditions("test", 3, 0))
    found = made.place_through(world, 3, plane, 77.25, 12.5, 0.04, -0.02)
    assert found == pytest.approx((77.25, 12.5))
