"""The table of features: what the page says, odd events, and a plain look at each event."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from reco_core.afp.alignment import unknown_alignment
from reco_core.afp.features import FEATURES, NAMES, features
from reco_core.afp.features_document import features_document
from reco_core.afp.hits import EMPTY, joined
from tests.reco_core.afp.batches import EVENTS, batch_of, crowded_event
from tests.reco_core.afp.simulation import made
from tests.reco_core.afp.slow_features import slow_features

PAGE = Path(__file__).resolve().parents[3] / "docs" / "afp-features.md"


def named(hits, alignment=None) -> list[dict[str, float]]:
    return [dict(zip(NAMES, row, strict=True)) for row in features(hits, alignment)]


def test_the_page_says_what_the_table_holds() -> None:
    assert PAGE.read_text() == features_document()


def test_every_column_is_named_once_and_described() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert all(row.meaning for row in FEATURES)


@settings(deadline=None)
@given(EVENTS)
def test_numbers_are_finite_but_where_the_table_says_otherwise(events) -> None:
    found = features(batch_of(events))
    assert found.shape == (len(events), len(NAMES))
    for row, column in zip(FEATURES, found.T, strict=True):
        assert not np.isinf(column).any(), row.name
        assert row.missing or np.isfinite(column).all(), row.name


@settings(deadline=None)
@given(EVENTS)
def test_an_event_is_the_same_alone_and_among_others(events) -> None:
    hits = batch_of(events)
    alone = [features(hits.part(k, k + 1)) for k in range(len(events))]
    expected = np.concatenate([np.empty((0, len(NAMES))), *alone])
    np.testing.assert_array_equal(features(hits), expected)


@settings(deadline=None)
@given(EVENTS)
def test_numbers_are_those_of_a_plain_look(events) -> None:
    hits = batch_of(events)
    for k, found in enumerate(named(hits)):
        assert found == pytest.approx(slow_features(hits.part(k, k + 1)), 1e-6, 1e-6, nan_ok=True)


def test_numbers_of_every_class_are_those_of_a_plain_look() -> None:
    hits = made.test_mix()[0].hits.part(0, 290)
    for k, found in enumerate(named(hits)):
        expected = slow_features(hits.part(k, k + 1))
        assert found == pytest.approx(expected, 1e-5, 1e-5, nan_ok=True), k


def test_simulated_events_are_the_same_alone_and_among_others() -> None:
    hits = made.test_mix()[1].hits.part(0, 580)
    alone = [features(hits.part(k, k + 1)) for k in range(580)]
    np.testing.assert_array_equal(features(hits), np.concatenate(alone))


def test_an_event_without_hits_is_all_zero_or_nan() -> None:
    (found,) = named(batch_of([{}]))
    missing = {row.name for row in FEATURES if row.missing}
    assert {name for name, value in found.items() if np.isnan(value)} == missing
    assert all(value == 0 for name, value in found.items() if name not in missing)
    assert features(EMPTY).shape == (0, len(NAMES))


def test_an_event_of_5000_hits_is_no_trouble() -> None:
    (found,) = named(crowded_event(5_000))
    assert found["n_hits"] == 5_000
    assert found["off_track_hits"] > 4_900


def test_threads_change_nothing() -> None:
    hits = joined([chunk.hits for chunk in made.test_mix()])
    one, three = features(hits, threads=1), features(hits, threads=3)
    np.testing.assert_array_equal(one, three)


def test_one_row_of_alignment_is_that_of_all() -> None:
    hits = made.of_class("single_proton")[0].part(0, 200)
    every = features(hits, unknown_alignment(200))
    np.testing.assert_array_equal(features(hits), every)


def test_an_alignment_of_other_events_is_refused() -> None:
    with pytest.raises(ValueError, match="7 rows of alignment"):
        features(made.of_class("single_proton")[0].part(0, 5), unknown_alignment(7))
