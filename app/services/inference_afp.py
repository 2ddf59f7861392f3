"""AFP events analysed: answered at once, beside all that is computed in turn.

An event takes a fraction of a millisecond, so it is neither queued nor kept. Where the planes of
its run are is found from other events of the run, once for a data set, in a thread.
"""

from __future__ import annotations

import logging
import threading
from importlib import import_module
from typing import Any, Final

from app.services.afp_answers import BUSY, COMPILING, Answer, without
from app.services.afp_library import AfpLibrary
from app.services.afp_opening import ReadingError
from app.services.inference_link import Place
from reco_core.afp.dataset import AfpDataset
from reco_core.errors import HitscopeError

LOAD_PATIENCE_S: Final = 0.2  # then it is said that it is being compiled
BUSY_S: Final = 0.5
MOST_DATASETS: Final = 16
ANALYSIS: Final = "app.services.afp_analysis"  # imported late: it is heavy
ALIGNMENT: Final = "reco_core.afp.dataset_alignment"

log = logging.getLogger(__name__)


class AfpWork:
    """Safe to share among threads."""

    def __init__(self, library: AfpLibrary) -> None:
        self._library = library
        self._lock = threading.Lock()
        self._begun = threading.Lock()
        self._loader: threading.Thread | None = None
        self._loaded = threading.Event()
        self._broken = ""
        self._places: dict[str, PlanePlaces] = {}  # by fingerprint

    def answer(self, place: Place) -> Answer:
        """See analysis in docs/api.md; without its numbers where `state` is not done."""
        if not self._is_loaded():
            return without("starting", COMPILING)
        if self._broken:
            return without("failed", self._broken)
        if not self._lock.acquire(timeout=BUSY_S):
            return without("queued", BUSY)
        try:
            return self._analysed(place)
        except ReadingError as error:
            return without("starting", str(error))
        except (HitscopeError, OSError) as error:
            return without("failed", str(error))
        except Exception as error:  # the connection would close without a word
            log.exception("the analysis of %s", place)
            return without("failed", f"The analysis ended with an error: {error!r}.")
        finally:
            self._lock.release()

    def _analysed(self, place: Place) -> Answer:
        with self._library.dataset(place.dataset).opened() as opened:
            dataset = opened.dataset
            hits = dataset.event(place.event_id).hits
            places = self._places_of(dataset)
        alignment = places.of(place.event_id)
        told = import_module(ANALYSIS).analysis_json(hits, alignment)
        n_events = 0 if alignment is None else int(alignment.n_events[0])
        return {**without("done", ""), **told, "aligned_by": n_events, "final": places.is_found}

    def _places_of(self, dataset: AfpDataset) -> PlanePlaces:
        key = dataset.fingerprint()
        if key not in self._places:
            self._places[key] = PlanePlaces(dataset)
            while len(self._places) > MOST_DATASETS:
                del self._places[next(iter(self._places))]
        return self._places[key]

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
        except Exception as error:  # told to whoever asks
            log.exception("the analysis of AFP events cannot be loaded")
            self._broken = f"The analysis cannot be loaded: {error!r}."
        self._loaded.set()


class PlanePlaces:
    """Where the planes of a data set's runs are; found in a thread, which begins at once."""

    def __init__(self, dataset: AfpDataset) -> None:
        self._dataset = dataset
        self._found: Any = None
        self.is_found = False
        threading.Thread(target=self._find, daemon=True, name="afp planes").start()

    def of(self, event_id: int) -> Any:
        """Alignment of the event's run, None until it is found, or where it cannot be."""
        return None if self._found is None else self._found.of(event_id, event_id + 1)

    def _find(self) -> None:
        try:
            self._found = import_module(ALIGNMENT).dataset_alignment(self._dataset)
        except HitscopeError as error:  # such as bad hits: tracks are less sharp then
            log.warning("The places of the planes stay unknown: %s", error)
        except Exception:
            log.exception("the places of the planes of %s", self._dataset.path)
        self.is_found = True
