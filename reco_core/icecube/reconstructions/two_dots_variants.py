"""The two forms of two dots: repaired, and as published. They share everything but two choices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from reco_core.directions import angles_of, source_direction
from reco_core.icecube.detector import Detector
from reco_core.icecube.pulse_batch import FloatArray, IntArray, PulseBatch, kept
from reco_core.icecube.reconstructions import line_fit
from reco_core.icecube.reconstructions.dot_features import (
    FEATURES,
    SEED_FEATURES,
    Features,
    pair_rows,
)
from reco_core.icecube.reconstructions.dot_pairs import (
    AXES,
    Pairs,
    dom_rows,
    dom_start,
    pair_directions,
    sampled_pairs,
)
from reco_core.icecube.reconstructions.fits import Fits, Reason, no_fits
from reco_core.icecube.reconstructions.motion import anchor_times, too_few_doms
from reco_core.icecube.segments import first_per_dom
from reco_core.weights import booster, card

UNCERTAINTY: Final = "uncertainty"  # of the card: predicted error and the radius that holds 68 %


@dataclass(frozen=True)
class Variant:
    """with_auxiliary : also DOMs with auxiliary pulses alone.  signed : azimuth by atan2; the
    published form takes acos(x / sin zenith), which loses the sign of y.
    features : what the regressor is told.
    """

    key: str
    with_auxiliary: bool
    signed: bool
    features: Features

    def used(self, batch: PulseBatch) -> PulseBatch:
        return batch if self.with_auxiliary else kept(batch, ~batch.auxiliary)

    def angles(self, direction: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Zenith and azimuth (Q,) rad of unit vectors (Q, 3) to the source."""
        zenith, azimuth = angles_of(direction)
        if self.signed:
            return zenith, azimuth
        with np.errstate(divide="ignore", invalid="ignore"):
            cosine = direction[:, 0] / np.sin(zenith)
        return zenith, np.arccos(np.clip(np.nan_to_num(cosine), -1.0, 1.0))


TWO_DOTS: Final = Variant("two_dots", False, True, FEATURES)
TWO_DOTS_SEED: Final = Variant(
    "two_dots_seed", with_auxiliary=True, signed=False, features=SEED_FEATURES
)


def load(variant: Variant) -> None:
    """Read the weights, and compile."""
    booster(variant.key)
    line_fit.load()


def fit_variant(variant: Variant, batch: PulseBatch, detector: Detector) -> Fits:
    """The pair of least predicted error; its middle is the point.

    quality : 1 - predicted error / pi.  uncertainty_rad : by the card's calibration.
    """
    used = variant.used(batch)
    reason = too_few_doms(used)
    doms = dom_rows(used, detector)
    pairs = sampled_pairs(dom_start(doms, used.n_events))
    fits = no_fits(used.n_events)._replace(reason=reason)
    if len(pairs.first):
        rows = pair_rows(doms, pairs, used, detector, variant.features)
        predicted = booster(variant.key).inplace_predict(rows.to_numpy())
        _fill(fits, variant, doms, pairs, np.asarray(predicted, np.float64))
    ok = reason == Reason.OK
    first = first_per_dom(used)
    travel = -source_direction(fits.zenith, fits.azimuth)
    return fits._replace(
        time_ns=anchor_times(fits.point_m, travel, first, detector),
        n_doms_used=np.where(ok, 2, 0),
    )


def _fill(
    fits: Fits, variant: Variant, doms: pl.DataFrame, pairs: Pairs, predicted: FloatArray
) -> None:
    """Write the best pair of each event into the fits."""
    some = np.flatnonzero(np.diff(pairs.start))
    best = best_rows(predicted, pairs.start[:-1][some])
    place = doms.select(AXES).to_numpy()
    direction = pair_directions(doms, pairs)[best]
    fits.zenith[some], fits.azimuth[some] = variant.angles(direction)
    fits.point_m[some] = (place[pairs.first[best]] + place[pairs.second[best]]) / 2
    error = np.clip(predicted[best], 0.0, np.pi)
    table = card(variant.key).tables[UNCERTAINTY]
    fits.uncertainty_rad[some] = np.interp(error, table["predicted_rad"], table["radius_rad"])
    fits.quality[some] = 1 - error / np.pi


def best_rows(predicted: FloatArray, start: IntArray) -> IntArray:
    """Row of the least value in each segment that begins at start; of equal ones the first."""
    least = np.minimum.reduceat(predicted, start)
    length = np.diff(start, append=len(predicted))
    is_least = predicted == np.repeat(least, length)
    row = np.where(is_least, np.arange(len(predicted)), len(predicted))
    return np.asarray(np.minimum.reduceat(row, start))
