from __future__ import annotations

import math
import time

import numpy as np
import pytest

from reco_core.icecube.classification import gridfit
from reco_core.icecube.classification.gridfit import gridfit_ratio, upward_axes
from reco_core.icecube.event import Pulses
from reco_core.icecube.pulse_batch import pack
from reco_core.icecube.selection import non_auxiliary
from reco_core.units import CHERENKOV_ANGLE, SPEED_OF_LIGHT

UP = np.array([0.3, 0.2, 0.933])


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    gridfit.load()


def slow_ratio(pulses, detector):
    """Pair by pair and direction by direction."""
    light = non_auxiliary(pulses)
    charge = np.bincount(light.sensor_id, light.charge_pe, 5160)
    doms, first = np.unique(light.sensor_id, return_index=True)
    order = np.lexsort((first, -charge[doms]))[: gridfit.MOST_DOMS]
    doms, first = doms[order], first[order]
    place = detector.position_m[doms] / SPEED_OF_LIGHT
    if len(doms) < 2:
        return np.nan
    step = place[:, None] - place[None]
    late = np.subtract.outer(light.time_ns[first], light.time_ns[first])
    sums = [0.0, 0.0]
    for way, sign in enumerate((1, -1)):
        for axis in sign * upward_axes():
            along = step @ axis
            across = np.sqrt(np.maximum((step**2).sum(-1) - along**2, 0))
            reach = math.tan(CHERENKOV_ANGLE) * across + gridfit.TOLERANCE_NS
            compatible = np.abs(late - along) <= reach
            compatible &= across * SPEED_OF_LIGHT <= gridfit.REACH_M
            sums[way] += compatible.sum(axis=0).max()
    return sums[0] / sums[1]


def test_directions_are_even_and_come_in_opposite_pairs():
    axes = upward_axes()
    assert len(axes) == 250
    assert np.linalg.norm(axes, axis=1) == pytest.approx(1)
    assert (axes[:, 2] > 0).all()
    assert axes.mean(axis=0) == pytest.approx([0, 0, 0.5], abs=0.01)
    nearest = np.sort(axes @ axes.T, axis=1)[:, -2]
    assert np.degrees(np.arccos(nearest)).min() > 5


def test_the_compiled_ratio_is_the_slow_one(noisy_muon, detector):
    events = [noisy_muon(seed) for seed in range(12)]
    expected = [slow_ratio(pulses, detector) for pulses in events]
    # A pair at the very limit may fall either way, for the numbers have 32 bits.
    assert gridfit_ratio(pack(events), detector) == pytest.approx(np.array(expected), abs=0.003)


def test_above_one_for_a_muon_that_moves_up_and_below_for_one_that_moves_down(detector, muon_light):
    travel = UP / np.linalg.norm(UP)
    up, down = (muon_light((20, 30, 10), sign * travel, reach_m=40) for sign in (1, -1))
    ratios = gridfit_ratio(pack([up, down]), detector)
    assert ratios[0] > 1.15
    assert ratios[1] < 1 / 1.15


def test_mirrored_times_give_the_inverse(noisy_muon, detector):
    """Run backwards, each pair is compatible with the opposite direction."""
    events = [noisy_muon(seed) for seed in range(4)]
    one_each = [p.select(np.unique(p.sensor_id, return_index=True)[1]) for p in events]
    turned = [
        Pulses(p.sensor_id[::-1], (p.time_ns[-1] - p.time_ns)[::-1], p.charge_pe[::-1],
               p.auxiliary[::-1])
        for p in (p.select(np.argsort(p.time_ns, kind="stable")) for p in one_each)
    ]  # fmt: skip
    alone = [Pulses(p.sensor_id, p.time_ns, np.arange(len(p)) + 1.0, p.auxiliary) for p in turned]
    back = [Pulses(p.sensor_id[::-1], (p.time_ns[-1] - p.time_ns)[::-1], p.charge_pe[::-1],
                   p.auxiliary[::-1]) for p in alone]  # fmt: skip
    found, inverse = gridfit_ratio(pack(alone), detector), gridfit_ratio(pack(back), detector)
    assert found * inverse == pytest.approx(1, abs=0.01)


def test_all_times_shifted_change_nothing(noisy_muon, detector):
    events = [noisy_muon(seed) for seed in range(4)]
    later = [Pulses(p.sensor_id, p.time_ns + 999, p.charge_pe, p.auxiliary) for p in events]
    assert (gridfit_ratio(pack(events), detector) == gridfit_ratio(pack(later), detector)).all()


def test_too_little_light_gives_no_ratio_and_odd_light_one(detector, pulses_of):
    none = [pulses_of([5] * 4, range(4)), pulses_of([5, 900], [1, 2], auxiliary=True)]
    odd = [
        pulses_of([1, 900, 2000], [7, 7, 7]),
        pulses_of(range(60), range(60), 0.0),
        pulses_of([1, 900], [-(2**31), 2**31 - 1]),
    ]
    ratios = gridfit_ratio(pack([*none, *odd]), detector)
    assert np.isnan(ratios[:2]).all()
    assert np.isfinite(ratios[2:]).all()


def test_the_largest_event_takes_no_longer_than_a_blink(detector, pulses_of):
    rng = np.random.default_rng(4)
    n = 178_000
    batch = pack([pulses_of(rng.integers(0, 5160, n), rng.integers(0, 70_000, n))])
    began = time.process_time()
    assert np.isfinite(gridfit_ratio(batch, detector)).all()
    assert time.process_time() - began < 0.5
