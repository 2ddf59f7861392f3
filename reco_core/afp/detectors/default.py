"""The mean rank of the distance (pca) and of the isolation forest; needs no weights of its own.

The two go wrong on different events: the forest is slow to see a kink, the distance is fooled by
good events that are odd in one feature.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reco_core.afp.alignment import Alignment
from reco_core.afp.detectors import isolation_forest, pca
from reco_core.afp.detectors.kinds import Reasons
from reco_core.afp.detectors.ranks import mean_rank_score, tail_of
from reco_core.afp.features import features
from reco_core.afp.hits import FloatArray, HitBatch

VERSION: Final = 1


@dataclass(frozen=True, eq=False)
class Default:
    distance: pca.Pca
    forest: isolation_forest.IsolationForest

    def of_features(self, table: FloatArray) -> FloatArray:
        """(E,) scores of the features (E, F), NaN where missing."""
        parts = (self.distance, self.forest)
        return mean_rank_score([tail_of(part.rank, part.of_features(table)) for part in parts])

    def score(self, hits: HitBatch, alignment: Alignment | None = None) -> FloatArray:
        return self.of_features(features(hits, alignment))

    def reasons(self, hits: HitBatch, alignment: Alignment | None = None) -> Sequence[Reasons]:
        return self.distance.reasons(hits, alignment)


def load(folder: Path) -> Default:
    """With the weights of both in a folder; FileFormatError as they do."""
    return Default(pca.load(folder), isolation_forest.load(folder))
