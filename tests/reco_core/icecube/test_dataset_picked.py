"""Events picked by their places are those that reading all of them gives."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.icecube import dataset_picked
from reco_core.icecube.dataset_pass import all_blocks
from reco_core.icecube.dataset_picked import picked_blocks
from tests.reco_core.icecube.small_datasets import opened, pulse_table, write_batch, write_small


@pytest.fixture
def dataset(tmp_path):
    write_small(tmp_path / "set", {k: 1 + k % 7 for k in range(1, 41)})
    write_batch(tmp_path / "set", pulse_table({k: 3 for k in range(50, 60)}), 2)
    return opened(tmp_path / "set")


def as_lists(blocks):
    return [
        (int(number), block.pulses.pulses(k).time_ns.tolist(), block.errors.get(k))
        for block in blocks
        for k, number in enumerate(block.event_id)
    ]


@pytest.mark.parametrize("place", [[], [0], [49], [3, 4, 39, 40, 44], range(50)])
@pytest.mark.parametrize("span", [3, 2_000])
def test_they_are_those_at_the_places(dataset, monkeypatch, place, span):
    monkeypatch.setattr(dataset_picked, "SPAN", span)
    everything = as_lists(all_blocks(dataset))
    found = as_lists(picked_blocks(dataset, np.array(place, np.int64)))
    assert found == [everything[k] for k in place]


def test_a_broken_event_is_told_by_its_new_place(tmp_path):
    pulses = pulse_table({1: 3, 2: 3, 3: 3, 4: 3})
    bad = pulses["event_id"].to_numpy() == 3
    charge = np.where(bad, -1.0, pulses["charge"].to_numpy())
    write_batch(tmp_path / "set", pulses.with_columns(charge=charge))
    (block,) = picked_blocks(opened(tmp_path / "set"), np.array([1, 2]))
    assert block.event_id.tolist() == [2, 3]
    assert list(block.errors) == [1]
    assert "charge is -1.0" in block.errors[1]
    assert block.pulses.n_pulses.tolist() == [3, 0]
