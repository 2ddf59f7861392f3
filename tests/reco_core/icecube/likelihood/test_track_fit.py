"""Laws of both track likelihoods."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from reco_core.directions import opening_angle, source_direction
from reco_core.icecube.detector import Detector
from reco_core.icecube.ice import Ice
from reco_core.icecube.likelihood.light_model import light_model
from reco_core.icecube.likelihood.track_fit import COARSE, FINE, Models, models_of, sphere
from reco_core.icecube.pulse_batch import pack
from reco_core.icecube.reconstructions import mpe_fit, spe_fit
from reco_core.icecube.reconstructions.fits import Reason
from tests.reco_core.icecube.likelihood.toy_muons import straight_muon, toy_muon

both = pytest.mark.parametrize("method", [spe_fit, mpe_fit], ids=lambda method: method.KEY)

N_TOYS = 60


@pytest.fixture(scope="module")
def toys(detector):
    """Batch of toy muons and their travel directions (E, 3)."""
    pulses, travel = zip(*(toy_muon(detector, seed) for seed in range(N_TOYS)), strict=True)
    return pack(pulses), np.array(travel)


@pytest.fixture(scope="module")
def clear_ice(detector):
    """Models of ice that does not scatter."""
    edges = np.array([-20_000.0, 20_000.0])
    ice = Ice(edges, np.array([0.0, 0.04]), np.array([0.0, 400.0]))
    coarse, fine = (light_model(detector, c._replace(contrast=1), ice) for c in (COARSE, FINE))
    return Models(coarse, fine)


def sources(fits):
    return source_direction(fits.zenith, fits.azimuth)


def errors_deg(fits, travel):
    return np.degrees(opening_angle(sources(fits), -travel))


@both
def test_a_straight_muon_without_noise_comes_back(detector, clear_ice, method):
    rng = np.random.default_rng(1)
    travel = rng.normal(size=(20, 3))
    travel /= np.linalg.norm(travel, axis=1)[:, None]
    light = [straight_muon(detector, rng.uniform(-100, 100, 3), u, 70.0) for u in travel]
    fits = method.fit(pack(light), detector, clear_ice)
    assert errors_deg(fits, travel).max() < 0.1


@both
def test_scattered_muons_come_back_within_their_uncertainty(detector, toys, method):
    batch, travel = toys
    fits = method.fit(batch, detector)
    error = errors_deg(fits, travel)
    assert np.median(error) < 0.7
    assert np.quantile(error, 0.9) < 2.5
    within = error < np.degrees(fits.uncertainty_rad)
    assert 0.53 < within.mean() < 0.88  # 68 %, or somewhat more: here the law of light is known
    assert (fits.quality > 0).all()
    assert (fits.quality <= 1).all()


@both
def test_where_and_when_the_muon_is(detector, toys, method):
    batch, _ = toys
    fits = method.fit(batch, detector)
    light_ns = [np.median(batch.pulses(k).time_ns) for k in range(batch.n_events)]
    assert np.abs(fits.time_ns - light_ns).max() < 2000
    assert np.linalg.norm(fits.point_m, axis=1).max() < 900
    assert fits.n_doms_used.min() >= 8
    assert np.isnan(fits.speed_m_per_ns).all()


@both
def test_events_turn_with_the_detector_where_the_ice_is_level(detector, toys, method):
    batch, _ = toys
    cos, sin = np.cos(1.234), np.sin(1.234)
    turn = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    turned_detector = Detector(detector.position_m @ turn.T)
    found = method.fit(batch, detector, models_of(detector, tilted=False))
    turned = method.fit(batch, turned_detector, models_of(turned_detector, tilted=False))
    angle = opening_angle(sources(turned), sources(found) @ turn.T)
    assert np.median(angle) < 1e-3
    assert (angle < 0.3 * found.uncertainty_rad).mean() > 0.95  # others have two minima alike


@both
def test_later_events_have_the_same_answers(detector, toys, method):
    batch, _ = toys
    later = pack(
        [
            dataclasses.replace(pulses, time_ns=pulses.time_ns + 123_456_789)
            for pulses in (batch.pulses(k) for k in range(10))
        ]
    )
    found, shifted = (method.fit(b, detector) for b in (batch, later))
    assert (shifted.zenith == found.zenith[:10]).all()
    assert (shifted.azimuth == found.azimuth[:10]).all()
    assert shifted.time_ns - found.time_ns[:10] == pytest.approx(123_456_789)


@both
def test_an_event_has_the_same_answer_in_any_company(detector, toys, method):
    batch, _ = toys
    together = method.fit(batch, detector)
    for k in (0, 17):
        alone = method.fit(pack([batch.pulses(k)]), detector)
        assert alone.zenith[0] == pytest.approx(together.zenith[k], abs=1e-9)
        assert alone.uncertainty_rad[0] == pytest.approx(together.uncertainty_rad[k], rel=1e-6)


@both
def test_auxiliary_pulses_count_only_near_others(detector, toys, method):
    batch, _ = toys
    pulses = batch.pulses(3)
    far = dataclasses.replace(
        pulses,
        sensor_id=np.append(pulses.sensor_id, np.int16(700)),
        time_ns=np.append(pulses.time_ns, pulses.time_ns[-1] + 5000),
        charge_pe=np.append(pulses.charge_pe, 1.0),
        auxiliary=np.append(pulses.auxiliary, True),
    )
    half = dataclasses.replace(pulses, auxiliary=np.arange(len(pulses)) % 2 == 1)
    found, same, other = method.fit(pack([pulses, far, half]), detector).zenith
    assert same == found
    assert other == pytest.approx(found, abs=0.03)


@both
@pytest.mark.parametrize(
    ("sensor_id", "time_ns", "auxiliary", "reason"),
    [
        ([5, 6], [1, 2], True, Reason.NO_DOM),
        ([5], [1], False, Reason.ONE_DOM),
        ([5, 5, 3000], [1, 2, 3], [False, False, True], Reason.ONE_DOM),
    ],
)
def test_less_than_two_doms_have_no_answer(
    detector, pulses_of, method, sensor_id, time_ns, auxiliary, reason
):
    fits = method.fit(pack([pulses_of(sensor_id, time_ns, auxiliary=auxiliary)]), detector)
    assert fits.reason.tolist() == [reason]
    assert np.isnan(fits.zenith[0])
    assert np.isnan(fits.uncertainty_rad[0])


HARD = {
    "two DOMs": ([5, 66], [10, 300]),
    "two DOMs at one time": ([5, 66], [10, 10]),
    "one string": (np.arange(60, 70), 1000 + 60 * np.arange(10)),
    "one string at one time": (np.arange(60, 70), np.full(10, 1000)),
    "all DOMs at one time": (np.arange(5160), np.full(5160, 1000)),
    "all DOMs at any time": (np.arange(5160), np.random.default_rng(1).integers(0, 10**4, 5160)),
    "days apart": ([5, 66, 2000, 3333, 4040, 4111], [0, 1, 10**6, 10**8, 10**9, 2 * 10**9]),
}


@both
@pytest.mark.parametrize("case", HARD)
def test_whatever_the_light_the_answer_is_finite_and_bounded(detector, pulses_of, method, case):
    fits = method.fit(pack([pulses_of(*HARD[case])]), detector)
    assert fits.reason.tolist() == [Reason.OK]
    for values in (fits.zenith, fits.azimuth, fits.point_m, fits.time_ns):
        assert np.isfinite(values).all()
    assert 0 <= fits.zenith[0] <= np.pi
    assert 0 < fits.uncertainty_rad[0] < 2
    assert 0 < fits.quality[0] < 1


@both
@pytest.mark.parametrize("case", ["two DOMs", "two DOMs at one time", "one string at one time"])
def test_what_tells_no_direction_has_low_quality(detector, pulses_of, method, case):
    assert method.fit(pack([pulses_of(*HARD[case])]), detector).quality[0] < 0.2


@both
def test_the_brightest_events_are_fitted_in_seconds(detector, pulses_of, method):
    rng = np.random.default_rng(2)
    n = 178_000
    pulses = pulses_of(rng.integers(0, 5160, n), rng.integers(6_000, 20_000, n))
    assert method.fit(pack([pulses]), detector).n_doms_used.tolist() == [1000]


@both
def test_a_batch_without_events_has_no_answers(detector, method):
    assert len(method.fit(pack([]), detector).zenith) == 0


def test_the_sphere_is_covered_evenly():
    directions = sphere(50)
    assert np.linalg.norm(directions, axis=1) == pytest.approx(np.ones(50))
    nearest = np.sort(opening_angle(directions[:, None], directions), axis=1)[:, 1]
    assert nearest.min() > np.radians(20)
    assert nearest.max() < np.radians(33)
