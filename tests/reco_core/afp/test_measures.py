"""Measures of an evaluation beside scikit-learn's, and those of small cases by hand."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.afp.evaluation.measures import auc, average_precision, measures, recall

metrics = pytest.importorskip("sklearn.metrics")
rng = np.random.default_rng(1)


@pytest.mark.parametrize("digits", [8, 0])  # without and with many ties
def test_area_and_precision_are_those_of_scikit_learn(digits):
    good = np.sort(np.round(rng.normal(0, 1, 900), digits))
    bad = np.sort(np.round(rng.normal(1, 2, 300), digits))
    score, is_bad = np.append(good, bad), np.arange(1_200) >= 900
    assert auc(good, bad) == pytest.approx(metrics.roc_auc_score(is_bad, score))
    expected = metrics.average_precision_score(is_bad, score)
    assert average_precision(good, bad) == pytest.approx(expected)


def test_recall_is_at_no_more_than_that_many_false_positives():
    good = np.arange(1_000.0)
    bad = np.array([988.0, 989.0, 990.0, 1e6])
    assert recall(good, bad, 0.01) == 0.5  # above the tenth of good ones from above, 989
    assert recall(good, bad, 0.0) == 0.25


def test_intervals_cover_their_value_and_shrink_with_the_number_of_events():
    few, many = (measures(rng.normal(0, 1, n), rng.normal(1, 1, n)).auc for n in (100, 10_000))
    for found in (few, many):
        assert found.low < found.value < found.high
    assert (few.high - few.low) > 5 * (many.high - many.low)
    assert many.value == pytest.approx(0.760, abs=0.01)  # Phi(1 / sqrt(2))


def test_without_events_of_a_class_there_is_no_measure():
    assert all(np.isnan(number) for found in measures(np.ones(3), np.ones(0)) for number in found)
