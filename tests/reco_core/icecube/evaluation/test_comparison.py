"""python -m reco_core compare: single events against truth and published fits."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from reco_core.cli import main
from reco_core.directions import opening_angle, source_direction
from reco_core.errors import FileFormatError
from reco_core.icecube.dataset_published import published_directions
from reco_core.icecube.reconstructions.registry import reconstruct
from tests.reco_core.icecube.small_datasets import opened, write_small

TABLE = """event_id,reco,zenith,azimuth,energy
2,Spline,1.1,2.0,5.0
2,SplineAgain,1.1,2.0,
2,Failed,,,
3,Spline,0.5,-1.0,
"""


@pytest.fixture
def folder(tmp_path):
    write_small(tmp_path / "set", {1: 30, 2: 40, 3: 1})
    (tmp_path / "fits.csv").write_text(TABLE)
    return tmp_path / "set"


def compare(folder, *more):
    index = folder.parent / "index"
    return main(["compare", "--data", str(folder), "--index-dir", str(index), *map(str, more)])


def test_angles_are_those_of_the_directions(folder, tmp_path, capsys):
    out = tmp_path / "angles.parquet"
    keys = ("--algorithm", "two_halves", "--algorithm", "svd_axis")
    assert compare(folder, "--published", tmp_path / "fits.csv", "--out", out, *keys) == 0
    rows = pl.read_parquet(out)
    assert rows.select("event_id", "direction").rows() == [
        (2, "truth"), (2, "Spline"), (2, "SplineAgain"), (3, "truth"), (3, "Spline"),
    ]  # fmt: skip
    dataset = opened(folder, tmp_path / "index")
    mine = reconstruct("two_halves", dataset.event(2).pulses, dataset.detector)
    mine = source_direction(mine.zenith, mine.azimuth)
    for row, named in ((0, (1.0, 2.0)), (1, (1.1, 2.0))):
        angle = opening_angle(source_direction(*named), mine)
        assert rows["two_halves_rad"][row] == pytest.approx(angle)
    assert rows["truth_rad"][:2].to_list() == pytest.approx([0.0, 0.1])
    assert rows["two_halves_rad"][3:].to_list() == [None, None]  # one pulse has no direction
    text = capsys.readouterr().out
    assert "Event 2:\n\n| direction | truth, deg | two_halves, deg | svd_axis, deg |" in text
    assert "| Spline and 1 more | 5.73 |" in text
    assert "| Spline | " in text.partition("Event 3:")[2]


def test_without_published_fits_all_events_are_compared_with_the_truth(folder, capsys):
    assert compare(folder, "--algorithm", "two_halves") == 0
    out = capsys.readouterr().out
    assert [line for line in out.splitlines() if line.startswith("Event")] == [
        "Event 1:", "Event 2:", "Event 3:",
    ]  # fmt: skip


def test_a_reference_is_called_so(tmp_path, capsys):
    write_small(tmp_path / "set", {1: 30}, meta=False)
    truth = "event_id,zenith,azimuth,direction_kind\n1,1.0,2.0,reference\n"
    (tmp_path / "set/truth.csv").write_text(truth)
    assert compare(tmp_path / "set", "--algorithm", "two_halves") == 0
    assert "| published direction | 0.00 |" in capsys.readouterr().out


def test_without_truth_the_published_fits_stand_alone(tmp_path, capsys):
    write_small(tmp_path / "set", {2: 30, 3: 30}, meta=False)
    (tmp_path / "fits.csv").write_text(TABLE)
    more = ("--published", tmp_path / "fits.csv", "--event", 3, "--algorithm", "two_halves")
    assert compare(tmp_path / "set", *more) == 0
    out = capsys.readouterr().out
    assert "truth |" not in out.replace("truth, deg", "")
    assert "| Spline |  |" in out


def test_fits_may_be_named(folder, tmp_path, capsys):
    more = ("--published", tmp_path / "fits.csv", "--algorithm", "two_halves")
    assert compare(folder, *more, "--fit", "SplineAgain") == 0
    out = capsys.readouterr().out
    assert "| SplineAgain |" in out
    assert "Event 3" not in out
    assert compare(folder, *more, "--fit", "Splin") == 2
    assert "no fit 'Splin'. Available: Spline, SplineAgain." in capsys.readouterr().err
    assert compare(folder, "--fit", "Spline") == 2
    assert "--published FILE, which is not given" in capsys.readouterr().err


def test_an_event_that_is_not_there(folder, tmp_path, capsys):
    (tmp_path / "fits.csv").write_text("event_id,reco,zenith,azimuth\n77,Spline,1,2\n")
    assert compare(folder, "--published", tmp_path / "fits.csv") == 2
    assert "No event 77 in data set" in capsys.readouterr().err


def test_a_large_data_set_needs_names(folder, monkeypatch, capsys):
    module = "reco_core.icecube.evaluation.comparison_command.MOST_EVENTS"
    monkeypatch.setattr(module, 2)
    assert compare(folder) == 2
    assert "has 3 events, more than 2; name some with --event ID" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("event_id,zenith,azimuth\n1,1,2\n", "has no column 'reco'"),
        ("event_id,reco,zenith,azimuth\nx,A,1,2\n", "event_id is 'x' in row 1"),
        ("event_id,reco,zenith,azimuth\n1,A,1,2\n1,,1,2\n", "reco is None in row 2"),
        ("event_id,reco,zenith,azimuth\n1,A,up,2\n", "zenith is 'up' in row 1"),
        ("event_id,reco,zenith,azimuth\n1,A,1,\n", "expected both zenith and azimuth, or neither"),
        ("event_id,reco,zenith,azimuth\n1,A,1,2\n1,A,1,2\n", "expected each fit once"),
        ("event_id,reco,zenith,azimuth\n1,A,4,2\n", "zenith of event 1 is 4.0; expected 0 to pi"),
        ("", "cannot be read"),
    ],
)
def test_bad_tables_are_refused_by_what_is_wrong(tmp_path, text, expected):
    path = tmp_path / "fits.csv"
    path.write_text(text)
    with pytest.raises(FileFormatError, match=expected):
        published_directions(path)


def test_tables_may_be_parquet(tmp_path):
    path = tmp_path / "fits.parquet"
    columns = {
        "event_id": [1, 1],
        "reco": ["A", "B"],
        "zenith": [1.0, np.nan],
        "azimuth": [2.0, np.nan],
    }
    pl.DataFrame(columns).write_parquet(path)
    assert published_directions(path).rows() == [(1, "A", 1.0, 2.0)]
    with pytest.raises(FileFormatError, match="there is no such file"):
        published_directions(tmp_path / "nowhere.csv")
