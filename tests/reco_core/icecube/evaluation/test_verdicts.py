"""The evaluation of the learned verdict, on simulated events."""

from __future__ import annotations

import io

import numpy as np
import polars as pl
import pytest

from reco_core.cli import main
from reco_core.directions import opening_angle, source_direction
from reco_core.icecube.classification.learned import best_method
from reco_core.icecube.classification.learned_names import CLASSES
from reco_core.icecube.dataset_pass import one_dataset
from reco_core.icecube.evaluation import kept_rows
from reco_core.icecube.evaluation.run import Evaluation
from reco_core.icecube.evaluation.scores import auc
from reco_core.icecube.evaluation.tables import TIMED
from reco_core.icecube.evaluation.verdict_tables import (
    CONFUSION,
    RELIABILITY,
    SCORES,
    hard_events,
    verdict_tables,
)
from reco_core.icecube.evaluation.verdict_text import verdict_text
from reco_core.icecube.evaluation.verdicts import FILES, evaluate_verdict
from reco_core.icecube.simulation.runner import Job, simulate_dataset

N_EVENTS = 300


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    """The folder of a small evaluation, its job and its tables."""
    folder = tmp_path_factory.mktemp("evaluated")
    simulate_dataset(folder / "set", Job("competition", 2_960, N_EVENTS), 2, io.StringIO())
    dataset = one_dataset(folder / "set", folder / "index")
    job = Evaluation(dataset, (), None, folder / "tables", 2)
    return folder, job, evaluate_verdict(job, io.StringIO())


def test_scores_are_of_the_truth(evaluated):
    folder, _, tables = evaluated
    rows = pl.read_parquet(folder / "tables" / "verdict.parquet")
    truth = pl.read_parquet(folder / "set" / "truth.parquet")["event_class"].to_numpy()
    assert tables.scores.schema == SCORES
    for name in ("track", "cascade", "muon"):
        row = tables.scores.filter(probability=f"p_{name}").row(0, named=True)
        assert (row["n_events"], row["n_true"]) == (N_EVENTS, (truth == name).sum())
        assert row["auc"] == pytest.approx(auc(rows[f"p_{name}"].to_numpy(), truth == name))
        assert row["auc_low"] <= row["auc"] <= row["auc_high"]
        assert 0 <= row["calibration_error"] < 0.2
        assert row["events_per_second"] > 0


def test_p_hard_is_about_the_best_reconstruction(evaluated):
    folder, _, tables = evaluated
    rows = pl.read_parquet(folder / "tables" / "verdict.parquet")
    meta = pl.read_parquet(folder / "set" / "train_meta.parquet")
    source = source_direction(meta["zenith"], meta["azimuth"])
    method = best_method(rows.select(f"p_{name}" for name in CLASSES).to_numpy())
    hard = 0
    for k, key in enumerate(method):
        row = pl.read_parquet(folder / "tables" / f"{key}.parquet").row(k, named=True)
        ok = row["status"] == "ok"
        found = source_direction(row["zenith"], row["azimuth"]) if ok else None
        hard += not ok or float(opening_angle(found, source[k])) > np.radians(20)
    row = tables.scores.filter(probability="p_hard").row(0, named=True)
    assert (row["n_events"], row["n_true"]) == (N_EVENTS, hard)
    assert row["auc"] > 0.75


def test_confusion_and_reliability_count_every_event(evaluated):
    _, _, tables = evaluated
    assert tables.confusion.schema == CONFUSION
    assert tables.confusion["n_events"].sum() == N_EVENTS
    right = tables.confusion.filter(pl.col("event_class") == pl.col("verdict"))["n_events"].sum()
    assert right > 0.7 * N_EVENTS
    assert tables.reliability.schema == RELIABILITY
    sums = tables.reliability.group_by("probability").agg(pl.col("n_events").sum())
    assert sums["n_events"].to_list() == [N_EVENTS] * 5


def test_tables_are_written_and_not_made_again(evaluated, monkeypatch):
    folder, job, tables = evaluated
    for name, rows in zip(FILES, tables, strict=True):
        assert pl.read_parquet(folder / "tables" / name).equals(rows, null_equal=True)
    monkeypatch.setattr(kept_rows, "_timed", None)
    again = evaluate_verdict(job, io.StringIO())
    assert again.scores.equals(tables.scores, null_equal=True)


def test_events_of_no_known_class_or_verdict_do_not_count(evaluated):
    rows = pl.read_parquet(evaluated[0] / "tables" / "verdict.parquet")[:6]
    unread = pl.int_range(pl.len()) == 2
    rows = rows.with_columns(
        pl.when(unread).then(None).otherwise(pl.col(pl.Float64)).name.keep()
    ).with_columns(pl.lit(0.001).alias(TIMED))
    classes = np.array(["track", "muon", "muon", "", "track", "cascade"])
    found = verdict_tables(rows, classes, np.array([True, False, True]))
    counts = dict(found.scores.select("probability", "n_events").iter_rows())
    assert counts == {**{f"p_{name}": 4 for name in CLASSES}, "p_hard": 2}
    assert found.confusion["n_events"].sum() == 4
    assert found.scores.filter(probability="p_noise")["auc"].to_list() == [None]
    judged = verdict_tables(rows, classes, np.ones(6, np.bool_), np.arange(6) >= 4)
    assert judged.scores.filter(probability="p_hard")["n_events"].to_list() == [2]
    nothing = verdict_tables(rows, np.array([""] * 6), np.zeros(0, np.bool_))
    assert [len(table) for table in nothing] == [0, 0, 0]
    assert verdict_text(nothing)["verdict"].count("\n") == 2


def test_hard_is_a_large_error_or_no_answer_of_the_best():
    source = np.tile([0.0, 0.0, 1.0], (4, 1))
    near, far = (
        pl.DataFrame({"status": ["ok"] * 3 + ["no light"], "zenith": [zenith] * 3 + [None],
                      "azimuth": [0.0] * 3 + [None]})
        for zenith in (0.1, 0.5)
    )  # fmt: skip
    best = np.array(["near", "far", "other", "near"])
    hard = hard_events(best, {"near": near, "far": far}, source, 0.3)
    assert hard.tolist() == [False, True, True, True]


def test_the_command_prints_verdict_and_methods_alike(evaluated, tmp_path, capsys):
    folder, _, tables = evaluated
    arguments = ["evaluate", "--data", str(folder / "set"), "--algorithm", "verdict"]
    assert main([*arguments, "--events", "40", "--out", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "| p_hard | 40 |" in out
    assert "| muon | " in out
    assert not (tmp_path / "evaluation.parquet").exists()
    text = verdict_text(tables)
    assert f"| p_hard | {N_EVENTS} |" in text["verdict"]
    assert text["confusion"].startswith("| class | taken for track |")
