"""Isolation forest: how few random cuts set an event apart (Liu, Ting and Zhou, ICDM 2008).

Trained by scikit-learn; its trees are kept as arrays and followed by compiled code, which gives
scikit-learn's numbers to the last bit, some ten times as fast and without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.alignment import Alignment
from reco_core.afp.detectors.kinds import Reasons, check_card
from reco_core.afp.detectors.ranks import RankTable
from reco_core.afp.detectors.usual import Usual, filled, reasons_of
from reco_core.afp.features import (
    ANOMALY_COLUMNS,
    FEATURES_VERSION,
    NAMES,
    features,
)
from reco_core.afp.hits import FloatArray, HitBatch
from reco_core.in_threads import in_order
from reco_core.processors import usable_processors
from reco_core.weights.arrays import Arrays, arrays_path, read_arrays

NAME: Final = "afp_isolation_forest"
VERSION: Final = 1
VERSIONS: Final = {"detector": VERSION, "features": FEATURES_VERSION}
TREES: Final = 200
SAMPLES: Final = 1_024  # training events of a tree
EVENTS_PER_TASK: Final = 4_096


class Trees(NamedTuple):
    """N nodes of all trees, each tree's after the other's.

    root : (T,) first node of each.  feature : (N,) looked at; of a leaf any.  cut : (N,) goes left
    up to it; infinite at a leaf.  left, right : (N,) next node; a leaf leads to itself.  depth :
    (N,) of a leaf: cuts to it, and those that its training events would still need in the mean.
    steps : (T,) depth of each tree.  most : of the sum of depths, that of events like all others.
    """

    root: NDArray[np.int32]
    feature: NDArray[np.int32]
    cut: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    depth: NDArray[np.float64]
    steps: NDArray[np.int32]
    most: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class IsolationForest:
    trees: Trees
    usual: Usual
    rank: RankTable

    def of_features(self, table: FloatArray) -> FloatArray:
        """(E,) scores of the features (E, F), NaN where missing."""
        return followed(self.trees, looked_at(table, self.usual.median))

    def score(self, hits: HitBatch, alignment: Alignment | None = None) -> FloatArray:
        return self.of_features(features(hits, alignment))

    def reasons(self, hits: HitBatch, alignment: Alignment | None = None) -> Sequence[Reasons]:
        return reasons_of(features(hits, alignment), self.usual)


def looked_at(table: FloatArray, median: FloatArray) -> NDArray[np.float32]:
    """(E, ANOMALY_COLUMNS) of features (E, F): what the forest is told."""
    columns = list(ANOMALY_COLUMNS)
    return filled(table[:, columns], median[columns]).astype(np.float32)


def followed(trees: Trees, told: NDArray[np.float32]) -> FloatArray:
    """(E,) -score_samples() of scikit-learn, from 0 to 1."""
    from reco_core.afp.detectors.forest_kernel import depth_sums

    parts = (told[k : k + EVENTS_PER_TASK] for k in range(0, len(told), EVENTS_PER_TASK))
    sums = list(in_order(lambda part: depth_sums(part, trees), parts, usable_processors()))
    total = np.concatenate([np.zeros(0), *sums])
    return np.asarray(2.0 ** -(total / trees.most[0]))


def trees_of(forest: Any) -> Trees:
    """The trees of a fitted sklearn.ensemble.IsolationForest on all its features."""
    found = [tree.tree_ for tree in forest.estimators_]
    size = np.array([tree.node_count for tree in found])
    root = np.concatenate(([0], np.cumsum(size)[:-1]))
    leaf = np.concatenate([tree.children_left == -1 for tree in found])
    first = np.repeat(root, size)
    own = np.arange(len(leaf))

    def joined(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(tree, name) for tree in found])

    depth = np.concatenate([
        cuts + still - 1.0
        for cuts, still in zip(
            forest._decision_path_lengths, forest._average_path_length_per_tree, strict=True
        )
    ])  # fmt: skip
    return Trees(
        root.astype(np.int32),
        np.where(leaf, 0, joined("feature")).astype(np.int32),
        np.where(leaf, np.inf, joined("threshold")),
        np.where(leaf, own, first + joined("children_left")).astype(np.int32),
        np.where(leaf, own, first + joined("children_right")).astype(np.int32),
        depth,
        np.array([tree.max_depth for tree in found], np.int32),
        np.array([len(found) * _mean_path(forest.max_samples_)]),
    )


def _mean_path(n: int) -> float:
    """Cuts that n events like all others need in the mean: eq. 1 of the paper."""
    if n <= 2:
        return float(max(n - 1, 0))
    return float(2.0 * (np.log(n - 1.0) + np.euler_gamma) - 2.0 * (n - 1.0) / n)


def arrays_of(trees: Trees, usual: Usual, rank: RankTable) -> Arrays:
    """As they are kept."""
    return {
        **{f"tree_{name}": values for name, values in trees._asdict().items()},
        **usual._asdict(), "rank_score": rank.score, "rank_tail": rank.tail,
    }  # fmt: skip


def load(folder: Path) -> IsolationForest:
    """With the weights of a folder; FileFormatError if they are missing, damaged or stale."""
    arrays, card = read_arrays(NAME, folder)
    check_card(card, arrays_path(NAME, folder), VERSIONS, NAMES)
    trees = Trees(*(arrays[f"tree_{name}"] for name in Trees._fields))
    usual = Usual(*(arrays[name] for name in Usual._fields))
    rank = RankTable(arrays["rank_score"], arrays["rank_tail"])
    return IsolationForest(trees, usual, rank)
