"""Laws that every reconstruction obeys, whatever its method."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reco_core.directions import opening_angle, source_direction
from reco_core.errors import NotFoundError
from reco_core.icecube.detector import Detector
from reco_core.icecube.pulse_batch import pack
from reco_core.icecube.reconstructions.registry import RECONSTRUCTIONS, reconstruct

every_method = pytest.mark.parametrize("row", RECONSTRUCTIONS, ids=lambda row: row.key)
# Those that know nothing but geometry: no trained model, no ice that lies otherwise elsewhere.
GEOMETRIC = [row for row in RECONSTRUCTIONS if row.key in ("two_halves", "svd_axis", "line_fit")]
every_geometric = pytest.mark.parametrize("row", GEOMETRIC, ids=lambda row: row.key)
few = settings(max_examples=10, deadline=None)
seeds = st.integers(0, 10_000)


def source(reconstruction):
    return source_direction(reconstruction.zenith, reconstruction.azimuth)


def around_z(angle):
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1.0]])


@every_method
@few
@given(seed=seeds, shift_ns=st.integers(-(10**9), 10**9))
def test_a_later_event_has_the_same_direction(detector, noisy_muon, row, seed, shift_ns):
    pulses = noisy_muon(seed)
    shifted = dataclasses.replace(pulses, time_ns=pulses.time_ns + shift_ns)
    found, later = (row.method.fit(pack([p]), detector) for p in (pulses, shifted))
    assert later.reason[0] == found.reason[0]
    for name in ("zenith", "azimuth", "quality"):
        assert np.array_equal(getattr(later, name), getattr(found, name), equal_nan=True)
    step_ns = later.time_ns[0] - found.time_ns[0]
    assert found.reason[0] or step_ns == pytest.approx(shift_ns, abs=1e-5)


@every_geometric
@few
@given(seed=seeds, angle=st.floats(0, 2 * np.pi))
def test_the_direction_turns_with_the_detector(detector, noisy_muon, row, seed, angle):
    pulses, turn = noisy_muon(seed), around_z(angle)
    found = reconstruct(row.key, pulses, detector)
    turned = reconstruct(row.key, pulses, Detector(detector.position_m @ turn.T))
    assert opening_angle(source(turned), turn @ source(found)) < 1e-6
    assert turned.point_m == pytest.approx(turn @ found.point_m, abs=1e-6)
    assert turned.time_ns == pytest.approx(found.time_ns, abs=1e-3)


@every_geometric
@few
@given(seed=seeds, step=st.tuples(*[st.floats(-1000, 1000)] * 3))
def test_the_line_moves_with_the_detector(detector, noisy_muon, row, seed, step):
    pulses = noisy_muon(seed)
    found = reconstruct(row.key, pulses, detector)
    moved = reconstruct(row.key, pulses, Detector(detector.position_m + np.array(step)))
    assert opening_angle(source(moved), source(found)) < 1e-6
    assert moved.point_m == pytest.approx(found.point_m + step, abs=1e-6)


@every_geometric
@pytest.mark.parametrize("string", range(1, 87, 5))
def test_light_moving_up_one_string_comes_from_straight_below(detector, pulses_of, row, string):
    sensor_id = (string - 1) * 60 + np.array([13, 12, 11, 10, 9])
    pulses = pulses_of(sensor_id, [100, 190, 300, 370, 455], [0.325, 1.175, 0.7, 2.3, 0.9])
    found = reconstruct(row.key, pulses, detector)
    # not the azimuth of a rounding error
    assert (found.zenith, found.azimuth) == (np.pi, 0.0)
    assert found.point_m[:2] == pytest.approx(detector.position_m[sensor_id[0], :2])
    assert found.speed_m_per_ns > 0.05


@every_geometric
def test_the_head_passes_the_point_while_its_light_arrives(detector, noisy_muon, row):
    for seed in range(20):
        pulses = noisy_muon(seed)
        light = pulses.time_ns[~pulses.auxiliary]
        found = reconstruct(row.key, pulses, detector)
        assert np.quantile(light, 0.02) - 300 < found.time_ns < np.quantile(light, 0.98)


@every_method
def test_reconstruct_calls_the_method_of_the_key(detector, noisy_muon, row):
    pulses = noisy_muon(1)
    found = reconstruct(row.key, pulses, detector)
    assert found.key == row.key
    assert found.status == "ok"
    assert found.zenith == row.method.fit(pack([pulses]), detector).zenith[0]


def test_an_unknown_key_lists_the_known_ones(detector, noisy_muon):
    keys = ", ".join(row.key for row in RECONSTRUCTIONS)
    message = f"Unknown reconstruction 'linfit'. Available: {keys}."
    with pytest.raises(NotFoundError, match=re.escape(message)):
        reconstruct("linfit", noisy_muon(1), detector)


def test_keys_and_labels_are_unique():
    for field in ("key", "label"):
        values = [getattr(row, field) for row in RECONSTRUCTIONS]
        assert len(set(values)) == len(values)
