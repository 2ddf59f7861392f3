"""python -m reco_core train: from events to weights and card, the same for the same seed."""

from __future__ import annotations

import json

import numpy as np
import pytest

from reco_core.cli import main
from reco_core.icecube.classification.learned import softmax
from reco_core.icecube.classification.learned_names import CLASS_MODEL, HARD_MODEL
from reco_core.icecube.pulse_batch import pack
from reco_core.icecube.training import two_dots as training
from reco_core.icecube.training import verdict, verdict_hard
from reco_core.icecube.training.calibration import fitted_calibration
from reco_core.icecube.training.command import MODELS
from reco_core.weights import card as weights_card


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(training, "ROUNDS", 5)


def train(out, *more, model="two_dots"):
    return main(["train", "--model", model, "--out", str(out), *more])


def test_a_model_is_trained_and_told_of(quick, tmp_path, capsys):
    for name in ("one", "two"):
        assert train(tmp_path / name, "--events", "2000", "--seed", "7") == 0
    texts = [(tmp_path / name / "two_dots.json").read_bytes() for name in ("one", "two")]
    assert texts[0] == texts[1]
    card = json.loads((tmp_path / "one" / "two_dots.card.json").read_text())
    assert card["data"] == {"mix": "competition", "events": 2000}
    assert card["numbers"]["events kept aside"] == 1000
    assert 0.8 < card["numbers"]["mean opening angle, rad"] < 1.6
    assert "mean opening angle" in capsys.readouterr().out
    radius = card["tables"]["uncertainty"]["radius_rad"]
    assert radius == sorted(radius)


def test_the_first_verdict_is_trained_calibrated_and_told_of(monkeypatch, tmp_path):
    monkeypatch.setattr(verdict, "ROUNDS", 8)
    for name in ("one", "two"):
        assert train(tmp_path / name, "--events", "1500", "--seed", "7", model=CLASS_MODEL) == 0
    texts = [(tmp_path / name / f"{CLASS_MODEL}.json").read_bytes() for name in ("one", "two")]
    assert texts[0] == texts[1]
    card = json.loads((tmp_path / "one" / f"{CLASS_MODEL}.card.json").read_text())
    assert card["numbers"]["events trained on"] == 1050
    assert card["numbers"]["events kept aside"] == 150
    assert card["numbers"]["AUC of p_muon"] > 0.85
    assert set(card["tables"]["calibration"]) == {"scale", "offset"}


def test_the_second_verdict_is_trained_on_errors_of_the_best_fit(monkeypatch, tmp_path):
    monkeypatch.setattr(verdict_hard, "ROUNDS", 8)
    assert train(tmp_path, "--events", "300", "--seed", "7", model=HARD_MODEL) == 0
    card = json.loads((tmp_path / f"{HARD_MODEL}.card.json").read_text())
    assert card["numbers"]["events kept aside"] == 30
    below = card["tables"]["errors"]["share_below"]
    assert (len(below), below[0], below[-1]) == (181, 0.0, 1.0)
    assert below == sorted(below)


def test_the_second_verdict_wants_other_events_than_the_first(tmp_path, capsys):
    seed = weights_card(CLASS_MODEL).seed
    assert train(tmp_path, "--events", "200", "--seed", str(seed), model=HARD_MODEL) == 2
    assert f"--seed is {seed}, which verdict_class was trained with" in capsys.readouterr().err


def test_an_event_without_an_answer_counts_as_off(detector, muon_light, pulses_of):
    dark = pulses_of([100], [5])
    travel = np.array([0.6, 0.0, -0.8])
    batch = pack([muon_light(np.zeros(3), travel), dark])
    p_class = np.array([[0.9, 0.0, 0.1, 0.0]] * 2)
    error = verdict_hard.best_errors(batch, detector, p_class, np.array([-travel, -travel]))
    assert error[0] < np.radians(3)
    assert error[1] == np.pi


def test_calibration_finds_how_margins_were_spoilt():
    rng = np.random.default_rng(1)
    margins = rng.normal(0, 2, (20_000, 3))
    p = softmax(0.5 * margins + [0.0, 0.4, -0.4])
    number = (p.cumsum(axis=1) < rng.random((len(p), 1))).sum(axis=1)
    found = fitted_calibration(margins, number)
    assert found["scale"] == pytest.approx(0.5, abs=0.02)
    assert found["offset"] == pytest.approx([0.0, 0.4, -0.4], abs=0.05)


def test_wrong_options_are_told(tmp_path, capsys):
    assert main(["train", "--model", "nothing", "--out", str(tmp_path)]) == 2
    assert f"expected one of: {', '.join(MODELS)}" in capsys.readouterr().err
    assert train(tmp_path, "--events", "3") == 2
    assert "--events is 3" in capsys.readouterr().err
