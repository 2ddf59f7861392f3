"""Rows of the evaluation: a detector, what it was trained on, and a group of events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reco_core.afp.evaluation.measures import Measures, measures
from reco_core.afp.hits import FloatArray
from reco_core.afp.simulation.classes import CLASSES

ALL: Final = "all"
SHIPPED: Final = "shipped"
GOOD_CLASS: Final = "single_proton"
APART: Final = "two_protons"  # not anomalous, but rarer: how often it is called so
ANOMALOUS: Final = tuple(row.name for row in CLASSES if row.anomalous)

SCHEMA: Final = pl.Schema({
    "detector": pl.String,
    "weights": pl.String,  # SHIPPED, or "trained"
    "contamination": pl.Float64,  # share of anomalous events among those trained on; null: labels
    "group": pl.String,  # ALL anomalous classes, one of them, or APART
    "n_good": pl.Int64, "n_group": pl.Int64,
    **{
        f"{name}{end}": pl.Float64 for name in Measures._fields for end in ("", "_low", "_high")
    },
    "events_per_second": pl.Float64,
    "note": pl.String,
})  # fmt: skip


def groups(event_class: NDArray[np.str_]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """(name, which of the (N,) events): all anomalous ones, each class, and those apart."""
    yield ALL, np.isin(event_class, ANOMALOUS)
    for name in (*ANOMALOUS, APART):
        yield name, event_class == name


def rows_of(
    detector: str, weights: str, contamination: float | None, score: FloatArray,
    event_class: NDArray[np.str_], events_per_second: float | None,
) -> pl.DataFrame:  # fmt: skip
    """Rows of SCHEMA, one for each group that there is. score, event_class : (N,)."""
    good = score[event_class == GOOD_CLASS]
    rows = [
        {
            "detector": detector, "weights": weights, "contamination": contamination,
            "group": name, "n_good": len(good), "n_group": int(inside.sum()),
            **_numbers(measures(good, score[inside])),
            "events_per_second": events_per_second if name == ALL else None, "note": "",
        }
        for name, inside in groups(event_class)
        if inside.any()
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=SCHEMA).with_columns(pl.col(pl.Float64).fill_nan(None))


def left_out(detector: str, contamination: float, note: str) -> pl.DataFrame:
    """A row without numbers, that says why."""
    row = {
        "detector": detector, "weights": "trained", "contamination": contamination, "group": ALL,
        "note": note,
    }  # fmt: skip
    return pl.DataFrame([row], schema=SCHEMA)


def _numbers(found: Measures) -> dict[str, Any]:
    return {
        f"{name}{end}": value
        for name, interval in zip(Measures._fields, found, strict=True)
        for end, value in zip(("", "_low", "_high"), interval, strict=True)
    }
