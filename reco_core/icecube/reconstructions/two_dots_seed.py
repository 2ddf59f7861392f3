"""Two dots as published: auxiliary DOMs count, and the azimuth lacks its sign."""

from __future__ import annotations

from reco_core.icecube.detector import Detector
from reco_core.icecube.pulse_batch import PulseBatch
from reco_core.icecube.reconstructions import two_dots_variants
from reco_core.icecube.reconstructions.fits import Fits
from reco_core.icecube.reconstructions.two_dots_variants import TWO_DOTS_SEED, fit_variant


def fit(batch: PulseBatch, detector: Detector) -> Fits:
    """See fit_variant."""
    return fit_variant(TWO_DOTS_SEED, batch, detector)


def load() -> None:
    """Read the weights."""
    two_dots_variants.load(TWO_DOTS_SEED)
