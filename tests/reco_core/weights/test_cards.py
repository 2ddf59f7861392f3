"""Every shipped model has a card, and no card is stale."""

from __future__ import annotations

import dataclasses
import json
import shutil
import subprocess
import sys

import pytest

from reco_core import weights
from reco_core.afp.detectors.registry import DETECTORS
from reco_core.afp.evaluation.shipped import CURVES_FILE, ROWS_FILE
from reco_core.afp.simulation.version import PHYSICS_VERSION as AFP_PHYSICS_VERSION
from reco_core.errors import FileFormatError
from reco_core.icecube.classification.learned_features import HARD_NAMES, NAMES
from reco_core.icecube.classification.learned_names import CLASS_MODEL, HARD_MODEL
from reco_core.icecube.reconstructions.registry import RECONSTRUCTIONS
from reco_core.icecube.reconstructions.two_dots_variants import TWO_DOTS, TWO_DOTS_SEED
from reco_core.icecube.simulation.runner import PHYSICS_VERSION
from reco_core.icecube.training.command import MODELS
from reco_core.weights import Card, booster, card, card_path, file_digest, model_path
from reco_core.weights.arrays import arrays_path

AFP_MODELS = {name for row in DETECTORS for name in row.weights}
every_model = pytest.mark.parametrize("name", sorted(MODELS))
FEATURES = {
    **{variant.key: variant.features for variant in (TWO_DOTS, TWO_DOTS_SEED)},
    CLASS_MODEL: NAMES,
    HARD_MODEL: HARD_NAMES,
}


def test_the_folder_holds_the_models_and_their_cards_and_nothing_else():
    found = {path.name for path in weights.FOLDER.iterdir() if not path.name.startswith("__")}
    expected = {path(name).name for path in (model_path, card_path) for name in MODELS}
    expected |= {card_path(name).name for name in AFP_MODELS}
    expected |= {model_path("afp_boosted").name, "arrays.py"}
    expected |= {arrays_path(name).name for name in AFP_MODELS if name != "afp_boosted"}
    expected |= {ROWS_FILE, CURVES_FILE}
    assert found == expected


@pytest.mark.parametrize("row", [row for row in DETECTORS if row.weights], ids=lambda row: row.key)
def test_the_weights_of_anomaly_detectors_are_of_this_code(row):
    row.load()  # refuses other versions, other features and other files than the card tells of
    for found in map(card, row.weights):
        assert found.simulation_version == AFP_PHYSICS_VERSION, f"train again: {found.command}"
        assert 1_000 <= found.seed < 2_000, "seeds from 2000 on are for the evaluation"
        assert found.limits
        assert found.numbers["events kept aside"] > 0
        assert found.command.startswith("python -m reco_core afp-train --detector ")
    assert row.threshold() is not None


def test_the_shipped_autoencoder_reconstructs_and_the_published_one_is_as_published():
    assert card("afp_autoencoder").numbers["mean output at hits"] >= 0.8
    published = card("afp_autoencoder_seed")
    assert published.numbers["epochs"] == 2
    assert published.tables["threshold autoencoder_seed"]["rule"] == "mean_std:1"


@every_model
def test_the_card_is_of_this_model_and_of_this_code(name):
    found = card(name)
    assert found.sha256 == file_digest(name), f"train {name} again: {found.command}"
    assert found.simulation_version == PHYSICS_VERSION, f"train {name} again: {found.command}"
    assert list(found.features) == list(FEATURES[name]), f"train {name} again: {found.command}"
    assert found.limits
    assert found.numbers["events kept aside"] > 0
    assert f"--model {name} " in found.command
    assert booster(name).num_features() == len(found.features)


@every_model
def test_every_model_is_used(name):
    of_verdict = {CLASS_MODEL, HARD_MODEL}
    assert name in of_verdict | {row.model for row in RECONSTRUCTIONS}
    assert sorted(MODELS) == sorted(FEATURES)


def test_the_second_verdict_was_trained_on_other_events_than_the_first():
    """It is told the first one's answers, which are too good where that one has learned."""
    assert card(CLASS_MODEL).seed != card(HARD_MODEL).seed


@pytest.mark.parametrize(("name", "n"), [(CLASS_MODEL, 4), (HARD_MODEL, 7)])
def test_verdicts_are_calibrated(name, n):
    table = card(name).tables["calibration"]
    assert 0.5 < table["scale"] < 2
    assert len(table["offset"]) == n


@pytest.fixture
def damaged(tmp_path, monkeypatch):
    for path in (model_path("two_dots"), card_path("two_dots")):
        shutil.copy(path, tmp_path)
    for function in (model_path, card_path):
        monkeypatch.setattr(function, "__defaults__", (tmp_path,))
    for function in (booster, card):
        function.cache_clear()
    yield tmp_path
    for function in (booster, card):
        function.cache_clear()


def test_another_file_than_the_card_tells_of_is_not_used(damaged):
    model_path("two_dots").write_text("{}")
    with pytest.raises(FileFormatError, match="not the file of its card"):
        booster("two_dots")


@pytest.mark.parametrize("text", ["", "{}", "[1]", json.dumps({"name": "two_dots"})])
def test_a_damaged_card_is_told(damaged, text):
    card_path("two_dots").write_text(text)
    with pytest.raises(FileFormatError, match="no card of a model"):
        card("two_dots")


def test_a_missing_card_is_told(damaged):
    card_path("two_dots").unlink()
    with pytest.raises(FileFormatError, match="no card of a model"):
        card("two_dots")


def test_a_card_comes_back_as_it_was_written():
    found = card("two_dots")
    assert Card(**dataclasses.asdict(found)) == found


def test_a_model_is_read_without_what_its_library_takes_along() -> None:
    """scikit-learn, where it is installed, would add seconds to every start."""
    code = (
        "import sys; from reco_core.weights import booster; booster('verdict_class');"
        "sys.exit('sklearn' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
