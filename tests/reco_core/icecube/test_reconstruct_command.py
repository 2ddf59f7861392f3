"""python -m reco_core reconstruct: a row for every event, whatever its light."""

from __future__ import annotations

import io
from functools import partial

import numpy as np
import polars as pl
import pytest

from reco_core.cli import main
from reco_core.dataset_table import GrowingTable
from reco_core.errors import NotFoundError
from reco_core.icecube import dataset_rows
from reco_core.icecube.dataset_pass import all_blocks
from reco_core.icecube.reconstructions.command import reconstruct_dataset
from reco_core.icecube.reconstructions.registry import RECONSTRUCTIONS, reconstruct
from reco_core.icecube.reconstructions.table import SCHEMA
from tests.reco_core.icecube.small_datasets import pulse_table, write_batch

every_method = pytest.mark.parametrize("row", RECONSTRUCTIONS, ids=lambda row: row.key)

COUNTS = {1: 1, 2: 2, 3: 30, 4: 25, 5: 3000, 6: 30, 7: 30, 8: 12}


@pytest.fixture
def folder(tmp_path):
    """Random light; event 6 on one DOM, 7 at one time, 8 on one string, 4 auxiliary alone."""
    event, row = pl.col("event_id"), pl.int_range(pl.len(), dtype=pl.Int16)
    sensor = pl.when(event == 6).then(100).when(event == 8).then(row % 60).otherwise("sensor_id")
    frame = pulse_table(COUNTS).with_columns(
        sensor_id=sensor.cast(pl.Int16),
        time=pl.when(event == 7).then(10_000).otherwise("time"),
        auxiliary=pl.when(event == 4).then(True).otherwise("auxiliary"),
    )
    write_batch(tmp_path / "set", frame)
    return tmp_path / "set"


def run(folder, out, key, *more):
    code = main(
        ["reconstruct", "--data", str(folder), "--algorithm", key, "--out", str(out), *more]
    )
    assert code == 0
    return pl.read_parquet(out)


@every_method
def test_every_event_has_a_row_and_a_direction_or_a_reason(folder, tmp_path, row):
    table = run(folder, tmp_path / "out.parquet", row.key)
    assert table.schema == SCHEMA
    assert table["event_id"].to_list() == list(COUNTS)
    assert set(table["algorithm"]) == {row.key}
    ok = table["status"] == "ok"
    angles = table.select("zenith", "azimuth", "quality")
    assert angles.filter(ok).null_count().row(0) == (0, 0, 0)
    assert angles.filter(~ok).null_count().row(0) == (int((~ok).sum()),) * 3
    assert table.filter(ok)["quality"].is_between(0, 1).all()
    assert table.filter(ok)["zenith"].is_between(0, np.pi).all()
    assert not table.select(pl.col(pl.Float64).is_nan().any()).row(0).count(True)
    assert ok[3] == (row.key == "two_dots_seed"), "light that is all auxiliary"
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith("out")] == ["out.parquet"]


@every_method
def test_rows_are_the_answers_of_single_events(folder, tmp_path, detector, pulses_of, row):
    table = run(folder, tmp_path / "out.parquet", row.key)
    for event in table.filter(pl.col("status") == "ok").iter_rows(named=True):
        rows = pl.read_parquet(folder / "train/batch_1.parquet").filter(event_id=event["event_id"])
        pulses = pulses_of(*(rows[name] for name in ("sensor_id", "time", "charge", "auxiliary")))
        found = reconstruct(row.key, pulses, detector)
        assert (event["zenith"], event["azimuth"]) == pytest.approx((found.zenith, found.azimuth))
        assert event["quality"] == pytest.approx(found.quality)


def test_stopped_it_goes_on_where_it_was(folder, tmp_path, monkeypatch):
    whole = run(folder, tmp_path / "whole.parquet", "line_fit")
    monkeypatch.setattr(dataset_rows, "all_blocks", partial(all_blocks, size=2))
    added = GrowingTable.add

    def add(self, part):
        if self.n_rows >= 4 and not (tmp_path / "stopped").exists():
            (tmp_path / "stopped").touch()
            raise KeyboardInterrupt
        added(self, part)

    monkeypatch.setattr(GrowingTable, "add", add)
    told = io.StringIO()
    with pytest.raises(KeyboardInterrupt):
        reconstruct_dataset(folder, "line_fit", tmp_path / "out.parquet", None, 2, told)
    assert not (tmp_path / "out.parquet").exists()
    reconstruct_dataset(folder, "line_fit", tmp_path / "out.parquet", None, 2, told)
    assert "Going on after 4 events." in told.getvalue()
    assert pl.read_parquet(tmp_path / "out.parquet").equals(whole)


def test_wrong_options_are_told(folder, tmp_path, capsys):
    with pytest.raises(NotFoundError, match="Unknown reconstruction 'linfit'"):
        reconstruct_dataset(folder, "linfit", tmp_path / "out.parquet", None, 1, io.StringIO())
    arguments = ["reconstruct", "--algorithm", "line_fit", "--out", str(tmp_path / "out.parquet")]
    assert main([*arguments, "--data", str(tmp_path / "nowhere")]) == 2
    assert "nowhere" in capsys.readouterr().err
    assert main([*arguments, "--data", str(folder), "--workers", "0"]) == 2
    assert "--workers is 0" in capsys.readouterr().err
