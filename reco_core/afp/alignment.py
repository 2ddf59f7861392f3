"""Where the planes of a station really are, beside plane 0, as its own tracks show it.

Planes are off by some rows and columns from run to run, more than a track's own residuals. Protons
run nearly along the beam: the steps from plane 0 to another one are alike for all of them, but for
a part in a hundred that grows with the place on the plane, since its tilt is off too. So the mean
direction of the protons counts as straight on, and slopes are those beside it.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.clusters import ClusterBatch, find_clusters
from reco_core.afp.hits import BoolArray, FloatArray, HitBatch, IntArray
from reco_core.afp.sensor import COL_PITCH_MM, N_PLANES, ROW_PITCH_MM

LEAST_EVENTS: Final = 50  # of a run and station; with fewer its planes stay unknown
MOST_EVENTS: Final = 1_000  # more would tell nothing new
# Steps further off than this many pixels are no part of the line: other particles, kinks.
CUT_ROWS: Final = 3.0
CUT_COLS: Final = 1.5
PASSES: Final = 3
SCALE_SIGMA: Final = 0.01  # tilts are off by up to 16 mrad, which makes 0.4 % of the rows
# Resolutions are taken as no better than this. Rows: 5.5 um in a test beam, arXiv:1608.01485.
LEAST_SIGMA_ROWS: Final = 0.11
LEAST_SIGMA_COLS: Final = 1 / np.sqrt(12)  # most clusters have one column
# A plane of unknown place is off by up to 0.19 mm along its rows and 0.34 mm along its columns
# (Athena, alignment of station 2), all as likely; and the resolution, taken as 0.3 pixels.
UNKNOWN_SIGMA_ROWS: Final = float(np.hypot(0.19 / np.sqrt(3) / ROW_PITCH_MM, 0.3))
UNKNOWN_SIGMA_COLS: Final = float(np.hypot(0.34 / np.sqrt(3) / COL_PITCH_MM, 0.3))


class Alignment(NamedTuple):
    """Places of planes, one row for each event, or a single one for all (A rows).

    A cluster at a row of a plane lies, beside plane 0, at row - shift_row - scale_row * row; the
    same for columns.  shift_row, shift_col : (A, 4) pixels.  scale_row, scale_col : (A, 4).
    sigma_row, sigma_col : (A,) pixels, by how much a single cluster is off then.  n_events : (A,)
    events that tell so; 0 where nothing is known, the shifts are 0 and the sigmas wide.
    """

    shift_row: FloatArray
    scale_row: FloatArray
    shift_col: FloatArray
    scale_col: FloatArray
    sigma_row: FloatArray
    sigma_col: FloatArray
    n_events: IntArray

    def rows(self, which: NDArray[np.integer]) -> Alignment:
        """The rows with these numbers."""
        columns: tuple[NDArray[Any], ...] = self
        return Alignment(*(column[which] for column in columns))

    def part(self, first: int, end: int) -> Alignment:
        """That of the events first to end - 1, as views."""
        if len(self.n_events) == 1:
            return self
        columns: tuple[NDArray[Any], ...] = self
        return Alignment(*(column[first:end] for column in columns))


def unknown_alignment(rows: int = 1) -> Alignment:
    """Nothing is known but how far planes may be off."""
    zero = np.zeros((rows, N_PLANES))
    return Alignment(
        zero, zero.copy(), zero.copy(), zero.copy(), np.full(rows, UNKNOWN_SIGMA_ROWS),
        np.full(rows, UNKNOWN_SIGMA_COLS), np.zeros(rows, np.int64),
    )  # fmt: skip


def checked_alignment(alignment: Alignment | None, n_events: int) -> Alignment:
    """Nothing known for None; ValueError unless there is a row for all, or one for each event."""
    if alignment is None:
        return unknown_alignment()
    rows = len(alignment.n_events)
    if rows not in (1, n_events):
        raise ValueError(f"{rows} rows of alignment for {n_events} events; expected 1 or as many.")
    return alignment


def estimate_alignment(hits: HitBatch, group: IntArray | None = None) -> Alignment:
    """Of events of one run and station (one row), or of several: a row for each of their groups.

    group : (E,) from 0, which run and station each event is of.
    """
    group = np.zeros(hits.n_events, np.int64) if group is None else group
    finder = AlignmentFinder(int(group.max(initial=0)) + 1)
    finder.add(hits, group)
    return finder.found()


class AlignmentFinder:
    """Gathers events with one cluster on every plane until there are MOST_EVENTS of each group."""

    def __init__(self, n_groups: int) -> None:
        self._count = np.zeros(n_groups, np.int64)
        self._group: list[IntArray] = []
        self._place: list[FloatArray] = []

    def full(self) -> BoolArray:
        """(G,) groups that have enough events."""
        return np.asarray(self._count >= MOST_EVENTS, np.bool_)

    def add(self, hits: HitBatch, group: IntArray) -> None:
        """group : (E,) which group each event is of."""
        wanted = ~self.full()[group]
        event, place = _plain_events(find_clusters(hits), wanted)
        own = group[event]
        keep = self._count[own] + _rank(own) < MOST_EVENTS
        self._count += np.bincount(own[keep], minlength=len(self._count))
        self._group.append(own[keep])
        self._place.append(place[keep])

    def found(self) -> Alignment:
        """A row for each group."""
        alignment = unknown_alignment(len(self._count))
        group = np.concatenate([np.zeros(0, np.int64), *self._group])
        place = np.concatenate([np.zeros((0, 2, N_PLANES)), *self._place])
        order = np.argsort(group, kind="stable")
        ends = np.cumsum(self._count)
        for k in np.flatnonzero(self._count >= LEAST_EVENTS):
            _fill(alignment, int(k), place[order[ends[k] - self._count[k] : ends[k]]])
        return alignment


def _plain_events(clusters: ClusterBatch, wanted: BoolArray) -> tuple[IntArray, FloatArray]:
    """(n,) events with one cluster on every plane; (n, 2, 4) their rows and columns."""
    event = np.flatnonzero(wanted & (np.diff(clusters.start) == N_PLANES))
    four = clusters.start[event][:, None] + np.arange(N_PLANES)
    plain = (clusters.plane[four] == np.arange(N_PLANES)).all(axis=1)
    four = four[plain]
    return event[plain], np.stack((clusters.row[four], clusters.col[four]), axis=1)


def _rank(group: IntArray) -> IntArray:
    """How many of the same group come before each."""
    order = np.argsort(group, kind="stable")
    count = np.bincount(group)
    rank = np.empty(len(group), np.int64)
    rank[order] = np.arange(len(group)) - np.repeat(np.cumsum(count) - count, count)
    return rank


def _fill(alignment: Alignment, k: int, place: FloatArray) -> None:
    """place : (n, 2, 4) rows and columns of events of the group."""
    row = _lines(place[:, 0], CUT_ROWS)
    col = _lines(place[:, 1], CUT_COLS)
    alignment.shift_row[k], alignment.scale_row[k], sigma_row = row
    alignment.shift_col[k], alignment.scale_col[k], sigma_col = col
    alignment.sigma_row[k] = max(sigma_row, LEAST_SIGMA_ROWS)
    alignment.sigma_col[k] = max(sigma_col, LEAST_SIGMA_COLS)
    alignment.n_events[k] = len(place)


def _lines(place: FloatArray, cut: float) -> tuple[FloatArray, FloatArray, float]:
    """Shift and scale of each plane (4,), and the spread of a single cluster; place : (n, 4)."""
    shift, scale, variance = np.zeros(N_PLANES), np.zeros(N_PLANES), np.zeros(N_PLANES)
    for plane in range(1, N_PLANES):
        step = place[:, plane] - place[:, 0]
        shift[plane], scale[plane], variance[plane] = _robust_line(place[:, plane], step, cut)
    return shift, scale, float(np.sqrt(variance[1:].mean() / 2))  # a step has two clusters


def _robust_line(at: FloatArray, step: FloatArray, cut: float) -> tuple[float, float, float]:
    """step = shift + scale * at for those within cut of the line; and their variance about it.

    Starts from the median step. Least squares, with a scale of 0 +- SCALE_SIGMA expected.
    """
    shift, scale = float(np.median(step)), 0.0
    for _ in range(PASSES):
        near = np.abs(step - shift - scale * at) < cut
        x, y = at[near], step[near]
        away = x - x.mean()
        expected = (cut / 3 / SCALE_SIGMA) ** 2
        scale = float(away @ (y - y.mean()) / (away @ away + expected))
        shift = float(y.mean() - scale * x.mean())
    return shift, scale, float(np.var(y - shift - scale * x))
