"""Ranks from a table: near those among the training scores, and strictly rising everywhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reco_core.afp.detectors.ranks import mean_rank_score, rank_table, tail_of

SCORES = np.random.default_rng(1).gamma(2.0, size=50_000)
TABLE = rank_table(SCORES)


def test_a_tail_is_the_share_of_training_events_above():
    at = np.quantile(SCORES, [0.1, 0.5, 0.9, 0.99, 0.999])
    assert tail_of(TABLE, at) == pytest.approx([0.9, 0.5, 0.1, 0.01, 0.001], rel=0.01)


def test_ranks_rise_with_the_score_far_beyond_the_training_events_too():
    at = np.concatenate((np.linspace(-5, 0, 50), np.linspace(0.001, 100, 500)))
    tail = tail_of(TABLE, at)
    assert (np.diff(tail) < 0).all()
    assert ((tail > 0) & (tail < 1)).all()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=200))
def test_any_training_scores_give_ranks(scores):
    table = rank_table(np.array(scores))
    tail = tail_of(table, np.array([*scores, -1e4, 1e4]))
    assert np.isfinite(tail).all()
    assert ((tail >= 0) & (tail <= 1)).all()


def test_the_mean_rank_counts_both_alike():
    rare, usual = np.array([0.001]), np.array([0.5])
    assert mean_rank_score([rare, usual]) == mean_rank_score([usual, rare])
    assert mean_rank_score([rare, rare]) == pytest.approx(3.0)
