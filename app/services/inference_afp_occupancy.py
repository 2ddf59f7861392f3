"""Occupancies of AFP runs in the inference process: counted once, kept on the disk.

Light to import. Counting goes on in a thread while somebody asks for it (afp_tasks.py), at most a
block of events in memory.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from app.services.afp_library import AfpLibrary
from app.services.afp_opening import ReadingError
from app.services.afp_run_parts import Part, extent, rows_of_json, told
from app.services.afp_tasks import Progress, Steps, Tasks
from app.services.cache import ResultCache
from reco_core.errors import HitscopeError, NotFoundError

OCCUPANCY: Final = "app.services.afp_occupancy"  # imported late: it is heavy
VERSION: Final = 2  # of what is counted, and how it is judged
PATIENCE_S: Final = 0.3  # small data sets take less; the page asks again

Reply = tuple[dict[str, Any], list[bytes]]

log = logging.getLogger(__name__)


class OccupancyWork:
    """Safe to share among threads."""

    def __init__(self, library: AfpLibrary, cache: ResultCache) -> None:
        self._library, self._cache = library, cache
        self._tasks = Tasks()

    def answer(self, dataset: str, part: Part | None) -> Reply:
        """Bytes of counts.bin; part None: JSON of all runs and stations.

        {"state": "done" | "counting" | "failed", "message", "fraction", "error"}
        error : "absent" where there is no such thing, "data" where it cannot be read.
        """
        try:
            return self._answer(dataset, part)
        except ReadingError as reading:
            return told("counting", str(reading), reading.fraction), []
        except NotFoundError as error:
            return told("failed", str(error), error="absent"), []
        except (HitscopeError, OSError) as error:
            return told("failed", str(error), error="data"), []
        except Exception as error:  # the connection would close without a word
            log.exception("the occupancy of %s", dataset)
            return told("failed", f"The occupancy ended with an error: {error!r}."), []

    def _answer(self, dataset: str, part: Part | None) -> Reply:
        with self._library.dataset(dataset).opened() as opened:
            data = opened.dataset
        runs = self._found(
            [data.fingerprint()], "The runs of the data set", lambda: _heavy().survey(data)
        )
        if part is None or runs.body is None:
            return _reply(runs, "The runs of the data set are being looked up.")
        of = extent(rows_of_json(json.loads(runs.body)), part)
        if of is None:
            raise NotFoundError(f"{dataset} has no events of {part.text}.")
        counted = self._found(
            [data.fingerprint(), part.as_json()], f"The occupancy of {part.text}",
            lambda: _heavy().count(data, part, of),
        )  # fmt: skip
        return _reply(counted, f"The hits of {of.n_events:,} events are being counted.")

    def _found(self, of: list[Any], name: str, begin: Callable[[], Steps]) -> Progress:
        text = json.dumps(["afp occupancy", VERSION, *of])
        key = hashlib.sha256(text.encode()).hexdigest()
        return self._tasks.ask(key, name, lambda: self._kept_or(key, begin), PATIENCE_S)

    def _kept_or(self, key: str, begin: Callable[[], Steps]) -> Steps:
        kept = self._cache.get(key)
        if kept is not None:
            return kept
        found = yield from begin()
        self._cache.set(key, found)
        return found


def _heavy() -> Any:
    return import_module(OCCUPANCY)


def _reply(progress: Progress, doing: str) -> Reply:
    if progress.error:
        return told("failed", progress.error, error="data"), []
    if progress.body is None:
        return told("counting", doing, progress.fraction), []
    return told("done", "", 1.0), [progress.body]
