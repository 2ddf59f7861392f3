"""Chunks as tables: charges on the grid, nothing instead of NaN, rows found by their numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from reco_core.icecube.dataset_write import META_TYPES, PULSE_TYPES
from reco_core.icecube.simulation.columns import OpenBatch, truth_rows
from tests.reco_core.icecube.simulation.small_chunks import small


def filled() -> OpenBatch:
    batch = OpenBatch(7)
    for index in range(3):
        batch.add(small("classes", 1, index, 4, pulses=2 + index))
    return batch


def test_pulses_and_meta_rows_point_at_one_another():
    tables, truth = filled().tables()
    pulses = tables.pulses.collect()
    assert dict(pulses.schema) == PULSE_TYPES
    assert META_TYPES.items() <= dict(tables.meta.schema).items()
    assert set(tables.meta["batch_id"]) == {7}
    for row, event_id in zip(tables.meta.iter_rows(named=True), truth["event_id"], strict=True):
        first, last = row["first_pulse_index"], row["last_pulse_index"]
        assert row["event_id"] == event_id
        assert set(pulses["event_id"][first : last + 1]) == {event_id}
    assert last == len(pulses) - 1


def test_charges_are_the_decimal_numbers_of_the_grid():
    chunk = small("classes", 1, 0, 4)
    steps = np.array([0, 1, 2, 5, 19, 20, 401, 9_999, 100_000, 250_000, 2_000_003, 3], np.int32)
    batch = OpenBatch(1)
    batch.add(replace(chunk, charge_step=steps))
    charges = batch.tables()[0].pulses.collect()["charge"].to_list()
    assert charges == [float(f"{(50 * k + 25) / 1000:.3f}") for k in steps.tolist()]
    assert charges[:3] == [0.025, 0.075, 0.125]


def test_what_is_not_known_is_null():
    truth = truth_rows(small("classes", 1, 0, 4))
    assert truth.schema["name"] == pl.String
    assert truth.schema["primary_pdg"] == pl.Int32
    assert truth["name"].null_count() == 4
    for name in ("zenith", "azimuth", "topology"):
        assert truth[name].is_null().to_list() == [True, False, False, False]
    meta = filled().tables()[0].meta
    assert meta["zenith"].null_count() == meta["azimuth"].null_count() == 3
