"""Contents of one batch: its events, where the pulses of each lie, what is known of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.icecube.dataset_files import Batch, IntArray, PulseFile
from reco_core.icecube.dataset_meta import FloatArray, MetaFile, MetaRows, Spans
from reco_core.icecube.dataset_truth import TruthTable, truth_table

LOWEST_ID: Final = -(2**63)
HIGHEST_ID: Final = 2**63 - 1
FEW_TRIES: Final = 8


@dataclass(frozen=True, eq=False)
class Contents:
    """Events of a batch (E events) as plain arrays, which an index maps from files.

    event_id : (E,) in the order of the file; events that only the meta file lists come last.
    first_pulse : (E,) row of the first pulse, or -1 if the event's rows are scattered.
    n_pulses : (E,) 0 for an event that only the meta file lists.
    sorted_id, sorted_place : (E,) event_id ascending, and the place of each in `event_id`.
    zenith, azimuth, truth_text, truth_end : see TruthTable.
    """

    event_id: IntArray
    first_pulse: IntArray
    n_pulses: IntArray
    sorted_id: IntArray
    sorted_place: IntArray
    zenith: FloatArray
    azimuth: FloatArray
    truth_text: NDArray[np.uint8]
    truth_end: IntArray

    def __len__(self) -> int:
        return len(self.event_id)

    def find(self, event_id: int) -> int | None:
        """Place of an event, 0 for the first, or None."""
        k = self._rank(event_id)
        found = k < len(self) and int(self.sorted_id[k]) == event_id
        return int(self.sorted_place[k]) if found else None

    def nearest(self, event_id: int) -> list[int]:
        """The event IDs just below and above one that is not there."""
        k = self._rank(event_id)
        return [int(found) for found in self.sorted_id[max(k - 1, 0) : k + 1]]

    def random_place(self, rng: np.random.Generator) -> int | None:
        """Place of any event with pulses, all with equal chance; None if there is none."""
        for place in rng.integers(len(self), size=FEW_TRIES if len(self) else 0):
            if self.n_pulses[place]:  # nearly always: then there is no need to look at all events
                return int(place)
        with_pulses = np.flatnonzero(self.n_pulses)
        return int(rng.choice(with_pulses)) if len(with_pulses) else None

    def _rank(self, event_id: int) -> int:
        return int(np.searchsorted(self.sorted_id, min(max(event_id, LOWEST_ID), HIGHEST_ID)))

    @property
    def truth(self) -> TruthTable:
        return TruthTable(self.zenith, self.azimuth, self.truth_text, self.truth_end)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


def nearest(event_id: int, contents: Iterable[Contents]) -> str:
    """The event IDs just below and above one that is in none of them: "23 and 25"."""
    near = [k for found in contents for k in found.nearest(event_id)]
    below = max((k for k in near if k < event_id), default=None)
    above = min((k for k in near if k > event_id), default=None)
    return " and ".join(str(k) for k in (below, above) if k is not None)


CONTENTS_ARRAYS = tuple(field.name for field in fields(Contents))


@dataclass(frozen=True, eq=False)
class Runs:
    """Rows of a batch file cut wherever event_id changes (R runs).

    event_id : (R,).  first : (R,) first row of each.  n_rows : of the file.
    """

    event_id: IntArray
    first: IntArray
    n_rows: int

    @property
    def length(self) -> IntArray:
        return np.diff(self.first, append=self.n_rows)


def find_runs(pulses: PulseFile, on_rows: Callable[[int], None] = lambda _: None) -> Runs:
    """Read the event_id column in slices.  on_rows is told the number of rows read so far."""
    event_ids, firsts = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    previous: int | None = None
    for first, count in pulses.slices():
        values = pulses.event_ids(first, count)
        starts = np.flatnonzero(np.diff(values, prepend=values[:1])).astype(np.int64)
        if int(values[0]) != previous:
            starts = np.concatenate((np.zeros(1, np.int64), starts))
        event_ids.append(values[starts])
        firsts.append(starts + first)
        previous = int(values[-1])
        on_rows(first + count)
    return Runs(np.concatenate(event_ids), np.concatenate(firsts), pulses.n_pulses)


def contents_of_runs(batch: Batch, runs: Runs, meta: MetaRows | None) -> Contents:
    """Contents by the batch file itself; the meta file adds events without pulses, and angles."""
    event_id, first_run, event_of_run = np.unique(
        runs.event_id, return_index=True, return_inverse=True
    )
    n_pulses = np.bincount(event_of_run, runs.length, len(event_id)).astype(np.int64)
    first_pulse = runs.first[first_run]
    first_pulse[np.bincount(event_of_run, minlength=len(event_id)) > 1] = -1
    order = np.argsort(first_run)  # of first appearance in the file
    event_id, first_pulse, n_pulses = event_id[order], first_pulse[order], n_pulses[order]
    if meta is not None:
        extra = meta.event_id[~np.isin(meta.event_id, event_id)]
        zeros = np.zeros(len(extra), np.int64)
        event_id = np.concatenate((event_id, extra))
        first_pulse = np.concatenate((first_pulse, zeros))
        n_pulses = np.concatenate((n_pulses, zeros))
    return _contents(batch, event_id, first_pulse, n_pulses, meta)


def contents_of_meta(batch: Batch, n_rows: int, meta: MetaRows) -> Contents | None:
    """Contents as the meta file tells them, or None unless its events tile all rows of the file.

    Quick, but to be verified: the meta file may be wrong about which event lies where.
    """
    has_pulses = meta.n_pulses > 0
    full, empty = np.flatnonzero(has_pulses), np.flatnonzero(~has_pulses)
    full = full[np.argsort(meta.first_pulse[full], kind="stable")]
    end = np.cumsum(meta.n_pulses[full])
    expected_first = end - meta.n_pulses[full]
    if len(full) == 0 or end[-1] != n_rows or (meta.first_pulse[full] != expected_first).any():
        return None
    order = np.concatenate((full, empty))
    first_pulse = np.where(has_pulses[order], meta.first_pulse[order], 0)
    return _contents(batch, meta.event_id[order], first_pulse, meta.n_pulses[order], meta)


def _contents(
    batch: Batch, event_id: IntArray, first_pulse: IntArray, n_pulses: IntArray,
    meta: MetaRows | None,
) -> Contents:  # fmt: skip
    place = np.argsort(event_id, kind="stable")
    sorted_id = event_id[place]
    zenith, azimuth = np.full((2, len(event_id)), np.nan)
    if meta is not None:
        known = np.isin(meta.event_id, event_id)
        at = place[np.searchsorted(sorted_id, meta.event_id[known])]
        zenith[at], azimuth[at] = meta.zenith[known], meta.azimuth[known]
    truth = truth_table(batch.truth_path, event_id, zenith, azimuth)
    return Contents(
        event_id, first_pulse, n_pulses, sorted_id, place,
        truth.zenith, truth.azimuth, truth.text, truth.end,
    )  # fmt: skip


def meta_rows(batch: Batch, spans: Spans) -> MetaRows | None:
    """The meta file's rows about a batch, or None if it does not list it."""
    span = spans.get(batch.batch_id)
    return None if span is None else MetaFile(batch.meta_path).rows(batch.batch_id, span)
