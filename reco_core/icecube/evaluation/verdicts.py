"""The evaluation of the learned verdict: AUC, confusion and calibration, where truth is known."""

from __future__ import annotations

import math
import time
from functools import partial
from typing import Final, TextIO

import polars as pl

from reco_core.icecube.classification import learned
from reco_core.icecube.classification.learned import best_method
from reco_core.icecube.classification.learned_names import (
    CASCADE_METHOD,
    CLASSES,
    HARD_DEGREES,
    PROBABILITIES,
    TRACK_METHOD,
    VERSION,
    weights_digest,
)
from reco_core.icecube.classification.learned_table import SCHEMA, classify_block
from reco_core.icecube.dataset_pass import EVENTS_PER_BLOCK, count_events
from reco_core.icecube.evaluation.facts import facts_of
from reco_core.icecube.evaluation.kept_rows import Kept, kept_rows
from reco_core.icecube.evaluation.run import Evaluation, answers, write
from reco_core.icecube.evaluation.tables import TIMED
from reco_core.icecube.evaluation.verdict_tables import VerdictTables, hard_events, verdict_tables
from reco_core.icecube.pulse_batch import BoolArray, FloatArray
from reco_core.icecube.reconstructions.registry import reconstruction_row

KEY: Final = "verdict"
EVENTS: Final = 20_000  # unless told; p_hard is measured on as many as both fits are

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
        "version": VERSION, "weights": weights_digest(), "events": most,
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
    first = {key: rows[:n] for key, rows in fits.items()}
    return hard_events(best_method(p_class), first, source[:n], math.radians(HARD_DEGREES))
