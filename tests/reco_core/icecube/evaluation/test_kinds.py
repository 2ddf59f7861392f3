"""Kinds of events that methods are made for: picked by their truth, and measured."""

from __future__ import annotations

import io

import numpy as np
import polars as pl
import pytest

from reco_core.cli import main
from reco_core.directions import opening_angle, source_direction
from reco_core.errors import DatasetError
from reco_core.icecube.dataset_pass import one_dataset
from reco_core.icecube.evaluation import kept_rows
from reco_core.icecube.evaluation.kind_table import KIND_MEASURES, kind_rows
from reco_core.icecube.evaluation.kind_text import kind_text
from reco_core.icecube.evaluation.kinds import KINDS, kind_of
from reco_core.icecube.evaluation.run import ANSWERS, Evaluation, evaluate
from reco_core.icecube.reconstructions.registry import reconstruction_row
from tests.reco_core.icecube.small_datasets import write_small

COUNTS = {k: 40 + k for k in range(1, 13)} | {13: 8}  # the last lights too few DOMs
TRACK = {
    "event_class": "track", "muon_energy_gev": 2e3, "muon_length_m": 400.0, "pe_track": 95.0,
    "pe_muon": 5.0, "pe_cascade": 0.0, "pe_noise": 0.0, "energy_gev": 3e3, "topology": "starting",
    "vertex_x_m": 0.0, "vertex_y_m": 0.0, "vertex_z_m": 0.0,
}  # fmt: skip
CASCADE = TRACK | {
    "event_class": "cascade", "muon_energy_gev": None, "muon_length_m": None, "energy_gev": 2e5,
    "topology": "contained",
}  # fmt: skip
TRUTH = {
    1: TRACK,
    2: TRACK | {"muon_length_m": 299.0},
    3: TRACK | {"muon_energy_gev": 2e4},
    4: TRACK | {"muon_energy_gev": 900.0},
    5: TRACK | {"pe_muon": 50.0},  # long, not clean
    6: CASCADE,
    7: CASCADE | {"vertex_z_m": 700.0},
    8: CASCADE | {"topology": "starting"},
    9: CASCADE | {"energy_gev": 9e3},
    10: CASCADE | {"energy_gev": 2e4, "vertex_z_m": -100.0},
    13: TRACK,
}
LONG, CLEAN, CONTAINED, DUSTY = [1, 3, 5], [1, 3], [6, 10], [10]


@pytest.fixture
def folder(tmp_path):
    write_small(tmp_path / "set", COUNTS)
    rows = [{"event_id": number, **truth} for number, truth in TRUTH.items()]
    pl.DataFrame(rows, infer_schema_length=None).write_parquet(tmp_path / "set/truth.parquet")
    return tmp_path / "set"


def job(folder, out, *keys, events=None, only=""):
    rows = [reconstruction_row(key) for key in keys]
    return Evaluation(one_dataset(folder, out / "index"), rows, events, out, 2, only)


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        ("long tracks", LONG),
        ("clean tracks", CLEAN),
        ("contained cascades", CONTAINED),
        ("cascades in the dust", DUSTY),
    ],
)
def test_only_those_of_a_kind_are_fitted(folder, tmp_path, only, expected):
    evaluate(job(folder, tmp_path, "svd_axis", only=only), io.StringIO())
    assert pl.read_parquet(tmp_path / "svd_axis.parquet")["event_id"].to_list() == expected
    found = pl.read_parquet(tmp_path / "kinds.parquet")
    with_parts = {only} | {kind.name for kind in KINDS if kind.part_of == only}
    assert set(found["kind"]) == with_parts
    assert found.filter(kind=only)["n_events"][0] == len(expected)


def test_measures_are_the_same_whether_picked_or_among_all(folder, tmp_path):
    evaluate(job(folder, tmp_path / "all", "svd_axis"), io.StringIO())
    evaluate(job(folder, tmp_path / "only", "svd_axis", only="long tracks"), io.StringIO())
    everything, picked = (
        pl.read_parquet(tmp_path / name / "kinds.parquet") for name in ("all", "only")
    )
    assert everything.schema == picked.schema == KIND_MEASURES
    assert everything.filter(pl.col("kind").str.contains("track")).equals(picked)
    by_group = dict(picked.filter(kind="long tracks").select("group", "n_events").iter_rows())
    assert by_group == {"muon above 1 TeV": 3, "muon above 10 TeV": 1}


