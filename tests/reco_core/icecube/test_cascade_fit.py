from __future__ import annotations

import numpy as np
import pytest

from reco_core.directions import opening_angle, source_direction
from reco_core.icecube.detector import string_id
from reco_core.icecube.pulse_batch import events_of, pack
from reco_core.icecube.reconstructions import cascade_fit
from reco_core.icecube.reconstructions.cascade_fit import fit, likeliest
from reco_core.icecube.reconstructions.fits import Reason
from reco_core.icecube.reconstructions.registry import reconstruct
from reco_core.icecube.simulation import light_yield
from tests.reco_core.icecube.cascade_flash import ENERGY_GEV, TIME_NS, detector_, flash


def error_deg(fits, k, travel) -> float:
    source = source_direction(fits.zenith[k], fits.azimuth[k])
    return float(np.degrees(opening_angle(source, -np.asarray(travel))))


def depth_m(energy_gev) -> float:
    return float(light_yield.shower_maximum_m.py_func(energy_gev))


def test_a_flash_without_chance_comes_back():
    """Light leaves `depth_m` behind the vertex, which the fit takes back; it is put there here."""
    pulses, detector, place, travel = flash()
    fits = fit(pack([pulses]), detector)
    energy = float(fits.energy_gev[0])
    light_m = fits.point_m[0] + depth_m(energy) * -source_direction(fits.zenith, fits.azimuth)[0]
    light_ns = fits.time_ns[0] + depth_m(energy) / 0.299792458
    assert np.linalg.norm(light_m - place) < 1
    assert light_ns == pytest.approx(TIME_NS, abs=5)
    assert error_deg(fits, 0, travel) < 4
    assert energy == pytest.approx(ENERGY_GEV, rel=0.1)
    assert fits.quality[0] > 0.5
    assert fits.n_doms_used[0] > 100


def test_a_later_flash_is_the_same_flash(pulses_of):
    pulses, detector, *_ = flash()
    later = pulses_of(pulses.sensor_id, pulses.time_ns + 4321, pulses.charge_pe)
    fits = fit(pack([pulses, later]), detector)
    for name, values in fits._asdict().items():
        if name == "time_ns":
            assert values[1] - values[0] == pytest.approx(4321, abs=1e-6)
        else:
            np.testing.assert_array_equal(values[0], values[1])


def test_an_event_is_fitted_alone_as_in_a_batch():
    pulses = [flash(e)[0] for e in (2e5, 5e3, 5e4)]
    whole = fit(pack(pulses), detector_())
    for k in range(3):
        alone = fit(events_of(pack(pulses), k, k + 1), detector_())
        for values, value in zip(whole, alone, strict=True):
            np.testing.assert_array_equal(values[k], value[0])


def test_more_charge_is_as_much_more_energy():
    fits = fit(pack([flash(energy)[0] for energy in (5e4, 1e5, 2e5, 4e5)]), detector_())
    assert fits.energy_gev == pytest.approx([5e4, 1e5, 2e5, 4e5], rel=0.12)


def test_the_compass_does_not_matter_where_ice_lies_level():
    turn = 1.1
    here, there = flash(level=True), flash(level=True, turn=turn)
    one, other = (likeliest(pack([e[0]]), e[1], level=True) for e in (here, there))
    assert error_deg(one, 0, here[3]) < 4
    assert error_deg(other, 0, there[3]) < 4
    assert one.zenith[0] == pytest.approx(other.zenith[0], abs=0.01)
    moved = (other.azimuth[0] - one.azimuth[0] - turn + np.pi) % (2 * np.pi) - np.pi
    assert moved == pytest.approx(0, abs=0.015)
    assert one.point_m[0, 2] == pytest.approx(other.point_m[0, 2], abs=0.2)


def test_charges_of_auxiliary_pulses_count_and_their_times_do_not(pulses_of):
    pulses, detector, *_ = flash()
    late = pulses.time_ns.copy()
    faint = pulses.charge_pe < 2
    late[faint] += 300
    order = np.argsort(late, kind="stable")
    rows = [a[order] for a in (pulses.sensor_id, late, pulses.charge_pe, faint)]
    flagged = fit(pack([pulses_of(*rows)]), detector)
    usual = fit(pack([pulses]), detector)
    assert np.linalg.norm(flagged.point_m - usual.point_m) < 2
    assert flagged.energy_gev[0] == pytest.approx(usual.energy_gev[0], rel=0.05)


