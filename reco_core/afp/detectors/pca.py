"""Distance from the usual features in units of their own spread, along principal components.

Mahalanobis's distance (Proc. Nat. Inst. Sci. India 2, 1936) with two guards. Components with little
variance count no more than LEAST_VARIANCE: what they say is rounding and counting. A single
feature counts up to MOST_SIGMAS, so that a constant one that once differs is not above all else.
Training trims: events far off do not take part in the next round, so that anomalies among the
training events do not make themselves usual.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from reco_core.afp.alignment import Alignment
from reco_core.afp.detectors.kinds import Reasons, check_card
from reco_core.afp.detectors.ranks import RankTable
from reco_core.afp.detectors.usual import Usual, filled, reasons_of, usual_of
from reco_core.afp.features import FEATURES_VERSION, NAMES, features
from reco_core.afp.hits import FloatArray, HitBatch
from reco_core.weights.arrays import Arrays, arrays_path, read_arrays

NAME: Final = "afp_pca"
VERSION: Final = 1
VERSIONS: Final = {"detector": VERSION, "features": FEATURES_VERSION}

# Chosen on simulated events of seeds below 2000, all classes of anomalies but missing_plane.
LEAST_VARIANCE: Final = 2.0
MOST_SIGMAS: Final = 20.0
TRIMMED: Final = 0.075
ROUNDS: Final = 3


@dataclass(frozen=True, eq=False)
class Pca:
    """axes : (F, F) components, as columns, over the root of their variance."""

    usual: Usual
    axes: FloatArray
    rank: RankTable

    def of_features(self, table: FloatArray) -> FloatArray:
        """(E,) scores of the features (E, F), NaN where missing."""
        return distance(filled(table, self.usual.median), self.usual, self.axes)

    def score(self, hits: HitBatch, alignment: Alignment | None = None) -> FloatArray:
        return self.of_features(features(hits, alignment))

    def reasons(self, hits: HitBatch, alignment: Alignment | None = None) -> Sequence[Reasons]:
        return reasons_of(features(hits, alignment), self.usual)


def distance(table: FloatArray, usual: Usual, axes: FloatArray) -> FloatArray:
    """(E,) root of the mean square along the axes. table : (E, F) without NaN."""
    along = standard(table, usual) @ axes
    return np.asarray(np.sqrt(np.einsum("ek,ek->e", along, along) / axes.shape[1]))


def standard(table: FloatArray, usual: Usual) -> FloatArray:
    """The table in units of the usual scale, at most MOST_SIGMAS from the centre."""
    return np.clip((table - usual.centre) / usual.scale, -MOST_SIGMAS, MOST_SIGMAS)


def fitted(table: FloatArray) -> tuple[Usual, FloatArray]:
    """(usual, axes) of training events. table : (E, F) without NaN."""
    bulk = np.ones(len(table), np.bool_)
    for _ in range(ROUNDS):
        usual = usual_of(table, table[bulk])
        spread = np.cov(standard(table[bulk], usual), rowvar=False)
        variance, vectors = np.linalg.eigh(spread)
        axes = vectors / np.sqrt(np.maximum(variance, LEAST_VARIANCE))
        off = distance(table, usual, axes)
        bulk = off <= np.quantile(off, 1.0 - TRIMMED)
    return usual, axes


def arrays_of(usual: Usual, axes: FloatArray, rank: RankTable) -> Arrays:
    """As they are kept."""
    return {
        **usual._asdict(), "axes": axes, "rank_score": rank.score, "rank_tail": rank.tail
    }  # fmt: skip


def load(folder: Path) -> Pca:
    """With the weights of a folder; FileFormatError if they are missing, damaged or stale."""
    arrays, card = read_arrays(NAME, folder)
    check_card(card, arrays_path(NAME, folder), VERSIONS, NAMES)
    usual = Usual(*(arrays[name] for name in Usual._fields))
    return Pca(usual, arrays["axes"], RankTable(arrays["rank_score"], arrays["rank_tail"]))
