"""Walks from the event on a screen to its neighbours, so that these are computed ahead.

One event per step: whatever is asked for a screen meanwhile comes in between.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from app.services.algorithms import Algorithm, result_keys
from app.services.events import Library
from app.services.inference_deaths import Deaths
from app.services.inference_link import Place, Viewer
from app.services.inference_queue import Priority, Queue
from reco_core.errors import HitscopeError

MAX_WALKS: Final = 1_000  # the oldest is given up

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Walk:
    """From `place` to the next `left` events, then from `back` to the one before it.

    of : keys of the algorithms.
    """

    place: Place
    viewer: Viewer | None
    left: int
    back: Place | None
    of: tuple[str, ...]


class Ahead:
    """One walk per viewer, the newest."""

    def __init__(
        self, library: Library, algorithms: Mapping[str, Algorithm], queue: Queue, deaths: Deaths
    ) -> None:
        self._library = library
        self._algorithms = algorithms
        self._queue = queue
        self._deaths = deaths
        self._lock = threading.Lock()
        self._walks: OrderedDict[str, Walk] = OrderedDict()

    def start(self, place: Place, viewer: Viewer | None, count: int, of: tuple[str, ...]) -> None:
        """Compute the next `count` events and the one before, when there is time.

        of : keys of algorithms; what is unknown is passed over.
        """
        name = f" {place}" if viewer is None else viewer.name
        self._add(name, Walk(place, viewer, count, place, of))

    def step(self) -> bool:
        """Queue the next event of a walk; False if nobody walks."""
        with self._lock:
            if not self._walks:
                return False
            name, walk = self._walks.popitem(last=False)
        if not self._queue.has_left(walk.viewer):
            rest = self._walked(walk)
            if rest is not None:
                self._add(name, rest, unless_newer=True)
        return True

    def _add(self, name: str, walk: Walk, unless_newer: bool = False) -> None:
        with self._lock:
            if unless_newer and name in self._walks:
                return
            self._walks[name] = walk
            self._walks.move_to_end(name)
            while len(self._walks) > MAX_WALKS:
                self._walks.popitem(last=False)

    def _walked(self, walk: Walk) -> Walk | None:
        """The walk that is left after one event; an event that cannot be read is passed over."""
        forth = walk.left > 0
        start = walk.place if forth else walk.back
        if start is None:
            return None
        try:
            dataset = self._library.dataset(start.dataset)
            previous_id, next_id, _, _ = dataset.around(start.event_id)
        except (HitscopeError, OSError) as error:
            log.info("Nothing is computed ahead from %s: %s", start, error)
            return None
        found = next_id if forth else previous_id
        if found is not None:
            self._put(Place(start.dataset, found), walk)
        if not forth:
            return None
        if found is None:
            return replace(walk, left=0)
        return replace(walk, place=Place(start.dataset, found), left=walk.left - 1)

    def _put(self, place: Place, walk: Walk) -> None:
        try:
            dataset = self._library.dataset(place.dataset)
            pulses = dataset.event(place.event_id).pulses
            detector = dataset.detector
        except (HitscopeError, OSError) as error:
            log.info("%s is not computed ahead: %s", place, error)
            return
        rows = [self._algorithms[key] for key in walk.of if key in self._algorithms]
        for algorithm, key in result_keys(rows, pulses, detector).items():
            if not self._deaths.is_suspect(key):
                self._queue.put(key, place, algorithm, Priority.AHEAD, walk.viewer)
