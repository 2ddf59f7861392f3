"""Training of the two dots: boosted trees that predict by how much a pair of DOMs is off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from reco_core.directions import opening_angle, source_direction
from reco_core.icecube.detector import Detector
from reco_core.icecube.pulse_batch import FloatArray, IntArray
from reco_core.icecube.reconstructions.dot_features import pair_rows
from reco_core.icecube.reconstructions.dot_pairs import (
    Pairs,
    dom_rows,
    dom_start,
    pair_directions,
    sampled_pairs,
)
from reco_core.icecube.reconstructions.two_dots_variants import UNCERTAINTY, Variant, best_rows
from reco_core.icecube.training.labelled import Labelled
from reco_core.icecube.training.trained import Trained

if TYPE_CHECKING:
    import xgboost

# As in the notebook: of each event some random pairs, the best and the worst.
RANDOM_PAIRS: Final = 10
ROUNDS: Final = 250
SETTINGS: Final[dict[str, Any]] = {
    "objective": "reg:squarederror", "eta": 0.12, "max_depth": 6, "subsample": 0.8,
    "colsample_bytree": 0.7, "min_child_weight": 20, "tree_method": "hist", "max_bin": 128,
}  # fmt: skip
CALIBRATION_BINS: Final = 12
HOLDS: Final = 0.68  # share of events within the uncertainty
LIMITS: Final = (
    "Trained on simulated events of the competition mix; real data differ (docs/simulation.md).",
    "In half of them the light is that of an atmospheric muon that has nothing to do with the "
    "label: there the error is random, and the uncertainty says so.",
    "Only directions between two hit DOMs can be found; bright tracks are better fitted by lines.",
)


def train_two_dots(
    variant: Variant, blocks: Iterable[Labelled], detector: Detector, seed: int
) -> Trained:
    """Train on four blocks of five; the numbers are those of the fifth."""
    import xgboost

    rng = np.random.default_rng(seed)
    rows: list[pl.DataFrame] = []
    errors: list[FloatArray] = []
    aside: list[Labelled] = []
    for number, labelled in enumerate(blocks):
        if number % 5 == 0:
            aside.append(labelled)
            continue
        doms, pairs, error = _pairs_with_error(variant, labelled, detector)
        taken = _training_pairs(pairs, error, rng)
        used = variant.used(labelled.block.pulses)
        rows.append(pair_rows(doms, taken, used, detector, variant.features))
        errors.append(_errors(variant, doms, taken, labelled.source))
    table = pl.concat(rows).to_numpy()
    matrix = xgboost.QuantileDMatrix(table, np.concatenate(errors), max_bin=SETTINGS["max_bin"])
    model = xgboost.train({**SETTINGS, "seed": seed}, matrix, ROUNDS)
    predicted, error = _on_others(model, variant, aside, detector)
    numbers = {
        "events trained on": float(sum(len(b) for b in errors)),
        "events kept aside": float(len(error)),
        "mean opening angle, rad": float(error.mean()),
        "median opening angle, rad": float(np.median(error)),
    }
    return Trained(
        model,
        tuple(variant.features),
        numbers,
        {UNCERTAINTY: _calibration(predicted, error)},
        LIMITS,
    )


def _pairs_with_error(
    variant: Variant, labelled: Labelled, detector: Detector
) -> tuple[pl.DataFrame, Pairs, FloatArray]:
    """The DOMs of a block, a sample of their pairs, and by how much each is off, (Q,) rad."""
    used = variant.used(labelled.block.pulses)
    doms = dom_rows(used, detector)
    pairs = sampled_pairs(dom_start(doms, used.n_events))
    return doms, pairs, _errors(variant, doms, pairs, labelled.source)


def _errors(variant: Variant, doms: pl.DataFrame, pairs: Pairs, source: FloatArray) -> FloatArray:
    found = source_direction(*variant.angles(pair_directions(doms, pairs)))
    return opening_angle(found, source[pairs.event])


def _training_pairs(pairs: Pairs, error: FloatArray, rng: np.random.Generator) -> Pairs:
    """Some random pairs of each event, the best and the worst."""
    event = pairs.event
    some = np.flatnonzero(np.diff(pairs.start))
    begin = pairs.start[:-1][some]
    taken = _rank(event, rng.random(len(error))) < RANDOM_PAIRS
    taken[best_rows(error, begin)] = True
    taken[best_rows(-error, begin)] = True
    n_before = np.concatenate(([0], np.cumsum(taken)))
    return Pairs(n_before[pairs.start], pairs.first[taken], pairs.second[taken])


def _rank(event: IntArray, value: FloatArray) -> IntArray:
    """(Q,) place of each value among those of its event."""
    order = np.lexsort((value, event))
    rank = np.empty(len(event), np.int64)
    ordered = event[order]
    begin = np.searchsorted(ordered, ordered)
    rank[order] = np.arange(len(event)) - begin
    return rank


def _on_others(
    model: xgboost.Booster, variant: Variant, aside: Sequence[Labelled], detector: Detector
) -> tuple[FloatArray, FloatArray]:
    """Predicted and true error, rad, of the pairs that win in events not trained on."""
    predicted, errors = [], []
    for labelled in aside:
        doms, pairs, error = _pairs_with_error(variant, labelled, detector)
        used = variant.used(labelled.block.pulses)
        found = pair_rows(doms, pairs, used, detector, variant.features)
        told = np.asarray(model.inplace_predict(found.to_numpy()), np.float64)
        best = best_rows(told, pairs.start[:-1][np.flatnonzero(np.diff(pairs.start))])
        predicted.append(told[best])
        errors.append(error[best])
    return np.concatenate(predicted), np.concatenate(errors)


def _calibration(predicted: FloatArray, error: FloatArray) -> dict[str, list[float]]:
    """Radius that holds 68 % of the events, rising with the predicted error."""
    bins = np.array_split(np.argsort(predicted), CALIBRATION_BINS)
    middle = [float(predicted[rows].mean()) for rows in bins]
    radius = np.maximum.accumulate([np.quantile(error[rows], HOLDS) for rows in bins])
    return {"predicted_rad": middle, "radius_rad": [float(value) for value in radius]}
