"""Occupancy of a run and station, as docs/api.md has it. For the inference process: heavy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.dataset import AfpDataset
from reco_core.afp.hits import HitBatch
from reco_core.afp.occupancy import Occupancy, Odd, OddPlaces, odd_places

MAGIC: Final = b"HSO1"
BLOCK: Final = 20_000
DEAD: Final = 1
HOT: Final = 2
Z_STEP: Final = 0.1  # z is told in steps of this


def occupancy_of(
    dataset: AfpDataset, group: NDArray[np.int32], of: int, tell: Callable[[float], None]
) -> bytes:
    """Of the events whose group is `of`.  group : (N,).  tell : is told which share is read.

    Raises FileFormatError for bad hits.
    """
    occupancy = Occupancy()
    firsts = np.unique(np.flatnonzero(group == of) // BLOCK) * BLOCK
    for k, first in enumerate(firsts.tolist()):
        end = min(first + BLOCK, dataset.n_events)
        for begin, hits in dataset.blocks(BLOCK, first, end):
            occupancy.add(part_of(hits, group[begin : begin + hits.n_events] == of))
        tell((k + 1) / len(firsts))
    return encode(occupancy, odd_places(occupancy.counts))


def part_of(hits: HitBatch, wanted: NDArray[np.bool_]) -> HitBatch:
    """The events that are wanted (E,), in their order."""
    if wanted.all():
        return hits
    lengths = np.diff(hits.start)
    keep = np.repeat(wanted, lengths)
    start = np.concatenate(([0], np.cumsum(lengths[wanted])))
    return HitBatch(start, hits.plane[keep], hits.row[keep], hits.col[keep], hits.charge[keep])


def encode(occupancy: Occupancy, odd: OddPlaces) -> bytes:
    """Counts, how far each is off, and what is dead or hot."""
    z = np.clip(np.round(odd.pixels.z / Z_STEP), -127, 127)
    return b"".join(
        (
            MAGIC,
            np.array([occupancy.n_events], "<u4").tobytes(),
            np.ascontiguousarray(occupancy.counts, "<u4").tobytes(),
            z.astype("i1").tobytes(),
            _states(odd.pixels),
            _states(odd.columns),
        )
    )


def _states(odd: Odd) -> bytes:
    return (odd.dead * DEAD + odd.hot * HOT).astype("u1").tobytes()
