"""Measures of an evaluation beside scikit-learn's, slow ones, and those of small cases by hand."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.afp.evaluation.counts import Counts, bin_edges
from reco_core.afp.evaluation.groups import ALL, COUNTED, GOOD_CLASS, counted, groups_of
from reco_core.afp.evaluation.measures import auc, curve, curve_rates, measures, recall

rng = np.random.default_rng(1)
NAMES = ("auc", "average_precision", "recall_1", "recall_01", "called")


def average_precision(good, bad):
    found = len(bad) - np.searchsorted(bad, bad, "left")
    wrong = len(good) - np.searchsorted(good, bad, "left")
    return float((found / (found + wrong)).mean())


def slow(good, bad, threshold):
    """Of the events themselves."""
    good, bad = np.sort(good), np.sort(bad)
    recalls = (recall(good, bad, rate) for rate in (0.01, 0.001))
    return auc(good, bad), average_precision(good, bad), *recalls, float((bad >= threshold).mean())


def drawn(score):
    return score[rng.integers(0, len(score), len(score))]


def of(good, bad, threshold=None, most=20_000):
    """{"good", "bad"}: Measures, with at most that many bins of single scores."""
    counts = Counts(bin_edges(good, bad, threshold, most), 2)
    counts.add(np.append(good, bad), np.repeat([0, 1], [len(good), len(bad)]))
    return measures(counts, dict(zip(("good", "bad"), counts.of, strict=True)), threshold)


@pytest.mark.parametrize("digits", [8, 0])  # without and with many ties
def test_area_and_precision_are_those_of_scikit_learn(digits):
    metrics = pytest.importorskip("sklearn.metrics")
    good = np.sort(np.round(rng.normal(0, 1, 900), digits))
    bad = np.sort(np.round(rng.normal(1, 2, 300), digits))
    score, is_bad = np.append(good, bad), np.arange(1_200) >= 900
    found = of(good, bad)["bad"]
    assert auc(good, bad) == pytest.approx(metrics.roc_auc_score(is_bad, score))
    assert found.auc.value == pytest.approx(auc(good, bad))
    expected = metrics.average_precision_score(is_bad, score)
    assert found.average_precision.value == pytest.approx(expected)


@pytest.mark.parametrize("digits", [8, 1, 0])
def test_counts_of_single_scores_give_what_the_events_give(digits):
    good = np.round(rng.normal(0, 1, 3_000), digits)
    bad = np.round(rng.normal(2, 2, 400), digits)
    found = of(good, bad, 1.0)
    assert [each.value for each in found["bad"]] == pytest.approx(slow(good, bad, 1.0))
    assert found["good"].called.value == pytest.approx((good >= 1.0).mean())
    assert np.isnan(found["good"].auc.value)


def test_counted_bins_of_many_scores_hardly_differ_from_the_events():
    good, bad = rng.normal(0, 1, 60_000), rng.normal(2, 2, 9_000)
    found = of(good, bad, 2.5)["bad"]
    assert [each.value for each in found] == pytest.approx(slow(good, bad, 2.5), abs=3e-4)


def test_many_equal_scores_are_not_smeared_over_a_bin():
    """As by rules: most good events have the same score, and so have some anomalous ones."""
    good = np.where(rng.random(50_000) < 0.98, 0.0, rng.normal(3, 1, 50_000))
    bad = np.where(rng.random(5_000) < 0.4, 0.0, rng.normal(4, 1, 5_000))
    found = of(good, bad, 1.0, most=100)["bad"]
    assert [each.value for each in found] == pytest.approx(slow(good, bad, 1.0), abs=2e-3)
    at_all = of(good[:5_000] * 0, bad, 1.0, most=100)["bad"]
    assert at_all.recall_1.value == pytest.approx((bad > 0).mean())


def test_intervals_are_those_of_events_drawn_with_replacement():
    good, bad = rng.normal(0, 1, 2_000), rng.normal(2, 1, 500)
    every = np.array([slow(drawn(good), drawn(bad), 1.5) for _ in range(300)])
    low, high = np.quantile(every, (0.16, 0.84), axis=0)
    for most in (20_000, 100):  # single scores, and bins of many
        found = of(good, bad, 1.5, most)["bad"]
        for k, name in enumerate(NAMES):
            width = high[k] - low[k]
            assert found[k].low == pytest.approx(low[k], abs=0.25 * width), name
            assert found[k].high == pytest.approx(high[k], abs=0.25 * width), name


def test_intervals_cover_their_value_and_shrink_with_the_number_of_events():
    few, many = (of(rng.normal(0, 1, n), rng.normal(1, 1, n))["bad"].auc for n in (100, 5_000))
    for found in (few, many):
        assert found.low < found.value < found.high
    assert (few.high - few.low) > 4 * (many.high - many.low)
    assert many.value == pytest.approx(0.760, abs=0.015)  # Phi(1 / sqrt(2))


def test_recall_is_at_no_more_than_that_many_false_positives():
    good = np.arange(1_000.0)
    bad = np.array([988.0, 989.0, 990.0, 1e6])
    assert recall(good, bad, 0.01) == 0.5  # above the tenth of good ones from above, 989
    assert recall(good, bad, 0.0) == 0.25
    assert of(good, bad)["bad"].recall_1.value == 0.5
    assert np.isnan(of(good[:99], bad)["bad"].recall_1.value)  # less than one event


def test_without_events_of_a_class_there_is_no_measure():
    for good, bad in ((np.ones(3), np.ones(0)), (np.ones(0), np.ones(3))):
        found = of(good, bad)["bad"]
        assert all(np.isnan(number) for each in found for number in each)


def test_a_curve_is_the_recall_at_each_rate():
    good, bad = rng.normal(0, 1, 4_000), rng.normal(2, 1, 300)
    kind = np.repeat([GOOD_CLASS, "shower"], [4_000, 300])
    counts = counted(np.append(good, bad), kind, None)
    groups = groups_of(counts)
    assert list(groups) == [GOOD_CLASS, ALL, "shower"]
    allowed = curve_rates(4_000)
    expected = [recall(np.sort(good), bad, n / 4_000) for n in allowed.tolist()]
    found = curve(counts, groups[GOOD_CLASS], groups["shower"])
    assert found == pytest.approx(expected, abs=1e-9)
    assert (allowed[0], allowed[-1] < 4_000) == (0, True)


def test_classes_that_nobody_knows_do_not_count():
    kind = np.array([GOOD_CLASS, "own class", "shower", ""])
    counts = counted(np.array([1.0, 9.0, 3.0, 9.0]), kind, 2.0)
    assert counts.of.sum() == 2
    assert counts.of.shape == (len(COUNTED), 3)
