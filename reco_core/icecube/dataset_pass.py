"""One pass over all events of a data set: blocks in the order of the files, from any place on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reco_core.errors import DatasetError
from reco_core.icecube.dataset import Dataset, find_datasets
from reco_core.icecube.dataset_blocks import Block

EVENTS_PER_BLOCK: Final = 2_000  # about 330,000 pulses, 7 MB
INDEX_LIMIT_BYTES: Final = 5_000_000_000  # indexes are needed one after the other


def one_dataset(folder: Path, index_dir: Path) -> Dataset:
    """The data set in a folder; DatasetError if there are several below it."""
    found = find_datasets(folder, index_dir, INDEX_LIMIT_BYTES)
    if len(found) > 1:
        names = ", ".join(str(dataset.folder.name) for dataset in found)
        raise DatasetError(f"{folder} holds several data sets ({names}); give the folder of one.")
    return found[0]


def count_events(dataset: Dataset, most: int | None = None) -> int:
    """Events of all batches, at most `most`; by the meta file where it lists a batch."""
    total = 0
    for batch in dataset.batches:
        if most is not None and total >= most:
            return most
        known = dataset.event_count(batch)
        total += len(dataset.event_ids(batch)) if known is None else known
    return total if most is None else min(total, most)


def all_blocks(
    dataset: Dataset, first: int = 0, most: int | None = None, size: int = EVENTS_PER_BLOCK
) -> Iterator[Block]:
    """Blocks of the events [first, most) in the order of the batches, at most `size` in each.

    Each batch is indexed before it is read. Raises FileFormatError for a damaged batch.
    """
    passed = 0
    for batch in dataset.batches:
        n_events = len(dataset.event_ids(batch))
        begin = min(max(first - passed, 0), n_events)
        end = n_events if most is None else min(max(most - passed, 0), n_events)
        passed += n_events
        if begin < end:
            dataset.ensure_index(batch, wait=True)
            yield from dataset.blocks(batch, size, begin, end)
