"""The events that an evaluation measures: the first of a data set, or those of one kind."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from reco_core.errors import DatasetError
from reco_core.icecube.dataset import Dataset
from reco_core.icecube.evaluation.facts import facts_at, facts_of
from reco_core.icecube.evaluation.kinds import Known, kind_of, members
from reco_core.icecube.evaluation.particulars import particulars_at, particulars_of
from reco_core.icecube.pulse_batch import BoolArray, FloatArray, IntArray


class Measured(NamedTuple):
    """N events.

    place : (N,) in the order of the batches; None for the first N.  source : (N, 3) unit vectors to
    where the particles came from.  belongs : (N,) by name of the kind.
    """

    place: IntArray | None
    source: FloatArray
    known: Known
    belongs: dict[str, BoolArray]


def measured_events(dataset: Dataset, n_events: int) -> Measured:
    """The first N; raises DatasetError if a direction is not known, or a file is damaged."""
    source, facts = facts_of(dataset, n_events)
    known = Known(facts, particulars_of(dataset, n_events))
    return Measured(None, source, known, members(dataset, known))


def picked_events(dataset: Dataset, n_events: int, kind: str) -> Measured:
    """Those of the first N that are of the kind of that name.

    Raises NotFoundError for the name, DatasetError if there is no such event.
    """
    asked = kind_of(kind)
    among = measured_events(dataset, n_events)
    place = np.flatnonzero(among.belongs[asked.name])
    if not len(place):
        raise DatasetError(
            f"None of the {n_events:,} events of {dataset.folder} is of the kind {kind!r}: "
            f"{asked.meaning}. The truth must tell (truth.parquet of a simulated data set)."
        )
    known = Known(facts_at(among.known.facts, place), particulars_at(among.known.more, place))
    belongs = {name: mask[place] for name, mask in among.belongs.items()}
    return Measured(place, among.source[place], known, belongs)
