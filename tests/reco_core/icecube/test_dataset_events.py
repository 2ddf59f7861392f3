"""Events of data sets: pulses, truth, order, neighbours."""

from __future__ import annotations

import logging
import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from reco_core.errors import EventError, FileFormatError, NotFoundError
from reco_core.icecube.dataset import Dataset
from reco_core.icecube.event import Truth
from tests.reco_core.icecube.small_datasets import (
    meta_table,
    opened,
    pulse_table,
    write_batch,
    write_small,
)


def walk(dataset: Dataset) -> list[int]:
    """All events by way of neighbours, checked backwards too."""
    event_id: int | None = dataset.first_event_id()
    found: list[int] = []
    while event_id is not None:
        before, after = dataset.neighbours(event_id)
        assert before == (found[-1] if found else None)
        found.append(event_id)
        event_id = after
    return found


def test_event_has_its_pulses_and_truth(tmp_path: Path) -> None:
    write_small(tmp_path / "set", {24: 3, 41: 5})
    event = opened(tmp_path / "set").event(41)
    rows = pulse_table({24: 3, 41: 5}).filter(pl.col("event_id") == 41)
    assert (event.event_id, event.split, event.batch_id) == (41, "train", 1)
    assert event.pulses.time_ns.tolist() == rows["time"].to_list()
    assert event.pulses.charge_pe.tolist() == rows["charge"].to_list()
    assert event.pulses.sensor_id.tolist() == rows["sensor_id"].to_list()
    assert event.pulses.auxiliary.tolist() == rows["auxiliary"].to_list()
    assert event.truth == Truth(zenith=1.0, azimuth=2.0)


def test_real_events_keep_their_published_numbers(samples: Path, tmp_path: Path) -> None:
    dataset = opened(samples / "kaggle", tmp_path / "index")
    charges = {24: 60.475, 41: 46.275, 59: 33.2, 67: 131.75, 72: 55.75}
    for event_id, charge in charges.items():
        assert dataset.event(event_id).pulses.charge_pe.sum() == pytest.approx(charge)
    assert [len(dataset.event(k).pulses) for k in (2092, 7344, 9482)] == [299, 36, 43]
    assert walk(dataset) == [24, 41, 59, 67, 72, 2092, 7344, 9482]
    assert not dataset.event(2092).truth.has_direction


def test_recorded_event_has_its_reference(samples: Path, tmp_path: Path) -> None:
    truth = opened(samples / "recorded", tmp_path / "index").event(36556705).truth
    assert (truth.name, truth.kind, truth.event_class) == ("Ernie", "reference", "cascade")
    assert truth.energy_gev == pytest.approx(1_140_800)
    assert truth.zenith == pytest.approx(0.39878, abs=1e-5)


def test_simulated_noise_has_no_direction(samples: Path, tmp_path: Path) -> None:
    dataset = opened(samples / "icecube_simulation", tmp_path / "index")
    assert dataset.event(20).truth == Truth(event_class="noise")
    assert dataset.event(0).truth.vertex_m is not None


