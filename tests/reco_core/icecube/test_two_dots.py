from __future__ import annotations

import numpy as np
import pytest

from reco_core.directions import angles_of, opening_angle, source_direction
from reco_core.errors import ReconstructionError
from reco_core.icecube.pulse_batch import pack
from reco_core.icecube.reconstructions.registry import reconstruct, reconstruct_batch
from reco_core.icecube.reconstructions.two_dots_variants import (
    TWO_DOTS,
    TWO_DOTS_SEED,
    best_rows,
)

BOTH = pytest.mark.parametrize("key", ["two_dots", "two_dots_seed"])


def test_the_best_row_of_each_segment_is_the_first_of_the_least():
    values = np.array([3.0, 1, 1, 5, 4, 4, 9])
    assert best_rows(values, np.array([0, 3, 6])).tolist() == [1, 4, 6]


def test_the_published_azimuth_lacks_its_sign_the_repaired_one_has_it():
    direction = source_direction([0.5, 0.5, 2.0], [1.0, 2 * np.pi - 1.0, 3.0])
    assert np.allclose(TWO_DOTS.angles(direction), angles_of(direction))
    zenith, azimuth = TWO_DOTS_SEED.angles(direction)
    assert zenith == pytest.approx([0.5, 0.5, 2.0])
    assert azimuth == pytest.approx([1.0, 1.0, 3.0])


def test_straight_down_the_published_azimuth_is_no_nan():
    _, azimuth = TWO_DOTS_SEED.angles(np.array([[0.0, 0, 1], [0, 0, -1]]))
    assert np.isfinite(azimuth).all()


@BOTH
def test_an_event_has_the_same_answer_alone_and_among_others(detector, noisy_muon, key):
    events = [noisy_muon(seed) for seed in range(8)]
    together = reconstruct_batch(key, pack(events), detector)
    for k, pulses in enumerate(events):
        alone = reconstruct(key, pulses, detector)
        assert (together.zenith[k], together.azimuth[k]) == (alone.zenith, alone.azimuth)
        assert together.uncertainty_rad[k] == alone.uncertainty_rad


@BOTH
def test_answers_are_in_range(detector, noisy_muon, key):
    fits = reconstruct_batch(key, pack([noisy_muon(seed) for seed in range(30)]), detector)
    assert ((fits.quality >= 0) & (fits.quality <= 1)).all()
    assert ((fits.uncertainty_rad > 0) & (fits.uncertainty_rad <= np.pi)).all()
    assert np.isfinite(fits.time_ns).all()
    assert np.isfinite(fits.point_m).all()


def test_tracks_are_found_better_by_the_repaired_form(detector, noisy_muon, muon_light):
    rng = np.random.default_rng(3)
    travel = rng.normal(size=(60, 3))
    travel /= np.linalg.norm(travel, axis=1, keepdims=True)
    batch = pack([muon_light(rng.uniform(-100, 100, 3), direction) for direction in travel])
    mean = {}
    for key in ("two_dots", "two_dots_seed"):
        fits = reconstruct_batch(key, batch, detector)
        mean[key] = opening_angle(source_direction(fits.zenith, fits.azimuth), -travel).mean()
    assert mean["two_dots"] < 0.35
    assert mean["two_dots"] < mean["two_dots_seed"] - 0.1


def test_auxiliary_pulses_are_ignored_by_the_repaired_form(detector, noisy_muon):
    pulses = noisy_muon(3)
    without = pulses.select(~pulses.auxiliary)
    found, alone = (reconstruct("two_dots", p, detector) for p in (pulses, without))
    assert (found.zenith, found.azimuth) == (alone.zenith, alone.azimuth)


@BOTH
def test_light_on_one_dom_has_a_reason(detector, pulses_of, key):
    with pytest.raises(ReconstructionError, match="on one DOM"):
        reconstruct(key, pulses_of([5, 5], [1, 2]), detector)


@BOTH
def test_light_on_one_string_or_at_one_time_has_an_answer(detector, pulses_of, key):
    for sensor_id, time_ns in (([5, 6, 9], [1, 50, 99]), ([5, 100, 900], [7, 7, 7])):
        found = reconstruct(key, pulses_of(sensor_id, time_ns), detector)
        assert 0 <= found.quality <= 1
