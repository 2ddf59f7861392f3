"""How well anomaly detectors do on AFP data sets: measured once per detector, kept on the disk.

Light to import.
"""

from __future__ import annotations

import json
import time
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from app.services.afp_library import AfpLibrary
from app.services.afp_opening import Opened
from app.services.afp_run_parts import told
from app.services.cache import ResultCache
from app.services.inference_afp_found import PATIENCE_S, Found, Reply, answered
from reco_core.afp.detectors.registry import DETECTORS, DetectorRow
from reco_core.afp.scoring.kept import is_kept
from reco_core.errors import HitscopeError

MEASURED: Final = "app.services.afp_performance"  # imported late: it is heavy
VERSION: Final = 1  # of what is measured, and how


class PerformanceWork:
    """folder : the cache's, in which scores are kept. Safe to share among threads."""

    def __init__(self, library: AfpLibrary, cache: ResultCache, folder: Path) -> None:
        self._library, self._folder = library, folder
        self._found = Found(cache)

    def answer(self, dataset: str) -> Reply:
        """JSON, a row per detector: key, state, message, fraction, and what it measured.

        state : "ready", "computing", "not scored", "unusable", "failed". For the head of the answer
        see OccupancyWork.answer.
        """
        return answered(f"the performance on {dataset}", lambda: self._answer(dataset))

    def _answer(self, dataset: str) -> Reply:
        until_s = time.monotonic() + PATIENCE_S
        with self._library.dataset(dataset).opened() as opened:
            rows = [self._row(opened, row, until_s) for row in DETECTORS]
        return told("done", "", 1.0), [json.dumps(rows).encode()]

    def _row(self, opened: Opened, row: DetectorRow, until_s: float) -> dict[str, Any]:
        of = {"key": row.key, "message": "", "fraction": None, "measured": None}
        try:
            if not is_kept(opened.dataset, row, self._folder):
                return {**of, "state": "not scored"}
            own = row.threshold()
            what = [opened.dataset.fingerprint(), row.fingerprint(), own]
        except HitscopeError as error:
            return {**of, "state": "unusable", "message": str(error)}
        threshold = None if own is None else float(own["value"])
        found = self._found.ask(
            ["afp performance", VERSION, *what], f"The performance of {row.key}",
            lambda: import_module(MEASURED).measured(opened, row, self._folder, threshold),
            max(0.0, until_s - time.monotonic()),
        )  # fmt: skip
        if found.error:
            return {**of, "state": "failed", "message": found.error}
        if found.body is None:
            return {**of, "state": "computing", "fraction": found.fraction}
        return {**of, "state": "ready", "measured": json.loads(found.body)}
