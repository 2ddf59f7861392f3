"""The likeliest track by the first pulse of each DOM, as if it saw one photo-electron.

The chain is the collaboration's SPEFit (AMANDA collaboration, astro-ph/0407044): Pandel's law of
arrival times, smeared by a Gaussian. Here the ice is that between track and DOM, its tilt included,
the best of many directions is taken, and the minimum is found by its gradient.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from reco_core.icecube.detector import Detector, builtin_detector
from reco_core.icecube.likelihood.cleaning import cleaned
from reco_core.icecube.likelihood.first_light import FirstLight, first_light, single
from reco_core.icecube.likelihood.track_fit import (
    Models,
    Tracks,
    fits_of,
    models_of,
    search_all,
    starts_of,
)
from reco_core.icecube.pulse_batch import PulseBatch, pack
from reco_core.icecube.reconstructions import line_fit, svd_axis
from reco_core.icecube.reconstructions.energy import muon_energies
from reco_core.icecube.reconstructions.fits import Fits
from reco_core.icecube.reconstructions.motion import too_few_doms

KEY: Final = "spe_fit"

# Of the likelihood's own uncertainty, so that 68 % of simulated tracks lie within it.
WIDENING: Final = 1.15


def fit(batch: PulseBatch, detector: Detector, models: Models | None = None) -> Fits:
    """Tracks of the non-auxiliary pulses and the auxiliary ones near them.

    models : of ice and light, those of the South Pole if None.  quality : 5 degrees over 5 degrees
    plus the uncertainty.  energy_gev : of the muon half-way, see energy.py.
    """
    models = models or models_of(detector)
    batch = cleaned(batch, detector)
    light = first_light(batch, detector, models.fine)
    tracks = spe_tracks(batch, detector, models, light)
    fits = fits_of(tracks, light, batch.origin_ns, too_few_doms(batch), WIDENING)
    return fits._replace(energy_gev=muon_energies(fits, batch, detector))


def load() -> None:
    """Make the tables and compile, or read what was compiled before."""
    line_fit.load()
    fit(pack([]), builtin_detector())


def spe_tracks(batch: PulseBatch, detector: Detector, models: Models, light: FirstLight) -> Tracks:
    """Tracks of cleaned pulses, from the line fit, the principal axis and all directions."""
    simple = (method.fit(batch, detector) for method in (line_fit, svd_axis))
    given = np.stack([starts_of(fits, batch.origin_ns) for fits in simple], axis=1)
    return search_all(models, single(light), given)
