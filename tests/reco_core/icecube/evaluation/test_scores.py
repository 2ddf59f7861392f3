"""Numbers about probabilities, against their definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest

from reco_core.icecube.evaluation.scores import (
    BINS,
    auc,
    auc_interval,
    calibration_error,
    log_loss,
    reliability,
)


@pytest.fixture
def scored():
    """Probabilities that come true as often as they say, in steps so that some are equal."""
    rng = np.random.default_rng(5)
    p = rng.integers(1, 40, 20_000) / 40
    return p, rng.random(len(p)) < p


def test_auc_is_the_share_of_pairs_in_the_right_order(scored):
    p, is_so = (values[:300] for values in scored)
    higher = p[is_so][:, None] - p[~is_so]
    assert auc(p, is_so) == pytest.approx(((higher > 0) + 0.5 * (higher == 0)).mean())


def test_auc_of_a_perfect_and_of_no_order():
    is_so = np.array([False, True, True])
    assert auc(np.array([0.1, 0.6, 0.9]), is_so) == 1.0
    assert auc(np.array([0.5, 0.5, 0.5]), is_so) == 0.5
    assert math.isnan(auc(np.array([0.1, 0.2, 0.3]), np.ones(3, np.bool_)))


def test_the_interval_holds_the_value_and_narrows(scored):
    p, is_so = scored
    wide, narrow = auc_interval(p[:200], is_so[:200]), auc_interval(p, is_so)
    for found in (wide, narrow):
        assert found.low < found.value < found.high
    assert narrow.high - narrow.low < (wide.high - wide.low) / 3
    assert all(map(math.isnan, auc_interval(p[:5], np.zeros(5, np.bool_))))


def test_what_comes_true_as_often_as_said_is_calibrated(scored):
    p, is_so = scored
    found = reliability(p, is_so)
    assert found.n_events.sum() == len(p)
    assert found.share == pytest.approx(found.mean_p, abs=0.05)
    assert calibration_error(p, is_so) < 0.015
    assert calibration_error(1 - p, is_so) > 0.3
    assert calibration_error(np.full(len(p), 0.9), is_so) == pytest.approx(0.9 - is_so.mean())


def test_empty_bins_are_nan_and_do_not_count():
    found = reliability(np.array([0.0, 1.0, 1.0]), np.array([False, True, True]))
    assert found.n_events.tolist() == [1, *[0] * (BINS - 2), 2]
    assert np.isnan(found.share[1:-1]).all()
    assert calibration_error(np.array([0.0, 1.0]), np.array([False, True])) == 0.0


def test_log_loss_is_of_what_was_said_of_the_truth():
    p = np.array([[0.5, 0.5], [0.1, 0.9]])
    assert log_loss(p, np.array([0, 1])) == pytest.approx(-(math.log(0.5) + math.log(0.9)) / 2)
