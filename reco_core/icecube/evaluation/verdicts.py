"""The evaluation of the learned verdict: AUC, confusion and calibration, where truth is known."""

from __future__ import annotations

import math
import time
from functools import partial
from typing import Final, NamedTuple, TextIO

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reco_core.directions import opening_angle, source_direction
from reco_core.icecube.classification import learned
from reco_core.icecube.classification.learned import (
    CASCADE_METHOD,
    CLASSES,
    HARD_DEGREES,
    TRACK_METHOD,
    VERSION,
    best_method,
)
from reco_core.icecube.classification.learned_table import PROBABILITIES, SCHEMA, classify_block
from reco_core.icecube.dataset_pass import EVENTS_PER_BLOCK, count_events
from reco_core.icecube.evaluation.facts import facts_of
from reco_core.icecube.evaluation.kept_rows import Kept, kept_rows
from reco_core.icecube.evaluation.run import Evaluation, answers, write
from reco_core.icecube.evaluation.scores import BINS, auc_interval, calibration_error, reliability
from reco_core.icecube.evaluation.tables import TIMED
from reco_core.icecube.pulse_batch import BoolArray, FloatArray
from reco_core.icecube.reconstructions.registry import reconstruction_row

KEY: Final = "verdict"
EVENTS: Final = 20_000  # unless told; p_hard is measured on as many as both fits are

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


FILES: Final = ("classification.parquet", "confusion.parquet", "reliability.parquet")


def evaluate_verdict(job: Evaluation, tell: TextIO) -> VerdictTables:
    """The three tables, also written; goes on after a stop.

    The fits that p_hard is about are evaluated, too, if they were not; job.rows play no part.
    """
    found = _verdicts(job, tell)
    fits = {
        key: answers(job, reconstruction_row(key), tell) for key in (TRACK_METHOD, CASCADE_METHOD)
    }
    source, facts = facts_of(job.dataset, len(found))
    is_hard = _hard(found, fits, source)
    made = verdict_tables(found, facts.event_class, is_hard)
    for name, rows in zip(FILES, made, strict=True):
        write(job.folder / name, rows)
    return made


def _verdicts(job: Evaluation, tell: TextIO) -> pl.DataFrame:
    """The verdicts on the first events, kept as verdict.parquet."""
    most = min(job.events or EVENTS, count_events(job.dataset))
    made_of = {
        "version": VERSION, "weights": learned.weights_digest(), "events": most,
        "hard_degrees": HARD_DEGREES, "data": job.dataset.fingerprint(),
    }  # fmt: skip
    kept = Kept(
        KEY, "learned verdict", made_of, pl.Schema([*SCHEMA.items(), (TIMED, pl.Float64())]),
        learned.load, partial(classify_block, hard_rad=math.radians(HARD_DEGREES)),
        EVENTS_PER_BLOCK, time.perf_counter,  # polars works in threads of its own
    )  # fmt: skip
    return kept_rows(job.dataset, job.folder, kept, most, job.workers, tell)


def _hard(verdicts: pl.DataFrame, fits: dict[str, pl.DataFrame], source: FloatArray) -> BoolArray:
    """(M,) of the first events that both fits have: is the best one off, or without an answer?"""
    n = min(len(verdicts), *map(len, fits.values()))
    p_class = verdicts[:n].select(PROBABILITIES[: len(CLASSES)]).fill_null(0.0).to_numpy()
    method = best_method(p_class)
    hard = np.ones(n, np.bool_)
    for key, rows in fits.items():
        angles = rows[:n].select("zenith", "azimuth").to_numpy()
        off = opening_angle(source_direction(*np.nan_to_num(angles).T), source[:n])
        ok = (rows[:n]["status"] == "ok").to_numpy() & (method == key)
        hard[ok] = off[ok] > math.radians(HARD_DEGREES)
    return hard


def verdict_tables(
    verdicts: pl.DataFrame, event_class: NDArray[np.str_], is_hard: BoolArray
) -> VerdictTables:
    """From the columns of a table of verdicts and TIMED, a row per event.

    event_class : (N,), '' where not known.  is_hard : (M,) of the first M <= N events.
    Events without a verdict do not count.
    """
    known = np.isin(event_class, CLASSES) & verdicts["p_hard"].is_not_null().to_numpy()
    of_class = verdicts.filter(known)
    truth = event_class[known]
    rate = len(verdicts) / max(float(verdicts[TIMED].sum()), 1e-9)
    asked = {f"p_{name}": (of_class[f"p_{name}"].to_numpy(), truth == name) for name in CLASSES}
    with_hard = verdicts[: len(is_hard)]["p_hard"].is_not_null().to_numpy()
    p_hard = verdicts[: len(is_hard)].filter(with_hard)["p_hard"].to_numpy()
    asked["p_hard"] = (p_hard, is_hard[with_hard])
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
