from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reco_core.icecube.pulse_batch import pack
from reco_core.icecube.reconstructions.dot_features import FEATURES, SEED_FEATURES, pair_rows
from reco_core.icecube.reconstructions.dot_pairs import (
    PAIRS,
    dom_rows,
    dom_start,
    pair_directions,
    sampled_pairs,
)

few = settings(max_examples=30, deadline=None)


@few
@given(st.lists(st.integers(0, 25), min_size=1, max_size=6))
def test_pairs_are_of_two_doms_of_one_event_and_none_comes_twice(n_doms):
    start = np.concatenate(([0], np.cumsum(n_doms)))
    pairs = sampled_pairs(start)
    for k, n in enumerate(n_doms):
        rows = slice(pairs.start[k], pairs.start[k + 1])
        first, second = pairs.first[rows], pairs.second[rows]
        assert len(first) == min(n * (n - 1), PAIRS)
        assert (first != second).all()
        for dots in (first, second):
            assert ((dots >= start[k]) & (dots < start[k + 1])).all()
        assert len(set(zip(first, second, strict=True))) == len(first)


def test_a_sample_is_the_same_whatever_else_is_in_the_batch():
    alone, with_others = sampled_pairs(np.array([0, 30])), sampled_pairs(np.array([0, 7, 37, 39]))
    rows = slice(with_others.start[1], with_others.start[2])
    assert (with_others.first[rows] - 7).tolist() == alone.first.tolist()
    assert (with_others.second[rows] - 7).tolist() == alone.second.tolist()


def test_a_large_sample_is_spread_over_all_doms():
    pairs = sampled_pairs(np.array([0, 900]))
    for dots in (pairs.first, pairs.second):
        counts = np.histogram(dots, 9, (0, 900))[0]
        assert counts.min() > 4, counts


def test_a_dom_has_its_pulses_in_numbers(detector, pulses_of):
    pulses = pulses_of([70, 5, 70, 70], [10, 20, 40, 70], [1, 2, 3, 0.5], [0, 0, 1, 1])
    doms = dom_rows(pack([pulses]), detector)
    assert doms["sensor_id"].to_list() == [70, 5]
    row = doms.row(0, named=True)
    assert (row["first_ns"], row["mean_ns"], row["last_ns"]) == (0, 30, 60)
    assert (row["min_pe"], row["max_pe"], row["sum_pe"]) == (0.5, 3, 4.5)
    assert (row["n_pulses"], row["n_auxiliary"], row["string"]) == (3, 2, 2)
    assert [row[axis] for axis in ("x_m", "y_m", "z_m")] == detector.position_m[70].tolist()


def test_a_pair_points_from_its_second_dot_to_its_first(detector, pulses_of):
    batch = pack([pulses_of([0, 59], [0, 100])])
    doms = dom_rows(batch, detector)
    pairs = sampled_pairs(dom_start(doms, 1))
    assert pair_directions(doms, pairs) == pytest.approx(np.array([[0, 0, 1], [0, 0, -1]]))


@pytest.mark.parametrize("features", [FEATURES, SEED_FEATURES], ids=["own", "seed"])
def test_features_are_finite_or_missing(detector, noisy_muon, pulses_of, features):
    events = [*map(noisy_muon, range(5)), pulses_of([3, 4], [7, 7]), pulses_of([3], [7])]
    batch = pack(events)
    doms = dom_rows(batch, detector)
    pairs = sampled_pairs(dom_start(doms, len(events)))
    rows = pair_rows(doms, pairs, batch, detector, features)
    assert rows.columns == list(features)
    assert len(rows) == len(pairs.first)
    values = rows.to_numpy()
    assert not np.isinf(values).any()
    assert rows["zenith"].is_between(0, np.float32(np.pi)).all()


def test_features_of_the_whole_event_are_the_same_for_all_its_pairs(detector, noisy_muon):
    batch = pack([noisy_muon(1)])
    doms = dom_rows(batch, detector)
    rows = pair_rows(doms, sampled_pairs(dom_start(doms, 1)), batch, detector, FEATURES)
    for name in ("n_doms", "event_pe", "spread_ns", "line_speed", "axis_quality", "extent_m"):
        assert rows[name].n_unique() == 1, name
    assert rows["later_ns"].n_unique() > 1
