"""The likelihood of what is held in hand: answered at once, beside all that is computed in turn.

An answer takes a fraction of a millisecond (a track) to some milliseconds (a cascade, a fit), so it
is not queued and not kept. What it is made from, the event's first pulses, is kept for some events.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from app.services.events import Library
from app.services.held import BUSY, COMPILING, FITS, Answer, hand_request, without
from app.services.inference_link import Place
from reco_core.errors import HitscopeError

if TYPE_CHECKING:
    from app.services.hand_events import Prepared

MOST_EVENTS: Final = 16
LOAD_PATIENCE_S: Final = 0.2  # then it is said that it is being compiled
BUSY_S: Final = 0.5  # one at a time: a hand must not take the cores from what is computed
EVENTS: Final = "app.services.hand_events"  # imported late: it is heavy

log = logging.getLogger(__name__)


class Hand:
    """Safe to share among threads."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = threading.Lock()
        self._begun = threading.Lock()
        self._loaded = {kind: threading.Event() for kind in FITS}
        self._broken: str | None = None
        self._loader: threading.Thread | None = None
        self._kept: OrderedDict[tuple[Place, str], Prepared] = OrderedDict()

    def answer(self, place: Place, body: Mapping[str, Any]) -> Answer:
        """See likelihood in docs/api.md. ValueError where the body is no request."""
        try:
            asked = hand_request(body)
        except HitscopeError as error:
            raise ValueError(str(error)) from error
        if not self._is_loaded(asked.kind):
            return without("starting", COMPILING)
        if self._broken is not None:
            return without("failed", self._broken)
        if not self._lock.acquire(timeout=BUSY_S):
            return without("queued", BUSY)
        try:
            return self._prepared(place, asked.kind).answer(asked)
        except (HitscopeError, OSError) as error:
            return without("failed", str(error))
        except Exception as error:  # the connection would close without a word
            log.exception("the likelihood of a %s in hand of %s", asked.kind, place)
            return without("failed", f"The likelihood ended with an error: {error!r}.")
        finally:
            self._lock.release()

    def _is_loaded(self, kind: str) -> bool:
        with self._begun:
            if self._loader is None:
                self._loader = threading.Thread(target=self._load, daemon=True, name="hand")
                self._loader.start()
        return self._loaded[kind].wait(LOAD_PATIENCE_S)

    def _load(self) -> None:
        for kind, loaded in self._loaded.items():
            try:
                import_module(EVENTS).load(kind)
            except Exception as error:  # told to whoever asks
                log.exception("the likelihood of a %s in hand cannot be loaded", kind)
                self._broken = f"The likelihood cannot be loaded: {error!r}."
            loaded.set()

    def _prepared(self, place: Place, kind: str) -> Prepared:
        """The event as it is in the files now: reading it takes a fraction of a millisecond."""
        dataset = self._library.dataset(place.dataset)
        pulses, detector = dataset.event(place.event_id).pulses, dataset.detector
        kept = self._kept.get((place, kind))
        if kept is None or not kept.is_of(pulses, detector):
            kept = import_module(EVENTS).prepared(kind, pulses, detector)
            self._kept[place, kind] = kept
            while len(self._kept) > MOST_EVENTS:
                self._kept.popitem(last=False)
        self._kept.move_to_end((place, kind))
        return kept
