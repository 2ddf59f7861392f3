"""A batch read a block of events at a time, for what is computed of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from reco_core.errors import EventError
from reco_core.icecube.dataset_files import IntArray
from reco_core.icecube.dataset_index import Index
from reco_core.icecube.dataset_open import OpenBatch
from reco_core.icecube.event import Event, Pulses
from reco_core.icecube.pulse_batch import PulseBatch, pack

NO_PULSES = Pulses(np.zeros(0, np.int16), np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.bool_))


@dataclass(frozen=True, eq=False)
class Block:
    """Some events, one after the other in their batch (E of them).

    event_id : (E,).  pulses : of those events; none of an event that is in `errors`.
    errors : why the pulses of an event cannot be used, by its place in the block.
    """

    event_id: IntArray
    pulses: PulseBatch
    errors: dict[int, str]


def block_of(opened: OpenBatch, first: int, end: int, read: Callable[[int], Event]) -> Block:
    """Events [first, end).  read : opens an event by its ID, where there is no quicker way."""
    block = _indexed_block(opened, first, end) if isinstance(opened, Index) else None
    return block or _read_block(opened.contents.event_id[first:end], read)


def _indexed_block(index: Index, first: int, end: int) -> Block | None:
    """Events [first, end) straight from the arrays of an index; None if one breaks the rules."""
    n_pulses = np.asarray(index.contents.n_pulses[first:end])
    if not (index.clean[first:end].all() and n_pulses.all()):
        return None
    row = int(index.start[first])
    rows = slice(row, row + int(n_pulses.sum()))
    start = np.concatenate(([0], np.cumsum(n_pulses)))
    time_ns = np.asarray(index.time_ns[rows], np.int64)
    order = _time_order(time_ns, start)
    time_ns = time_ns[order]
    origin_ns = time_ns[start[:-1]]
    pulses = PulseBatch(
        start,
        index.sensor_id[rows][order],
        (time_ns - np.repeat(origin_ns, n_pulses)).astype(np.float64),
        index.charge_pe[rows][order],
        index.auxiliary[rows][order],
        origin_ns,
    )
    return Block(np.array(index.contents.event_id[first:end]), pulses, {})


def _read_block(event_id: IntArray, read: Callable[[int], Event]) -> Block:
    """The events one by one, as the display opens them."""
    events, errors = [], {}
    for k, number in enumerate(event_id):
        try:
            events.append(read(int(number)).pulses)
        except EventError as error:
            events.append(NO_PULSES)
            errors[k] = str(error)
    return Block(np.array(event_id), pack(events), errors)


def cuts(first: int, end: int, size: int) -> Iterator[tuple[int, int]]:
    """The range [first, end) cut into ranges of at most `size`."""
    return ((begin, min(begin + size, end)) for begin in range(first, end, size))


def _time_order(time_ns: IntArray, start: IntArray) -> slice | IntArray:
    """Rows in order of time within each event, as a slice where they are so already."""
    falls = np.flatnonzero(np.diff(time_ns) < 0) + 1
    if np.isin(falls, start).all():
        return slice(None)
    event = np.repeat(np.arange(len(start) - 1), np.diff(start))
    return np.lexsort((time_ns, event))  # stable, as checked_pulses is
