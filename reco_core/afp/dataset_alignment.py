"""Where the planes of a data set's runs and stations are, from the first events of each."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reco_core.afp.alignment import Alignment, AlignmentFinder
from reco_core.afp.dataset import AfpDataset
from reco_core.afp.hits import IntArray
from reco_core.errors import FileFormatError

BLOCK: Final = 20_000
INFO_BLOCK: Final = 1_000_000
STATIONS_AND_NONE: Final = 8  # a run's number times this plus the station's is one number


class DatasetAlignment(NamedTuple):
    """groups : a row for each run and station (G).  group : (N,) which one each event is of."""

    groups: Alignment
    group: NDArray[np.int32]

    def of(self, first: int, end: int) -> Alignment:
        """A row for each of the events first to end - 1."""
        return self.groups.rows(self.group[first:end])


def dataset_alignment(
    dataset: AfpDataset, tell: Callable[[int, int], None] = lambda done, total: None
) -> DatasetAlignment:
    """Of every run and station; events whose run and station are not known make one more group.

    Blocks of events are read until every group has enough, or all are. tell : is told how many
    events of how many were looked at. Blocks that cannot be read are left out: whoever wants their
    events is told by the data set.
    """
    group = _groups(dataset)
    finder = AlignmentFinder(int(group.max(initial=0)) + 1)
    for first in range(0, dataset.n_events, BLOCK):
        end = min(first + BLOCK, dataset.n_events)
        if not finder.full()[group[first:end]].all():
            _add(finder, dataset, first, end, group)
        tell(end, dataset.n_events)
    return DatasetAlignment(finder.found(), group.astype(np.int32))


def _add(
    finder: AlignmentFinder, dataset: AfpDataset, first: int, end: int, group: IntArray
) -> None:
    """Blocks with very many hits come in parts."""
    with suppress(FileFormatError):
        for begin, hits in dataset.blocks(BLOCK, first, end):
            finder.add(hits, group[begin : begin + hits.n_events])


def _groups(dataset: AfpDataset) -> IntArray:
    """(N,) numbers from 0, of each run and station; in the order of runs, then stations."""
    keys = [
        _keys(dataset.info(first, min(first + INFO_BLOCK, dataset.n_events)))
        for first in range(0, dataset.n_events, INFO_BLOCK)
    ]
    every = np.concatenate([np.zeros(0, np.int64), *keys])
    return np.asarray(np.unique(every, return_inverse=True)[1], np.int64)


def _keys(info: pl.DataFrame) -> IntArray:
    run = pl.col("run").cast(pl.Int64).fill_null(-1)
    station = pl.col("station").cast(pl.Int64).fill_null(-1)
    return info.select(run * STATIONS_AND_NONE + station).to_series().to_numpy().astype(np.int64)
