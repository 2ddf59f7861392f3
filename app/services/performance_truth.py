"""What is known of the first events of a data set, for some of which it may be nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from reco_core.directions import source_direction
from reco_core.icecube.dataset import Batch, Dataset
from reco_core.icecube.evaluation.groups import Facts
from reco_core.icecube.pulse_batch import BoolArray, FloatArray


class Known(NamedTuple):
    """Of N events.  source : (N, 3) unit vectors to where the particles came from, NaN where not
    known.  is_known : (N,).
    """

    source: FloatArray
    facts: Facts
    is_known: BoolArray


def known_of(dataset: Dataset, parts: Sequence[tuple[Batch, int]]) -> Known:
    """Truth of the first n events of each batch, in their order; raises DatasetError."""
    contents = [(dataset.contents(batch), n_events) for batch, n_events in parts]
    truths = [found.truth.truth(k) for found, n_events in contents for k in range(n_events)]
    zenith = np.concatenate([found.zenith[:n_events] for found, n_events in contents])
    azimuth = np.concatenate([found.azimuth[:n_events] for found, n_events in contents])
    facts = Facts(
        np.array([truth.event_class or "" for truth in truths], np.str_),
        np.array([truth.energy_gev for truth in truths], np.float64),  # None becomes NaN
        zenith,
        np.concatenate([found.n_pulses[:n_events] for found, n_events in contents]),
    )
    is_known = np.isfinite(zenith) & np.isfinite(azimuth)
    return Known(source_direction(zenith, azimuth), facts, is_known)


def only_known(known: Known) -> tuple[FloatArray, Facts]:
    """Directions and facts of the events whose direction is known."""
    some, facts = known.is_known, known.facts
    of_some = Facts(
        facts.event_class[some], facts.energy_gev[some], facts.zenith[some], facts.n_pulses[some]
    )
    return known.source[some], of_some


def first_batches(dataset: Dataset, most: int) -> tuple[Batch, ...]:
    """The batches that hold the first `most` events by the meta file; all where there is none."""
    n_events = 0
    for k, batch in enumerate(dataset.batches):
        n_events += dataset.event_count(batch) or 0
        if n_events >= most:
            return dataset.batches[: k + 1]
    return dataset.batches


def count_known(dataset: Dataset, most: int) -> tuple[int, int]:
    """(events with a known direction, events) among the first `most` of a data set."""
    n_known = n_events = 0
    for batch in first_batches(dataset, most):
        zenith, azimuth = (column[: most - n_events] for column in dataset.known_directions(batch))
        n_known += int((np.isfinite(zenith) & np.isfinite(azimuth)).sum())
        n_events += len(zenith)
    return n_known, n_events
