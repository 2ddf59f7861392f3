"""The events that were read last: several algorithms are asked about each, one after the other."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from app.services.algorithms import Algorithm, result_key
from reco_core.icecube.dataset import Dataset
from reco_core.icecube.event import Event

MOST: Final = 8
MOST_PULSES: Final = 50_000  # larger ones are read again; that takes less than computing them


class LastEvents:
    """Of one thread."""

    def __init__(self) -> None:
        self._events: OrderedDict[tuple[str, int], Event] = OrderedDict()

    def find(self, dataset: Dataset, event_id: int, algorithm: Algorithm, key: str) -> Event | None:
        """The event whose result has that key; None if the files hold another one by now.

        Raises what Dataset.event does.
        """
        place = dataset.key, event_id
        event = self._events.get(place)
        if event is not None and _key(algorithm, event, dataset) == key:
            return event
        event = dataset.event(event_id)
        if _key(algorithm, event, dataset) != key:
            return None
        if len(event.pulses) <= MOST_PULSES:
            self._events[place] = event
            self._events.move_to_end(place)
            while len(self._events) > MOST:
                self._events.popitem(last=False)
        return event


def _key(algorithm: Algorithm, event: Event, dataset: Dataset) -> str:
    return result_key(algorithm, event.pulses, dataset.detector)
