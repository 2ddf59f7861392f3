"""Boosted trees trained with labels: which class an event is of, and so whether it is anomalous."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from reco_core.afp.alignment import Alignment
from reco_core.afp.detectors.kinds import Reasons, check_card
from reco_core.afp.features import FEATURES_VERSION, NAMES, features
from reco_core.afp.hits import FloatArray, HitBatch
from reco_core.afp.simulation.classes import CLASSES
from reco_core.in_threads import in_order
from reco_core.processors import usable_processors
from reco_core.weights import card_path, model_path, read_booster, read_card

if TYPE_CHECKING:
    import xgboost

NAME: Final = "afp_boosted"
VERSION: Final = 1
VERSIONS: Final = {"detector": VERSION, "features": FEATURES_VERSION}
TOLD: Final = "classes"  # entry of the card's tables: names of the classes, in the trees' order
BLOCK: Final = 4_096  # events that a thread takes
LEAST_REASON: Final = 0.2  # probability of a class that is told of


@dataclass(frozen=True, eq=False)
class Boosted:
    """classes : (C,) names that the trees tell apart."""

    model: xgboost.Booster
    classes: tuple[str, ...]

    def of_features(self, table: FloatArray) -> FloatArray:
        """(E,) scores of the features (E, F), NaN where missing."""
        return self._log_odds(self.margins(table))

    def _log_odds(self, margins: FloatArray) -> FloatArray:
        """ln of the odds to be anomalous; without a softmax, so that it does not end at 1."""
        bad = np.isin(self.classes, [row.name for row in CLASSES if row.anomalous])
        return np.asarray(_log_sum(margins[:, bad]) - _log_sum(margins[:, ~bad]))

    def margins(self, table: FloatArray) -> FloatArray:
        """(E, C) ln of the probabilities, but for a number of each event."""
        if len(table) <= BLOCK:
            return self._margins(table)
        blocks = (table[first : first + BLOCK] for first in range(0, len(table), BLOCK))
        return np.concatenate(list(in_order(self._margins, blocks, usable_processors())))

    def _margins(self, table: FloatArray) -> FloatArray:
        if not len(table):
            return np.zeros((0, len(self.classes)))
        found = self.model.inplace_predict(table.astype(np.float32), predict_type="margin")
        return np.asarray(found, np.float64)

    def score(self, hits: HitBatch, alignment: Alignment | None = None) -> FloatArray:
        return self.of_features(features(hits, alignment))

    def reasons(self, hits: HitBatch, alignment: Alignment | None = None) -> Sequence[Reasons]:
        margins = self.margins(features(hits, alignment))
        share = np.exp(margins - _log_sum(margins)[:, None])
        bad = {row.name: row.about for row in CLASSES if row.anomalous}
        return [
            tuple(
                f"looks like {name.replace('_', ' ')} ({100 * row[k]:.0f} %): {bad[name]}"
                for k in np.argsort(-row)
                if row[k] >= LEAST_REASON and (name := self.classes[k]) in bad
            )
            for row in share
        ]


def _log_sum(margins: FloatArray) -> FloatArray:
    most = margins.max(axis=1, initial=-np.inf)
    return np.asarray(most + np.log(np.exp(margins - most[:, None]).sum(axis=1)))


def load(folder: Path) -> Boosted:
    """With the weights of a folder; FileFormatError if they are missing, damaged or stale."""
    card = read_card(card_path(NAME, folder))
    check_card(card, model_path(NAME, folder), VERSIONS, NAMES)
    model = read_booster(model_path(NAME, folder), card)
    return Boosted(model, tuple(card.tables[TOLD]))
