from __future__ import annotations

import numpy as np
import pytest

from reco_core.icecube.detector import Detector
from reco_core.icecube.pulse_batch import pack
from reco_core.icecube.reconstructions import energy
from reco_core.icecube.reconstructions.fits import no_fits
from reco_core.units import SPEED_IN_ICE, SPEED_OF_LIGHT

PLACE = np.array([40.0, -20.0, 250.0])
ZENITH, AZIMUTH = 1.2, 0.7
TRAVEL = -np.array(
    [np.sin(ZENITH) * np.cos(AZIMUTH), np.sin(ZENITH) * np.sin(AZIMUTH), np.cos(ZENITH)]
)


def fits_of(n=1, shift_m=0.0):
    fits = no_fits(n)
    fits.zenith[:], fits.azimuth[:] = ZENITH, AZIMUTH
    fits.point_m[:] = PLACE + shift_m * TRAVEL
    fits.time_ns[:] = 10_000 + shift_m / SPEED_OF_LIGHT
    return fits


def light_of_track(detector: Detector, pulses_of, charge_pe=1.0):
    """One pulse on every DOM within 100 m, at the time of straight light."""
    away = detector.position_m - PLACE
    along = away @ TRAVEL
    r = np.sqrt((away**2).sum(axis=1) - along**2)
    near = np.flatnonzero((r < 100) & (r > 1) & (abs(along) < 600))
    left = along - r / energy.TANGENT
    time_ns = 10_000 + left / SPEED_OF_LIGHT + r / energy.SINE / SPEED_IN_ICE
    return pulses_of(near, np.rint(time_ns[near]).astype(np.int64), charge_pe)


def test_energy_grows_with_charge_and_the_place_on_the_line_does_not_matter(detector, pulses_of):
    batch = pack([light_of_track(detector, pulses_of, q) for q in (1.0, 10.0, 100.0)])
    gev = energy.muon_energies(fits_of(3), batch, detector)
    assert gev[0] < gev[1] < gev[2]
    assert gev[2] / gev[1] == pytest.approx(10, rel=0.2)
    moved = energy.muon_energies(fits_of(3, shift_m=321.0), batch, detector)
    assert moved == pytest.approx(gev, rel=1e-3)


def test_light_at_another_time_does_not_count(detector, pulses_of):
    pulses = light_of_track(detector, pulses_of, 10.0)
    late = pulses_of(pulses.sensor_id, pulses.time_ns + 3000, 10.0)
    seen, expected = energy.charges_along(
        energy.tracks_of(fits_of(1), pack([late])), pack([late]), detector
    )
    assert seen.sum() == 0
    assert expected.sum() > 10


def test_the_brightest_pieces_are_left_out():
    expected = np.full((1, 10), 2.0)
    seen = expected.copy()
    seen[0, [2, 7]] = 1e5
    assert energy.truncated_ratio(seen, expected) == pytest.approx([1.0])


def test_pieces_before_and_behind_the_muon_do_not_count():
    expected = np.full((1, 10), 2.0)
    seen = np.zeros((1, 10))
    seen[0, 4:8] = 6.0
    assert energy.truncated_ratio(seen, expected) == pytest.approx([3.0])


def test_without_a_fit_or_light_there_is_no_energy(detector, pulses_of):
    pulses = light_of_track(detector, pulses_of)
    assert np.isnan(energy.muon_energies(no_fits(1), pack([pulses]), detector)).all()
    assert np.isnan(energy.truncated_ratio(np.zeros((1, 5)), np.ones((1, 5)))).all()


def test_no_energy_is_below_the_least():
    assert energy.energy_of(np.array([0.0, 0.5, 1e3]))[:2].tolist() == [energy.LEAST_GEV] * 2
    assert energy.energy_of(np.array([1e3]))[0] == pytest.approx(2.05e6, rel=0.01)


def test_no_events_no_energies(detector):
    assert len(energy.muon_energies(no_fits(0), pack([]), detector)) == 0
