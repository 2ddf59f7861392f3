"""The likeliest tracks of a batch of events, with their uncertainty."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from reco_core.directions import angles_of, source_direction
from reco_core.icecube.detector import Detector
from reco_core.icecube.likelihood.first_light import FirstLight
from reco_core.icecube.likelihood.light_model import Constants, LightModel, light_model
from reco_core.icecube.likelihood.minimiser import new_search
from reco_core.icecube.likelihood.track import NUMBERS, PX, TILT, TIME_NS, TRACK_COLUMNS, UX
from reco_core.icecube.likelihood.track_search import new_room, search_tracks
from reco_core.icecube.pulse_batch import FloatArray, IntArray
from reco_core.icecube.reconstructions.fits import Fits, Reason, no_fits
from reco_core.units import SPEED_OF_LIGHT

# Contrast and scattering are where two muons of the collaboration's simulation and a recorded one
# are likeliest (published: scattering 1.1 to 2.2). Our own simulation has 1.0 and 1.6, with which
# its muons come out up to a fifth better.
FINE: Final = Constants(
    contrast=0.7, scattering=2.0, pandel_time_ns=450.0, smear_ns=6.0,
    noise_share=0.02, noise_ns=1000.0,
)  # fmt: skip
COARSE: Final = FINE._replace(smear_ns=30.0)  # few minima, and wide ones

DIRECTIONS: Final = 50
TRIED: Final = 20
FOLLOWED: Final = 6

# Radius that holds 68 % over the root of the sum of two variances: 1.07 if they are equal, 1.00 if
# one is 0.
RADIUS: Final = 1.04
CHANCE_RAD: Final = 1.94  # 68 % of all directions are that near to any
LEAST_CURVE: Final = 1e-4
HALF_SURE_RAD: Final = float(np.radians(5.0))


class Models(NamedTuple):
    """coarse, fine : for the first look and for the answer."""

    coarse: LightModel
    fine: LightModel


class Tracks(NamedTuple):
    """E tracks. track : (E, 7), columns as in track.  variance_rad2 : (E,) of both angles together,
    by the curvature of the likelihood.  spread_rad2 : (E,) mean square angle to its other minima.
    """

    track: FloatArray
    variance_rad2: FloatArray
    spread_rad2: FloatArray


@lru_cache(maxsize=4)
def models_of(detector: Detector, tilted: bool = True) -> Models:
    """Both models for a detector; tilted as in light_model."""
    coarse, fine = (light_model(detector, numbers, None, tilted) for numbers in (COARSE, FINE))
    return Models(coarse, fine)


def search_all(models: Models, light: FirstLight, given: FloatArray) -> Tracks:
    """The likeliest tracks, from given ones (E, S, 7), NaN for none, and from all directions."""
    return _searched(models, light, given, sphere(DIRECTIONS), TRIED, FOLLOWED)


def search_from(models: Models, light: FirstLight, tracks: Tracks) -> Tracks:
    """The likeliest tracks near given ones, whose other minima remain what they are."""
    only = Models(models.fine, models.fine)
    found = _searched(only, light, tracks.track[:, None], np.zeros((0, 3)), 1, 1)
    return found._replace(spread_rad2=tracks.spread_rad2)


def _searched(
    models: Models, light: FirstLight, given: FloatArray, directions: FloatArray, tried: int,
    followed: int,
) -> Tracks:  # fmt: skip
    n_events = len(light.start) - 1
    track, spread = np.full((n_events, TRACK_COLUMNS), np.nan), np.zeros(n_events)
    curve = np.zeros((n_events, NUMBERS, NUMBERS))
    search_tracks(
        models.coarse, models.fine, light.start, light.rows, np.ascontiguousarray(given),
        directions, tried, followed, new_room(given.shape[1] + len(directions)),
        new_search(NUMBERS), track, curve, spread,
    )  # fmt: skip
    return Tracks(track, _angular_variance(curve), spread)


def _angular_variance(curve: FloatArray) -> FloatArray:
    """(E,) rad2, sum of the variances of both tilts, from Hessians (E, 5, 5)."""
    values, vectors = np.linalg.eigh(curve)
    tilts = vectors[:, 3:] ** 2  # (E, 2, 5)
    return np.asarray(TILT**2 * (tilts / np.maximum(values, LEAST_CURVE)[:, None]).sum((1, 2)))


def sphere(n: int) -> FloatArray:
    """(n, 3) directions evenly over the sphere, on a spiral."""
    step = np.arange(n) + 0.5
    zenith, azimuth = np.arccos(1 - 2 * step / n), np.pi * (1 + np.sqrt(5)) * step
    return source_direction(zenith, azimuth)


def starts_of(fits: Fits, origin_ns: IntArray) -> FloatArray:
    """(E, 7) tracks to start from, from the answers of another method."""
    travel = -source_direction(fits.zenith, fits.azimuth)
    time_ns = np.rint(fits.time_ns - origin_ns)  # large clock times have no exact fractions
    return np.column_stack((fits.point_m, time_ns, travel))


def fits_of(
    tracks: Tracks, light: FirstLight, origin_ns: IntArray, reason: np.typing.NDArray[np.int8],
    widening: float,
) -> Fits:  # fmt: skip
    """Answers; the point is the one of the track that is nearest to the mean place of the DOMs.

    widening : of the likelihood's own uncertainty.  quality : 1 for a sure direction, a half at 5
    degrees of uncertainty.  Where reason is not OK, the rest is NaN.
    """
    ok = reason == Reason.OK
    track = np.where(ok[:, None], tracks.track, np.nan)
    travel, point = track[:, UX : UX + 3], track[:, PX : PX + 3]
    way = np.einsum("ij,ij->i", light.centre_m - point, travel)
    zenith, azimuth = angles_of(-travel)
    variance = widening**2 * tracks.variance_rad2 + tracks.spread_rad2
    radius = np.minimum(RADIUS * np.sqrt(np.where(ok, variance, np.nan)), CHANCE_RAD)
    return no_fits(len(ok))._replace(
        zenith=zenith,
        azimuth=np.where(ok, azimuth, np.nan),
        uncertainty_rad=radius,
        point_m=point + way[:, None] * travel,
        time_ns=track[:, TIME_NS] + way / SPEED_OF_LIGHT + origin_ns,
        quality=HALF_SURE_RAD / (HALF_SURE_RAD + radius),
        n_doms_used=np.where(ok, light.n_doms, 0),
        reason=reason,
    )
