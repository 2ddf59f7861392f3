"""Kept scores of whole data sets for the page: their order, histogram and thresholds."""

from __future__ import annotations

from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.services.afp_numbers import number
from app.services.afp_opening import Opened
from app.services.afp_score_file import ScoreFile
from reco_core.afp.detectors.registry import DETECTORS, DetectorRow
from reco_core.afp.hits import FloatArray
from reco_core.afp.scoring.kept import is_kept, kept_scores, score_path
from reco_core.afp.simulation.classes import CLASSES
from reco_core.afp.thresholds import RULES
from reco_core.errors import HitscopeError, NotFoundError

N_BINS: Final = 120
SIDES: Final = ("left", "right")  # of equal scores
N_STEPS: Final = 400  # of the number of events at or above a score
SHARE_SHOWN: Final = 0.999  # of the scores lie in the histogram; the rest in its last bin
MOST_FOR_RULES: Final = 200_000  # scores that rules look at
ANOMALOUS: Final = {row.name: row.anomalous for row in CLASSES}

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


class Scores:
    """value : (N,) of all events.  good, anomalous : (N,) events of which the truth says so."""

    def __init__(self, value: FloatArray, opened: Opened) -> None:
        self.value = value
        self._classes = opened.classes
        self.good = self._classes.are_of([k for k, bad in ANOMALOUS.items() if not bad])
        self.anomalous = self._classes.are_of([k for k, bad in ANOMALOUS.items() if bad])
        self._among = lru_cache(8)(self._ordered)

    @cached_property
    def rank(self) -> NDArray[np.int32]:
        """(N,) 0 for the most anomalous event; of equal scores the first one first."""
        order = np.argsort(-self.value, kind="stable")
        rank = np.empty(len(order), np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        return rank

    def order(self, of_class: str | None) -> NDArray[np.int32]:
        """Events from the most anomalous on, of all or of one class."""
        return self._among(of_class)

    def _ordered(self, of_class: str | None) -> NDArray[np.int32]:
        if of_class is None:
            order = np.empty(len(self.rank), np.int32)
            order[self.rank] = np.arange(len(order), dtype=np.int32)
            return order
        ids = self._classes.events(of_class)
        return ids[np.argsort(self.rank[ids])].astype(np.int32)

    def around(
        self, event_id: int, of_class: str | None
    ) -> tuple[int | None, int | None, int | None]:
        """Events before and after in the order, and the place (from 0) of this one, if any."""
        order = self.order(of_class)
        place = int(np.searchsorted(self.rank[order], self.rank[event_id]))
        is_in = place < len(order) and int(order[place]) == event_id
        before = int(order[place - 1]) if place else None
        after = int(order[place + is_in]) if place + is_in < len(order) else None
        return before, after, place if is_in else None

    def nearest(self, score: float, of_class: str | None) -> int:
        """The event whose score is nearest; NotFoundError if there is none."""
        order = self.order(of_class)
        if not len(order):
            raise NotFoundError("There are no events to choose from.")
        return int(order[np.argmin(np.abs(self.value[order] - score))])


class AfpScores:
    """folder : the cache's, in which scores are kept. Safe to share among threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[tuple[Path, str], Scores] = {}

    def states(self, opened: Opened) -> list[dict[str, Any]]:
        """A row per detector: whether the data set is scored with it."""
        return [self._state(row, opened) for row in DETECTORS]

    def _state(self, row: DetectorRow, opened: Opened) -> dict[str, Any]:
        told = {"key": row.key, "label": row.label, "about": row.about, "message": ""}
        try:
            kept = is_kept(opened.dataset, row, self._folder)
        except HitscopeError as error:
            return {**told, "state": "unusable", "message": str(error)}
        return {**told, "state": "ready" if kept else "not scored"}

    def file(self, row: DetectorRow, opened: Opened) -> ScoreFile:
        """The same as a file; NotFoundError where the data set is not scored with it."""
        if not is_kept(opened.dataset, row, self._folder):
            raise _missing(row)
        return ScoreFile(opened.dataset, row, self._folder)

    def of(self, row: DetectorRow, opened: Opened) -> Scores:
        """NotFoundError where the data set is not scored with it; FileFormatError."""
        dataset = opened.dataset
        key = score_path(dataset, row, self._folder), dataset.fingerprint()
        found = self._kept.get(key)
        if found is None or not is_kept(dataset, row, self._folder):
            value = kept_scores(dataset, row, self._folder)
            if value is None:
                raise _missing(row)
            found = Scores(value, opened)
            while len(self._kept) >= 2:  # 20 bytes an event
                del self._kept[next(iter(self._kept))]
            self._kept[key] = found
        return found


def _missing(row: DetectorRow) -> NotFoundError:
    return NotFoundError(f"This data set is not scored with {row.label!r} yet.")


def summary_json(row: DetectorRow, scores: Scores) -> dict[str, Any]:
    """Histogram, events at or above each score, thresholds: see docs/api.md."""
    value = scores.value
    own = row.threshold()
    low, high = _ends(value, None if own is None else float(own["value"]))
    edges = np.linspace(low, high, N_BINS + 1)
    steps = _steps(value)
    return {
        "detector": row.key, "label": row.label, "about": row.about, "n": len(value),
        "low": number(low), "high": number(high),
        "counts": _counts(value, edges),
        "counts_anomalous": _counts(value[scores.anomalous], edges),
        "n_good": int(scores.good.sum()), "n_anomalous": int(scores.anomalous.sum()),
        "steps": [number(step) for step in steps.tolist()],
        **_reaching("", value, steps),
        **_reaching("good_", value[scores.good], steps),
        **_reaching("anomalous_", value[scores.anomalous], steps),
        "threshold": None if own is None else {name: number(v) for name, v in own.items()},
        "rules": _rules(scores),
    }  # fmt: skip


def _ends(value: FloatArray, threshold: float | None) -> tuple[float, float]:
    if not len(value):
        return 0.0, 1.0
    low, high = float(value.min()), float(np.quantile(value, SHARE_SHOWN))
    if threshold is not None:
        high = max(high, threshold + 0.1 * (threshold - low))
    return low, high if high > low else low + 1.0


def _counts(value: FloatArray, edges: FloatArray) -> list[int]:
    clipped = np.clip(value, edges[0], edges[-1])
    return np.histogram(clipped, edges)[0].tolist()


def _steps(value: FloatArray) -> FloatArray:
    """Scores, falling: close to one another among the highest, where thresholds are."""
    if not len(value):
        return np.zeros(0)
    places = np.unique(np.geomspace(1, len(value), N_STEPS).astype(np.int64)) - 1
    falling = np.sort(value)[::-1]
    return np.unique(falling[places])[::-1]


def _reaching(whose: str, value: FloatArray, steps: FloatArray) -> dict[str, list[int]]:
    """How many reach each step, and how many are beyond it: some scores are those of many events,
    and between two steps lie the others alone.
    """
    rising = np.sort(value)
    reach, beyond = (len(rising) - np.searchsorted(rising, steps, side) for side in SIDES)
    return {f"{whose}at_or_above": reach.tolist(), f"{whose}above": beyond.tolist()}


def _rules(scores: Scores) -> list[dict[str, Any]]:
    """What each rule of a threshold comes to, with its usual number."""
    every = max(1, len(scores.value) // MOST_FOR_RULES)
    value, good = scores.value[::every], scores.good[::every]
    told = []
    for rule in RULES:
        of = value[good] if rule.labelled else value
        if len(of):
            found = float(rule.value(of, rule.usual))
            told.append({"key": rule.key, "label": rule.label, "about": rule.about,
                         "number": rule.usual, "value": number(found)})  # fmt: skip
    return told
