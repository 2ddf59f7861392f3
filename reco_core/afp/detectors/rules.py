"""Rules: what one proton through four good planes looks like, and what breaks that, in words.

Nothing is learned. Each rule tells how strongly an event breaks it, from 0 for not at all; about 1
where it begins to matter, and 1 more for each doubling. The score is the sum. Limits are such that
about one in a hundred simulated single protons breaks a rule, or fewer; but a silent plane happens
to four and a further cluster to ten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from reco_core.afp.alignment import Alignment, checked_alignment
from reco_core.afp.detectors.rules_words import (
    ClosestLook,
    closest_look,
    say_clusters,
    say_column,
    say_edge,
    say_large_cluster,
    say_no_track,
    say_off_line,
    say_residual,
    say_silent,
    say_slope,
)
from reco_core.afp.features import NAMES, features
from reco_core.afp.hits import FloatArray, HitBatch
from reco_core.afp.sensor import N_PLANES

Columns = Mapping[str, FloatArray]

MOST_REASONS: Final = 3
MOST_RESIDUAL: Final = 3.0  # sigma
MOST_SLOPE: Final = 3.5  # sigma
MOST_IN_COLUMN: Final = 5.0  # hits
MOST_IN_CLUSTER: Final = 6.0  # hits
EDGE_STRENGTH: Final = 1.5
NO_TRACK_STRENGTH: Final = 1.5


@dataclass(frozen=True)
class Rule:
    """strength : (E,) >= 0 of named features, which may be NaN.  words : a sentence about one."""

    key: str
    about: str
    strength: Callable[[Columns], FloatArray]
    words: Callable[[ClosestLook], str]


def _beyond(value: FloatArray, limit: float) -> FloatArray:
    """1 at the limit, 1 more for each doubling; 0 up to it, and for NaN."""
    there = np.nan_to_num(value)
    return np.where(there > limit, 1 + np.log2(np.maximum(there, limit) / limit), 0.0)


def _silent(of: Columns) -> FloatArray:
    return N_PLANES - of["planes_hit"]


def _clusters(of: Columns) -> FloatArray:
    return np.asarray(np.log2(1 + of["n_clusters"] - of["planes_hit"]))


def _no_track(of: Columns) -> FloatArray:
    return np.where((of["planes_hit"] > 2) & (of["track_planes"] < 3), NO_TRACK_STRENGTH, 0.0)


def _off_line(of: Columns) -> FloatArray:
    return np.where(of["track_planes"] > 2, of["planes_hit"] - of["track_planes"], 0.0)


def _residual(of: Columns) -> FloatArray:
    return _beyond(np.maximum(of["residual_row_max"], of["residual_col_max"]), MOST_RESIDUAL)


def _slope(of: Columns) -> FloatArray:
    return _beyond(np.maximum(np.abs(of["slope_row"]), np.abs(of["slope_col"])), MOST_SLOPE)


def _edge(of: Columns) -> FloatArray:
    planes = of["edge_planes"]
    return np.where(planes > 0, EDGE_STRENGTH + (planes - 1) / 2, 0.0)


def _column(of: Columns) -> FloatArray:
    return _beyond(of["column_hits_max"], MOST_IN_COLUMN)


def _large_cluster(of: Columns) -> FloatArray:
    return _beyond(of["cluster_hits_max"], MOST_IN_CLUSTER)


RULES: Final = (
    Rule("silent", "every plane has a hit", _silent, say_silent),
    Rule("clusters", "one cluster on a plane", _clusters, say_clusters),
    Rule("no_track", "a line goes through three planes", _no_track, say_no_track),
    Rule("off_line", "every plane's cluster is on the line", _off_line, say_off_line),
    Rule("residual", f"no residual above {MOST_RESIDUAL:g} sigma", _residual, say_residual),
    Rule("slope", f"no slope above {MOST_SLOPE:g} sigma", _slope, say_slope),
    Rule("edge", "the track does not touch an edge", _edge, say_edge),
    Rule("column", f"no column with more than {MOST_IN_COLUMN:g} hits", _column, say_column),
    Rule(
        "large_cluster", f"no cluster of more than {MOST_IN_CLUSTER:g} hits",
        _large_cluster, say_large_cluster,
    ),
)  # fmt: skip


def strengths(table: FloatArray) -> FloatArray:
    """(E, RULES) how strongly each event breaks each rule.  table : (E, F) as of features()."""
    columns = dict(zip(NAMES, table.T, strict=True))
    return np.stack([rule.strength(columns) for rule in RULES], axis=1)


def score(hits: HitBatch, alignment: Alignment | None = None) -> FloatArray:
    """(E,) 0 where no rule is broken.  alignment : as features() wants it."""
    return np.asarray(strengths(features(hits, alignment)).sum(axis=1))


def reasons(hits: HitBatch, alignment: Alignment | None = None) -> tuple[tuple[str, ...], ...]:
    """Of each event up to MOST_REASONS rules that it breaks, the most broken first, in words."""
    alignment = checked_alignment(alignment, hits.n_events)
    table = features(hits, alignment)
    return tuple(
        _of_event(hits.part(k, k + 1), alignment.part(k, k + 1), table[k], broken)
        for k, broken in enumerate(strengths(table))
    )


def _of_event(
    hits: HitBatch, alignment: Alignment, row: FloatArray, broken: FloatArray
) -> tuple[str, ...]:
    order = np.argsort(-broken, kind="stable")[:MOST_REASONS]
    chosen = [RULES[k] for k in order if broken[k] > 0]
    if not chosen:
        return ()
    look = closest_look(hits, alignment, dict(zip(NAMES, row.tolist(), strict=True)))
    return tuple(rule.words(look) for rule in chosen)
