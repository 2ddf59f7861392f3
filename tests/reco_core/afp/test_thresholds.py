"""Rules of thresholds: laws that are known in closed form, and what users may type."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.afp.thresholds import (
    RULES,
    chosen_rule,
    median_mad,
    pareto,
    peaks,
    rate_interval,
    threshold,
)
from reco_core.errors import SettingError

rng = np.random.default_rng(1)
SCORES = rng.normal(10, 2, 100_000)


def test_mean_and_deviation_are_those_of_the_published_code():
    score = np.array([1.0, 2.0, 3.0, 6.0])
    assert threshold(chosen_rule("mean_std:1"), score).value == 3 + score.std()


def test_median_and_mad_do_not_move_with_a_third_of_anomalies():
    clean = median_mad(SCORES, 5)
    spoilt = median_mad(np.concatenate((SCORES, np.full(50_000, 1e6))), 5)
    assert clean == pytest.approx(10 + 5 * 0.6745 * 2, abs=0.1)
    assert spoilt < clean + 10
    assert threshold(chosen_rule("mean_std:1"), np.append(SCORES, [1e9])).value > 1e4


def test_a_quantile_leaves_that_share_above():
    found = threshold(chosen_rule("quantile:0.99"), SCORES)
    assert (found.value <= SCORES).mean() == pytest.approx(0.01, abs=1e-4)
    assert found.low < found.value < found.high


@pytest.mark.parametrize("shape", [-0.3, 0.0, 0.4])
def test_the_pareto_law_is_found_again(shape):
    u = rng.random(20_000)
    over = -2.0 * np.log(u) if shape == 0 else 2.0 / shape * (u**-shape - 1)
    found, scale = pareto(over)
    assert found == pytest.approx(shape, abs=0.03)
    assert scale == pytest.approx(2.0, rel=0.04)


def test_peaks_tell_where_a_tail_is_exceeded_that_rarely_though_no_score_is_there():
    score = rng.exponential(1.0, 50_000)
    assert peaks(score, 1e-6) == pytest.approx(-np.log(1e-6), rel=0.15)
    assert peaks(score, 1e-6) > score.max()


def test_peaks_of_few_or_equal_scores_are_a_quantile():
    assert peaks(np.arange(100.0), 0.01) == pytest.approx(np.quantile(np.arange(100.0), 0.99))
    assert peaks(np.ones(10_000), 1e-3) == 1.0


def test_false_positives_keep_the_rate_and_its_interval_covers_the_truth():
    good = np.zeros(len(SCORES), np.bool_)
    good[:1_000] = True
    found = threshold(chosen_rule("false_positives:0.01"), SCORES, good)
    share, low, high = found.false_positives
    assert share == 0.01
    assert low < (SCORES[1_000:] >= found.value).mean() < high


def test_no_false_positive_is_allowed_means_none():
    found = threshold(chosen_rule("false_positives:0"), SCORES, np.ones(len(SCORES), np.bool_))
    assert not (found.value <= SCORES).any()
    assert found.false_positives[0] == 0


@pytest.mark.parametrize(
    ("n_of", "n", "low", "high"),
    [(0, 10, 0.0, 0.3085), (10, 10, 0.6915, 1.0), (5, 100, 0.0164, 0.1128)],
)
def test_intervals_of_rates_are_those_of_clopper_and_pearson(n_of, n, low, high):
    assert rate_interval(n_of, n) == pytest.approx((low, high), abs=1e-4)


def test_with_any_rule_the_rate_is_told_where_good_events_are_known():
    found = threshold(chosen_rule("quantile:0.9"), SCORES, np.ones(len(SCORES), np.bool_))
    assert found.false_positives[0] == pytest.approx(0.1, abs=1e-3)
    assert np.isnan(threshold(chosen_rule("quantile:0.9"), SCORES).false_positives).all()


def test_the_same_seed_gives_the_same_interval():
    first, second = (threshold(chosen_rule("median_mad"), SCORES, seed=3) for _ in range(2))
    assert first[:3] == second[:3]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_a_rule_without_a_number_takes_its_usual_one(rule):
    chosen = chosen_rule(rule.key)
    assert chosen.number == rule.usual
    assert chosen_rule(str(chosen)) == chosen


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("mean", "Unknown rule of a threshold 'mean'"),
        ("quantile:2", "the number .share of events below. is '2'; expected 0 to 1"),
        ("mean_std:x", "is 'x'"),
        ("peaks:nan", "is 'nan'"),
        ("", "Expected one such as: mean_std:1"),
    ],
)
def test_wrong_rules_are_told(text, told):
    with pytest.raises(SettingError, match=told):
        chosen_rule(text)


def test_labels_of_good_events_are_asked_for():
    with pytest.raises(SettingError, match="no events known to be good"):
        threshold(chosen_rule("false_positives"), SCORES)
    with pytest.raises(SettingError, match="there are no scores"):
        threshold(chosen_rule("quantile"), np.zeros(0))
