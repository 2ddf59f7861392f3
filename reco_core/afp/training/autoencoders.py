"""Training of both autoencoders, and what their cards say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from importlib import metadata
from typing import Any, Final

import numpy as np

from reco_core.afp.detectors.autoencoder import (
    KEY,
    SEED_KEY,
    UNITS,
    VERSIONS,
    parts_of,
    score_of,
    weights_name,
)
from reco_core.afp.detectors.kinds import THRESHOLD
from reco_core.afp.detectors.kinds import VERSIONS as KEPT_VERSIONS
from reco_core.afp.detectors.network import N_PARAMETERS, Arrays, Measured, measured, network_of
from reco_core.afp.hits import HitBatch
from reco_core.afp.training.data import hits_of
from reco_core.afp.training.made import Made, Material, numbers_of, threshold_table
from reco_core.afp.training.network import Recipe, train_network

VALIDATION: Final = 0.1  # share of the events, the last ones, that is not trained on: as published
PUBLISHED_RULE: Final = "mean_std:1"  # of the errors of the events not trained on
RECIPES: Final = {
    # As published: binary cross-entropy, two epochs, two events a step.
    SEED_KEY: Recipe(batch=2, epochs=2),
    # Hits of 8 in 107,520 pixels: with this weight they make a seventieth of the loss of an empty
    # image, enough for them not to be given up.
    KEY: Recipe(batch=4, epochs=6, least=2, hit_weight=200.0, goal=0.8),
}
LIMITS: Final = {
    SEED_KEY: (
        "Trained for as long as published: it leaves every pixel empty, and its score counts hits.",
        "The threshold is that of the published code, of the scores it is then compared with.",
    ),
    KEY: (
        "It has seen thousands of events, not millions: places far from the beam are rare in them.",
        "Weaker than the detectors on features, which know where the planes are.",
    ),
}


@dataclass(frozen=True)
class Validation:
    """Events not trained on."""

    hits: HitBatch

    def measured(self, weights: Arrays) -> Measured:
        return measured(network_of(weights), self.hits)

    def reached(self, weights: Arrays) -> float:
        """Mean output at hits."""
        found = self.measured(weights)
        return float(found.at_hits.sum() / found.n_hits.sum())


def steps_of(key: str, events: int) -> int:
    """Events that the training goes through at most, each as often as it comes."""
    return RECIPES[key].epochs * (events - _n_validation(events))


def _n_validation(events: int) -> int:
    return max(int(VALIDATION * events), 1)


def _train(key: str, given: Material) -> tuple[Made, ...]:
    name, recipe = weights_name(key), RECIPES[key]
    n = len(given.events.event_id)
    first = n - _n_validation(n)
    hits = hits_of(given.dataset, given.events.event_id)
    validation = Validation(hits.part(first, n))
    weights, epochs = train_network(
        hits.part(0, first), recipe, given.seed, given.kept(name), validation.reached,
        partial(given.keep, name), given.tell,
    )  # fmt: skip
    found = validation.measured(weights)
    others = given.events.part(np.arange(n) >= first)
    # Anomalies are few among them, so the median of all is that of good events.
    units = np.median(parts_of(found), axis=0)
    score = score_of(key, found, units)
    numbers = {
        **numbers_of(score, others, first), "parameters": float(N_PARAMETERS),
        "epochs": float(epochs), **_put(found),
    }  # fmt: skip
    tables: dict[str, Any] = {
        KEPT_VERSIONS: VERSIONS,
        f"{THRESHOLD} {key}": threshold_table(
            score, others, PUBLISHED_RULE if key == SEED_KEY else ""
        ),
    }
    library = f"torch {metadata.version('torch').partition('+')[0]}"
    return (Made(name, library, {**weights, UNITS: units}, (), numbers, tables, LIMITS[key]),)


def _put(found: Measured) -> dict[str, float]:
    """What the network puts where there is a hit, and how far its published score counts hits."""
    return {
        "mean output at hits": float(found.at_hits.sum() / found.n_hits.sum()),
        "correlation of mean square error and hits": float(
            np.corrcoef(found.square, found.n_hits)[0, 1]
        ),
    }


train_seed = partial(_train, SEED_KEY)
train_weighted = partial(_train, KEY)
