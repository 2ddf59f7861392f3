"""Training of the second learned verdict: by how much the best reconstruction is off."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np

from reco_core.directions import opening_angle, source_direction
from reco_core.errors import SettingError
from reco_core.icecube.classification import learned
from reco_core.icecube.classification.learned import (
    CALIBRATION,
    ERROR_EDGES_DEG,
    ERRORS,
    best_method,
    calibrated,
    class_probabilities,
    with_classes,
)
from reco_core.icecube.classification.learned_features import HARD_NAMES, told_numbers
from reco_core.icecube.classification.learned_names import (
    CASCADE_METHOD,
    CLASS_MODEL,
    HARD_DEGREES,
    TRACK_METHOD,
)
from reco_core.icecube.detector import Detector
from reco_core.icecube.evaluation.scores import auc, calibration_error
from reco_core.icecube.pulse_batch import FloatArray, PulseBatch, kept
from reco_core.icecube.reconstructions.fits import Reason
from reco_core.icecube.reconstructions.registry import reconstruct_batch, reconstruction_row
from reco_core.icecube.training.boosting import (
    ASIDE,
    CALIBRATE,
    Rows,
    boosted,
    counts,
    margins_of,
    rows_of_blocks,
)
from reco_core.icecube.training.calibration import fitted_calibration
from reco_core.icecube.training.labelled import Labelled
from reco_core.icecube.training.trained import Trained
from reco_core.weights import card

ROUNDS: Final = 150
SETTINGS: Final[dict[str, Any]] = {
    "num_class": len(ERROR_EDGES_DEG) - 1, "eta": 0.08, "max_depth": 4, "subsample": 0.8,
    "colsample_bytree": 0.5, "min_child_weight": 10,
}  # fmt: skip
LIMITS: Final = (
    "Trained on simulated events of the competition mix; real data differ (docs/simulation.md).",
    "The error is that of the MPE fit, or of the cascade fit where a cascade is four times as "
    "likely as a track; other methods err otherwise.",
    "More than half of these events are hard because their light is an atmospheric muon's, which "
    "has nothing to do with the neutrino that the label tells of.",
)


def train_hard(blocks: Iterable[Labelled], detector: Detector, seed: int) -> Trained:
    """Train on seven events of ten; the numbers are those of the tenth.

    SettingError for the seed of the first verdict, which knows those events too well.
    """
    if card(CLASS_MODEL).seed == seed:
        raise SettingError(
            f"--seed is {seed}, which {CLASS_MODEL} was trained with; expected another."
        )
    learned.load_class()
    for key in (TRACK_METHOD, CASCADE_METHOD):
        reconstruction_row(key).load()

    def rows_of(labelled: Labelled) -> Rows:
        told = told_numbers(labelled.block.pulses, detector)
        p_class = class_probabilities(told)
        error = best_errors(labelled.block.pulses, detector, p_class, labelled.source)
        return Rows(with_classes(told, p_class), error)

    errors = rows_of_blocks(rows_of, blocks)
    rows = errors._replace(target=np.digitize(np.degrees(errors.target), ERROR_EDGES_DEG[1:-1]))
    model = boosted(rows, {**SETTINGS, "seed": seed}, ROUNDS)
    late = rows.part(CALIBRATE)
    tables = {
        CALIBRATION: fitted_calibration(margins_of(model, late), late.target),
        ERRORS: {"share_below": shares_below(errors.target)},
    }
    aside = errors.part(ASIDE)
    p_error = calibrated(margins_of(model, aside), tables)
    numbers = {**counts(rows, model), **_numbers(p_error, aside.target)}
    return Trained(model, HARD_NAMES, numbers, tables, LIMITS)


def best_errors(
    batch: PulseBatch, detector: Detector, p_class: FloatArray, source: FloatArray
) -> FloatArray:
    """(E,) rad, by how much the best reconstruction is off source (E, 3); pi without an answer."""
    method = best_method(p_class)
    error = np.full(batch.n_events, np.pi)
    for key in (TRACK_METHOD, CASCADE_METHOD):
        chosen = method == key
        fits = reconstruct_batch(key, kept(batch, chosen[batch.event]), detector)
        ok = chosen & (fits.reason == Reason.OK)
        found = source_direction(fits.zenith[ok], fits.azimuth[ok])
        error[ok] = opening_angle(found, source[ok])
    return error


def shares_below(error: FloatArray) -> list[float]:
    """Share of errors (N,) rad up to 0, 1, ... 180 degrees."""
    degrees = np.sort(np.degrees(error))
    below = np.searchsorted(degrees, np.arange(181), side="right") / len(degrees)
    below[0], below[-1] = 0.0, 1.0
    return [round(float(value), 6) for value in below]


def _numbers(p_error: FloatArray, error: FloatArray) -> dict[str, float]:
    found = {"mean opening angle of the best reconstruction, rad": float(error.mean())}
    for k, degrees in enumerate(ERROR_EDGES_DEG):
        if degrees not in (5.0, HARD_DEGREES, 40.0):
            continue
        p_hard, is_hard = p_error[:, k:].sum(axis=1), error > np.radians(degrees)
        found |= {
            f"share off by more than {degrees:g} degrees": float(is_hard.mean()),
            f"AUC at {degrees:g} degrees": auc(p_hard, is_hard),
            f"calibration error at {degrees:g} degrees": calibration_error(p_hard, is_hard),
        }
    return found
