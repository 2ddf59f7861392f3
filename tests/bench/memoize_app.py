"""The usual way, to compare with: the same page, its answers computed in the web worker by memoize.

diskcache's own `memoize` keeps them, with its defaults. Nothing else of the app differs.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from diskcache import Cache

from app.main import create_app
from app.services.algorithms import Algorithm, find_algorithms
from app.services.answers import Answer, answer_of
from app.services.overlays import Overlay, answered, unanswered
from app.services.results import Told
from app.settings import Settings, load_settings
from app.theme import style_of
from reco_core.icecube.dataset import Dataset
from reco_core.icecube.event import Event


class MemoizedResults:
    """Stands in for app.services.results.Results: whoever opens an event computes what is
    drawn at first, and waits for it."""

    def __init__(self, settings: Settings, library: Any) -> None:
        every = find_algorithms(settings.plugins)
        self.algorithms = {key: row for key, row in every.items() if row.gives_direction}
        cache = Cache(str(Path(settings.cache_dir) / "memoize"))

        @cache.memoize()
        def compute(dataset_key: str, event_id: int, algorithm_key: str) -> Answer:
            row, dataset = self.algorithms[algorithm_key], library.dataset(dataset_key)
            (computed,) = row.compute([dataset.event(event_id)], dataset.detector)
            return answer_of(computed, row)

        self._compute = compute

    def kept(self, event: Event, dataset: Dataset) -> Told:
        return Told(
            tuple(
                self._answered(row, event, dataset)
                if style_of(row.key).shown_at_first
                else unanswered(row, "queued")
                for row in self.algorithms.values()
            )
        )

    def ask(self, event: Event, dataset: Dataset, of: Iterable[str], *_: object) -> Told:
        return Told(tuple(self._answered(self.algorithms[key], event, dataset) for key in of))

    def _answered(self, row: Algorithm, event: Event, dataset: Dataset) -> Overlay:
        return answered(self._compute(dataset.key, event.event_id, row.key), row, event)

    def ahead(self, *_: object) -> None:
        """A plain memoize computes nothing ahead."""

    def leave(self, *_: object) -> None:
        """Nor does it know who waits."""


class NoInference:
    """No further process is started."""

    state = "down"

    def start(self, parent_pid: int) -> None:
        """There is nothing to start."""


def make_server() -> Any:
    settings = load_settings()
    server = create_app(settings).server
    server.config["results"] = MemoizedResults(settings, server.config["library"])
    server.config["inference"] = NoInference()
    return server