def test_walk_runs_on_from_batch_to_batch(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    write_batch(folder, pulse_table({9: 2, 3: 2}), 2)
    write_batch(folder, pulse_table({5: 2}), 10)
    write_batch(folder, pulse_table({1: 2}), 661, "test")
    dataset = opened(folder)
    assert walk(dataset) == [9, 3, 5, 1]
    assert dataset.position(3) == (2, 2)
    assert dataset.event(1).split == "test"


def test_first_of_several_events_with_one_id_counts(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    write_batch(folder, pulse_table({1: 2, 2: 3}), 1)
    write_batch(folder, pulse_table({2: 7, 3: 2}), 2)
    write_batch(folder, pulse_table({1: 9}), 1, "test")
    dataset = opened(folder)
    assert walk(dataset) == [1, 2, 3]
    assert len(dataset.event(2).pulses) == 3
    assert len(dataset.event(1).pulses) == 2


def test_largest_ids_are_exact(tmp_path: Path) -> None:
    big = 2**63 - 1
    write_small(tmp_path / "set", {big - 1: 2, big: 3})
    dataset = opened(tmp_path / "set")
    assert [len(dataset.event(k).pulses) for k in (big - 1, big)] == [2, 3]


@pytest.mark.parametrize("event_id", [0, 30, -1, 2**63, -(2**70), 2**200])
def test_unknown_event_names_the_data_set_and_the_nearest(tmp_path: Path, event_id: int) -> None:
    write_small(tmp_path / "set", {24: 3, 41: 5})
    with pytest.raises(NotFoundError, match=f"No event {event_id} in data set 'set'") as caught:
        opened(tmp_path / "set").event(event_id)
    assert "24" in str(caught.value) or "41" in str(caught.value)


def test_event_of_an_absent_batch_names_the_batch(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    write_small(folder, {24: 3})
    meta = pl.concat([meta_table({24: 3}), meta_table({70: 3, 90: 3}, batch_id=7)])
    meta.write_parquet(folder / "train_meta.parquet")
    with pytest.raises(NotFoundError, match=r"train/batch_7\.parquet, which is not there"):
        opened(folder).event(80)


def test_random_event_has_pulses_and_repeats_with_its_seed(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    write_small(folder, {k: 2 for k in range(100, 150)})
    meta_table({k: 2 for k in range(100, 150)} | {999: 0}).write_parquet(
        folder / "train_meta.parquet"
    )
    dataset = opened(folder)
    drawn = [dataset.random_event_id(np.random.default_rng(seed)) for seed in range(60)]
    assert drawn == [dataset.random_event_id(np.random.default_rng(seed)) for seed in range(60)]
    assert len(set(drawn)) > 20
    assert 999 not in drawn


def test_event_without_pulses_can_be_walked_to_but_not_opened(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    write_batch(folder, pulse_table({24: 3, 41: 5}))
    meta_table({24: 3, 30: 0, 41: 5}).write_parquet(folder / "train_meta.parquet")
    dataset = opened(folder)
    assert walk(dataset) == [24, 41, 30]
    with pytest.raises(EventError, match=r"event 30 of set/train/batch_1.parquet has no pulses"):
        dataset.event(30)
    assert walk(dataset) == [24, 41, 30]  # now from the index


def test_event_that_the_meta_file_lacks_opens_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    write_batch(folder, pulse_table({24: 3, 41: 5}))
    meta_table({24: 3}).write_parquet(folder / "train_meta.parquet")
    assert not opened(folder).event(41).truth.has_direction


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("sensor_id", 5160, "sensor_id is 5160 at its pulse 1; expected 0 to 5159"),
        ("sensor_id", None, "sensor_id is missing at its pulse 1"),
        ("sensor_id", 2**40, "sensor_id is 1099511627776 at its pulse 1"),
        ("time", 2**31, "time is 2147483648 at its pulse 1; expected whole ns"),
        ("time", None, "time is missing at its pulse 1"),
        ("charge", math.nan, "charge is nan at its pulse 1"),
        ("charge", -1.0, "charge is -1.0 at its pulse 1; expected a finite number"),
        ("charge", None, "charge is missing at its pulse 1"),
        ("auxiliary", None, "auxiliary is missing at its pulse 1; expected boolean"),
    ],
)
def test_bad_pulse_spoils_its_event_only(tmp_path: Path, column, value, message) -> None:
    pulses = pulse_table({24: 3, 41: 5, 59: 2}).with_columns(pl.col("sensor_id").cast(pl.Int64))
    at = pl.int_range(pl.len()) == 4
    spoilt = pulses.with_columns(pl.when(at).then(value).otherwise(pl.col(column)).alias(column))
    write_batch(tmp_path / "set", spoilt)
    dataset = opened(tmp_path / "set")
    for _ in ("first straight from the file", "then with the index there"):
        with pytest.raises(EventError, match=f"event 41 of set/train/batch_1.parquet: {message}"):
            dataset.event(41)
        assert len(dataset.event(24).pulses) == 3
        assert len(dataset.event(59).pulses) == 2


def test_meta_file_that_is_wrong_about_places_is_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "set"
    write_batch(folder, pulse_table({24: 3, 41: 5}))
    meta_table({41: 3, 24: 5}).write_parquet(folder / "train_meta.parquet")
    monkeypatch.setattr("reco_core.icecube.dataset_open.Opener.ensure_index", lambda *_: None)
    dataset = opened(folder)
    assert len(dataset.event(41).pulses) == 5
    assert len(dataset.event(24).pulses) == 3
    assert dataset.first_event_id() == 24


def test_damaged_batch_is_passed_over(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = tmp_path / "set"
    write_batch(folder, pulse_table({1: 2}), 1)
    write_batch(folder, pulse_table({2: 2}), 2).write_bytes(b"PAR1")
    write_batch(folder, pulse_table({3: 2}), 3)
    dataset = opened(folder)
    with caplog.at_level(logging.WARNING):
        assert walk(dataset) == [1, 3]
    assert "batch_2.parquet" in caplog.text
    assert len(dataset.event(3).pulses) == 2
    with pytest.raises(FileFormatError, match=r"batch_2\.parquet cannot be read"):
        dataset.event(2)


def test_file_that_changes_is_read_anew(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    write_small(folder, {24: 3}, meta=False)
    dataset = opened(folder)
    assert len(dataset.event(24).pulses) == 3
    write_batch(folder, pulse_table({24: 4, 25: 2}))
    assert len(dataset.event(24).pulses) == 4
    assert dataset.neighbours(24) == (None, 25)
