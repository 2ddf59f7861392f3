"""How good the learned verdict is on a data set, from the tables of its jobs and the truth.

Whether an event is hard follows from the tables of the fits that the verdict chooses from.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

import numpy as np
import polars as pl

from app.services.algorithms import VERDICT, Algorithm, hard_degrees_of
from app.services.job_store import answers_digest
from app.services.jobs import Jobs
from app.services.performance_answers import Part, answers_of, first_parts, identity_of, rows_of
from app.services.performance_measure import share_interval, short
from app.services.performance_truth import Known
from app.services.performance_worker import MethodState, Worker, digest
from reco_core.icecube.classification.learned_names import (
    CASCADE_METHOD,
    PROBABILITIES,
    TRACK_METHOD,
)
from reco_core.icecube.dataset import Dataset
from reco_core.icecube.evaluation.measure import INTERVAL
from reco_core.icecube.evaluation.scores import BINS, RESAMPLES
from reco_core.icecube.evaluation.tables import TIMED
from reco_core.icecube.evaluation.verdict_tables import hard_events, verdict_tables

VERSION: Final = 1  # of what follows, and of verdict_tables.py; raised when numbers change
FEWEST: Final = 10  # events of a bin of probability that is a point
MADE_WITH: Final = f"{VERSION} {BINS} {RESAMPLES} {INTERVAL} {FEWEST}"

FITS: Final = (TRACK_METHOD, CASCADE_METHOD)
READ: Final = ("event_id", *PROBABILITIES, "best")
NOT_SCORED: Final = "not scored"
DIRECTIONS: Final = pl.Schema({"status": pl.String, "zenith": pl.Float64, "azimuth": pl.Float64})

POINT: Final = ("stated", "observed", "low", "high", "n_events")

KnownOf = Callable[[Dataset, Sequence[Part]], Known]
PartsOf = Mapping[str, tuple[Part, ...]]


@dataclass(frozen=True)
class VerdictMeasured:
    """state, message, n_answers : as of a Method.  unscored : fits without a table, so
    that it is not known which events are hard.  measured : see verdict_measured(), if ready.
    """

    algorithm: Algorithm
    state: MethodState
    unscored: tuple[Algorithm, ...] = ()
    message: str = ""
    n_answers: int = 0
    measured: Mapping[str, Any] = field(default_factory=dict)

    @property
    def hard_degrees(self) -> float:
        return hard_degrees_of(self.algorithm)


class VerdictMeasures:
    """Safe to share among threads."""

    def __init__(
        self, jobs: Jobs, algorithms: Mapping[str, Algorithm], worker: Worker, known_of: KnownOf
    ) -> None:
        self._jobs = jobs
        self._algorithm = algorithms.get(VERDICT)
        self._fits = {key: algorithms[key] for key in FITS if key in algorithms}
        self._worker = worker
        self._known_of = known_of

    def report(self, dataset: Dataset) -> VerdictMeasured | None:
        """As far as it is; what is missing is being computed. None without such an algorithm."""
        if self._algorithm is None:
            return None
        rows = {VERDICT: self._algorithm, **self._fits}
        parts = {key: first_parts(self._jobs, dataset, row) for key, row in rows.items()}
        unscored = tuple(row for key, row in self._fits.items() if not parts[key])
        own = VerdictMeasured(self._algorithm, "not scored", unscored)
        try:
            made_of = [
                [answers_digest(row), identity_of(dataset, parts[key])] for key, row in rows.items()
            ]
        except OSError:  # the cache's folder was emptied meanwhile
            return own
        return self._measured(dataset, parts, made_of, own) if parts[VERDICT] else own

    def _measured(
        self, dataset: Dataset, parts: PartsOf, made_of: list[list[str]], own: VerdictMeasured
    ) -> VerdictMeasured:
        compute = partial(self._computed, dataset, parts, math.radians(own.hard_degrees))
        found = self._worker.ask(digest("verdict", MADE_WITH, *made_of), compute)
        return replace(
            own, state=found.state, message=found.message, measured=found.value or {},
            n_answers=sum(part.n_events for part in parts[VERDICT]),
        )  # fmt: skip

    def _computed(self, dataset: Dataset, parts: PartsOf, hard_rad: float) -> dict[str, Any]:
        own = parts[VERDICT]
        verdicts = pl.concat([rows_of(dataset, part, READ) for part in own])
        fits = {key: aligned(dataset, own, parts[key]) for key in FITS if parts.get(key)}
        return verdict_measured(verdicts, fits, self._known_of(dataset, own), hard_rad)


def aligned(dataset: Dataset, own: Sequence[Part], others: Sequence[Part]) -> pl.DataFrame:
    """DIRECTIONS of the events of `own` from the tables `others`; NOT_SCORED where those end."""
    found = {part.batch.path: part for part in others}
    frames = []
    for part in own:
        other = found.get(part.batch.path)
        n_both = min(part.n_events, other.n_events) if other else 0
        if other and n_both:
            rows = answers_of(dataset, [other._replace(n_events=n_both)])
            frames.append(rows.select(DIRECTIONS.names()).cast(DIRECTIONS))
        frames.append(_unscored(part.n_events - n_both))
    return pl.concat(frames)


def _unscored(n_events: int) -> pl.DataFrame:
    rows = {"status": [NOT_SCORED] * n_events, "zenith": None, "azimuth": None}
    return pl.DataFrame(rows, schema=DIRECTIONS)


def verdict_measured(
    verdicts: pl.DataFrame, fits: Mapping[str, pl.DataFrame], known: Known, hard_rad: float
) -> dict[str, Any]:
    """All that the page shows of the verdict, as plain values (docs/api.md).

    verdicts : READ, a row per event of `known`.  fits : by key, aligned() with them; which events
    are hard is judged where all of FITS were scored and the direction is known.
    """
    is_judged = known.is_known & np.array(all(key in fits for key in FITS))
    for rows in fits.values():
        is_judged &= (rows["status"] != NOT_SCORED).to_numpy()
    best = verdicts["best"].fill_null("").to_numpy()
    is_hard = hard_events(best, fits, np.nan_to_num(known.source), hard_rad)
    tables = verdict_tables(
        verdicts.with_columns(pl.lit(0.0).alias(TIMED)), known.facts.event_class, is_hard, is_judged
    )
    return {
        "n_events": len(verdicts),
        "scores": tables.scores.drop("events_per_second").to_dicts(),
        "confusion": tables.confusion.to_dicts(),
        "reliability": _points(tables.reliability),
    }


def _points(reliability: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """By probability, of each range with FEWEST events: what was stated and what was observed."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in reliability.filter(pl.col("n_events") >= FEWEST).iter_rows(named=True):
        n_events = row["n_events"]
        observed = share_interval(round(row["share"] * n_events), n_events)
        stated, *shares = short(np.array([row["mean_p"], *observed]))
        values = (stated, *shares, n_events)
        found.setdefault(row["probability"], []).append(dict(zip(POINT, values, strict=True)))
    return found
