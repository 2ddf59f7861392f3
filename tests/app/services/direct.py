"""Stand-ins for tests of pages and routes: answers computed at once, in the test's own process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from app.services.algorithms import Algorithm, find_algorithms
from app.services.answers import answer_of, encode
from app.services.events import Library
from app.services.inference import Place, State, Viewer
from app.services.results import Results, Told
from reco_core.icecube.dataset import Dataset
from reco_core.icecube.event import Event


class DictCache:
    """A cache in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        return self.kept.get(key)

    def set(self, key: str, value: bytes) -> None:
        self.kept[key] = value

    def discard(self, key: str) -> None:
        self.kept.pop(key, None)


class DirectInference:
    """Computes when asked, and notes what it was asked."""

    def __init__(self, library: Library, algorithms: Mapping[str, Algorithm]) -> None:
        self._library = library
        self._algorithms = algorithms
        self.asked: list[tuple[Place, tuple[str, ...], Viewer | None, float]] = []
        self.asked_ahead: list[tuple[Place, Viewer | None, int, tuple[str, ...]]] = []
        self.asked_listed: list[bool] = []
        self.left: list[Viewer] = []

    def ask(
        self,
        place: Place,
        keys: Mapping[str, str],
        viewer: Viewer | None,
        wait_s: float,
        listed: bool = False,
    ) -> dict[str, State]:
        self.asked.append((place, tuple(keys), viewer, wait_s))
        self.asked_listed.append(listed)
        return self.states_of(place, keys)

    def states_of(self, place: Place, keys: Iterable[str]) -> dict[str, State]:
        dataset = self._library.dataset(place.dataset)
        event = dataset.event(place.event_id)
        return {key: self._state(self._algorithms[key], event, dataset) for key in keys}

    def _state(self, row: Algorithm, event: Event, dataset: Dataset) -> State:
        (computed,) = row.compute([event], dataset.detector)
        return State("done", kept=encode(answer_of(computed, row), row))

    def ahead(self, place: Place, viewer: Viewer | None, count: int, of: Sequence[str]) -> None:
        self.asked_ahead.append((place, viewer, count, tuple(of)))

    def leave(self, viewer: Viewer) -> None:
        self.left.append(viewer)


class DirectResults(Results):
    """Every answer is there when an event is opened."""

    def __init__(self, library: Library) -> None:
        algorithms = find_algorithms()
        self.inference = DirectInference(library, algorithms)
        super().__init__(algorithms, DictCache(), self.inference, 4)  # type: ignore[arg-type]

    def kept(self, event: Event, dataset: Dataset) -> Told:
        return self.ask(event, dataset, self.algorithms, None, 1.0)
