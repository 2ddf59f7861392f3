"""What is known of the events that methods are measured on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from reco_core.directions import source_direction
from reco_core.errors import DatasetError
from reco_core.icecube.dataset import Batch, Dataset
from reco_core.icecube.evaluation.groups import Facts
from reco_core.icecube.pulse_batch import FloatArray, IntArray


def facts_of(dataset: Dataset, n_events: int) -> tuple[FloatArray, Facts]:
    """Directions to the source (N, 3) and facts of the first N events.

    Raises DatasetError if a direction is not known: then there is nothing to compare with.
    """
    truths = []
    counts = []
    for batch, end in spans(dataset, n_events):
        contents = dataset.contents(batch)
        truths += [contents.truth.truth(k) for k in range(end)]
        counts.append(contents.n_pulses[:end])
    unknown = sum(not truth.has_direction for truth in truths)
    if unknown:
        raise DatasetError(
            f"{unknown:,} of {len(truths):,} events of {dataset.folder} have no known direction; "
            "an evaluation needs the truth of each (train_meta.parquet or truth.parquet)."
        )
    zenith = np.array([truth.zenith for truth in truths], np.float64)
    azimuth = np.array([truth.azimuth for truth in truths], np.float64)
    facts = Facts(
        np.array([truth.event_class or "" for truth in truths], np.str_),
        np.array([_number(truth.energy_gev) for truth in truths]),
        zenith,
        np.concatenate(counts) if counts else np.zeros(0, np.int64),
    )
    return source_direction(zenith, azimuth), facts


def facts_at(facts: Facts, which: slice | IntArray) -> Facts:
    """Those of some of the events."""
    return Facts(
        facts.event_class[which],
        facts.energy_gev[which],
        facts.zenith[which],
        facts.n_pulses[which],
    )


def spans(dataset: Dataset, n_events: int) -> Iterator[tuple[Batch, int]]:
    """Batches that hold the first N events, and how many of each."""
    left = n_events
    for batch in dataset.batches:
        if left <= 0:
            return
        end = min(len(dataset.event_ids(batch)), left)
        left -= end
        yield batch, end


def _number(value: float | None) -> float:
    return np.nan if value is None else value
