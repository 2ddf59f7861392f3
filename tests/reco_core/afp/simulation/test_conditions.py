"""What stays for a run lies within what the table says."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.afp.simulation.chunk import run_conditions
from reco_core.afp.simulation.parameters import parameters


@pytest.fixture(scope="module")
def runs():
    return [run_conditions("beam", 21, run) for run in range(60)]


def test_planes_are_off_by_no_more_than_the_published_alignment(runs):
    tilt = np.degrees([run.tilt_rad for run in runs])
    assert 13.06 <= tilt.min() < 13.2
    assert 14.8 < tilt.max() <= 14.94
    for name, most in (("shift_row_mm", 0.19), ("shift_col_mm", 0.34)):
        shift = np.array([run[name] for run in runs])
        assert np.abs(shift).max() <= most
        assert np.abs(shift.mean()) < 0.1 * most


def test_planes_are_apart_by_2_to_4_rows_as_the_published_ones(runs):
    apart = np.diff([run.shift_row_mm for run in runs], axis=2) / 0.050
    assert 2 < apart.std() < 4
    apart = np.diff([run.shift_col_mm for run in runs], axis=2) / 0.250
    assert 0.5 < apart.std() < 1.4


def test_dead_and_hot_pixels_are_as_many_as_the_table_says(runs):
    use = parameters()
    dead = np.array([run.dead for run in runs]).reshape(-1, 336, 80)
    columns = dead.all(axis=1)
    assert columns.sum(axis=1).mean() == pytest.approx(use.dead_columns, abs=0.03)
    expected = use.dead_pixels + use.dead_columns / 80
    assert dead.mean() == pytest.approx(expected, rel=0.3)
    rate = np.array([run.hot_rate for run in runs])
    assert (rate > 0).sum(axis=-1).mean() == pytest.approx(use.hot_pixels, abs=0.15)
    assert rate[rate > 0].min() >= use.hot_rate_least
    assert rate.max() <= use.hot_rate_most


def test_hot_pixels_are_on_their_plane(runs):
    hot = np.array([run.hot for run in runs])
    assert np.array_equal(hot // (336 * 80), np.broadcast_to(np.arange(4)[:, None], hot.shape))


def test_no_two_runs_and_seeds_are_alike(runs):
    others = [*runs[:5], run_conditions("beam", 22, 0), run_conditions("test", 21, 0)]
    assert len({run.tilt_rad.tobytes() for run in others}) == len(others)
