"""The compiled forest gives scikit-learn's scores to the last bit."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.afp.detectors.isolation_forest import followed, trees_of

ensemble = pytest.importorskip("sklearn.ensemble")


@pytest.mark.parametrize(
    ("trees", "samples", "n"), [(20, 256, 3_000), (5, 1_024, 1_024), (3, 2, 9)]
)
def test_scores_are_those_of_scikit_learn(trees, samples, n):
    rng = np.random.default_rng(trees)
    told = np.round(rng.normal(size=(n, 15)), 1).astype(np.float32)  # with ties
    forest = ensemble.IsolationForest(n_estimators=trees, max_samples=samples, random_state=1)
    forest.fit(told)
    ours = followed(trees_of(forest), told)
    assert (ours == -forest.score_samples(told)).all()


def test_no_events_give_no_scores():
    told = np.zeros((100, 15), np.float32)
    trees = trees_of(ensemble.IsolationForest(n_estimators=2).fit(told))
    assert followed(trees, told[:0]).shape == (0,)
