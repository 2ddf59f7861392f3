"""How good the learned verdict is on a data set: from tables of jobs and the truth."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from app.services.algorithms import VERDICT, VERDICT_COLUMNS, Algorithm, Row
from app.services.performance import Performance, Report
from app.services.performance_answers import first_parts
from app.services.performance_truth import Known
from app.services.performance_verdict import (
    FEWEST,
    FITS,
    NOT_SCORED,
    VerdictMeasured,
    aligned,
    verdict_measured,
)
from reco_core.directions import source_direction
from reco_core.icecube.classification.learned_names import (
    CASCADE_METHOD,
    CLASSES,
    PROBABILITIES,
    TRACK_METHOD,
)
from reco_core.icecube.detector import Detector
from reco_core.icecube.evaluation.groups import Facts
from reco_core.icecube.event import Event
from tests.app.services.job_helpers import Counting, World, write_batches
from tests.app.services.test_performance import OnceCache

BATCHES = {1: {24: 3, 41: 5, 7: 4}, 2: {100: 6, 101: 6}}
CLASS_OF = {24: "track", 41: "cascade", 7: "muon", 100: "noise", 101: "track"}
PATIENCE_S = 20.0


def say(events: Sequence[Event], detector: Detector) -> list[Row]:
    """The right class but for event 101; p_hard by the number of the event."""
    rows = []
    for event in events:
        said = "muon" if event.event_id == 101 else CLASS_OF[event.event_id]
        p_class = {f"p_{name}": 0.7 if name == said else 0.1 for name in CLASSES}
        best = CASCADE_METHOD if said == "cascade" else TRACK_METHOD
        rows.append({**p_class, "p_hard": event.event_id / 200, "best": best,
                     "class_reasons": [], "hard_reasons": []})  # fmt: skip
    return rows


def algorithms() -> list[Algorithm]:
    options = {"hard_degrees": 20.0}
    verdict = Algorithm(
        VERDICT, "Verdict", "test", 1, VERDICT_COLUMNS, say, 32, options=options
    )  # fmt: skip
    return [*(Counting().algorithm(key) for key in FITS), verdict]


def world_of(folder: Path, classes: dict[int, str] | None) -> World:
    write_batches(folder / "set", BATCHES)
    if classes is not None:
        truth = {"event_id": list(classes), "event_class": list(classes.values())}
        pl.DataFrame(truth).write_parquet(folder / "set" / "truth.parquet")
    return World(folder / "set", folder / "cache", *algorithms())


@pytest.fixture
def world(tmp_path: Path) -> World:
    return world_of(tmp_path, CLASS_OF)


def complete(world: World) -> VerdictMeasured:
    own = Performance(world.library, world.jobs, world.algorithms, OnceCache())
    end_s = time.monotonic() + PATIENCE_S
    report: Report
    while not (report := own.report("set")).is_complete:
        assert time.monotonic() < end_s
        time.sleep(0.005)
    assert report.verdict is not None
    return report.verdict


def scored(world: World, *keys: str) -> VerdictMeasured:
    for key in keys:
        world.start(key)
    world.finish()
    return complete(world)


def score_of(found: VerdictMeasured, probability: str) -> dict[str, Any] | None:
    rows = [row for row in found.measured["scores"] if row["probability"] == probability]
    return rows[0] if rows else None


def test_without_a_table_it_is_not_scored(world: World) -> None:
    found = complete(world)
    assert (found.state, found.measured, found.hard_degrees) == ("not scored", {}, 20.0)


def test_without_such_an_algorithm_there_is_none(tmp_path: Path) -> None:
    write_batches(tmp_path / "set", BATCHES)
    world = World(tmp_path / "set", tmp_path / "cache", Counting().algorithm())
    own = Performance(world.library, world.jobs, world.algorithms, OnceCache())
    assert own.report("set").verdict is None


def test_classes_are_judged_without_the_fits_and_it_is_told_which_are_missing(
    world: World,
) -> None:
    found = scored(world, VERDICT, CASCADE_METHOD)
    assert (found.state, found.n_answers) == ("ready", 5)
    assert [row.key for row in found.unscored] == [TRACK_METHOD]
    track = score_of(found, "p_track")
    assert track is not None
    assert (track["n_events"], track["n_true"]) == (5, 2)
    assert 0.5 < track["auc"] < 1
    assert score_of(found, "p_hard") is None
    counts = {
        (row["event_class"], row["verdict"]): row["n_events"] for row in found.measured["confusion"]
    }
    assert counts["track", "track"] == counts["track", "muon"] == counts["noise", "noise"] == 1


def test_with_the_fits_it_is_known_which_events_are_hard(world: World) -> None:
    found = scored(world, VERDICT, *FITS)
    assert found.unscored == ()
    hard = score_of(found, "p_hard")
    assert hard is not None
    # the fits of these tests are right to a millionth of the event's number
    assert (hard["n_events"], hard["n_true"], hard["auc"]) == (5, 0, None)
    # five events fill no range of probability
    assert found.measured["reliability"] == {}


def test_events_are_judged_that_both_fits_were_scored_for(world: World) -> None:
    job = world.start(TRACK_METHOD)
    world.step_until(lambda: len(world.jobs.batch_files(job.id)) == 1)
    world.jobs.cancel(job.id)
    found = scored(world, VERDICT, CASCADE_METHOD)
    hard = score_of(found, "p_hard")
    assert hard is not None
    assert hard["n_events"] == 3
    dataset = world.library.dataset("set")
    own, other = (
        first_parts(world.jobs, dataset, world.algorithms[key]) for key in (VERDICT, TRACK_METHOD)
    )
    rows = aligned(dataset, own, other)
    assert rows["status"].to_list() == ["ok"] * 3 + [NOT_SCORED] * 2
    assert rows["zenith"].null_count() == 2


def test_a_truth_without_classes_leaves_what_is_hard(tmp_path: Path) -> None:
    found = scored(world_of(tmp_path, None), VERDICT, *FITS)
    assert [row["probability"] for row in found.measured["scores"]] == ["p_hard"]
    assert found.measured["confusion"] == []


def test_a_new_table_of_a_fit_is_measured_anew(world: World) -> None:
    assert score_of(scored(world, VERDICT), "p_hard") is None
    assert score_of(scored(world, *FITS), "p_hard") is not None


def test_a_table_of_other_events_is_told(world: World) -> None:
    scored(world, VERDICT)
    (job,) = world.jobs.list()
    path = world.jobs.batch_files(job.id)[0]
    own = {"hitscope_batch": pl.read_parquet_metadata(path)["hitscope_batch"]}
    rows = pl.read_parquet(path).with_columns(pl.col("event_id") + 1)
    rows.write_parquet(path, metadata=own)
    found = complete(world)
    assert found.state == "failed"
    assert "other events than set/train/batch_1.parquet" in found.message


def test_probabilities_that_come_true_lie_on_the_diagonal() -> None:
    n, rng = 4_000, np.random.default_rng(7)
    p_hard = rng.random(n)
    is_far = rng.random(n) < p_hard
    zenith = np.where(is_far, 1.0, 0.1)
    rows = pl.DataFrame({"status": ["ok"] * n, "zenith": zenith, "azimuth": [0.0] * n})
    verdicts = pl.DataFrame(
        {**dict.fromkeys(PROBABILITIES, [0.25] * n), "p_hard": p_hard, "best": [TRACK_METHOD] * n}
    )
    nothing = np.full(n, np.nan)
    facts = Facts(np.full(n, ""), nothing, nothing, np.zeros(n, np.int64))
    is_known = np.arange(n) >= FEWEST
    source = source_direction(np.zeros(n), np.zeros(n))
    source[~is_known] = np.nan
    found = verdict_measured(
        verdicts, dict.fromkeys(FITS, rows), Known(source, facts, is_known), np.radians(20)
    )
    (score,) = found["scores"]
    assert score["n_events"] == n - FEWEST
    assert score["n_true"] == is_far[is_known].sum()
    assert score["auc"] == pytest.approx(5 / 6, abs=0.02)  # of a probability that is even in [0, 1]
    assert score["calibration_error"] < 0.03
    points = found["reliability"]["p_hard"]
    assert sum(point["n_events"] for point in points) == n - FEWEST
    for point in points:
        assert point["low"] < point["observed"] < point["high"]
        assert abs(point["observed"] - point["stated"]) < 4 * (point["high"] - point["low"]) / 2
