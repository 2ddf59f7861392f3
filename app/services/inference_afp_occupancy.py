"""Occupancies of AFP runs in the inference process: counted once, kept on the disk."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any, Final

from app.services.afp_library import AfpLibrary
from app.services.afp_run_parts import Part, extent, rows_of_json, told
from app.services.afp_tasks import Progress
from app.services.cache import ResultCache
from app.services.inference_afp_found import Found, Reply, answered
from reco_core.errors import NotFoundError

OCCUPANCY: Final = "app.services.afp_occupancy"  # imported late: it is heavy
VERSION: Final = 2  # of what is counted, and how it is judged


class OccupancyWork:
    """Safe to share among threads."""

    def __init__(self, library: AfpLibrary, cache: ResultCache) -> None:
        self._library = library
        self._found = Found(cache)

    def answer(self, dataset: str, part: Part | None) -> Reply:
        """Bytes of counts.bin; part None: JSON of all runs and stations.

        {"state": "done" | "counting" | "failed", "message", "fraction", "error"}
        error : "absent" where there is no such thing, "data" where it cannot be read.
        """
        return answered(f"the occupancy of {dataset}", lambda: self._answer(dataset, part))

    def _answer(self, dataset: str, part: Part | None) -> Reply:
        with self._library.dataset(dataset).opened() as opened:
            data = opened.dataset
        of = ["afp occupancy", VERSION, data.fingerprint()]
        runs = self._found.ask(of, "The runs of the data set", lambda: _heavy().survey(data))
        if part is None or runs.body is None:
            return _reply(runs, "The runs of the data set are being looked up.")
        where = extent(rows_of_json(json.loads(runs.body)), part)
        if where is None:
            raise NotFoundError(f"{dataset} has no events of {part.text}.")
        counted = self._found.ask(
            [*of, part.as_json()], f"The occupancy of {part.text}",
            lambda: _heavy().count(data, part, where),
        )  # fmt: skip
        return _reply(counted, f"The hits of {where.n_events:,} events are being counted.")


def _heavy() -> Any:
    return import_module(OCCUPANCY)


def _reply(progress: Progress, doing: str) -> Reply:
    if progress.error:
        return told("failed", progress.error, error="data"), []
    if progress.body is None:
        return told("counting", doing, progress.fraction), []
    return told("done", "", 1.0), [progress.body]
