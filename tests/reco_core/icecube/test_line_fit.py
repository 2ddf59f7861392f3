from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reco_core.directions import opening_angle, source_direction
from reco_core.errors import ReconstructionError
from reco_core.icecube.detector import Detector
from reco_core.icecube.pulse_batch import pack
from reco_core.icecube.reconstructions.fits import Reason
from reco_core.icecube.reconstructions.line_fit import delay_cleaning, fit, uniform_motion
from reco_core.icecube.reconstructions.registry import reconstruct
from reco_core.units import SPEED_OF_LIGHT
from tests.reco_core.icecube.slow_line_fit import slow_line_fit

line_fit = partial(reconstruct, "line_fit")
few = settings(max_examples=15, deadline=None)


def error_deg(reconstruction, travel) -> float:
    source = source_direction(reconstruction.zenith, reconstruction.azimuth)
    return float(np.degrees(opening_angle(source, -np.asarray(travel, np.float64))))


def test_a_muon_along_x_with_light_on_its_line(pulses_of):
    x = np.arange(-500.0, 501.0, 50.0)
    line = Detector(np.column_stack((x, np.full_like(x, 7.0), np.full_like(x, -30.0))))
    pulses = pulses_of(np.arange(len(x)), np.rint(x / SPEED_OF_LIGHT).astype(np.int64) + 10_000)
    fit = line_fit(pulses, line)
    assert (fit.zenith, fit.azimuth) == pytest.approx((np.pi / 2, np.pi))
    assert fit.speed_m_per_ns == pytest.approx(SPEED_OF_LIGHT, rel=1e-3)
    assert fit.point_m == pytest.approx([0.0, 7.0, -30.0])
    assert fit.time_ns == pytest.approx(10_000, abs=0.5)
    assert fit.n_doms_used == len(x)


@pytest.mark.parametrize("slope", [(0, 0, 3), (1, 2, 2), (-2, 1, 2), (2, -2, -1), (-2, -2, -1)])
def test_a_plane_of_light_through_a_cubic_grid_gives_its_exact_direction(pulses_of, slope):
    """t = slope . r / (1 m/ns) is whole, and the front moves at 1/3 m/ns along the slope."""
    side = np.array([-80, 0, 80])
    grid = np.stack(np.meshgrid(side, side, side), axis=-1).reshape(-1, 3)
    pulses = pulses_of(np.arange(27), 10_000 + grid @ slope)
    fit = line_fit(pulses, Detector(grid.astype(np.float64)))
    assert error_deg(fit, slope) == pytest.approx(0, abs=1e-6)
    assert fit.speed_m_per_ns == pytest.approx(1 / 3)
    assert fit.n_doms_used == 27


@pytest.mark.parametrize("travel", [(0, 0, -1), (0.6, 0, -0.8), (0, -1, 0), (0.48, 0.6, 0.64)])
def test_a_muon_in_the_real_array_is_found_within_a_few_degrees(detector, muon_light, travel):
    assert error_deg(line_fit(muon_light((10, 5, 20), travel), detector), travel) < 6


def test_auxiliary_pulses_are_ignored(detector, noisy_muon):
    pulses = noisy_muon(3)
    assert pulses.auxiliary.any()
    with_all, without = (line_fit(p, detector) for p in (pulses, pulses.select(~pulses.auxiliary)))
    assert (with_all.zenith, with_all.azimuth) == (without.zenith, without.azimuth)


def test_far_noise_does_not_turn_the_fit_as_it_turns_least_squares(detector, muon_light, pulses_of):
    travel = np.array([0.6, 0.0, -0.8])
    light = muon_light((10, 5, 20), travel)
    noise = [0, 45, 4700]
    noisy = pulses_of(np.append(light.sensor_id, noise), np.append(light.time_ns, [14_000] * 3))
    clean_fit, noisy_fit = (
        line_fit(light, detector),
        line_fit(noisy, detector),
    )
    clean = source_direction(clean_fit.zenith, clean_fit.azimuth)
    found = source_direction(noisy_fit.zenith, noisy_fit.azimuth)
    assert opening_angle(found, clean) < 1e-4
    _, velocity = uniform_motion(pack([noisy]), detector)
    assert np.degrees(opening_angle(-velocity[0], clean)) > 5


