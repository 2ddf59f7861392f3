"""The events that an anomaly detector is trained on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.dataset import AfpDataset
from reco_core.afp.dataset_alignment import DatasetAlignment
from reco_core.afp.features import features
from reco_core.afp.hits import BoolArray, FloatArray, HitBatch, IntArray, joined
from reco_core.afp.simulation.classes import CLASSES

STRETCH: Final = 500  # consecutive events that are taken together
PARTS: Final = 10  # every PARTS-th event is kept aside: for thresholds and the card's numbers
GOOD: Final = tuple(row.name for row in CLASSES if not row.anomalous)


@dataclass(frozen=True, eq=False)
class Events:
    """E events. event_class : (E,) "" where not known."""

    event_id: IntArray
    event_class: NDArray[np.str_]

    def part(self, which: BoolArray) -> Events:
        return replace(self, event_id=self.event_id[which], event_class=self.event_class[which])

    @property
    def good(self) -> BoolArray:
        """(E,) known to be good."""
        return np.isin(self.event_class, GOOD)

    @property
    def bad(self) -> BoolArray:
        """(E,) known to be anomalous."""
        return np.asarray(~self.good & (self.event_class != ""))


def sampled(dataset: AfpDataset, n: int) -> Events:
    """n events of a data set, or all: stretches evenly over it, so that all runs take part."""
    stretches = -(-min(n, dataset.n_events) // STRETCH)
    if n >= dataset.n_events:
        event_id = np.arange(dataset.n_events)
    else:
        begin = np.linspace(0, dataset.n_events - STRETCH, stretches).astype(np.int64)
        event_id = np.unique(begin[:, None] + np.arange(STRETCH))[:n]
    known = dataset.event_classes().fill_null("").to_numpy().astype(np.str_)
    return Events(event_id, known[event_id])


def aside(n: int) -> BoolArray:
    """(n,) which events are kept aside."""
    return np.asarray(np.arange(n) % PARTS == PARTS - 1)


def hits_of(dataset: AfpDataset, event_id: IntArray) -> HitBatch:
    """The hits of events, ascending."""
    return joined([part for _, part in _parts(dataset, event_id)])


def feature_table(
    dataset: AfpDataset, places: DatasetAlignment, event_id: IntArray, tell: Callable[[int], None]
) -> FloatArray:
    """(E, F) features of events, ascending. tell : is told how many more are done."""
    rows = []
    for part, hits in _parts(dataset, event_id):
        rows.append(features(hits, places.groups.rows(places.group[part])))
        tell(len(part))
    return np.concatenate(rows)


def _parts(dataset: AfpDataset, event_id: IntArray) -> Iterator[tuple[IntArray, HitBatch]]:
    """Events that lie near one another, with their hits."""
    breaks = np.flatnonzero(np.diff(event_id) > STRETCH) + 1
    for run in np.split(event_id, breaks):
        for part in np.split(run, range(20_000, len(run), 20_000)):
            if len(part):
                first = int(part[0])
                hits = dataset.hits(first, int(part[-1]) + 1)
                yield (
                    part,
                    hits
                    if len(part) == hits.n_events
                    else joined([hits.part(k, k + 1) for k in (part - first).tolist()]),
                )
