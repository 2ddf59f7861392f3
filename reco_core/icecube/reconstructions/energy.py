"""A muon's energy from the light along its fitted track: an estimate.

Above a TeV a muon's mean light per metre grows with its energy, but in few bright showers. So the
track is cut into pieces, the brightest of which are left out ("truncated mean of dE/dx",
arXiv:1208.3430), and what remains is compared with the light that a muon of a given energy gives in
the local ice. Below about 1 TeV light hardly depends on energy, and the estimate says no more than
that it is low. The track must be known to some ten metres.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from reco_core.compiled import ZERO, compiled, compiled_entry
from reco_core.directions import source_direction
from reco_core.icecube.detector import N_SENSORS, Detector
from reco_core.icecube.likelihood.cascade_doms import Pulsed, Sensors
from reco_core.icecube.likelihood.cascade_light import CHARGE_PER_ELECTRON
from reco_core.icecube.likelihood.light_model import LightModel
from reco_core.icecube.likelihood.local_ice import mean_inverse
from reco_core.icecube.pulse_batch import FloatArray, IntArray, PulseBatch
from reco_core.icecube.reconstructions.cascade_fit import surroundings
from reco_core.icecube.reconstructions.fits import Fits
from reco_core.icecube.simulation.light_angles import sensitivity_to
from reco_core.icecube.simulation.light_fall import line_pe
from reco_core.icecube.simulation.light_yield import PHOTONS_PER_M
from reco_core.units import CHERENKOV_ANGLE, SPEED_IN_ICE, SPEED_OF_LIGHT

TRACK_LIGHT: Final = 0.82  # of PPC's light, as in the simulation
SINE: Final = math.sin(CHERENKOV_ANGLE)
TANGENT: Final = math.tan(CHERENKOV_ANGLE)

PIECE_M: Final = 100.0
PIECES: Final = 24
START_M: Final = -PIECE_M * PIECES / 2  # from the point of the track nearest to the centre
NEAR_M, FAR_M = 10.0, 100.0  # DOMs closer tell of the place, those farther of the ice
EARLIEST_NS, LATEST_NS = -200.0, 2000.0  # around straight light

LEAST_PE: Final = 0.5  # a piece from which less is expected of a bare muon is left out
DROPPED: Final = 0.4  # of the pieces, the brightest

BARE: Final = 1.35  # light of a muon with its small losses, over its own

# Light of such pieces over that of a bare muon, by energy: FAINT + E / RISE_GEV. Found on simulated
# tracks whose place is known; without the brightest pieces a faint muon seems fainter than it is.
FAINT: Final = 0.8
RISE_GEV: Final = 2050.0
LEAST_GEV: Final = 100.0


def muon_energies(fits: Fits, batch: PulseBatch, detector: Detector) -> FloatArray:
    """(E,) GeV, energies of muons half-way through the light of their tracks; NaN without a fit.

    fits : of these events, as tracks.  No less than LEAST_GEV, which stands for all that is lower;
    NaN too where no piece of the track is near enough to DOMs.
    """
    track = tracks_of(fits, batch)
    seen, expected = charges_along(track, batch, detector)
    return energy_of(truncated_ratio(seen, expected))


def tracks_of(fits: Fits, batch: PulseBatch) -> FloatArray:
    """(E, 7) of tracks: the point nearest to the centre, m, when the muon is there, ns since the
    event's first pulse, and travel direction; NaN without a fit."""
    travel = -source_direction(fits.zenith, fits.azimuth)
    along = -(fits.point_m * travel).sum(axis=1)
    point = fits.point_m + along[:, None] * travel
    time = fits.time_ns - batch.origin_ns + along / SPEED_OF_LIGHT
    return np.column_stack((point, time, travel))


def charges_along(
    track: FloatArray, batch: PulseBatch, detector: Detector
) -> tuple[FloatArray, FloatArray]:
    """Charge seen, and expected of a bare muon, PE, for the pieces (E, PIECES) of tracks (E, 7)."""
    models, sensors = surroundings(detector)
    seen, expected = (np.zeros((batch.n_events, PIECES)) for _ in range(2))
    sum_along(
        models.fine, sensors, batch.start, Pulsed(*batch[1:5]), track, np.zeros(N_SENSORS), seen,
        expected,
    )  # fmt: skip
    return seen, expected


