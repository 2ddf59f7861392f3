import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reco_core.icecube.sky import equatorial, greenwich_sidereal_time

ANGLE = st.floats(0.0, 2 * math.pi, exclude_max=True)
MJD = st.floats(40_000.0, 80_000.0)


def hours(h: int, m: int, s: float) -> float:
    return math.radians(15.0 * (h + m / 60 + s / 3600))


@pytest.mark.parametrize(
    ("mjd", "expected"),
    [
        (46895.0, hours(13, 10, 46.3668)),  # 1987 April 10, 0:00; Meeus, examples 12.a and 12.b
        (46895.0 + (19 + 21 / 60) / 24, hours(8, 34, 57.0896)),
    ],
)
def test_sidereal_time_of_published_examples(mjd: float, expected: float) -> None:
    # the last digit printed is 0.0001 s, 7e-9 rad
    assert greenwich_sidereal_time(mjd) == pytest.approx(expected, abs=4e-9)


def test_ernie_is_where_it_was_published() -> None:
    # arXiv:1311.5238, event 20: MJD 55929.3986, declination -67.2, right ascension 38.3 degrees;
    # zenith and azimuth as published with its pulses.
    ra, dec = equatorial(0.3987800843427981, 5.19359492845419, 55929.3986)
    assert math.degrees(ra) == pytest.approx(38.3, abs=0.1)
    assert math.degrees(dec) == pytest.approx(-67.2, abs=0.1)


def test_straight_up_is_the_south_celestial_pole() -> None:
    assert equatorial(0.0, 1.0, 58_000.0)[1] == -math.pi / 2
    assert equatorial(math.pi, 1.0, 58_000.0)[1] == math.pi / 2


@given(ANGLE, ANGLE, MJD)
def test_right_ascension_falls_as_azimuth_grows(azimuth: float, turn: float, mjd: float) -> None:
    before, after = (equatorial(1.0, angle, mjd)[0] for angle in (azimuth, azimuth + turn))
    moved = math.remainder(after - before + turn, 2 * math.pi)
    assert moved == pytest.approx(0.0, abs=1e-9)


@given(ANGLE, MJD)
def test_after_a_sidereal_day_the_sky_is_back(azimuth: float, mjd: float) -> None:
    ra, later = (equatorial(1.0, azimuth, day)[0] for day in (mjd, mjd + 1 / 1.00273790935))
    assert math.remainder(later - ra, 2 * math.pi) == pytest.approx(0.0, abs=1e-8)


@given(st.floats(0.0, math.pi), st.floats(-1e3, 1e3), st.floats(-1e6, 1e6))
def test_ranges_hold_for_any_time(zenith: float, azimuth: float, mjd: float) -> None:
    ra, dec = equatorial(zenith, azimuth, mjd)
    assert 0 <= ra < 2 * math.pi
    assert abs(dec) <= math.pi / 2
