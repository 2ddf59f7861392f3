"""One AFP event in plain values for the page: hits, what is known of it, where one can go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.routes import afp_event_path
from app.services.afp_classes import class_name
from app.services.afp_library import AfpEntry
from app.services.afp_numbers import number
from app.services.afp_opening import Opened
from app.services.afp_score_table import Scores
from reco_core.afp.dataset import AfpEvent
from reco_core.afp.hits import BINARY_CHARGE, HitBatch
from reco_core.afp.sensor import N_PLANES, STATIONS
from reco_core.afp.simulation.classes import CLASSES
from reco_core.errors import FileFormatError, NotFoundError

MOST_IN_THUMBNAIL: Final = 300  # hits
LABEL: Final = {station.id: station.label for station in STATIONS}
ANOMALOUS: Final = {row.name: row.anomalous for row in CLASSES}
ABOUT: Final = {row.name: row.about for row in CLASSES}


@dataclass(frozen=True)
class Pager:
    """Where one can go from an event, and its place k of n, of all events or those of a class.

    k : None for an event that is not among those.
    """

    previous_id: int | None
    next_id: int | None
    k: int | None
    n: int


def pager_of(
    event_id: int, opened: Opened, of_class: str | None, scores: Scores | None = None
) -> Pager:
    """of_class : go through the events of that class alone.  scores : from the most anomalous on.

    Raises NotFoundError.
    """
    if scores is not None:
        before, after, place = scores.around(event_id, of_class)
        k = None if place is None else place + 1
        return Pager(before, after, k, len(scores.order(of_class)))
    if of_class is None:
        n = opened.dataset.n_events
        before = event_id - 1 if 0 < event_id <= n else None
        return Pager(before, event_id + 1 if event_id + 1 < n else None, event_id + 1, n)
    ids = opened.classes.events(of_class)
    place = int(np.searchsorted(ids, event_id))
    is_in = place < len(ids) and int(ids[place]) == event_id
    return Pager(
        int(ids[place - 1]) if place > 0 else None,
        int(ids[place + is_in]) if place + is_in < len(ids) else None,
        place + 1 if is_in else None,
        len(ids),
    )


def random_id(opened: Opened, of_class: str | None, rng: np.random.Generator) -> int:
    """Any event, or any of a class; NotFoundError where there is none."""
    if of_class is not None:
        return int(rng.choice(opened.classes.events(of_class)))
    if not opened.dataset.n_events:
        raise NotFoundError(f"There are no events in {opened.dataset.path}.")
    return int(rng.integers(opened.dataset.n_events))


def event_json(
    entry: AfpEntry, opened: Opened, event_id: int, of_class: str | None,
    scores: Scores | None = None,
) -> Any:  # fmt: skip
    """The event as the browser code reads it (docs/api.md). Raises NotFoundError, DatasetError."""
    event = opened.dataset.event(event_id)
    pager = pager_of(event_id, opened, of_class, scores)
    name = None if event.event_class is None else class_name(event.event_class)
    return {
        "dataset": entry.key,
        "event_id": event_id,
        "path": afp_event_path(entry.key, event_id),
        "title": f"Event {event_id}",
        "sentence": sentence(event.hits),
        "run": event.run,
        "evn": event.evn,
        "station": event.station,
        "station_label": None if event.station is None else LABEL[event.station],
        "side": event.side,
        "event_class": name,
        "anomalous": None if name is None else ANOMALOUS.get(name),
        "hits": hits_json(event),
        "previous_id": pager.previous_id,
        "next_id": pager.next_id,
        "k": pager.k,
        "n": pager.n,
    }


def hits_json(event: AfpEvent) -> dict[str, list[Any]]:
    """Columns of the hits, by plane, row, col. charge : electrons, or 1 where only hits are."""
    hits = event.hits
    return {
        "plane": hits.plane.tolist(),
        "row": hits.row.tolist(),
        "col": hits.col.tolist(),
        "charge": [round(value, 3) for value in hits.charge.astype(np.float64).tolist()],
    }


def thumbnails_json(opened: Opened, scores: Scores, of_class: str | None, n: int) -> list[Any]:
    """The n most anomalous events: id, score, class, and some of their hits."""
    return [_thumbnail(opened, scores, int(k)) for k in scores.order(of_class)[:n]]


def _thumbnail(opened: Opened, scores: Scores, event_id: int) -> dict[str, Any]:
    told = {"event_id": event_id, "score": number(float(scores.value[event_id]))}
    try:
        event = opened.dataset.event(event_id)
    except FileFormatError:  # opening it tells why
        return {**told, "event_class": None, "n_hits": 0, "plane": [], "row": [], "col": []}
    hits, few = event.hits, slice(0, MOST_IN_THUMBNAIL)
    return {
        **told,
        "event_class": None if event.event_class is None else class_name(event.event_class),
        "n_hits": len(hits.plane),
        "plane": hits.plane[few].tolist(),
        "row": hits.row[few].tolist(),
        "col": hits.col[few].tolist(),
    }


def dataset_json(entry: AfpEntry, opened: Opened) -> dict[str, Any]:
    """What the page needs to know of a data set once."""
    dataset, classes = opened.dataset, opened.classes
    return {
        "key": entry.key,
        "form": entry.form,
        "n_events": dataset.n_events,
        "n_hits": dataset.n_hits,
        "charges": opened.charges,
        "notes": list(dataset.notes),
        "problems": list(dataset.problems),
        "classes": [
            {"name": name, "label": class_label(name), "about": ABOUT.get(name, ""),
             "anomalous": ANOMALOUS.get(name), "n_events": count}
            for name, count in zip(classes.names, classes.counts, strict=True)
        ],
    }  # fmt: skip


def class_label(name: str) -> str:
    """A class in words: 'single proton'."""
    return "dead or hot column" if name == "dead_hot_column" else name.replace("_", " ")


def sentence(hits: HitBatch) -> str:
    """'8 hits on 4 planes, 84,300 electrons.'"""
    n = len(hits.plane)
    if not n:
        return "No hits on any plane."
    planes = _planes_text(np.unique(hits.plane))
    charge = hits.charge
    total = "" if (charge == BINARY_CHARGE).all() else f", {_rounded(float(charge.sum()))}"
    return f"{n:,} {'hit' if n == 1 else 'hits'} on {planes}{total}."


def _planes_text(planes: NDArray[np.uint8]) -> str:
    if len(planes) == N_PLANES:
        return "all planes"
    numbers = [str(plane) for plane in planes.tolist()]
    if len(numbers) == 1:
        return f"plane {numbers[0]}"
    return f"planes {', '.join(numbers[:-1])} and {numbers[-1]}"


def _rounded(charge: float) -> str:
    return f"{charge:,.0f} electrons" if charge >= 100 else f"charge {charge:.3g}"
