"""Groups of events of an evaluation, by their class in the truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.evaluation.counts import Counts, bin_edges
from reco_core.afp.hits import FloatArray, IntArray
from reco_core.afp.simulation.classes import CLASSES

ALL: Final = "all"
GOOD_CLASS: Final = "single_proton"
APART: Final = "two_protons"  # not anomalous, but rarer: how often it is called so
ANOMALOUS: Final = tuple(row.name for row in CLASSES if row.anomalous)
COUNTED: Final = (GOOD_CLASS, *ANOMALOUS, APART)
NOT_COUNTED: Final = -1
GOOD: Final = 0  # place of GOOD_CLASS in COUNTED


def group_of(names: Sequence[str]) -> IntArray:
    """(len(names),) place in COUNTED of each name, NOT_COUNTED for any other."""
    places = [COUNTED.index(name) if name in COUNTED else NOT_COUNTED for name in names]
    return np.array(places, np.int64)


def counted(score: FloatArray, event_class: NDArray[np.str_], threshold: float | None) -> Counts:
    """The scores of events, by COUNTED. score, event_class : (N,)."""
    names, place = np.unique(event_class, return_inverse=True)
    group = group_of(names.tolist())[place]
    edges = bin_edges(score[group == GOOD], score[group > GOOD], threshold)
    counts = Counts(edges, len(COUNTED))
    counts.add(score, group)
    return counts


def groups_of(counts: Counts) -> dict[str, IntArray]:
    """(K,) counts by name: the good ones, all anomalous ones, and each class that there is."""
    by_name = dict(zip(COUNTED, counts.of, strict=True))
    everything = {
        GOOD_CLASS: by_name[GOOD_CLASS],
        ALL: np.sum([by_name[name] for name in ANOMALOUS], axis=0),
        **{name: by_name[name] for name in (*ANOMALOUS, APART)},
    }
    return {name: of for name, of in everything.items() if name == GOOD_CLASS or bool(of.any())}
