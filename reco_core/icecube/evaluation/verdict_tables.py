"""How good verdicts are where the truth is known: AUC, confusion and calibration, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reco_core.directions import opening_angle, source_direction
from reco_core.icecube.classification.learned_names import CLASSES, P_HARD, PROBABILITIES
from reco_core.icecube.evaluation.scores import BINS, auc_interval, calibration_error, reliability
from reco_core.icecube.evaluation.tables import TIMED
from reco_core.icecube.pulse_batch import BoolArray, FloatArray

SCORES: Final = pl.Schema(
    {
        "probability": pl.String,
        "n_events": pl.Int64,
        "n_true": pl.Int64,  # of them
        "auc": pl.Float64,  # null where all are so, or none
        "auc_low": pl.Float64,
        "auc_high": pl.Float64,
        "calibration_error": pl.Float64,
        "events_per_second": pl.Float64,  # of one core
    }
)
CONFUSION: Final = pl.Schema({"event_class": pl.String, "verdict": pl.String, "n_events": pl.Int64})
RELIABILITY: Final = pl.Schema(
    {
        "probability": pl.String,
        "p_low": pl.Float64,  # of the bin
        "p_high": pl.Float64,
        "n_events": pl.Int64,
        "mean_p": pl.Float64,  # what was said; null in an empty bin
        "share": pl.Float64,  # what came true
    }
)


class VerdictTables(NamedTuple):
    """Rows of SCORES, CONFUSION and RELIABILITY."""

    scores: pl.DataFrame
    confusion: pl.DataFrame
    reliability: pl.DataFrame


def hard_events(
    best: NDArray[np.str_], fits: Mapping[str, pl.DataFrame], source: FloatArray, hard_rad: float
) -> BoolArray:
    """(N,) whether the reconstruction that `best` (N,) names is off by more than hard_rad, or has
    no answer.

    fits : by key, N rows with status, zenith and azimuth, rad.  source : (N, 3) unit vectors to
    where the particles came from.
    """
    hard = np.ones(len(best), np.bool_)
    for key, rows in fits.items():
        angles = rows.select("zenith", "azimuth").to_numpy()
        off = opening_angle(source_direction(*np.nan_to_num(angles).T), source)
        ok = (rows["status"] == "ok").to_numpy() & (best == key)
        hard[ok] = off[ok] > hard_rad
    return hard


def verdict_tables(
    verdicts: pl.DataFrame,
    event_class: NDArray[np.str_],
    is_hard: BoolArray,
    is_judged: BoolArray | None = None,
) -> VerdictTables:
    """From the columns of a table of verdicts and TIMED, a row per event.

    event_class : (N,), '' where not known.  is_hard : (M,) of the first M <= N events.  is_judged :
    (M,) which of those count; None for all. Events without a verdict do not count.
    """
    known = np.isin(event_class, CLASSES) & verdicts[P_HARD].is_not_null().to_numpy()
    of_class = verdicts.filter(known)
    truth = event_class[known]
    rate = len(verdicts) / max(float(verdicts[TIMED].sum()), 1e-9)
    asked = {f"p_{name}": (of_class[f"p_{name}"].to_numpy(), truth == name) for name in CLASSES}
    p_hard = verdicts[: len(is_hard)][P_HARD]
    counts = p_hard.is_not_null().to_numpy() & (True if is_judged is None else is_judged)
    asked[P_HARD] = (p_hard.filter(counts).to_numpy(), is_hard[counts])
    some = {name: row for name, row in asked.items() if len(row[0])}
    scores = [_score(name, *row, rate) for name, row in some.items()]
    curves = [_curve(name, *row) for name, row in some.items()]
    return VerdictTables(
        pl.DataFrame(scores, schema=SCORES).with_columns(pl.col(pl.Float64).fill_nan(None)),
        _confusion(of_class, truth),
        pl.concat([pl.DataFrame(schema=RELIABILITY), *curves]),
    )


def _score(name: str, p: FloatArray, is_so: BoolArray, rate: float) -> dict[str, object]:
    area = auc_interval(p, is_so)
    return {
        "probability": name, "n_events": len(p), "n_true": int(is_so.sum()), "auc": area.value,
        "auc_low": area.low, "auc_high": area.high,
        "calibration_error": calibration_error(p, is_so), "events_per_second": rate,
    }  # fmt: skip


def _curve(name: str, p: FloatArray, is_so: BoolArray) -> pl.DataFrame:
    found, edges = reliability(p, is_so), np.arange(BINS + 1) / BINS
    columns = {
        "probability": [name] * BINS, "p_low": edges[:-1], "p_high": edges[1:],
        "n_events": found.n_events, "mean_p": found.mean_p, "share": found.share,
    }  # fmt: skip
    return pl.DataFrame(columns, schema=RELIABILITY).with_columns(pl.col(pl.Float64).fill_nan(None))


def _confusion(verdicts: pl.DataFrame, truth: NDArray[np.str_]) -> pl.DataFrame:
    said = verdicts.select(PROBABILITIES[: len(CLASSES)]).to_numpy().argmax(axis=1)
    rows = [
        (name, told, int(((truth == name) & (said == k)).sum()))
        for name in CLASSES
        for k, told in enumerate(CLASSES)
    ]
    return pl.DataFrame(rows if len(truth) else [], schema=CONFUSION, orient="row")
