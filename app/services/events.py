"""Open an event: find it, judge it, and say it in plain values for the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.routes import EventAddress, event_path
from app.services.event_words import facts_of, title_of
from app.services.learned_verdict import LearnedVerdict, verdict_json
from app.services.overlays import Overlay, overlay_json, truth_overlay
from app.services.results import Results
from reco_core.errors import DatasetError, NotFoundError
from reco_core.icecube.classification.verdict import Verdict, verdict
from reco_core.icecube.dataset import Batch, Dataset, find_datasets
from reco_core.icecube.event import Event
from reco_core.icecube.light_range import light_range
from reco_core.icecube.summary import summary_sentence

MAX_RANDOM_TRIES = 8  # for another event than the one shown


@dataclass(frozen=True)
class EventView:
    """Everything the page shows of one event, in plain values."""

    dataset: Dataset
    batch: Batch
    event: Event
    title: str
    story: str | None
    facts: tuple[str, ...]
    sentence: str
    overlays: tuple[Overlay, ...]
    verdict: Verdict
    learned: LearnedVerdict | None
    light_range_ns: tuple[float, float]
    pager: Pager

    @property
    def path(self) -> str:
        return event_path(self.dataset.key, self.event.event_id)


@dataclass(frozen=True)
class Pager:
    """Where one can go from an event: ids, and its place k of n in its batch."""

    previous_id: int | None
    next_id: int | None
    random_id: int
    k: int
    n: int


class Library:
    """All data sets under one folder, opened on first use; safe to share among threads."""

    def __init__(self, root: Path, index_dir: Path, index_limit_bytes: int) -> None:
        self._find: Callable[[], tuple[Dataset, ...]] = lambda: find_datasets(
            root, index_dir, index_limit_bytes
        )

    @cached_property
    def datasets(self) -> tuple[Dataset, ...]:
        return self._find()

    def keys(self) -> tuple[str, ...]:
        """Of all data sets; none where there are none, or the folder cannot be opened."""
        try:
            return tuple(dataset.key for dataset in self.datasets)
        except DatasetError:
            return ()

    def count(self) -> int | str:
        """How many data sets there are, or the reason why there are none. Opens no file."""
        try:
            return len(self.datasets)
        except DatasetError as error:
            return str(error)

    def dataset(self, key: str | None) -> Dataset:
        """The data set of that key (None: the first), or NotFoundError naming those there are."""
        for dataset in self.datasets:
            if key in (None, dataset.key):
                return dataset
        names = ", ".join(dataset.key for dataset in self.datasets)
        raise NotFoundError(f"There is no data set {str(key)[:80]!r}. Those open here: {names}.")

    def locate(self, address: EventAddress) -> tuple[Dataset, Batch, int]:
        """Data set, batch and event id of an address."""
        dataset = self.dataset(address.dataset)
        event_id = dataset.first_event_id() if address.event_id is None else address.event_id
        batch, _ = dataset.locate(event_id)
        return dataset, batch, event_id

    def event(self, address: EventAddress) -> tuple[Dataset, Event]:
        """The event of an address alone."""
        dataset, _, event_id = self.locate(address)
        return dataset, dataset.event(event_id)

    def open(self, address: EventAddress, results: Results, rng: np.random.Generator) -> EventView:
        """The event of an address, the overlays that are kept, the verdict.

        Computes nothing that takes long. HitscopeError says what is wrong.
        """
        dataset, batch, event_id = self.locate(address)
        event = dataset.event(event_id)
        truth = truth_overlay(event, dataset)
        pulses, detector = event.pulses, dataset.detector
        title, story = title_of(event)
        told = results.kept(event, dataset)
        return EventView(
            dataset=dataset,
            batch=batch,
            event=event,
            title=title,
            story=story,
            facts=facts_of(event),
            sentence=summary_sentence(pulses, detector),
            overlays=(*((truth,) if truth else ()), *told.overlays),
            verdict=verdict(pulses, detector),
            learned=told.verdict,
            light_range_ns=light_range(pulses),
            pager=pager_of(dataset, event_id, rng),
        )


def pager_of(dataset: Dataset, event_id: int, rng: np.random.Generator) -> Pager:
    """Neighbours of an event; asked for also where the event itself cannot be shown."""
    previous_id, next_id, k, n = dataset.around(event_id)
    tries = (dataset.random_event_id(rng) for _ in range(MAX_RANDOM_TRIES))
    random_id = next((other for other in tries if other != event_id), event_id)
    return Pager(previous_id, next_id, random_id, k, n)


def payload(view: EventView) -> dict[str, Any]:
    """The event as the browser code reads it (docs/api.md, event.json). Times relative to t0_ns."""
    t0_ns = int(view.event.pulses.time_ns[0])
    region = view.verdict.region
    return {
        "dataset": view.dataset.key,
        "event_id": view.event.event_id,
        "split": view.event.split,
        "batch_id": view.event.batch_id,
        "path": view.path,
        "title": view.title,
        "sentence": view.sentence,
        "t0_ns": t0_ns,
        "n_pulses": len(view.event.pulses),
        "light_range_ns": [float(time) - t0_ns for time in view.light_range_ns],
        "overlays": [overlay_json(overlay, t0_ns) for overlay in view.overlays],
        "verdict": None if view.learned is None else verdict_json(view.learned),
        "region": None
        if region is None
        else {"label": region.label, "sensor_ranges": ranges_of(region.sensor_ids)},
        "previous_id": view.pager.previous_id,
        "next_id": view.pager.next_id,
    }


def ranges_of(sensor_ids: NDArray[np.integer]) -> list[tuple[int, int]]:
    """First and last of each run of sensor_ids (n,): 26 pairs for the side instead of 1,560 ids."""
    ids = np.unique(sensor_ids).astype(int)
    breaks = np.flatnonzero(np.diff(ids) > 1) + 1
    return [(int(run[0]), int(run[-1])) for run in np.split(ids, breaks) if len(run)]