def truncated_ratio(seen: FloatArray, expected: FloatArray) -> FloatArray:
    """(E,) light over that of a bare muon, the brightest pieces (E, PIECES) left out.

    Pieces before the first and after the last with light do not count: the muon may start or stop.
    """
    lit = seen > 0
    from_first = np.logical_or.accumulate(lit, axis=1)
    to_last = np.logical_or.accumulate(lit[:, ::-1], axis=1)[:, ::-1]
    counts = (expected > LEAST_PE) & from_first & to_last
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(counts, seen / expected, np.inf)
        rank = ratio.argsort(axis=1).argsort(axis=1)
        kept = counts & (rank < np.ceil((1 - DROPPED) * counts.sum(axis=1))[:, None])
        return np.asarray((seen * kept).sum(axis=1) / (expected * kept).sum(axis=1))


def energy_of(ratio: FloatArray) -> FloatArray:
    """(E,) GeV, of muons that give this much light over that of a bare one; NaN of NaN."""
    return np.asarray(np.maximum(RISE_GEV * (ratio - FAINT), LEAST_GEV))


@compiled_entry
def sum_along(
    model: LightModel, sensors: Sensors, start: IntArray, pulsed: Pulsed, track: FloatArray,
    charge: FloatArray, seen: FloatArray, expected: FloatArray,
) -> None:  # fmt: skip
    """Fill seen and expected (E, PIECES), see charges_along; charge : (5160,) to work in."""
    for k in range(len(track)):
        if not math.isfinite(track[k].sum()):
            continue
        for s in range(N_SENSORS):
            charge[s] = 0.0
        for i in range(start[k], start[k + 1]):
            s = pulsed.sensor_id[i]
            along, r = _beside(sensors[0], s, track[k])
            way_ns = (along - r / TANGENT) / SPEED_OF_LIGHT + r / SINE / SPEED_IN_ICE
            if EARLIEST_NS < pulsed.time_ns[i] - track[k, 3] - way_ns < LATEST_NS:
                charge[s] += pulsed.charge_pe[i]
        for s in range(N_SENSORS):
            along, r = _beside(sensors[0], s, track[k])
            left = along - r / TANGENT
            piece = ZERO + math.floor((left - START_M) / PIECE_M)
            if NEAR_M < r < FAR_M and 0 <= piece < PIECES:
                seen[k, piece] += charge[s]
                expected[k, piece] += _of_bare_muon(model, sensors, s, track[k], left, r)


@compiled
def _beside(place: FloatArray, s: int, track: FloatArray) -> tuple[float, float]:
    """How far along a track (7,) a DOM is, and how far from it, m."""
    dx, dy, dz = place[s, 0] - track[0], place[s, 1] - track[1], place[s, 2] - track[2]
    along = dx * track[4] + dy * track[5] + dz * track[6]
    return along, math.sqrt(max(dx * dx + dy * dy + dz * dz - along * along, 0.0))


@compiled
def _of_bare_muon(
    model: LightModel, sensors: Sensors, s: int, track: FloatArray, left_m: float, r: float
) -> float:
    """Mean charge, PE, on a DOM at r m from the track, of light that leaves it at left_m."""
    source_z, level_z = track[2] + left_m * track[6], sensors[0][s, 2]
    rise = sensors[1][s]
    scatter, absorb, _, _ = mean_inverse(model, source_z - rise, level_z - rise)
    onset = math.exp(absorb / scatter) / (3 * scatter)
    light = line_pe(PHOTONS_PER_M * BARE, r, 1 / math.sqrt(3 * scatter * absorb), onset)
    way = r / SINE
    light *= sensitivity_to((level_z - source_z) / way, math.exp(-way * scatter))
    return float(light * TRACK_LIGHT * CHARGE_PER_ELECTRON * sensors[2][s])
