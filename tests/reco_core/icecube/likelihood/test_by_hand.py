"""The likelihood of a track in hand is the one that the fits climb."""

from __future__ import annotations

import math

import numpy as np
import pytest

from reco_core.directions import opening_angle, source_direction
from reco_core.errors import ReconstructionError
from reco_core.icecube.likelihood.by_hand import (
    FITS,
    Held,
    lit_doms,
    track_from,
    track_log_likelihoods,
)
from reco_core.icecube.reconstructions.registry import reconstruct
from tests.reco_core.icecube.likelihood.toy_muons import toy_muon

SEEDS = (1, 7, 21)
STEPS = Held(1e-5, 1e-5, (1e-3, 1e-3, 1e-3), 1e-2)


def fitted(detector, seed, key):
    """What both need of a toy muon, and the fit's own answer as a track in hand."""
    pulses, _ = toy_muon(detector, seed)
    answer = reconstruct(key, pulses, detector)
    point = tuple(float(value) for value in answer.point_m)
    time_ns = answer.time_ns - int(pulses.time_ns[0])
    return lit_doms(pulses, detector), Held(answer.zenith, answer.azimuth, point, time_ns)


def numbers(held):
    return np.array([held.zenith, held.azimuth, *held.point_m, held.time_ns])


def held_of(values):
    zenith, azimuth, x, y, z, time_ns = (float(value) for value in values)
    return Held(zenith, azimuth, (x, y, z), time_ns)


@pytest.mark.parametrize("key", FITS)
@pytest.mark.parametrize("seed", SEEDS)
def test_at_the_fit_s_answer_the_likelihood_is_level(detector, seed, key):
    """What is left of the slope would change it by less than 0.01 within the fit's own error."""
    lit, held = fitted(detector, seed, key)
    here, steps = numbers(held), numbers(STEPS)
    for k, step in enumerate(steps):
        away = np.zeros(6)
        away[k] = step
        up, down = (
            track_log_likelihoods(lit, held_of(here + sign * away))[key] for sign in (1, -1)
        )
        middle = track_log_likelihoods(lit, held)[key]
        slope, bend = (up - down) / 2, up + down - 2 * middle
        assert slope**2 < 2 * 0.01 * abs(bend) + 1e-12


@pytest.mark.parametrize("key", FITS)
@pytest.mark.parametrize("seed", SEEDS)
def test_any_nudge_is_worse(detector, seed, key):
    lit, held = fitted(detector, seed, key)
    best = track_log_likelihoods(lit, held)[key]
    rng = np.random.default_rng(3)
    scale = np.array([0.01, 0.01, 2.0, 2.0, 2.0, 10.0])
    for _ in range(100):
        nudged = held_of(numbers(held) + scale * rng.normal(size=6))
        assert track_log_likelihoods(lit, nudged)[key] < best + 1e-6


@pytest.mark.parametrize("key", FITS)
def test_a_fit_from_nearby_comes_back(detector, key):
    lit, held = fitted(detector, 1, key)
    near = held._replace(
        zenith=held.zenith + 0.03, point_m=(held.point_m[0] + 8.0, *held.point_m[1:])
    )
    found = track_from(lit, near, key)
    angle = opening_angle(*(source_direction(h.zenith, h.azimuth) for h in (found, held)))
    assert math.degrees(angle) < 0.02
    gained = track_log_likelihoods(lit, found)[key] - track_log_likelihoods(lit, held)[key]
    assert gained == pytest.approx(0.0, abs=1e-3)
    way = np.array(found.point_m) - np.array(near.point_m)
    assert way @ found.travel == pytest.approx(0.0, abs=1e-6)  # the nearest point of the track


def test_the_same_line_by_another_point_is_as_likely(detector):
    lit, held = fitted(detector, 1, "mpe_fit")
    point = np.array(held.point_m) + 100.0 * held.travel
    shifted = held._replace(
        point_m=tuple(float(value) for value in point), time_ns=held.time_ns + 100.0 / 0.299792458
    )
    assert track_log_likelihoods(lit, shifted) == pytest.approx(track_log_likelihoods(lit, held))


@pytest.mark.parametrize(
    "held",
    [
        Held(0.0, 0.0, (0.0, 0.0, 0.0), 0.0),
        Held(math.pi, 2 * math.pi, (1e5, -1e5, 1e5), 2.0**32),
        Held(1.0, 1.0, (0.0, 0.0, 0.0), -(2.0**32)),
    ],
)
def test_wherever_it_is_held_the_likelihood_is_finite(detector, held):
    lit, _ = fitted(detector, 1, "spe_fit")
    assert np.isfinite(list(track_log_likelihoods(lit, held).values())).all()
    for key in FITS:
        found = track_from(lit, held, key)
        assert np.isfinite(numbers(found)).all()


def test_without_light_there_is_none(detector, pulses_of):
    with pytest.raises(ReconstructionError, match="No DOM has a non-auxiliary pulse"):
        lit_doms(pulses_of([5, 6], [1, 2], auxiliary=True), detector)


def test_light_on_one_dom_has_a_likelihood_but_no_fit(detector, pulses_of):
    lit = lit_doms(pulses_of([5], [1]), detector)
    held = Held(1.0, 1.0, (0.0, 0.0, 0.0), 0.0)
    assert set(track_log_likelihoods(lit, held)) == set(FITS)
    with pytest.raises(ReconstructionError, match="on one DOM"):
        track_from(lit, held, "spe_fit")
