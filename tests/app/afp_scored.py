"""AFP data sets with classes and made-up scores, so that nothing has to be computed for them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reco_core.afp.dataset import open_afp
from reco_core.afp.detectors.registry import detector_row
from reco_core.afp.evaluation.groups import ANOMALOUS, APART, GOOD_CLASS
from reco_core.afp.scoring.kept import SCORE, begun_scores
from tests.reco_core.afp.small_files import write_stored

N_GOOD, N_EACH = 400, 20
EVENTS = [GOOD_CLASS] * N_GOOD + [*ANOMALOUS, APART] * N_EACH
OTHERS = ["my very own and rather long-winded class of events", None]


def write_classes(folder: Path, truth: bool = True) -> Path:
    """An event of a hit each: N_GOOD good ones, N_EACH of each other class, and two of none."""
    classes = [*EVENTS, *OTHERS]
    hits = {k: [(k % 4, k % 336, k % 80, 2413.0)] for k in range(len(classes))}
    known = {"truth": {"event_id": range(len(classes)), "event_class": classes}} if truth else {}
    return write_stored(folder, hits, **known)


def scores_of(key: str, n: int = len(EVENTS) + len(OTHERS)) -> NDArray[np.float64]:
    """(n,) higher for what is not good."""
    rng = np.random.default_rng(len(key))
    shift = np.where(np.arange(n) < N_GOOD, 0.0, 2.0)
    return rng.normal(0, 1, n) + shift


def write_scores(folder: Path, cache: Path, *keys: str) -> None:
    """Keep scores_of() as those of the data set in the folder."""
    dataset = open_afp(folder, cache / "indexes")
    for key in keys:
        table = begun_scores(dataset, detector_row(key), cache)
        table.add(pl.DataFrame({SCORE: scores_of(key, dataset.n_events)}))
        table.finish()
