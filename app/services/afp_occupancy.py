"""Occupancy of a run and station, counted block by block. For the inference process: heavy.

Each of these is a generator: it yields how much of it is done (0 to 1), and returns the result. It
can be left at any block and taken up again there.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.services.afp_occupancy_bytes import encode
from app.services.afp_run_parts import ALL, Part, Row, rows_json
from reco_core.afp.dataset import AfpDataset
from reco_core.afp.hits import HitBatch
from reco_core.afp.occupancy import Occupancy, odd_places
from reco_core.errors import DatasetError, FileFormatError

INFO_BLOCK = 250_000  # events whose run and station are read at a time
HITS_BLOCK = 50_000  # events whose hits are counted at a time
MOST_ROWS = 10_000  # runs and stations of a data set
MOST_LEFT_OUT = 1000  # events with bad hits: more of them and the file is no good
RUN_STATION = ("run", "station")

Steps = Generator[float, None, bytes]


def survey(dataset: AfpDataset) -> Steps:
    """JSON of all runs and stations (rows_json), by number. Raises DatasetError."""
    found: dict[tuple[int | None, int | None], Row] = {}
    for first in range(0, dataset.n_events, INFO_BLOCK):
        end = min(first + INFO_BLOCK, dataset.n_events)
        for row in _rows(dataset.info(first, end)):
            found[row.run, row.station] = _joined(found.get((row.run, row.station)), row)
        if len(found) > MOST_ROWS:
            raise DatasetError(
                f"{dataset.path} names more than {MOST_ROWS:,} runs and stations; expected fewer: "
                "is the column 'run' that of run numbers?"
            )
        yield end / dataset.n_events
    rows = sorted(found.values(), key=lambda row: (*_last(row.run), *_last(row.station)))
    return json.dumps(rows_json(rows)).encode()


def _rows(info: pl.DataFrame) -> Iterator[Row]:
    ids = pl.col("event_id")
    of = (pl.len().alias("n_events"), ids.min().alias("first"), ids.max().alias("last"))
    for row in info.group_by(RUN_STATION).agg(*of).iter_rows(named=True):
        yield Row(**row)


def _joined(known: Row | None, row: Row) -> Row:
    if known is None:
        return row
    return Row(row.run, row.station, known.n_events + row.n_events, known.first, row.last)


def _last(number: int | None) -> tuple[bool, int]:
    """Sorts what is not known behind the numbers."""
    return number is None, number or 0


def count(dataset: AfpDataset, part: Part, extent: Row) -> Steps:
    """Bytes of docs/api.md, counts.bin.  extent : of the part. Raises DatasetError.

    An event with bad hits is left out, the others count.
    """
    occupancy, left_out = Occupancy(), 0
    is_whole = extent.n_events == extent.last + 1 - extent.first
    for first in range(extent.first, extent.last + 1, HITS_BLOCK):
        end = min(first + HITS_BLOCK, extent.last + 1)
        wanted = None if is_whole else _wanted(dataset, part, first, end)
        if wanted is None or wanted.any():
            for begin, hits in _good_blocks(dataset, first, end):
                if hits is None:
                    left_out += wanted is None or bool(wanted[begin - first])
                else:
                    place = slice(begin - first, begin - first + hits.n_events)
                    occupancy.add(hits if wanted is None else _of(hits, wanted[place]))
        if left_out > MOST_LEFT_OUT:
            raise FileFormatError(
                f"{dataset.path}: more than {MOST_LEFT_OUT:,} events of {part.text} have bad hits, "
                f"events up to {end - 1}; open one of them to see what is wrong."
            )
        yield 0.97 * (end - extent.first) / (extent.last + 1 - extent.first)
    odd = odd_places(occupancy.counts, occupancy.surplus)
    return encode(occupancy.n_events, left_out, occupancy.counts, odd)


def _wanted(dataset: AfpDataset, part: Part, first: int, end: int) -> NDArray[np.bool_]:
    """(end - first,) which events are of that part."""
    info = dataset.info(first, end)
    of = info["station"].eq_missing(pl.Series([part.station], dtype=pl.Int64))
    if part.run != ALL:
        of &= info["run"].eq_missing(pl.Series([part.run], dtype=pl.Int64))
    return of.to_numpy()


def _good_blocks(
    dataset: AfpDataset, first: int, end: int
) -> Iterator[tuple[int, HitBatch | None]]:
    """(event_id of the first, events); None for an event with bad hits, found by halving."""
    begin = first
    try:
        for begin, hits in dataset.blocks(HITS_BLOCK, first, end):
            yield begin, hits
            begin += hits.n_events
    except FileFormatError:
        if end - begin == 1:
            yield begin, None
            return
        middle = (begin + end) // 2
        yield from _good_blocks(dataset, begin, middle)
        yield from _good_blocks(dataset, middle, end)


def _of(hits: HitBatch, wanted: NDArray[np.bool_]) -> HitBatch:
    """The events that are wanted (E,), in their order."""
    if wanted.all():
        return hits
    lengths = np.diff(hits.start)
    keep = np.repeat(wanted, lengths)
    start = np.concatenate(([0], np.cumsum(lengths[wanted])))
    return HitBatch(start, hits.plane[keep], hits.row[keep], hits.col[keep], hits.charge[keep])
