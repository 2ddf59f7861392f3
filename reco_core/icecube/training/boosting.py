"""Boosted trees for one of several classes, in few rounds, ended when others gain no more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.icecube.pulse_batch import FloatArray
from reco_core.icecube.training.labelled import Labelled
from reco_core.in_threads import in_order
from reco_core.processors import usable_processors

if TYPE_CHECKING:
    import xgboost

MAX_BIN: Final = 128
PATIENCE: Final = 15  # rounds without a gain

# Events by their place modulo PARTS: learned from, looked at to end the learning, to calibrate, and
# kept aside to measure.
PARTS: Final = 10
LEARN, STOP, CALIBRATE, ASIDE = range(0, 7), (7,), (8,), (9,)


class Rows(NamedTuple):
    """N events. told : (N, F) what a model is told.  target : (N,) what it is to find."""

    told: NDArray[np.float32]
    target: NDArray[Any]

    def part(self, which: Collection[int]) -> Rows:
        """The events in those of the PARTS."""
        chosen = np.isin(np.arange(len(self.target)) % PARTS, list(which))
        return Rows(self.told[chosen], self.target[chosen])


def rows_of_blocks(rows_of: Callable[[Labelled], Rows], blocks: Iterable[Labelled]) -> Rows:
    """Those of all blocks, in order; on all processors."""
    found = list(in_order(rows_of, blocks, usable_processors()))
    return Rows(
        np.concatenate([rows.told for rows in found]),
        np.concatenate([rows.target for rows in found]),
    )


def boosted(rows: Rows, settings: Mapping[str, Any], rounds: int) -> xgboost.Booster:
    """Trees learned from the part LEARN. The target is the number of a class."""
    import xgboost

    learn, stop = rows.part(LEARN), rows.part(STOP)
    matrix = xgboost.QuantileDMatrix(learn.told, learn.target, max_bin=MAX_BIN)
    others = xgboost.QuantileDMatrix(stop.told, stop.target, max_bin=MAX_BIN, ref=matrix)
    model = xgboost.train(
        {
            "objective": "multi:softprob", "eval_metric": "mlogloss", "tree_method": "hist",
            "max_bin": MAX_BIN, "nthread": usable_processors(), **settings,
        },
        matrix, rounds, evals=[(others, "others")], early_stopping_rounds=PATIENCE,
        verbose_eval=False,
    )  # fmt: skip
    return model[: model.best_iteration + 1]


def margins_of(model: xgboost.Booster, rows: Rows) -> FloatArray:
    """(N, classes)."""
    return np.asarray(model.inplace_predict(rows.told, predict_type="margin"), np.float64)


def counts(rows: Rows, model: xgboost.Booster) -> dict[str, float]:
    """Numbers that the cards of all such models begin with."""
    return {
        "events trained on": float(len(rows.part(LEARN).target)),
        "events kept aside": float(len(rows.part(ASIDE).target)),
        "rounds": float(model.num_boosted_rounds()),
    }
