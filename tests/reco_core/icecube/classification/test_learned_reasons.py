"""Reasons of the learned verdict: the numbers that moved it most, in words."""

from __future__ import annotations

import dataclasses
import math
import re

import numpy as np
import pytest

from reco_core.icecube.classification import learned_names, learned_reasons
from reco_core.icecube.classification.learned import (
    class_probabilities,
    with_classes,
)
from reco_core.icecube.classification.learned_features import HARD_TOLD, TOLD, told_numbers
from reco_core.icecube.classification.learned_names import (
    CLASS_MODEL,
    CLASSES,
    HARD_MODEL,
    weights_digest,
)
from reco_core.icecube.classification.learned_reasons import reasons
from reco_core.icecube.pulse_batch import pack
from reco_core.weights import booster, card
from tests.reco_core.icecube.classification.odd_events import odd_events

every_number = pytest.mark.parametrize("row", HARD_TOLD, ids=lambda row: row.name)


@pytest.fixture
def batch(noisy_muon):
    return pack([noisy_muon(seed) for seed in range(6)])


def test_every_event_has_its_two_or_three_reasons(batch, detector):
    told = reasons(batch, detector)
    assert len(told) == batch.n_events
    p_class = class_probabilities(told_numbers(batch, detector))
    for event, p in zip(told, p_class, strict=True):
        name = CLASSES[int(p.argmax())]
        assert 2 <= len(event.of_class) <= 3
        assert 2 <= len(event.of_hard) <= 3
        for sentence in event.of_class:
            assert re.fullmatch(rf".+ \((towards|away from) {name}\)", sentence)
        for sentence in event.of_hard:
            assert re.fullmatch(r".+ \(towards (hard|easy)\)", sentence)


def test_no_more_reasons_than_asked_for(batch, detector):
    for event in reasons(batch, detector, most=1):
        assert (len(event.of_class), len(event.of_hard)) == (1, 1)


def test_odd_events_have_reasons_without_nan(detector):
    events = list(odd_events().values())
    for event in reasons(pack(events), detector):
        for sentence in (*event.of_class, *event.of_hard):
            assert "nan" not in sentence.lower().split()
            assert not sentence.endswith(".")
    assert reasons(pack([]), detector) == []


@pytest.mark.parametrize("name", [CLASS_MODEL, HARD_MODEL])
def test_what_numbers_added_is_all_of_the_answer(batch, detector, name):
    """TreeSHAP's law: contributions and a constant add up to the margin."""
    told = told_numbers(batch, detector)
    if name == HARD_MODEL:
        told = with_classes(told, class_probabilities(told))
    scale = card(name).tables["calibration"]["scale"]
    margins = scale * booster(name).inplace_predict(told, predict_type="margin")
    rest = margins - learned_reasons._contributions(name, told).sum(axis=2)
    assert np.ptp(rest, axis=0) == pytest.approx(0, abs=1e-3)


def test_the_strongest_family_comes_first():
    rows = HARD_TOLD
    moved = np.zeros(len(rows))
    names = [row.name for row in rows]
    moved[names.index("auxiliary_share")] = -0.3
    moved[names.index("gridfit_ratio")] = 0.5
    moved[names.index("line_zenith")] = 0.4
    moved[names.index("step_z_m")] = -0.1
    values = np.full(len(rows), 0.5, np.float32)
    told = learned_reasons._sentences(rows, values, moved, 3, ("towards it", "away from it"))
    assert told == (
        "GridFit ratio 0.50, as of light moving down (towards it)",
        "50 % of pulses are auxiliary (away from it)",
    )


@every_number
@pytest.mark.parametrize("value", [0.0, 0.31, 1.0, -250.0, 3.1, 12_345.0])
def test_every_number_can_be_said(row, value):
    sentence = row.said(value)
    assert re.search(r"\d", sentence)
    assert not sentence.endswith(".")
    assert "{" not in sentence


@pytest.mark.parametrize("row", TOLD, ids=lambda row: row.name)
def test_every_missing_number_can_be_said(row):
    assert row.said(math.nan) == row.missing
    assert row.missing
    assert not row.missing.endswith(".")


def test_the_digest_is_of_both_models(monkeypatch):
    found = {weights_digest()}
    for changed in (CLASS_MODEL, HARD_MODEL):
        with monkeypatch.context() as patch:
            other = dataclasses.replace(card(changed), sha256="other")
            patch.setattr(
                learned_names,
                "card",
                lambda name, c=changed, o=other: o if name == c else card(name),
            )
            found.add(weights_digest())
    assert len(found) == 3
