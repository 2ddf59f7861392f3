"""Open an event: find it, reconstruct it, judge it, and say it in plain values for the page."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.routes import EventAddress, event_path
from app.services.event_words import facts_of, title_of
from app.theme import OVERLAY_STYLE
from reco_core.directions import opening_angle, source_direction
from reco_core.errors import NotFoundError, ReconstructionError
from reco_core.icecube.classification.verdict import Verdict, verdict
from reco_core.icecube.dataset import Batch, Dataset, find_datasets
from reco_core.icecube.event import Event
from reco_core.icecube.light_range import light_range
from reco_core.icecube.reconstructions.anchor import cascade_anchor, overlay_anchor
from reco_core.icecube.reconstructions.registry import RECONSTRUCTIONS, reconstruct
from reco_core.icecube.summary import summary_sentence

MAX_RANDOM_TRIES = 8  # for another event than the one shown

FAR_M = 900.0  # lines that stay farther from the array's centre are not drawn: no light reaches it

TRUTH_LABEL = {"true": "Truth", "reference": "Reference"}


@dataclass(frozen=True)
class Overlay:
    """One direction over the light, or the reason why there is none.

    zenith, azimuth, opening_angle : rad; opening_angle to the truth, None where it is not known.
    point_m, time_ns : where the particle is when, on the event's clock; None where the line passes
    too far away to be drawn, as its label then says.
    """

    key: str
    label: str
    source: str
    kind: str = "track"
    zenith: float | None = None
    azimuth: float | None = None
    point_m: tuple[float, float, float] | None = None
    time_ns: float | None = None
    opening_angle: float | None = None
    reason: str | None = None


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

    def open(self, address: EventAddress, rng: np.random.Generator) -> EventView:
        """The event of an address, its overlays and verdict; HitscopeError says what is wrong."""
        dataset, batch, event_id = self.locate(address)
        event = dataset.event(event_id)
        pulses, detector = event.pulses, dataset.detector
        title, story = title_of(event)
        return EventView(
            dataset=dataset,
            batch=batch,
            event=event,
            title=title,
            story=story,
            facts=facts_of(event),
            sentence=summary_sentence(pulses, detector),
            overlays=overlays_of(event, dataset),
            verdict=verdict(pulses, detector),
            light_range_ns=light_range(pulses),
            pager=pager_of(dataset, event_id, rng),
        )


def pager_of(dataset: Dataset, event_id: int, rng: np.random.Generator) -> Pager:
    """Neighbours of an event; asked for also where the event itself cannot be shown."""
    previous_id, next_id, k, n = dataset.around(event_id)
    tries = (dataset.random_event_id(rng) for _ in range(MAX_RANDOM_TRIES))
    random_id = next((other for other in tries if other != event_id), event_id)
    return Pager(previous_id, next_id, random_id, k, n)


def overlays_of(event: Event, dataset: Dataset) -> tuple[Overlay, ...]:
    """Truth or reference first, if known; then every reconstruction in the registry's order."""
    known = truth_overlay(event, dataset)
    fits = tuple(_fit(row.key, row.label, row.source, event, dataset) for row in RECONSTRUCTIONS)
    return (known, *fits) if known else fits


def truth_overlay(event: Event, dataset: Dataset) -> Overlay | None:
    """The known direction, through the known vertex or else the centre of the light."""
    truth = event.truth
    if truth.zenith is None or truth.azimuth is None:
        return None
    is_cascade = truth.event_class == "cascade"
    known = (event.pulses, dataset.detector, truth.vertex_m, truth.time_ns)
    point, time_ns = (
        cascade_anchor(*known)
        if is_cascade
        else overlay_anchor(truth.zenith, truth.azimuth, *known)
    )
    label = TRUTH_LABEL[truth.kind]
    away_m = distance_from_centre(point, truth.zenith, truth.azimuth)
    far = away_m > FAR_M
    return Overlay(
        key="truth",
        label=f"{label}, {away_m / 1e3:.1f} km away" if far else label,
        kind="cascade" if is_cascade else "track",
        source="the simulation's own" if truth.kind == "true" else "published reconstruction",
        zenith=truth.zenith,
        azimuth=truth.azimuth,
        point_m=None if far else _triple(point),
        time_ns=None if far else time_ns,
    )


def distance_from_centre(point: NDArray[np.float64], zenith: float, azimuth: float) -> float:
    """Distance, m, of a line from the origin of the detector's frame."""
    return float(np.linalg.norm(np.cross(point, source_direction(zenith, azimuth))))


def _fit(key: str, label: str, source: str, event: Event, dataset: Dataset) -> Overlay:
    try:
        fit = reconstruct(key, event.pulses, dataset.detector)
    except ReconstructionError as error:
        return Overlay(key=key, label=label, source=source, reason=str(error))
    return Overlay(
        key=key,
        label=label,
        source=source,
        zenith=fit.zenith,
        azimuth=fit.azimuth,
        point_m=_triple(fit.point_m),
        time_ns=fit.time_ns,
        opening_angle=_angle_to_truth(event, fit.zenith, fit.azimuth),
    )


def _angle_to_truth(event: Event, zenith: float, azimuth: float) -> float | None:
    truth = event.truth
    if truth.zenith is None or truth.azimuth is None:
        return None
    return float(
        opening_angle(
            source_direction(zenith, azimuth), source_direction(truth.zenith, truth.azimuth)
        )
    )


def _triple(point: np.ndarray[Any, Any]) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in point)
    return x, y, z


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
        "overlays": [_drawn(overlay, t0_ns) for overlay in view.overlays if overlay.point_m],
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


def _drawn(overlay: Overlay, t0_ns: int) -> dict[str, Any]:
    style = OVERLAY_STYLE[overlay.key]
    assert overlay.time_ns is not None
    assert math.isfinite(overlay.time_ns)
    return {
        "key": overlay.key,
        "label": overlay.label,
        "kind": overlay.kind,
        "zenith": overlay.zenith,
        "azimuth": overlay.azimuth,
        "opening_angle": overlay.opening_angle,
        "point_m": overlay.point_m,
        "time_ns": overlay.time_ns - t0_ns,
        "colour": style.colour,
        "colour_light": style.colour_light,
    }
