"""The events read last are kept, and never one whose file holds another by now."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.services import inference_events
from app.services.algorithms import find_algorithms, result_key
from app.services.inference_events import LastEvents
from reco_core.errors import NotFoundError
from reco_core.icecube.dataset import Dataset
from reco_core.icecube.event import Event
from tests.reco_core.icecube.small_datasets import opened, pulse_table, write_batch

LINE_FIT = find_algorithms()["line_fit"]
COUNTS = {event_id: 6 for event_id in range(1, 31)}


class Reading:
    """A data set that notes which events were read."""

    def __init__(self, dataset: Dataset) -> None:
        self.key, self.detector = dataset.key, dataset.detector
        self.read: list[int] = []
        self._dataset = dataset

    def event(self, event_id: int) -> Event:
        self.read.append(event_id)
        return self._dataset.event(event_id)


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    write_batch(tmp_path / "set", pulse_table(COUNTS))
    return Reading(opened(tmp_path / "set", tmp_path / "index"))


def find(events: LastEvents, reading: Reading, event_id: int, key: str | None = None) -> bool:
    dataset: Dataset = reading  # type: ignore[assignment]
    key = key or key_of(reading, event_id)
    return events.find(dataset, event_id, LINE_FIT, key) is not None


def key_of(reading: Reading, event_id: int) -> str:
    event = reading._dataset.event(event_id)
    return result_key(LINE_FIT, event.pulses, reading.detector)


def test_an_event_is_read_once_for_several_algorithms(reading: Reading) -> None:
    events = LastEvents()
    assert all(find(events, reading, event_id) for event_id in (1, 2, 1, 2, 1))
    assert reading.read == [1, 2]


def test_no_more_than_a_few_are_kept(reading: Reading) -> None:
    events = LastEvents()
    for event_id in range(1, inference_events.MOST + 2):
        find(events, reading, event_id)
    reading.read.clear()
    find(events, reading, 1)
    find(events, reading, inference_events.MOST + 1)
    assert reading.read == [1]


def test_another_event_than_was_asked_for_is_not_handed_out(reading: Reading) -> None:
    events = LastEvents()
    find(events, reading, 1)
    assert not find(events, reading, 1, key_of(reading, 2))
    assert reading.read == [1, 1]  # the file was looked at again


def test_the_file_is_read_again_when_another_event_is_asked_for(
    reading: Reading, tmp_path: Path
) -> None:
    events = LastEvents()
    find(events, reading, 1)
    write_batch(tmp_path / "set", pulse_table(COUNTS, seed=5))
    assert find(events, reading, 1, key_of(reading, 1))
    assert reading.read == [1, 1]


def test_large_events_are_not_kept(reading: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inference_events, "MOST_PULSES", 5)
    events = LastEvents()
    assert find(events, reading, 1)
    assert find(events, reading, 1)
    assert reading.read == [1, 1]


def test_an_event_that_is_not_there(reading: Reading) -> None:
    with pytest.raises(NotFoundError):
        find(LastEvents(), reading, 99, "a key")
