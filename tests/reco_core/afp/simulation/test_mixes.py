"""Classes come in the shares that are asked for."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.afp.simulation.chunk import EVENTS_PER_CHUNK
from reco_core.afp.simulation.classes import ANOMALOUS, CLASSES, SINGLE_PROTON, TWO_PROTONS
from reco_core.afp.simulation.mixes import MIXES, drawn_classes, shares

BEAM, TEST = MIXES["beam"], MIXES["test"]


@pytest.mark.parametrize("contamination", [0.0, 0.01, 0.05, 0.1, 1.0])
def test_contamination_is_the_share_of_anomalous_events(contamination):
    kind = drawn_classes(BEAM, contamination, 200_000, np.random.default_rng(1))
    counts = np.bincount(kind, minlength=len(CLASSES)) / len(kind)
    expected = shares(contamination)
    assert expected.sum() == pytest.approx(1)
    assert np.all(np.abs(counts - expected) <= 5 * np.sqrt(expected / len(kind)))
    assert expected[list(ANOMALOUS)].sum() == pytest.approx(contamination)
    assert expected[TWO_PROTONS] == pytest.approx(0.02 * (1 - contamination))


def test_the_test_mix_is_10000_single_protons_and_500_of_every_other_class():
    kind = drawn_classes(TEST, 0.0, TEST.events, np.random.default_rng(1))
    counts = np.bincount(kind)
    assert counts[SINGLE_PROTON] == 10_000
    assert np.all(np.delete(counts, SINGLE_PROTON) == 500)


def test_every_deck_has_an_order_of_its_own():
    decks = drawn_classes(TEST, 0.0, 290, np.random.default_rng(1)).reshape(10, 29)
    assert len({deck.tobytes() for deck in decks}) == 10
    assert all(sorted(deck) == sorted(TEST.deck) for deck in decks.tolist())


def test_a_chunk_is_made_of_whole_decks():
    for mix in MIXES.values():
        assert EVENTS_PER_CHUNK % max(len(mix.deck), 1) == 0
