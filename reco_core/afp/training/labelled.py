"""Training of the boosted trees, with labels."""

from __future__ import annotations

import sys
from importlib import metadata
from typing import Any, Final

import numpy as np

from reco_core.afp.dataset_alignment import dataset_alignment
from reco_core.afp.detectors.boosted import NAME, TOLD, VERSIONS, Boosted
from reco_core.afp.detectors.kinds import THRESHOLD
from reco_core.afp.detectors.kinds import VERSIONS as KEPT_VERSIONS
from reco_core.afp.features import NAMES
from reco_core.afp.hits import FloatArray, IntArray
from reco_core.afp.training.data import GOOD, aside, feature_table
from reco_core.afp.training.made import Made, Material, numbers_of, threshold_table
from reco_core.errors import DatasetError
from reco_core.processors import usable_processors
from reco_core.weights import library_of_trees

PACKAGE: Final = "xgboost" if sys.platform == "darwin" else "xgboost-cpu"
ROUNDS: Final = 300
PATIENCE: Final = 20  # rounds without a gain
LEAST_LABELS: Final = 20  # of good and of anomalous events each
SETTINGS: Final[dict[str, Any]] = {
    "objective": "multi:softprob", "eval_metric": "mlogloss", "tree_method": "hist", "eta": 0.1,
    "max_depth": 4, "min_child_weight": 1.0, "subsample": 0.8, "colsample_bytree": 0.6,
}  # fmt: skip
LIMITS: Final = (
    "Knows the classes of its labels; an anomaly of a kind of its own may look good to it.",
    "The shipped trees learned simulated classes: with real data, train again on labels.",
    "Probabilities are those of the mixture of the labels, not of the data.",
)


def train_boosted(given: Material) -> tuple[Made, ...]:
    """Trees for the classes of the labelled events. DatasetError where there are too few."""
    known = given.events.part(given.events.event_class != "")
    _check(int(known.good.sum()), int(known.bad.sum()))
    names, number = np.unique(known.event_class, return_inverse=True)
    places = dataset_alignment(given.dataset)
    table = feature_table(given.dataset, places, known.event_id, given.tell)
    out = _aside(number, given.seed)
    classes = tuple(str(name) for name in names)
    model = _grown(table, np.asarray(number, np.int64), out, len(classes), given.seed)
    found = Boosted(model, classes)
    score = found.of_features(table[out])
    return (
        Made(
            NAME, f"xgboost {metadata.version(PACKAGE)}", model, NAMES,
            numbers_of(score, known.part(out), int((~out).sum())),
            {
                KEPT_VERSIONS: VERSIONS, TOLD: list(classes),
                f"{THRESHOLD} boosted": threshold_table(score, known.part(out)),
            },
            LIMITS,
        ),
    )  # fmt: skip


def _check(good: int, bad: int) -> None:
    if min(good, bad) < LEAST_LABELS:
        raise DatasetError(
            f"There are labels of {good} good events ({', '.join(GOOD)}) and of {bad} anomalous "
            f"ones; expected {LEAST_LABELS} or more of each."
        )


def _aside(number: IntArray, seed: int) -> Any:
    """Which events are kept aside: as many of every class, as far as there are any to spare."""
    order = np.random.default_rng(seed).permutation(len(number))
    order = order[np.argsort(number[order], kind="stable")]
    out = np.zeros(len(number), np.bool_)
    out[order[aside(len(number))]] = True
    return out


def _grown(table: FloatArray, number: IntArray, out: Any, n_classes: int, seed: int) -> Any:
    xgboost = library_of_trees()
    settings = {
        **SETTINGS, "num_class": n_classes, "seed": seed, "nthread": usable_processors(),
    }  # fmt: skip
    told = table.astype(np.float32)
    learn = xgboost.DMatrix(told[~out], number[~out])
    others = xgboost.DMatrix(told[out], number[out])
    model = xgboost.train(
        settings, learn, ROUNDS, evals=[(others, "others")], early_stopping_rounds=PATIENCE,
        verbose_eval=False,
    )  # fmt: skip
    return model[: model.best_iteration + 1]
