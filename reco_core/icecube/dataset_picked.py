"""Some events of a data set, picked by their places, a block at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reco_core.icecube.dataset import Batch, Dataset
from reco_core.icecube.dataset_blocks import Block
from reco_core.icecube.dataset_files import IntArray
from reco_core.icecube.pulse_batch import picked_events

SPAN: Final = 2_000  # events that are read at once, to take those that are picked


def picked_blocks(dataset: Dataset, place: IntArray) -> Iterator[Block]:
    """Blocks of the events at those places in the order of the batches, 0 for the very first.

    place : (M,) ascending, each once.  Raises FileFormatError for a damaged batch.
    """
    passed = 0
    for batch in dataset.batches:
        n_events = len(dataset.event_ids(batch))
        here = place[(place >= passed) & (place < passed + n_events)] - passed
        passed += n_events
        if len(here):
            dataset.ensure_index(batch, wait=True)
            yield from _of_batch(dataset, batch, here, n_events)


def _of_batch(dataset: Dataset, batch: Batch, place: IntArray, n_events: int) -> Iterator[Block]:
    while len(place):
        begin = int(place[0])
        end = min(begin + SPAN, n_events)
        n_here = int((place < end).sum())
        for block in dataset.blocks(batch, SPAN, begin, end):
            yield _picked(block, place[:n_here] - begin)
        place = place[n_here:]


def _picked(block: Block, place: IntArray) -> Block:
    errors = {k: block.errors[int(old)] for k, old in enumerate(place) if int(old) in block.errors}
    return Block(block.event_id[place], picked_events(block.pulses, place), errors)
