"""Kept scores as the page has them: order, histogram, thresholds; and jobs that keep them."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.services import afp_score_table
from app.services.afp_classes import NOT_KNOWN, Classes
from app.services.afp_job_run import RunnableAfp
from app.services.afp_jobs import PREFIX, AfpKind
from app.services.afp_library import AfpLibrary
from app.services.afp_opening import Opened
from app.services.afp_score_table import AfpScores, Scores, summary_json
from app.services.inference_afp_parts import Places
from app.services.job_runner import JobRunner
from app.services.jobs import Job, Jobs
from reco_core.afp.detectors.registry import detector_row
from reco_core.errors import NotFoundError
from tests.app.afp_app import write_protons
from tests.reco_core.afp.small_files import write_stored

RULES = detector_row("rules")
NAMES = ("single_proton", "shower")


def scores_of(values: list[float], codes: list[int]) -> Scores:
    nothing: Any = None
    classes = Classes(np.array(codes, np.uint8), NAMES)
    return Scores(np.array(values), Opened(nothing, classes, None))


class Nothing:
    """In place of what a job needs beside its own things."""

    def begin(self, keys: object, what: str = "") -> None: ...
    def finished(self) -> None: ...
    def is_deadly(self, key: str) -> bool:
        return False

    def why(self, key: str) -> str:
        return ""


class World:
    """Jobs on a folder of AFP data, worked on by the test."""

    def __init__(self, folder: Path) -> None:
        self.cache = folder / "cache"
        self.library = AfpLibrary(folder / "data", folder / "index")
        nothing: Any = Nothing()
        self.jobs = Jobs(nothing, {}, self.cache, AfpKind(self.library, self.cache))
        self.places = Places()
        kind = RunnableAfp(self.library, self.cache, self.places, nothing)
        self.runner = JobRunner(nothing, {}, nothing, self.cache, nothing, more=[kind])

    def opened(self, key: str) -> Opened:
        with self.library.dataset(key).opened(30.0) as opened:
            return opened

    def score(self, key: str, detector: str) -> Job:
        self.opened(key)
        job = self.jobs.start(key, PREFIX + detector)
        end_s = time.monotonic() + 120
        while self.jobs.get(job.id).state in ("queued", "running"):
            assert time.monotonic() < end_s
            if not self.runner.step(lambda: False):
                time.sleep(0.02)
        return self.jobs.get(job.id)


@pytest.fixture
def world(tmp_path: Path) -> World:
    write_protons(tmp_path / "data" / "protons")
    return World(tmp_path)


def test_events_are_gone_through_from_the_most_anomalous_on() -> None:
    scores = scores_of([0.1, 0.9, 0.5, 0.9, 0.2], [0, 1, 0, 1, NOT_KNOWN])
    assert scores.order(None).tolist() == [1, 3, 2, 4, 0]
    assert scores.around(1, None) == (None, 3, 0)
    assert scores.around(2, None) == (3, 4, 2)
    assert scores.around(0, None) == (4, None, 4)
    assert scores.order("single_proton").tolist() == [2, 0]
    assert scores.around(4, "single_proton") == (2, 0, None)  # itself of another class
    assert scores.nearest(0.45, None) == 2
    with pytest.raises(NotFoundError, match="No class"):
        scores.order("muon")


def test_a_summary_counts_every_event_once_and_knows_the_truth() -> None:
    rng = np.random.default_rng(1)
    values = rng.exponential(size=2_000)
    scores = scores_of(values.tolist(), (values > 3).astype(int).tolist())
    told = summary_json(RULES, scores)
    assert sum(told["counts"]) == 2_000 == told["n_good"] + told["n_anomalous"]
    assert sum(told["counts_anomalous"]) == told["n_anomalous"] == told["anomalous_at_or_above"][-1]
    assert told["steps"] == sorted(told["steps"], reverse=True)
    assert told["at_or_above"][0] == 1
    assert told["above"][0] == 0
    assert told["at_or_above"][-1] == 2_000
    by_rule = {row["key"]: row["value"] for row in told["rules"]}
    assert by_rule["quantile"] == pytest.approx(np.quantile(values, 0.99), rel=1e-4)
    assert by_rule["false_positives"] <= 3.01  # of the good ones alone


@pytest.mark.parametrize("values", [[], [2.0], [1.0, 1.0, 1.0]])
def test_few_or_equal_scores_are_no_error(values: list[float]) -> None:
    told = summary_json(RULES, scores_of(values, [0] * len(values)))
    assert sum(told["counts"]) == len(values)
    assert told["high"] > told["low"]


def test_a_job_keeps_scores_that_the_page_reads(world: World) -> None:
    states = {
        row["key"]: row["state"] for row in AfpScores(world.cache).states(world.opened("protons"))
    }
    assert states["rules"] == "not scored"
    job = world.score("protons", "rules")
    assert (job.state, job.message, job.n_done, job.n_total) == ("done", "", 5, 5)
    assert job.label == RULES.label
    table, opened = AfpScores(world.cache), world.opened("protons")
    scores = table.of(RULES, opened)
    expected = RULES.score(opened.dataset.hits(0, 5), world.places.of(opened.dataset).rows(0, 5))
    assert scores.value.tolist() == expected.tolist()
    assert table.of(RULES, opened) is scores
    again = world.jobs.start("protons", f"{PREFIX}rules")
    assert (again.id, again.state) == (job.id, "done")


def test_without_scores_the_page_is_told(world: World) -> None:
    with pytest.raises(NotFoundError, match="not scored with 'Rules' yet"):
        AfpScores(world.cache).of(RULES, world.opened("protons"))


def test_weights_that_are_missing_make_a_detector_unusable(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = replace(detector_row("pca"), weights=("afp_lost",))
    monkeypatch.setattr(afp_score_table, "DETECTORS", (lost,))
    (told,) = AfpScores(world.cache).states(world.opened("protons"))
    assert told["state"] == "unusable"
    assert "afp_lost" in told["message"]


def test_questions_that_make_no_sense_are_refused(world: World) -> None:
    world.opened("protons")
    with pytest.raises(NotFoundError, match="no AFP data set 'other'"):
        world.jobs.start("other", f"{PREFIX}rules")
    with pytest.raises(NotFoundError, match="Unknown anomaly detector 'x'"):
        world.jobs.start("protons", f"{PREFIX}x")


def test_a_bad_hit_ends_the_job_and_says_which(tmp_path: Path) -> None:
    write_stored(tmp_path / "data" / "bad", {0: [(0, 1, 1, 5.0)], 1: [(0, 400, 1, 5.0)]})
    job = World(tmp_path).score("bad", "rules")
    assert job.state == "failed"
    assert "event 1 has row 400" in job.message


def test_a_job_that_is_cancelled_goes_on_where_it_was(world: World) -> None:
    world.opened("protons")
    job = world.jobs.start("protons", f"{PREFIX}rules")
    world.jobs.cancel(job.id)
    world.runner.step(lambda: False)
    assert world.jobs.get(job.id).state == "cancelled"
    assert world.score("protons", "rules").state == "done"
