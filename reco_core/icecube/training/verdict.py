"""Training of the first learned verdict: track, cascade, muon or noise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np

from reco_core.icecube.classification import learned_features
from reco_core.icecube.classification.learned import CALIBRATION, calibrated
from reco_core.icecube.classification.learned_features import NAMES, told_numbers
from reco_core.icecube.classification.learned_names import CLASSES
from reco_core.icecube.detector import Detector
from reco_core.icecube.evaluation.scores import auc, calibration_error, log_loss
from reco_core.icecube.pulse_batch import FloatArray, IntArray
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

ROUNDS: Final = 200
SETTINGS: Final[dict[str, Any]] = {
    "num_class": len(CLASSES), "eta": 0.12, "max_depth": 6, "subsample": 0.8,
    "colsample_bytree": 0.6, "min_child_weight": 10,
}  # fmt: skip
LIMITS: Final = (
    "Trained on simulated events of the competition mix; real data differ (docs/simulation.md). "
    "Every event of the mix has a neutrino: of pure noise and of muons alone, which real triggers "
    "are mostly, it says less than their share there demands.",
    "The light of a neutrino's muon that comes from above is that of an atmospheric muon, but for "
    "where it starts; and most are told by where the light comes from.",
    "Few events of the mix are noise, so p_noise is calibrated by few.",
)


def train_class(blocks: Iterable[Labelled], detector: Detector, seed: int) -> Trained:
    """Train on seven events of ten; the numbers are those of the tenth."""
    learned_features.load()

    def rows_of(labelled: Labelled) -> Rows:
        return Rows(told_numbers(labelled.block.pulses, detector), class_numbers(labelled))

    rows = rows_of_blocks(rows_of, blocks)
    model = boosted(rows, {**SETTINGS, "seed": seed}, ROUNDS)
    late, aside = rows.part(CALIBRATE), rows.part(ASIDE)
    tables = {CALIBRATION: fitted_calibration(margins_of(model, late), late.target)}
    p_class = calibrated(margins_of(model, aside), tables)
    numbers = {**counts(rows, model), **_numbers(p_class, aside.target)}
    return Trained(model, NAMES, numbers, tables, LIMITS)


def class_numbers(labelled: Labelled) -> IntArray:
    """(E,) place of each event's class in CLASSES."""
    return np.array([CLASSES.index(name) for name in labelled.event_class.tolist()], np.int64)


def _numbers(p_class: FloatArray, number: IntArray) -> dict[str, float]:
    found = {
        "share right": float((p_class.argmax(axis=1) == number).mean()),
        "log loss": log_loss(p_class, number),
    }
    for k, name in enumerate(CLASSES):
        found[f"AUC of p_{name}"] = auc(p_class[:, k], number == k)
    for k, name in enumerate(CLASSES):
        found[f"calibration error of p_{name}"] = calibration_error(p_class[:, k], number == k)
    return found