@pytest.mark.parametrize(
    ("sensor_id", "auxiliary", "reason"),
    [
        ([5, 2000], [True, True], Reason.NO_DOM),
        ([5, 5, 5], [False] * 3, Reason.ONE_DOM),
        ([5, 2000], [False, True], Reason.ONE_DOM),
    ],
)
def test_too_few_doms_have_a_reason_and_no_numbers(pulses_of, sensor_id, auxiliary, reason):
    pulses = pulses_of(sensor_id, np.arange(len(sensor_id)) + 10_000, auxiliary=auxiliary)
    fits = fit(pack([pulses]), detector_())
    assert fits.reason[0] == reason
    for name in ("zenith", "azimuth", "uncertainty_rad", "time_ns", "quality", "energy_gev"):
        assert np.isnan(getattr(fits, name)[0])
    assert np.isnan(fits.point_m).all()
    assert fits.n_doms_used[0] == 0


def test_doms_that_no_light_joins_have_a_reason(pulses_of):
    fits = fit(pack([pulses_of([5, 4700], [0, 900_000])]), detector_())
    assert fits.reason[0] in (Reason.OK, Reason.DARK_VERTEX)
    assert np.isnan(fits.zenith[0]) == (fits.reason[0] != Reason.OK)


def bad_events(pulses_of):
    rng = np.random.default_rng(3)
    string = np.arange(20 * 60, 21 * 60)
    yield "two DOMs", pulses_of([5, 2000], [10_000, 10_500])
    yield "two neighbours", pulses_of([5, 6], [10_000, 10_000])
    yield "one string", pulses_of(string, 10_000 + 20 * abs(string - 1230))
    yield "one time", pulses_of(rng.choice(5160, 50, replace=False), np.full(50, 10_000))
    yield "one time, all", pulses_of(np.arange(5160), np.full(5160, 10_000))
    yield "noise", pulses_of(rng.integers(0, 5160, 40), np.sort(rng.integers(0, 20_000, 40)))
    yield "little charge", pulses_of(np.arange(30), np.arange(30) + 10_000, 0.025)
    yield "much charge", pulses_of(np.arange(30), np.arange(30) + 10_000, 1e9)


def test_bad_input_gives_no_nan_and_no_trust(pulses_of):
    names, events = zip(*bad_events(pulses_of), strict=True)
    fits = fit(pack(events), detector_())
    for k, name in enumerate(names):
        if fits.reason[k] != Reason.OK:
            assert np.isnan(fits.zenith[k]), name
            continue
        values = [fits.zenith, fits.azimuth, fits.uncertainty_rad, fits.quality, fits.energy_gev]
        assert all(np.isfinite(v[k]) for v in values), name
        assert np.isfinite(fits.point_m[k]).all(), name
        assert 0 <= fits.zenith[k] <= np.pi, name
        assert 0 <= fits.azimuth[k] < 2 * np.pi, name
        assert 0 < fits.uncertainty_rad[k] <= cascade_fit.CHANCE_RAD, name
        if name in ("two DOMs", "two neighbours", "noise", "little charge"):
            assert fits.quality[k] < 0.2, name
    assert fits.reason[1] == Reason.OK


def test_the_largest_event_takes_no_longer_than_its_light(pulses_of):
    rng = np.random.default_rng(4)
    n = 178_000
    pulses, detector, place, _ = flash(2e7)
    row = rng.choice(len(pulses), n, p=pulses.charge_pe / pulses.charge_pe.sum())
    time_ns = pulses.time_ns[row] + rng.exponential(200, n).astype(np.int64)
    order = np.argsort(time_ns, kind="stable")
    fits = fit(pack([pulses_of(pulses.sensor_id[row][order], time_ns[order])]), detector)
    assert fits.reason[0] == Reason.OK
    assert np.linalg.norm(fits.point_m[0] - place) < 40
    assert fits.n_doms_used[0] <= 400


def test_light_on_one_string_alone_has_an_answer():
    pulses, detector, place, _ = flash()
    string = string_id(pulses.sensor_id)
    brightest = string[np.argmax(pulses.charge_pe)]
    fits = fit(pack([pulses.select(string == brightest)]), detector)
    assert fits.reason[0] == Reason.OK
    assert np.isfinite(fits.quality[0])
    assert abs(fits.point_m[0, 2] - place[2]) < 30


def test_the_registry_knows_it():
    pulses, detector, _, travel = flash()
    found = reconstruct("cascade_fit", pulses, detector)
    assert found.zenith == pytest.approx(np.arccos(-travel[2]), abs=0.1)
