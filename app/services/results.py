"""Answers for the event on screen: those that are kept at once, the others when they are there."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from app.services.algorithms import VERDICT, Algorithm, algorithm_of, result_keys
from app.services.answers import Answer, decode
from app.services.cache import ResultCache
from app.services.inference import Inference, Place, State, Viewer
from app.services.learned_verdict import LearnedVerdict, judged, unjudged
from app.services.overlays import Overlay, OverlayState, answered, unanswered
from reco_core.errors import ServiceError
from reco_core.icecube.dataset import Dataset
from reco_core.icecube.event import Event

MAX_WAIT_S = 10.0

Shown = Overlay | LearnedVerdict


class Told(NamedTuple):
    """Of one event. verdict : None where it was not asked for."""

    overlays: tuple[Overlay, ...]
    verdict: LearnedVerdict | None = None


class Results:
    """What the algorithms say of an event; safe to share among threads.

    waiting_threads : how many requests may wait for the inference process at a time, so that those
    that wait leave threads to those that only look.
    """

    def __init__(
        self,
        algorithms: Mapping[str, Algorithm],
        cache: ResultCache,
        inference: Inference,
        waiting_threads: int,
    ) -> None:
        self.algorithms = {
            key: row for key, row in algorithms.items() if row.gives_direction or key == VERDICT
        }
        self._cache = cache
        self._inference = inference
        self._may_wait = threading.BoundedSemaphore(waiting_threads)

    def kept(self, event: Event, dataset: Dataset) -> Told:
        """Of every algorithm its answer if it is kept, else state 'queued'. Computes nothing."""
        rows = self.algorithms.values()
        keys = result_keys(rows, event.pulses, dataset.detector)
        return _told(
            self._kept(row, keys[row.key], event) or _untold(row, "queued") for row in rows
        )

    def ask(
        self,
        event: Event,
        dataset: Dataset,
        of: Iterable[str],
        viewer: Viewer | None,
        wait_s: float,
        listed: bool = False,
    ) -> Told:
        """Answers of the algorithms asked for, as far as they are after at most wait_s seconds.

        listed : not drawn, so that all that is drawn can come first. Returns as soon as one
        is done. Raises NotFoundError for an unknown algorithm.
        """
        rows = [algorithm_of(self.algorithms, key) for key in of]
        keys = result_keys(rows, event.pulses, dataset.detector)
        found = {row.key: self._kept(row, keys[row.key], event) for row in rows}
        missing = {key: keys[key] for key, shown in found.items() if shown is None}
        if missing:
            # What is there already must not wait for what is not.
            wait_s = wait_s if len(missing) == len(rows) else 0.0
            place = Place(dataset.key, event.event_id)
            states = self._ask(place, missing, viewer, wait_s, listed)
            for key, state in states.items():
                found[key] = _shown_state(state, self.algorithms[key], event)
        return _told(
            shown or _untold(self.algorithms[key], "queued") for key, shown in found.items()
        )

    def ahead(
        self,
        event: Event,
        dataset: Dataset,
        of: Iterable[str],
        viewer: Viewer | None,
        count: int,
    ) -> None:
        """Have the next events computed by these algorithms before they are asked for.

        Raises NotFoundError for an unknown algorithm.
        """
        keys = [algorithm_of(self.algorithms, key).key for key in of]
        if count and keys:
            self._inference.ahead(Place(dataset.key, event.event_id), viewer, count, keys)

    def leave(self, viewer: Viewer) -> None:
        """Drop what a viewer asked for and nobody has begun."""
        self._inference.leave(viewer)

    def _ask(
        self,
        place: Place,
        keys: Mapping[str, str],
        viewer: Viewer | None,
        wait_s: float,
        listed: bool,
    ) -> Mapping[str, State]:
        if wait_s <= 0 or not self._may_wait.acquire(blocking=False):
            return self._inference.ask(place, keys, viewer, 0.0, listed)
        try:
            return self._inference.ask(place, keys, viewer, min(wait_s, MAX_WAIT_S), listed)
        finally:
            self._may_wait.release()

    def _kept(self, row: Algorithm, key: str, event: Event) -> Shown | None:
        answer = self._kept_answer(row, key)
        return None if answer is None else _shown(answer, row, event)

    def _kept_answer(self, row: Algorithm, key: str) -> Answer | None:
        kept = self._cache.get(key)
        if kept is None:
            return None
        try:
            return decode(kept, row)
        except ServiceError:
            self._cache.discard(key)  # it is computed anew
            return None


def _told(shown: Iterable[Shown]) -> Told:
    every = tuple(shown)
    verdicts = [one for one in every if isinstance(one, LearnedVerdict)]
    overlays = tuple(one for one in every if isinstance(one, Overlay))
    return Told(overlays, verdicts[0] if verdicts else None)


def _shown_state(state: State, row: Algorithm, event: Event) -> Shown:
    if state.state != "done" or state.kept is None:
        return _untold(row, state.state, state.message)
    return _shown(decode(state.kept, row), row, event)


def _shown(answer: Answer, row: Algorithm, event: Event) -> Shown:
    return judged(answer, row) if row.key == VERDICT else answered(answer, row, event)


def _untold(row: Algorithm, state: OverlayState, reason: str | None = None) -> Shown:
    return (unjudged if row.key == VERDICT else unanswered)(row, state, reason)
