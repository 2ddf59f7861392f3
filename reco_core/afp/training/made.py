"""What a training gives, and what all cards say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from reco_core.afp.dataset import AfpDataset
from reco_core.afp.evaluation.measures import auc, recall
from reco_core.afp.hits import FloatArray
from reco_core.afp.thresholds import Threshold, chosen_rule, threshold
from reco_core.afp.training.data import Events
from reco_core.weights.arrays import Arrays

USUAL_RULE, BLIND_RULE = "false_positives:0.01", "median_mad:5"


@dataclass(frozen=True, eq=False)
class Material:
    """What a training is given.

    events : to train on, and to measure on where they are kept aside.  seed : of all that is drawn.
    tell : is told how many of `work` events are done.  kept : a training that was stopped, by
    name; None where there is none.  keep : where it goes now and then.
    """

    dataset: AfpDataset
    events: Events
    seed: int
    tell: Callable[[int], None]
    kept: Callable[[str], Arrays | None] = lambda name: None
    keep: Callable[[str, Arrays], None] = lambda name, arrays: None


@dataclass(frozen=True, eq=False)
class Made:
    """Weights and what their card says.  model : arrays, or boosted trees."""

    name: str
    library: str
    model: Any
    features: tuple[str, ...]
    numbers: Mapping[str, float]
    tables: Mapping[str, Any]
    limits: tuple[str, ...] = field(default=())


def numbers_of(score: FloatArray, events: Events, trained_on: int) -> dict[str, float]:
    """Of events kept aside (E,), those without an interval of chance: see docs/afp.md for more."""
    found = {"events trained on": float(trained_on), "events kept aside": float(len(score))}
    if events.good.any() and events.bad.any():
        good, bad = np.sort(score[events.good]), score[events.bad]
        found["share of anomalous events kept aside"] = float(events.bad.mean())
        found["AUC"] = auc(good, bad)
        found["recall at 1 % false positives"] = recall(good, bad, 0.01)
    return found


def threshold_table(score: FloatArray, events: Events, rule: str = "") -> dict[str, Any]:
    """The threshold that comes with weights, of events kept aside.

    rule : else by labels, where enough are known, or by the scores alone.
    """
    good = events.good
    chosen = chosen_rule(rule or (USUAL_RULE if good.sum() >= 100 else BLIND_RULE))
    return {"rule": str(chosen), **table_of(threshold(chosen, score, good))}


def table_of(found: Threshold) -> dict[str, Any]:
    """As JSON can hold it: None for what is not known."""
    rate = found.false_positives
    known = [float(value) for value in rate] if np.isfinite(rate[0]) else None
    return {**asdict_of(found), "false_positives": known}


def asdict_of(found: Threshold) -> dict[str, Any]:
    return {name: float(getattr(found, name)) for name in ("value", "low", "high")}
