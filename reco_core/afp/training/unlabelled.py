"""Training of the detectors that look at features and need no labels: pca, isolation_forest."""

from __future__ import annotations

from importlib import metadata
from typing import Any, Final

import numpy as np

from reco_core.afp.dataset_alignment import dataset_alignment
from reco_core.afp.detectors import isolation_forest, pca
from reco_core.afp.detectors.default import Default
from reco_core.afp.detectors.kinds import THRESHOLD, VERSIONS
from reco_core.afp.detectors.ranks import RankTable, rank_table
from reco_core.afp.detectors.usual import Usual, filled
from reco_core.afp.features import NAMES
from reco_core.afp.hits import FloatArray
from reco_core.afp.training.data import Events, aside, feature_table
from reco_core.afp.training.made import Made, Material, numbers_of, threshold_table

LIMITS: Final = (
    "Trained on simulated protons: with real data, train again on a sample of your own.",
    "Severities of the simulated anomalies are chosen, not measured.",
    "A silent plane cannot be told from a plane that missed the proton by chance.",
    "Without run and station the places of the planes are unknown and small kinks go unseen.",
)
NO_RANKS: Final = RankTable(np.zeros(1), np.full(1, 0.5))  # until the scores are there


class Learned:
    """Features of the events, and what is learned of them; each detector once."""

    def __init__(self, given: Material) -> None:
        places = dataset_alignment(given.dataset)
        table = feature_table(given.dataset, places, given.events.event_id, given.tell)
        out = aside(len(table))
        self.seed = given.seed
        self.table, self.others = table[~out], table[out]
        self.events: Events = given.events.part(out)

    def pca(self) -> pca.Pca:
        median = _medians(self.table)
        usual, axes = pca.fitted(filled(self.table, median))
        found = pca.Pca(usual, axes, NO_RANKS)
        return pca.Pca(usual, axes, rank_table(found.of_features(self.table)))

    def forest(self, usual: Usual) -> isolation_forest.IsolationForest:
        from sklearn.ensemble import IsolationForest  # takes a second

        told = isolation_forest.looked_at(self.table, usual.median)
        fitted = IsolationForest(
            n_estimators=isolation_forest.TREES,
            max_samples=min(isolation_forest.SAMPLES, len(told)),
            random_state=self.seed % 2**32,
        ).fit(told)
        trees = isolation_forest.trees_of(fitted)
        found = isolation_forest.IsolationForest(trees, usual, NO_RANKS)
        rank = rank_table(found.of_features(self.table))
        return isolation_forest.IsolationForest(trees, usual, rank)


def _medians(table: FloatArray) -> FloatArray:
    return np.asarray(np.nan_to_num(np.nanmedian(table, axis=0)))


def train_default(given: Material) -> tuple[Made, ...]:
    """Weights of both, and the threshold of their mean rank in the card of the forest."""
    learned = Learned(given)
    distance = learned.pca()
    forest = learned.forest(distance.usual)
    score = Default(distance, forest).of_features(learned.others)
    more = {f"{THRESHOLD} default": threshold_table(score, learned.events)}
    return _made_pca(learned, distance), _made_forest(learned, forest, more)


def train_pca(given: Material) -> tuple[Made, ...]:
    """Weights of the distance alone."""
    learned = Learned(given)
    return (_made_pca(learned, learned.pca()),)


def train_forest(given: Material) -> tuple[Made, ...]:
    """Weights of the isolation forest alone."""
    learned = Learned(given)
    return (_made_forest(learned, learned.forest(learned.pca().usual), {}),)


def _made_pca(learned: Learned, found: pca.Pca) -> Made:
    score = found.of_features(learned.others)
    return Made(
        pca.NAME, _library("numpy"), pca.arrays_of(found.usual, found.axes, found.rank), NAMES,
        numbers_of(score, learned.events, len(learned.table)),
        {
            VERSIONS: pca.VERSIONS,
            f"{THRESHOLD} pca": threshold_table(score, learned.events),
        },
        LIMITS,
    )  # fmt: skip


def _made_forest(
    learned: Learned, found: isolation_forest.IsolationForest, more: dict[str, Any]
) -> Made:
    score = found.of_features(learned.others)
    return Made(
        isolation_forest.NAME, _library("scikit-learn"),
        isolation_forest.arrays_of(found.trees, found.usual, found.rank), NAMES,
        numbers_of(score, learned.events, len(learned.table)),
        {
            VERSIONS: isolation_forest.VERSIONS,
            f"{THRESHOLD} isolation_forest": threshold_table(score, learned.events), **more,
        },
        LIMITS,
    )  # fmt: skip


def _library(package: str) -> str:
    return f"{package} {metadata.version(package)}"
