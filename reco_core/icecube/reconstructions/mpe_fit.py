"""The likeliest track by the first pulse of each DOM, as the first of all its photo-electrons.

The collaboration's MPEFit (AMANDA collaboration, astro-ph/0407044): of N photo-electrons the first
arrives with density N p(t) S(t)^(N - 1), S the share of light that is later than t.
"""

from __future__ import annotations

from typing import Final

from reco_core.icecube.detector import Detector, builtin_detector
from reco_core.icecube.likelihood.cleaning import cleaned
from reco_core.icecube.likelihood.first_light import first_light
from reco_core.icecube.likelihood.track_fit import Models, fits_of, models_of, search_from
from reco_core.icecube.pulse_batch import PulseBatch, pack
from reco_core.icecube.reconstructions import line_fit
from reco_core.icecube.reconstructions.energy import muon_energies
from reco_core.icecube.reconstructions.fits import Fits
from reco_core.icecube.reconstructions.motion import too_few_doms
from reco_core.icecube.reconstructions.spe_fit import spe_tracks

KEY: Final = "mpe_fit"

# Of the likelihood's own uncertainty, so that 68 % of simulated tracks lie within it.
WIDENING: Final = 1.3


def fit(batch: PulseBatch, detector: Detector, models: Models | None = None) -> Fits:
    """Tracks of the same pulses as spe_fit takes, from its answers.

    models : of ice and light, those of the South Pole if None.  quality : 5 degrees over 5 degrees
    plus the uncertainty.  energy_gev : of the muon half-way, see energy.py.
    """
    models = models or models_of(detector)
    batch = cleaned(batch, detector)
    light = first_light(batch, detector, models.fine)
    tracks = search_from(models, light, spe_tracks(batch, detector, models, light))
    fits = fits_of(tracks, light, batch.origin_ns, too_few_doms(batch), WIDENING)
    return fits._replace(energy_gev=muon_energies(fits, batch, detector))


def load() -> None:
    """Make the tables and compile, or read what was compiled before."""
    line_fit.load()
    fit(pack([]), builtin_detector())
