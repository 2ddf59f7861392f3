"""Tables of the evaluation: measures of detectors by group of events, and their curves."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reco_core.afp.evaluation.counts import Counts
from reco_core.afp.evaluation.groups import ALL, GOOD_CLASS, counted, groups_of
from reco_core.afp.evaluation.measures import Measures, curve, curve_rates, measures
from reco_core.afp.hits import FloatArray

SHIPPED: Final = "shipped"

SCHEMA: Final = pl.Schema({
    "detector": pl.String,
    "weights": pl.String,  # SHIPPED, or "trained"
    "contamination": pl.Float64,  # share of anomalous events among those trained on; null: labels
    "group": pl.String,  # of groups_of(); GOOD_CLASS has `called` alone
    "n_good": pl.Int64, "n_group": pl.Int64,
    **{
        f"{name}{end}": pl.Float64 for name in Measures._fields for end in ("", "_low", "_high")
    },
    "threshold": pl.Float64,  # that comes with the weights
    "events_per_second": pl.Float64,
    "fingerprint": pl.String,  # of the detector's version and weights
    "note": pl.String,
})  # fmt: skip

CURVES: Final = pl.Schema({
    "detector": pl.String, "group": pl.String,
    "false_positives": pl.Float64,  # share of the good events that are called anomalous
    "found": pl.Float64,  # share of the group that is
})  # fmt: skip


class Evaluated(NamedTuple):
    """One detector. detector, weights, contamination, fingerprint : as in SCHEMA."""

    detector: str
    weights: str
    contamination: float | None
    threshold: float | None = None
    fingerprint: str = ""
    events_per_second: float | None = None


def rows_of(of: Evaluated, score: FloatArray, event_class: NDArray[np.str_]) -> pl.DataFrame:
    """Rows of SCHEMA, one for each group that there is. score, event_class : (N,)."""
    return counted_rows(of, counted(score, event_class, of.threshold))


def counted_rows(of: Evaluated, counts: Counts) -> pl.DataFrame:
    """The same of scores that are counted, as groups.counted() does."""
    groups = groups_of(counts)
    n_good = int(groups[GOOD_CLASS].sum())
    rows = [
        {
            **of._asdict(), "group": name, "n_good": n_good, "n_group": int(groups[name].sum()),
            **numbers_json(found), "note": "",
            "events_per_second": of.events_per_second if name == ALL else None,
        }
        for name, found in measures(counts, groups, of.threshold).items()
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=SCHEMA).with_columns(pl.col(pl.Float64).fill_nan(None))


def curves_of(detector: str, counts: Counts) -> pl.DataFrame:
    """Rows of CURVES, of all groups but the good ones."""
    groups = groups_of(counts)
    good = groups.pop(GOOD_CLASS)
    rates = curve_rates(int(good.sum())) / max(int(good.sum()), 1)
    parts = [
        pl.DataFrame({"false_positives": rates, "found": curve(counts, good, of)}).with_columns(
            detector=pl.lit(detector), group=pl.lit(name)
        )
        for name, of in groups.items()
    ]
    empty = pl.DataFrame(schema=CURVES)
    return pl.concat([empty, *(part.select(CURVES.names()) for part in parts)])


def left_out(detector: str, contamination: float, note: str) -> pl.DataFrame:
    """A row without numbers, that says why."""
    row = {
        "detector": detector, "weights": "trained", "contamination": contamination, "group": ALL,
        "note": note,
    }  # fmt: skip
    return pl.DataFrame([row], schema=SCHEMA)


def numbers_json(found: Measures) -> dict[str, Any]:
    """The columns of a group's measures."""
    return {
        f"{name}{end}": value
        for name, interval in zip(Measures._fields, found, strict=True)
        for end, value in zip(("", "_low", "_high"), interval, strict=True)
    }
