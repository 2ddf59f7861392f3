"""Events with what they truly are, a block at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.directions import source_direction
from reco_core.errors import DatasetError
from reco_core.icecube.dataset import Batch, Dataset
from reco_core.icecube.dataset_blocks import Block
from reco_core.icecube.pulse_batch import FloatArray

EVENTS_PER_BLOCK: Final = 1_000


@dataclass(frozen=True, eq=False)
class Labelled:
    """A block of E events.

    source : (E, 3) unit vectors to where the particles came from.  event_class : (E,) what most of
    the light is from, '' where not known.
    """

    block: Block
    source: FloatArray
    event_class: NDArray[np.str_]


def labelled_blocks(dataset: Dataset) -> Iterator[Labelled]:
    """All blocks of a data set; DatasetError if a direction is not known."""
    for batch in dataset.batches:
        dataset.ensure_index(batch, wait=True)
        zenith, azimuth = dataset.known_directions(batch)
        if not np.isfinite(zenith).all():
            raise DatasetError(f"{batch.label} has events without a direction; they cannot train.")
        source = source_direction(zenith, azimuth)
        first = 0
        for block in dataset.blocks(batch, EVENTS_PER_BLOCK, 0, len(source)):
            end = first + len(block.event_id)
            yield Labelled(block, source[first:end], _classes(dataset, batch, first, end))
            first = end


def _classes(dataset: Dataset, batch: Batch, first: int, end: int) -> NDArray[np.str_]:
    truth = dataset.contents(batch).truth
    return np.array([truth.truth(k).event_class or "" for k in range(first, end)], np.str_)
