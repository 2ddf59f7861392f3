"""python -m reco_core classify: a row for every event, whatever its light."""

from __future__ import annotations

import io
import math
from functools import partial

import polars as pl
import pytest

from reco_core.cli import main
from reco_core.dataset_table import GrowingTable
from reco_core.icecube import dataset_rows
from reco_core.icecube.classification.batch_table import rule_table
from reco_core.icecube.classification.command import classify_dataset
from reco_core.icecube.classification.learned import learned_verdicts
from reco_core.icecube.classification.learned_names import PROBABILITIES
from reco_core.icecube.classification.learned_table import SCHEMA
from reco_core.icecube.dataset_pass import all_blocks, one_dataset
from tests.reco_core.icecube.small_datasets import pulse_table, write_batch

COUNTS = {1: 1, 2: 2, 3: 30, 4: 25, 5: 3000, 6: 30, 7: 30, 8: 12}
HARD_RAD = math.radians(20)


@pytest.fixture
def folder(tmp_path):
    """Random light, in train and in test; event 4 auxiliary alone."""
    auxiliary = pl.when(pl.col("event_id") == 4).then(True).otherwise("auxiliary")
    write_batch(tmp_path / "set", pulse_table(COUNTS).with_columns(auxiliary=auxiliary))
    write_batch(tmp_path / "set", pulse_table({20: 40, 21: 9}, seed=1), 3, "test")
    return tmp_path / "set"


def run(folder, out, *more):
    assert main(["classify", "--data", str(folder), "--out", str(out), *more]) == 0
    return pl.read_parquet(out)


def test_every_event_of_train_and_test_has_a_row(folder, tmp_path):
    table = run(folder, tmp_path / "out.parquet")
    assert table.columns == [
        "event_id", "p_track", "p_cascade", "p_muon", "p_noise", "p_hard", "containment",
        "hardness_all", "hardness_non_auxiliary",
    ]  # fmt: skip
    assert table.schema == SCHEMA
    assert table["event_id"].to_list() == [*COUNTS, 20, 21]
    p = table.select(PROBABILITIES).to_numpy()
    assert ((p >= 0) & (p <= 1)).all()
    assert p[:, :4].sum(axis=1) == pytest.approx(1)
    assert table["containment"].null_count() == 1  # of the event with one pulse
    assert table["hardness_non_auxiliary"][3] is None
    assert [f.name for f in tmp_path.iterdir() if f.name.startswith("out")] == ["out.parquet"]


def test_rows_are_the_verdicts_and_the_rules(folder, tmp_path, detector):
    table = run(folder, tmp_path / "out.parquet", "--hard-degrees", "5")
    block = next(all_blocks(one_dataset(folder, tmp_path / "index")))
    found = learned_verdicts(block.pulses, detector, math.radians(5))
    rules = rule_table(block.pulses, detector)
    of_train = table[: len(COUNTS)]
    assert of_train["p_hard"].to_numpy() == pytest.approx(found.p_hard)
    assert of_train["p_muon"].to_numpy() == pytest.approx(found.p_class[:, 2])
    for name in ("containment", "hardness_all", "hardness_non_auxiliary"):
        assert of_train[name].equals(rules[name], null_equal=True)


def test_an_event_that_cannot_be_read_has_a_row_of_nulls(folder, tmp_path):
    path = folder / "train" / "batch_1.parquet"
    rows = pl.read_parquet(path)
    broken = pl.when(pl.col("event_id") == 6).then(9999).otherwise("sensor_id")
    rows.with_columns(sensor_id=broken.cast(pl.Int16)).write_parquet(path)
    table = run(folder, tmp_path / "out.parquet")
    assert table["event_id"].to_list() == [*COUNTS, 20, 21]
    nulls = table.filter(pl.col("p_hard").is_null())
    assert nulls["event_id"].to_list() == [6]
    assert nulls.drop("event_id").row(0) == (None,) * 8


def test_stopped_it_goes_on_where_it_was(folder, tmp_path, monkeypatch):
    whole = run(folder, tmp_path / "whole.parquet")
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
        classify_dataset(folder, tmp_path / "out.parquet", HARD_RAD, None, 2, told)
    classify_dataset(folder, tmp_path / "out.parquet", HARD_RAD, None, 2, told)
    assert "Going on after 4 events." in told.getvalue()
    again = pl.read_parquet(tmp_path / "out.parquet")
    assert again["event_id"].equals(whole["event_id"])
    assert again["p_hard"].to_numpy() == pytest.approx(whole["p_hard"].to_numpy(), abs=1e-6)


def test_parts_of_another_limit_are_not_gone_on_with(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(GrowingTable, "finish", lambda self: None)
    classify_dataset(folder, tmp_path / "out.parquet", HARD_RAD, None, 1, io.StringIO())
    told = io.StringIO()
    classify_dataset(folder, tmp_path / "out.parquet", HARD_RAD, None, 1, told)
    assert "Going on after 10 events." in told.getvalue()
    told = io.StringIO()
    classify_dataset(folder, tmp_path / "out.parquet", HARD_RAD / 2, None, 1, told)
    assert "Going on" not in told.getvalue()


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--hard-degrees", "0.5", "hard above 0.5 degrees; expected a limit from 1 to 90"),
        ("--hard-degrees", "nan", "expected a limit from 1 to 90"),
        ("--workers", "0", "--workers is 0"),
    ],
)
def test_wrong_options_are_told(folder, tmp_path, capsys, option, value, words):
    arguments = ["classify", "--data", str(folder), "--out", str(tmp_path / "out.parquet")]
    assert main([*arguments, option, value]) == 2
    assert words in capsys.readouterr().err
