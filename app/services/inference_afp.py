"""AFP events analysed and scored: answered at once, beside all that is computed in turn.

An event takes a fraction of a millisecond, an image some; neither is queued or kept. Where the
planes of a data set's runs are is found once, in a thread.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from importlib import import_module
from typing import Final

from app.services.afp_answers import BUSY, COMPILING, Answer, without
from app.services.afp_library import AfpLibrary
from app.services.afp_opening import ReadingError
from app.services.inference_afp_parts import Places
from app.services.inference_link import Place
from reco_core.afp.dataset import AfpDataset, AfpEvent
from reco_core.errors import HitscopeError

LOAD_PATIENCE_S: Final = 0.2  # then it is said that it is being compiled
BUSY_S: Final = 0.5
ANALYSIS: Final = "app.services.afp_analysis"  # imported late: they are heavy
SCORES: Final = "app.services.afp_scores"

Reply = tuple[Answer, list[bytes]]

log = logging.getLogger(__name__)


class AfpWork:
    """Safe to share among threads."""

    def __init__(self, library: AfpLibrary, places: Places) -> None:
        self._library = library
        self._lock = threading.Lock()
        self._begun = threading.Lock()
        self._loader: threading.Thread | None = None
        self._loaded = threading.Event()
        self._scores_loaded = threading.Event()
        self._broken = ""
        self._places = places
        self._kinds: dict[str, Callable[[AfpDataset, AfpEvent, str], Reply]] = {
            "analysis": self._analysed,
            "image": self._image,
        }

    def answer(self, place: Place, what: str, detector: str = "") -> Reply:
        """what : 'analysis', or 'image' of a detector: see docs/api.md.

        Without its numbers where `state` is not done. ValueError where it is no request.
        """
        if what not in self._kinds:
            raise ValueError(f"what is {what!r:.80}")
        if not self._is_loaded():
            return without("starting", COMPILING), []
        if self._broken:
            return without("failed", self._broken), []
        if not self._lock.acquire(timeout=BUSY_S):
            return without("queued", BUSY), []
        try:
            with self._library.dataset(place.dataset).opened() as opened:
                event = opened.dataset.event(place.event_id)
                return self._kinds[what](opened.dataset, event, detector)
        except ReadingError as error:
            return without("starting", str(error)), []
        except (HitscopeError, OSError) as error:
            return without("failed", str(error)), []
        except Exception as error:  # the connection would close without a word
            log.exception("the %s of %s", what, place)
            return without("failed", f"The {what} ended with an error: {error!r}."), []
        finally:
            self._lock.release()

    def _analysed(self, dataset: AfpDataset, event: AfpEvent, _: str) -> Reply:
        places = self._places.of(dataset)
        is_final = places.is_found and self._scores_loaded.is_set()  # before they are looked at
        alignment = places.of(event.event_id)
        told = import_module(ANALYSIS).analysis_json(event.hits, alignment)
        if self._scores_loaded.is_set():
            told["scores"] = import_module(SCORES).scores_json(event.hits, alignment)
        told["aligned_by"] = 0 if alignment is None else int(alignment.n_events[0])
        return {**without("done", ""), **told, "final": is_final}, []

    def _image(self, dataset: AfpDataset, event: AfpEvent, detector: str) -> Reply:
        if not self._scores_loaded.is_set():
            return without("starting", COMPILING), []
        made = import_module(SCORES).image_of(detector, event.hits)
        return without("done", ""), [made.astype("<f4").tobytes()]

    def _is_loaded(self) -> bool:
        with self._begun:
            if self._loader is None:
                self._loader = threading.Thread(target=self._load, daemon=True, name="afp")
                self._loader.start()
        return self._loaded.wait(LOAD_PATIENCE_S)

    def _load(self) -> None:
        try:
            hits = import_module("reco_core.afp.hits").EMPTY
            empty = hits._replace(start=import_module("numpy").zeros(2, "int64"))
            import_module(ANALYSIS).analysis_json(empty, None)
            self._loaded.set()
            import_module(SCORES).load(empty)
        except Exception as error:  # told to whoever asks
            log.exception("the analysis of AFP events cannot be loaded")
            self._broken = f"The analysis cannot be loaded: {error!r}."
        self._loaded.set()
        self._scores_loaded.set()