# String 1 has DOMs every 17.02 m: 9 gaps are 153.2 m, within 156 m, and 10 are not.
@pytest.mark.parametrize(
    ("om_gap", "delay_ns", "kept"),
    [(9, 778, True), (9, 779, False), (10, 779, True), (0, 779, False)],
)
def test_delay_cleaning_drops_what_is_near_and_too_late(
    detector, pulses_of, om_gap, delay_ns, kept
):
    pulses = pulses_of([20, 20 + om_gap], [10_000, 10_000 + delay_ns])
    assert delay_cleaning(pack([pulses]), detector).tolist() == [True, kept]


def slow_delay_cleaning(pulses, detector):
    position = detector.position_m[pulses.sensor_id]
    keep = []
    for i in range(len(pulses)):
        too_late = False
        for j in range(len(pulses)):
            near = np.linalg.norm(position[i] - position[j]) <= 156
            too_late |= near and pulses.time_ns[j] < pulses.time_ns[i] - 778
        keep.append(not too_late)
    return keep


@few
@given(st.integers(0, 10_000))
def test_delay_cleaning_equals_the_double_loop(detector, noisy_muon, seed):
    pulses = noisy_muon(seed)
    assert delay_cleaning(pack([pulses]), detector).tolist() == slow_delay_cleaning(
        pulses, detector
    )


def test_delay_cleaning_of_a_huge_event_only_drops_what_the_rule_drops(detector, pulses_of):
    rng = np.random.default_rng(1)
    sensor_id = rng.permutation(5160)[:2000]
    pulses = pulses_of(sensor_id, rng.integers(0, 3000, 2000), rng.exponential(1, 2000))
    kept = delay_cleaning(pack([pulses]), detector)
    position = detector.position_m[pulses.sensor_id]
    near = np.linalg.norm(position[:, None] - position, axis=-1) <= 156
    exact = pulses.time_ns - np.where(near, pulses.time_ns, 10**6).min(axis=1) <= 778
    assert not (exact & ~kept).any()
    assert kept.sum() < len(pulses) / 2


@pytest.mark.parametrize(
    ("sensor_id", "time_ns", "auxiliary", "reason"),
    [
        ([5, 6], [1, 2], True, "No DOM has a non-auxiliary pulse"),
        ([5, 5], [1, 2], False, "The non-auxiliary pulses are on one DOM"),
        ([5, 6, 6], [1, 2, 900], [False, True, True], "on one DOM"),
        ([5, 6], [1, 900], False, "not far too late are on one DOM"),
        ([5, 6, 7], [44, 44, 44], False, "at one time"),
        # there and back again
        ([5, 6, 6, 5], [1, 2, 3, 4], False, "does not move"),
    ],
)
def test_no_answer_has_a_reason(detector, pulses_of, sensor_id, time_ns, auxiliary, reason):
    with pytest.raises(ReconstructionError, match=reason):
        line_fit(pulses_of(sensor_id, time_ns, auxiliary=auxiliary), detector)


def test_late_absolute_times_cost_no_precision(detector, muon_light):
    early = line_fit(muon_light((0, 0, 0), (0.6, 0, -0.8), time_ns=10_000), detector)
    late = reconstruct(
        "line_fit", muon_light((0, 0, 0), (0.6, 0, -0.8), time_ns=2_000_000_000), detector
    )
    assert late.zenith == pytest.approx(early.zenith, abs=1e-12)
    assert late.time_ns - early.time_ns == 1_999_990_000


def test_the_fast_fit_equals_the_slow_one(detector, noisy_muon):
    events = [noisy_muon(seed) for seed in range(60)]
    fits = fit(pack(events), detector)
    assert (fits.reason == Reason.OK).all()
    for k, pulses in enumerate(events):
        centre, velocity = slow_line_fit(pulses, detector)
        source = source_direction(fits.zenith[k], fits.azimuth[k])
        assert opening_angle(source, -velocity) < 1e-6
        assert fits.point_m[k] == pytest.approx(centre, abs=1e-6)
        assert fits.speed_m_per_ns[k] == pytest.approx(np.linalg.norm(velocity))