def test_what_is_computed_is_kept_apart_by_the_kind(folder, tmp_path, monkeypatch):
    first = evaluate(job(folder, tmp_path, "svd_axis", only="long tracks"), io.StringIO())
    monkeypatch.setattr(kept_rows, "_timed", None)
    again = evaluate(job(folder, tmp_path, "svd_axis", only="long tracks"), io.StringIO())
    assert again.equals(first)
    with pytest.raises(TypeError):
        evaluate(job(folder, tmp_path, "svd_axis", only="contained cascades"), io.StringIO())


def test_the_first_of_a_kind(folder, tmp_path):
    evaluate(job(folder, tmp_path, "svd_axis", events=2, only="long tracks"), io.StringIO())
    assert pl.read_parquet(tmp_path / "svd_axis.parquet")["event_id"].to_list() == LONG[:2]


def test_it_goes_on_after_a_stop(folder, tmp_path, monkeypatch):
    rows_of = kept_rows._timed
    monkeypatch.setattr("reco_core.icecube.dataset_picked.SPAN", 2)

    def stops(block, kept, detector):
        if LONG[1] in block.event_id:
            raise KeyboardInterrupt
        return rows_of(block, kept, detector)

    monkeypatch.setattr(kept_rows, "_timed", stops)
    with pytest.raises(KeyboardInterrupt):
        evaluate(job(folder, tmp_path, "svd_axis", only="long tracks"), io.StringIO())
    done = []
    monkeypatch.setattr(
        kept_rows, "_timed", lambda block, **more: done.append(block) or rows_of(block, **more)
    )
    evaluate(job(folder, tmp_path, "svd_axis", only="long tracks"), io.StringIO())
    assert [int(k) for block in done for k in block.event_id] == LONG[1:]
    assert pl.read_parquet(tmp_path / "svd_axis.parquet")["event_id"].to_list() == LONG


def test_no_event_of_a_kind_is_an_error(tmp_path):
    write_small(tmp_path / "set", COUNTS)
    with pytest.raises(DatasetError, match=r"None of the 13 events .* of the kind 'clean tracks'"):
        evaluate(job(tmp_path / "set", tmp_path, "svd_axis", only="clean tracks"), io.StringIO())


def test_distances_and_shares(tmp_path):
    source = source_direction([1.0, 1.0, 1.0], [2.0, 2.0, 2.0])
    answers = pl.DataFrame(
        {
            "algorithm": "cascade_fit", "zenith": [1.0, 1.5, None], "azimuth": [2.0, 2.0, None],
            "uncertainty_rad": [0.1, 0.2, None], "vertex_x_m": [3.0, 0.0, None],
            "vertex_y_m": [4.0, 0.0, None], "vertex_z_m": [0.0, 15.0, None],
            "status": ["ok", "ok", "none"],
        },
        schema_overrides=ANSWERS,
    )  # fmt: skip
    (row,) = kind_rows(answers, source, np.zeros((3, 3)), kind_of("contained cascades"), "x")
    assert (row["n_events"], row["n_failed"], row["n_stated"]) == (2, 1, 2)
    assert (row["share_off"], row["share_within"]) == (0.5, 0.5)
    assert row["median_vertex_m"] == pytest.approx(10.0)
    angle = opening_angle(source[0], source_direction(1.5, 2.0))
    assert row["median_rad"] == pytest.approx(angle / 2)
    (line_row,) = kind_rows(
        answers.with_columns(algorithm=pl.lit("svd_axis")), source, np.zeros((3, 3)),
        kind_of("contained cascades"), "x",
    )  # fmt: skip
    assert "median_vertex_m" not in line_row
    text = kind_text(pl.DataFrame([row, line_row], schema=KIND_MEASURES), "contained cascades")
    assert "| cascade_fit | x | 2 | 1 | 14.32 (" in text
    assert text.splitlines()[-1].endswith("| 50.0% | 50.0% |  |  |")


def test_the_command(folder, tmp_path, capsys):
    arguments = ["evaluate", "--data", str(folder), "--out", str(tmp_path / "out")]
    only = [*arguments, "--only", "long tracks"]
    assert main([*only, "--algorithm", "svd_axis"]) == 0
    out = capsys.readouterr().out
    assert "Long tracks: tracks with at least 300 m" in out
    assert "Clean tracks: long tracks with at least 90%" in out
    assert "| svd_axis | muon above 10 TeV | 1 |" in out
    assert main([*only, "--algorithm", "verdict"]) == 2
    assert "--algorithm verdict cannot be with --only" in capsys.readouterr().err
    assert main([*arguments, "--only", "short tracks"]) == 2
    assert "Unknown kind of events 'short tracks'. Available: 'long tracks'" in (
        capsys.readouterr().err
    )
