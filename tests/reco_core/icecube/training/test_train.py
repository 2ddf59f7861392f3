"""python -m reco_core train: from events to weights and card, the same for the same seed."""

from __future__ import annotations

import json

import pytest

from reco_core.cli import main
from reco_core.icecube.training import two_dots as training
from reco_core.icecube.training.command import MODELS


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(training, "ROUNDS", 5)


def train(out, *more):
    return main(["train", "--model", "two_dots", "--out", str(out), *more])


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


def test_wrong_options_are_told(tmp_path, capsys):
    assert main(["train", "--model", "nothing", "--out", str(tmp_path)]) == 2
    assert f"expected one of: {', '.join(MODELS)}" in capsys.readouterr().err
    assert train(tmp_path, "--events", "3") == 2
    assert "--events is 3" in capsys.readouterr().err
