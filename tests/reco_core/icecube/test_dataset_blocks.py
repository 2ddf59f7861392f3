from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from reco_core.dataset_table import GrowingTable
from reco_core.errors import DatasetError
from reco_core.icecube.dataset import find_datasets
from reco_core.icecube.dataset_pass import all_blocks, count_events, one_dataset
from tests.reco_core.icecube.small_datasets import BIG, pulse_table, write_batch, write_small

COUNTS = {7: 3, 3: 1, 5: 40, 9: 2, 8: 11}
SCHEMA = pl.Schema({"event_id": pl.Int64, "x": pl.Float64})


def opened(folder, tmp_path):
    (dataset,) = find_datasets(folder, tmp_path / "index", BIG)
    return dataset


def the_same(block, dataset, batch):
    for k, event_id in enumerate(block.event_id):
        pulses, event = block.pulses.pulses(k), dataset.event_of(batch, int(event_id))
        for name in ("sensor_id", "time_ns", "charge_pe", "auxiliary"):
            assert np.array_equal(getattr(pulses, name), getattr(event.pulses, name)), name


@pytest.mark.parametrize("indexed", [True, False])
@pytest.mark.parametrize("in_order", [True, False])
def test_blocks_hold_the_events_as_they_are_opened_one_by_one(tmp_path, indexed, in_order):
    frame = pulse_table(COUNTS)
    if not in_order:  # within an event and among events
        frame = frame.sample(fraction=1, shuffle=True, seed=1)
    write_batch(tmp_path / "set", frame)
    dataset = opened(tmp_path / "set", tmp_path)
    (batch,) = dataset.batches
    if indexed:
        assert dataset.ensure_index(batch, wait=True).state == "ready"
    n_events = len(dataset.event_ids(batch))
    blocks = list(dataset.blocks(batch, 2, 0, n_events))
    assert [len(block.event_id) for block in blocks] == [2, 2, 1]
    for block in blocks:
        assert block.errors == {}
        the_same(block, dataset, batch)
    found = np.concatenate([block.event_id for block in blocks])
    assert found.tolist() == dataset.event_ids(batch).tolist()


def test_an_event_that_breaks_the_rules_is_told_and_the_others_come(tmp_path):
    last = pl.col("event_id").is_last_distinct()
    frame = pulse_table(COUNTS).with_columns(
        charge=pl.when(last & (pl.col("event_id") == 5)).then(float("nan")).otherwise("charge")
    )
    write_batch(tmp_path / "set", frame)
    dataset = opened(tmp_path / "set", tmp_path)
    (block,) = all_blocks(dataset)
    assert list(block.errors) == [2]
    assert "event 5" in block.errors[2]
    assert "charge is nan" in block.errors[2]
    assert block.pulses.n_pulses.tolist() == [3, 1, 0, 2, 11]


def test_a_pass_begins_and_ends_where_it_is_told_to(tmp_path):
    write_small(tmp_path / "set", COUNTS)
    dataset = opened(tmp_path / "set", tmp_path)
    ids = list(COUNTS)
    assert count_events(dataset) == 5
    assert count_events(dataset, 3) == 3
    for first in range(6):
        for most in (None, 2, 5, 9):
            blocks = all_blocks(dataset, first, most, size=2)
            found = [int(k) for block in blocks for k in block.event_id]
            assert found == ids[first:most]


def test_several_data_sets_are_too_many(tmp_path):
    for name in ("one", "two"):
        write_small(tmp_path / "sets" / name, COUNTS)
    with pytest.raises(DatasetError, match="several data sets"):
        one_dataset(tmp_path / "sets", tmp_path / "index")


def rows(*numbers):
    return pl.DataFrame({"event_id": numbers, "x": [k / 2 for k in numbers]}, schema=SCHEMA)


def test_a_table_grows_and_appears_whole(tmp_path):
    path = tmp_path / "sub" / "table.parquet"
    table = GrowingTable(path, {"of": 1}, SCHEMA)
    table.add(rows(3, 1))
    table.add(rows(2))
    assert not path.exists()
    table.finish()
    assert pl.read_parquet(path).equals(rows(3, 1, 2))
    assert [p.name for p in path.parent.iterdir()] == ["table.parquet"]
    with pytest.raises(DatasetError, match="exists; remove it"):
        GrowingTable(path, {"of": 1}, SCHEMA)


def test_a_table_goes_on_after_a_stop_unless_it_is_of_something_else(tmp_path):
    path = tmp_path / "table.parquet"
    GrowingTable(path, {"of": 1}, SCHEMA).add(rows(3, 1))
    again = GrowingTable(path, {"of": 1}, SCHEMA)
    assert again.n_rows == 2
    again.add(rows(2))
    (again.parts / f"{2:012d}.parquet").write_bytes(b"PAR1 damaged")
    (again.parts / f"{9:012d}.parquet").write_bytes(b"")
    third = GrowingTable(path, {"of": 1}, SCHEMA)
    assert third.n_rows == 2
    assert GrowingTable(path, {"of": 2}, SCHEMA).n_rows == 0


def test_a_table_without_rows_has_its_columns(tmp_path):
    table = GrowingTable(tmp_path / "table.parquet", {}, SCHEMA)
    table.finish()
    assert pl.read_parquet(tmp_path / "table.parquet").schema == SCHEMA
