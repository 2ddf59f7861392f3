"""From the detector's frame to the sky: right ascension and declination of a direction."""

from __future__ import annotations

import math
from typing import Final

MJD_OF_J2000: Final = 51544.5  # 2000 January 1, 12:00
DAYS_PER_CENTURY: Final = 36525.0


def greenwich_sidereal_time(mjd: float) -> float:
    """Greenwich mean sidereal time, rad in [0, 2 pi).

    mjd : modified Julian date, days, in UT1; UTC will do, which is never 0.9 s away (0.004
    degrees).  Source: IAU 1982, as in J. Meeus, "Astronomical Algorithms" (2nd ed., 1998), 12.4.
    """
    days = mjd - MJD_OF_J2000
    centuries = days / DAYS_PER_CENTURY
    # Whole turns are taken off first: at 360 degrees a day they would cost the last digits.
    turned = 360.0 * math.fmod(days, 1.0) + 0.98564736629 * days
    slow = centuries**2 * (0.000387933 - centuries / 38_710_000.0)
    return _turn(math.radians(280.46061837 + turned + slow))


def equatorial(zenith: float, azimuth: float, mjd: float) -> tuple[float, float]:
    """Right ascension in [0, 2 pi) and declination in [-pi/2, pi/2], rad, of the origin.

    zenith, azimuth : rad, where the particle came from, in IceCube's frame (z up, y along the
    Greenwich meridian).  The detector is taken to lie at the Pole itself, which it does to 0.01
    degrees; the coordinates are those of the mean equinox of the date, in 2012 0.2 degrees from
    those of J2000 at most.
    """
    right_ascension = greenwich_sidereal_time(mjd) + math.pi / 2 - azimuth
    return _turn(right_ascension), zenith - math.pi / 2


def _turn(angle: float) -> float:
    turned = math.fmod(angle, 2 * math.pi)
    turned += 2 * math.pi if turned < 0 else 0.0
    # A tiny negative angle rounds up to the whole turn, which is outside the range.
    return 0.0 if turned >= 2 * math.pi else turned
