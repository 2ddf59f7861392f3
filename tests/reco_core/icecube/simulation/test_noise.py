"""Dark noise: rates by kind of DOM, and hits that come together."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.compiled import compiled_entry
from reco_core.icecube.detector import builtin_detector
from reco_core.icecube.simulation.chunk import room
from reco_core.icecube.simulation.noise import add_noise
from reco_core.icecube.simulation.parameters import parameters
from reco_core.icecube.simulation.particles import NOISE
from reco_core.icecube.simulation.world import DEEPCORE_NOISE, dead_doms, south_pole
from reco_core.random_stream import new_stream

SPAN_NS = 2e7


@compiled_entry
def noise(rng, of_world, values, electrons, start_ns, end_ns):
    electrons.count[0] = 0
    add_noise(rng, of_world, values, electrons, start_ns, end_ns)


@pytest.fixture(scope="module")
def hits():
    """Sensor and time of the noise of 20 ms."""
    electrons, rng = room().electrons, new_stream(51)
    noise(rng, south_pole(), parameters(), electrons, -1000.0, SPAN_NS - 1000.0)
    n = int(electrons.count[0])
    assert set(electrons.source[:n]) == {NOISE}
    return electrons.sensor[:n].copy(), electrons.time_ns[:n].copy()


def test_standard_and_deepcore_doms_have_their_rates(hits):
    values = parameters()
    rate_hz = values.thermal_hz + values.burst_hz * (1 + values.burst_extra_hits)
    dense = builtin_detector().is_deepcore
    alive = np.ones(len(dense), bool)
    alive[dead_doms()] = False
    counts = np.bincount(hits[0], minlength=len(dense))
    for doms, factor in ((~dense & alive, 1.0), (dense & alive, DEEPCORE_NOISE)):
        found_hz = counts[doms].mean() / (SPAN_NS * 1e-9)
        # Bursts that begin earlier than 5 us before count as lost.
        error = 3 * rate_hz / np.sqrt(counts[doms].sum())
        assert found_hz == pytest.approx(factor * rate_hz, rel=0.01, abs=4 * error)


def test_dead_doms_are_silent(hits):
    assert not np.isin(hits[0], dead_doms()).any()


def test_noise_lies_within_its_times_and_is_even(hits):
    time = hits[1]
    assert time.min() >= -1000.0
    assert time.max() < SPAN_NS - 1000.0
    counts = np.histogram(time, 10)[0]
    assert abs(counts / counts.mean() - 1).max() < 0.06


def test_hits_of_one_dom_come_in_bursts(hits):
    sensor, time = hits
    order = np.lexsort((time, sensor))
    gap = np.diff(time[order])[np.diff(sensor[order]) == 0]
    rate = len(time) / len(np.unique(sensor)) / SPAN_NS
    by_chance = 1 - np.exp(-rate * 20_000.0)
    assert (gap < 20_000.0).mean() > 20 * by_chance
