"""How likely a track is that somebody holds in hand: the numbers that SPE and MPE fit compare.

The pulses, their cleaning, the ice and the compiled sums are those of the fits, so that at a fit's
own answer its likelihood is the highest around.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from reco_core.compiled import compiled_entry
from reco_core.directions import angles_of, source_direction
from reco_core.errors import ReconstructionError
from reco_core.icecube.detector import Detector, builtin_detector
from reco_core.icecube.event import Pulses
from reco_core.icecube.likelihood.cleaning import cleaned
from reco_core.icecube.likelihood.first_light import COLUMNS, FirstLight, first_light, single
from reco_core.icecube.likelihood.light_model import LightModel
from reco_core.icecube.likelihood.track import PX, TIME_NS, TRACK_COLUMNS, UX, track_loss
from reco_core.icecube.likelihood.track_fit import Tracks, models_of, search_from
from reco_core.icecube.pulse_batch import FloatArray, pack
from reco_core.icecube.reconstructions import mpe_fit, spe_fit
from reco_core.icecube.reconstructions.fits import Reason
from reco_core.units import SPEED_OF_LIGHT

FITS: Final = (spe_fit.KEY, mpe_fit.KEY)


class Held(NamedTuple):
    """A particle in hand. zenith, azimuth : rad, where it came from.  point_m : x, y, z, where it
    is at time_ns, ns since the event's first pulse; of a cascade the vertex.
    """

    zenith: float
    azimuth: float
    point_m: tuple[float, float, float]
    time_ns: float

    @property
    def travel(self) -> FloatArray:
        """(3,) unit vector."""
        return -source_direction(self.zenith, self.azimuth)


class LitDoms(NamedTuple):
    """What the track likelihoods look at in one event. of : first pulses by the key of the fit.

    model : of ice and light.
    """

    model: LightModel
    of: dict[str, FirstLight]
    detector: Detector

    @property
    def n_doms(self) -> int:
        return len(self.of[mpe_fit.KEY].rows)


def lit_doms(pulses: Pulses, detector: Detector) -> LitDoms:
    """The first pulses of an event as both fits take them; ReconstructionError without any."""
    model = models_of(detector).fine
    light = first_light(cleaned(pack([pulses]), detector), detector, model)
    if len(light.rows) == 0:
        raise ReconstructionError(Reason.NO_DOM.text)
    return LitDoms(model, {spe_fit.KEY: single(light), mpe_fit.KEY: light}, detector)


def track_log_likelihoods(lit: LitDoms, held: Held) -> dict[str, float]:
    """ln likelihood of a track by the key of the fit (FITS), finite; times in ns.

    Sum over DOMs of the ln of Pandel's density of the first pulse (AMANDA collaboration,
    astro-ph/0407044), as in track.track_loss.
    """
    track, slope = _track(held), np.empty(TRACK_COLUMNS)
    return {
        key: -loss_of_track(lit.model, light.rows, track, slope) for key, light in lit.of.items()
    }


def track_from(lit: LitDoms, held: Held, key: str) -> Held:
    """The likeliest track near one in hand, by one of FITS; its point is that of the one in hand,
    moved along the new track to where it is nearest.

    Raises ReconstructionError where light on fewer than 2 DOMs leaves nothing to fit.
    """
    if lit.n_doms < 2:
        raise ReconstructionError(Reason.ONE_DOM.text)
    none = np.zeros(1)
    start = Tracks(_track(held)[None], none, none)
    track = search_from(models_of(lit.detector), lit.of[key], start).track[0]
    return _held(track, np.array(held.point_m))


def load() -> None:
    """Compile, or read what was compiled before."""
    spe_fit.load()
    model = models_of(builtin_detector()).fine
    loss_of_track(model, np.zeros((0, COLUMNS)), np.zeros(TRACK_COLUMNS), np.zeros(TRACK_COLUMNS))


@compiled_entry
def loss_of_track(
    model: LightModel, doms: FloatArray, track: FloatArray, slope: FloatArray
) -> float:
    """-ln likelihood of a track (7,); see track.track_loss."""
    return track_loss(model, doms, track, slope)


def _track(held: Held) -> FloatArray:
    """(7,) columns as in track."""
    return np.concatenate((held.point_m, [held.time_ns], held.travel))


def _held(track: FloatArray, near_m: FloatArray) -> Held:
    """A track (7,), its point the nearest to a place (3,)."""
    travel, point = track[UX : UX + 3], track[PX : PX + 3]
    way = float((near_m - point) @ travel)
    zenith, azimuth = angles_of(-travel)
    x, y, z = (float(value) for value in point + way * travel)
    time_ns = float(track[TIME_NS]) + way / SPEED_OF_LIGHT
    return Held(float(zenith), float(azimuth), (x, y, z), time_ns)
