"""Vertex, time, energy and direction of a cascade, as likely as can be.

1. place and time   first pulses as light of a point, from rough centres and the brightest DOMs
2. direction        charges of the DOMs around it, lit or not, on a grid of the sphere; for each
                    direction the likeliest energy
3. all at once      first pulses and charges together, from the best directions

Charges count with auxiliary pulses, since a DOM far away sees a single photo-electron; times
without. Delays are Pandel's (astro-ph/0407044); energy from charges as in arXiv:1311.4767, with
formulas in place of tabulated light.

On simulated contained cascades of 0.1 to 1 PeV half of the vertices are within 2 m and half of the
directions within 8 degrees (in the dust layer: 6 m and 26 degrees). On the recorded cascade of
1.14 PeV it finds 1.12 PeV and a direction 21 degrees from the published one, which is known to
10.7 degrees.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from reco_core.compiled import flat
from reco_core.directions import angles_of
from reco_core.icecube.detector import Detector, builtin_detector
from reco_core.icecube.likelihood.cascade_doms import MOST_DOMS, Pulsed, Sensors, no_doms
from reco_core.icecube.likelihood.cascade_grid import new_grid
from reco_core.icecube.likelihood.cascade_loss import (
    CASCADE_COLUMNS,
    LOG_GEV,
    NUMBERS,
    PX,
    TILT,
    TILTS,
    TIME_NS,
    UX,
    ChargeModel,
)
from reco_core.icecube.likelihood.cascade_search import LEAST_DOMS, Models, search_cascades
from reco_core.icecube.likelihood.cascade_starts import new_room
from reco_core.icecube.likelihood.light_model import Constants, light_model
from reco_core.icecube.likelihood.minimiser import new_search
from reco_core.icecube.pulse_batch import BoolArray, FloatArray, IntArray, PulseBatch, kept, pack
from reco_core.icecube.reconstructions.fits import Fits, Reason, no_fits
from reco_core.icecube.reconstructions.motion import first_of, too_few_doms

KEY: Final = "cascade_fit"

# Scattering, anisotropy and Pandel's time are the simulation's, which the recorded cascade also
# likes best. The spread of charges is larger than simulated light asks for (0.2): real ice and
# read-out are less well known.
FINE: Final = Constants(
    contrast=1.0, scattering=1.6, pandel_time_ns=450.0,
    smear_ns=10.0, noise_share=0.02, noise_ns=1000.0,
)  # fmt: skip
COARSE: Final = FINE._replace(smear_ns=40.0)
CHARGES: Final = ChargeModel(
    flow_share=0.08, spread=0.3, noise_pe=0.005, dead_share=0.02, saturated_pe=800.0
)
DEEPCORE_SENSITIVITY: Final = 1.35  # of its photomultipliers (arXiv:1612.05093)

DIRECTIONS: Final = 96

# Radius that holds 68 % over the root of the sum of two variances: 1.07 if they are equal, 1.00 if
# one is 0.
RADIUS: Final = 1.04
CHANCE_RAD: Final = 1.94  # 68 % of all directions lie within it
LEAST_CURVE: Final = 1e-4
SURE_RAD: Final = float(np.radians(15.0))


def fit(batch: PulseBatch, detector: Detector) -> Fits:
    """The likeliest cascade of each event; its point is the vertex.

    energy_gev : of an electromagnetic cascade with as much light.  n_doms_used : DOMs with a
    non-auxiliary pulse that the last search looked at.  quality : 1 / (1 + (uncertainty / 15
    degrees)^2).
    """
    return likeliest(batch, detector)


def load() -> None:
    """Compile, or read what was compiled before."""
    fit(pack([]), builtin_detector())


def likeliest(batch: PulseBatch, detector: Detector, level: bool = False) -> Fits:
    """Same. level : in ice whose layers lie level and where no direction of the compass differs."""
    reason = too_few_doms(kept(batch, ~batch.auxiliary))
    found, curve, spread, n_doms = _searched(batch, detector, level, reason == Reason.OK)
    sound = (n_doms >= LEAST_DOMS) & np.isfinite(curve).all((1, 2)) & np.isfinite(found).all(1)
    reason = first_of(reason, ~sound, Reason.DARK_VERTEX)
    ok = reason == Reason.OK
    found[~ok], curve[~ok] = np.nan, np.eye(NUMBERS)
    travel, energy = found[:, UX : UX + 3], np.exp(found[:, LOG_GEV])
    zenith, azimuth = angles_of(0.0 - travel)
    uncertainty = np.where(ok, _uncertainty(curve, spread), np.nan)
    return no_fits(batch.n_events)._replace(
        zenith=zenith,
        azimuth=np.where(ok, azimuth, np.nan),
        uncertainty_rad=uncertainty,
        point_m=found[:, PX : PX + 3],
        time_ns=found[:, TIME_NS] + batch.origin_ns,
        quality=1 / (1 + (uncertainty / SURE_RAD) ** 2),
        n_doms_used=np.where(ok, n_doms, 0),
        energy_gev=energy,
        reason=reason,
    )


def _searched(
    batch: PulseBatch, detector: Detector, level: bool, tried: BoolArray
) -> tuple[FloatArray, FloatArray, FloatArray, IntArray]:
    """What search_cascades fills."""
    n = batch.n_events
    found, curve = np.zeros((n, CASCADE_COLUMNS)), np.zeros((n, NUMBERS, NUMBERS))
    spread, n_doms = np.zeros(n), np.zeros(n, np.int64)
    models, sensors = surroundings(detector, level)
    search_cascades(
        models, sensors, batch.start, Pulsed(*batch[1:5]), tried,
        new_room(MOST_DOMS), no_doms(), new_grid(_sphere(), MOST_DOMS), new_search(NUMBERS),
        found, curve, spread, n_doms,
    )  # fmt: skip
    return found, curve, spread, n_doms


def _uncertainty(curve: FloatArray, spread: FloatArray) -> FloatArray:
    """(E,) rad, from Hessians (E, 7, 7) and mean square angles (E,) to other minima."""
    value, vector = np.linalg.eigh(curve)
    value = np.maximum(value, LEAST_CURVE)
    variance = ((vector[:, TILTS:] ** 2).sum(axis=1) / value).sum(axis=1) * TILT**2
    square = RADIUS**2 * variance + spread
    with np.errstate(divide="ignore"):
        return np.asarray((1 / square**2 + 1 / CHANCE_RAD**4) ** -0.25)


@lru_cache(maxsize=1)
def _sphere() -> FloatArray:
    """(DIRECTIONS, 3) unit vectors, evenly over the sphere, on a spiral."""
    step = np.arange(DIRECTIONS) + 0.5
    z, turn = 1 - 2 * step / DIRECTIONS, np.pi * (1 + np.sqrt(5)) * step
    radius = np.sqrt(1 - z * z)
    return np.column_stack((radius * np.cos(turn), radius * np.sin(turn), z))


@lru_cache(maxsize=4)
def surroundings(detector: Detector, level: bool = False) -> tuple[Models, Sensors]:
    """Ice and DOMs of a detector."""
    coarse, fine = (light_model(detector, c, None, not level) for c in (COARSE, FINE))
    charges = flat(CHARGES._replace(flow_share=0.0 if level else CHARGES.flow_share))
    sensitivity = np.where(detector.is_deepcore, DEEPCORE_SENSITIVITY, 1.0)
    position = np.array(detector.position_m, np.float64)
    return Models(coarse, fine, charges), (position, np.array(fine.rise_m), sensitivity)
