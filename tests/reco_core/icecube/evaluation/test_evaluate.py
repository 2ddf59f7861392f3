"""python -m reco_core evaluate, on a small data set."""

from __future__ import annotations

import io
import re

import numpy as np
import polars as pl
import pytest

from reco_core.cli import main
from reco_core.directions import opening_angle, source_direction
from reco_core.errors import DatasetError
from reco_core.icecube.dataset_pass import one_dataset
from reco_core.icecube.evaluation import kept_rows
from reco_core.icecube.evaluation.run import Evaluation, evaluate
from reco_core.icecube.evaluation.tables import CURVES, MEASURES
from reco_core.icecube.reconstructions.registry import reconstruction_row
from tests.reco_core.icecube.small_datasets import write_small

COUNTS = {k: 20 + k for k in range(1, 31)} | {99: 1}  # the last has one pulse


@pytest.fixture
def folder(tmp_path):
    write_small(tmp_path / "set", COUNTS)
    return tmp_path / "set"


def job(folder, out, *keys, events=None):
    rows = [reconstruction_row(key) for key in keys]
    return Evaluation(one_dataset(folder, out / "index"), rows, events, out, 2)


def test_measures_are_of_the_answers_of_each_method(folder, tmp_path):
    out = tmp_path / "out"
    table = evaluate(job(folder, out, "line_fit", "svd_axis"), io.StringIO())
    assert table.schema == MEASURES
    assert pl.read_parquet(out / "evaluation.parquet").equals(table)
    curves = pl.read_parquet(out / "curves.parquet")
    assert curves.schema == CURVES
    for key in ("line_fit", "svd_axis"):
        answers = pl.read_parquet(out / f"{key}.parquet")
        ok = answers.filter(status="ok")
        truth = source_direction(1.0, 2.0)  # of all small events
        angle = opening_angle(source_direction(ok["zenith"], ok["azimuth"]), truth)
        row = table.filter(algorithm=key, group_kind="all").row(0, named=True)
        assert (row["n_events"], row["n_failed"]) == (len(ok), len(COUNTS) - len(ok))
        assert row["mean_rad"] == pytest.approx(angle.mean())
        assert row["median_rad"] == pytest.approx(np.median(angle))
        assert row["events_per_second"] > 0
        curve = curves.filter(algorithm=key, group_kind="all")["angle_rad"]
        assert curve.is_sorted()
        assert (curve[0], curve[50]) == pytest.approx((angle.min(), np.median(angle)))


def test_what_is_computed_is_not_computed_again(folder, tmp_path, monkeypatch):
    first = evaluate(job(folder, tmp_path / "out", "line_fit"), io.StringIO())
    monkeypatch.setattr(kept_rows, "_timed", None)
    again = evaluate(job(folder, tmp_path / "out", "line_fit"), io.StringIO())
    assert again.equals(first)
    with pytest.raises(TypeError):  # other events
        evaluate(job(folder, tmp_path / "out", "line_fit", events=5), io.StringIO())


def test_events_are_the_first_of_the_data_set(folder, tmp_path):
    table = evaluate(job(folder, tmp_path / "out", "line_fit", events=7), io.StringIO())
    row = table.filter(group_kind="all").row(0, named=True)
    assert row["n_events"] + row["n_failed"] == 7


def test_without_truth_there_is_nothing_to_compare_with(tmp_path):
    write_small(tmp_path / "set", COUNTS, meta=False)
    with pytest.raises(DatasetError, match="have no known direction"):
        evaluate(job(tmp_path / "set", tmp_path / "out", "line_fit"), io.StringIO())


def test_the_command_prints_the_tables(folder, tmp_path, capsys):
    arguments = ["evaluate", "--data", str(folder), "--out", str(tmp_path / "out")]
    assert main([*arguments, "--algorithm", "line_fit", "--events", "12"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"\| line_fit \| \d+ \| \d+ \| \d\.\d{3} \(", out)
    assert re.search(r"\| line_fit \| 0 to 60 deg, from above \| \d+ \|", out)
    assert main([*arguments, "--events", "0"]) == 2
    assert "--events is 0" in capsys.readouterr().err
    assert main([*arguments, "--algorithm", "linfit"]) == 2
    assert "Unknown reconstruction 'linfit'" in capsys.readouterr().err
