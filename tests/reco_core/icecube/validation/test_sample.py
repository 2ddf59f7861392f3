"""Many events as plain arrays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reco_core.icecube.simulation.chunk import Chunk
from reco_core.icecube.validation.sample import sample_of


def chunk(end, zenith=1.0) -> Chunk:
    end = np.asarray(end, np.int64)
    n, events = int(end[-1]) if len(end) else 0, len(end)
    truth = {"zenith": np.full(events, zenith), "azimuth": np.zeros(events)}
    sensor_id = np.arange(n).astype(np.int16)
    time_ns = (10_000 + np.arange(n)).astype(np.int32)
    return Chunk(end, sensor_id, time_ns, np.arange(n, dtype=np.int32), np.zeros(n, bool), truth)


def test_chunks_follow_one_another():
    sample = sample_of([chunk([2, 5]), chunk([1])])
    assert sample.end.tolist() == [2, 5, 6]
    assert sample.n_pulses.tolist() == [2, 3, 1]
    assert sample.start.tolist() == [0, 2, 5]
    assert sample.event.tolist() == [0, 0, 1, 1, 1, 2]
    assert sample.sensor_id.tolist() == [0, 1, 2, 3, 4, 0]


def test_charge_is_on_the_superdst_grid():
    assert sample_of([chunk([3])]).charge_pe.tolist() == pytest.approx([0.025, 0.075, 0.125])


def test_no_chunk_is_refused():
    with pytest.raises(ValueError, match="no chunk"):
        sample_of([])


@pytest.mark.parametrize("end", [[], [2, 2], [0, 3]])
def test_an_event_without_pulses_is_refused(end):
    with pytest.raises(ValueError, match="one pulse or more"):
        sample_of([chunk(end)])


def test_an_event_without_direction_is_refused():
    with pytest.raises(ValueError, match="true direction"):
        sample_of([chunk([2, 5], zenith=np.nan)])


def test_arrays_of_a_sample_can_be_replaced(random_sample):
    sample = random_sample(1)
    assert (replace(sample, zenith=sample.zenith[::-1]).n_pulses == sample.n_pulses).all()
