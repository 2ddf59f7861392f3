"""afp-train, afp-score and afp-evaluate, from what is typed to the files."""

from __future__ import annotations

import json
import re

import numpy as np
import polars as pl
import pytest

from reco_core.afp.detectors.network import N_PARAMETERS
from reco_core.afp.detectors.registry import DETECTORS
from reco_core.afp.evaluation.shipped import outdated, shipped
from reco_core.afp.training import autoencoders, command, network, run
from reco_core.cli import main
from tests.reco_core.afp.small_files import image_of, write_images


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("afp") / "data"
    typed = ["--out", str(folder), "--events", "4000", "--seed", "1600", "--contamination", "0.2"]
    assert main(["afp-simulate", *typed]) == 0
    return folder


@pytest.fixture(scope="module")
def weights(data):
    """Weights of a user's own."""
    folder = data.parent / "weights"
    for key in ("default", "boosted"):
        typed = ["--detector", key, "--data", str(data), "--out", str(folder), "--seed", "5"]
        assert main(["afp-train", *typed]) == 0
    return folder


def score(data, out, *more, detector="default"):
    typed = ["--data", str(data), "--detector", detector, "--out", str(out)]
    return main(["afp-score", *typed, *more])


def test_own_weights_come_with_a_card(weights):
    card = json.loads((weights / "afp_pca.card.json").read_text())
    assert card["numbers"]["events trained on"] == 3_600
    assert card["numbers"]["AUC"] > 0.9
    assert card["data"]["data"] == "data"
    assert "--detector default" in card["command"]
    assert card["tables"]["threshold pca"]["rule"] == "false_positives:0.01"
    assert not list(weights.glob(".*"))  # no checkpoint is left


def test_the_same_seed_gives_the_same_weights(data, weights, tmp_path):
    typed = ["--detector", "default", "--data", str(data), "--out", str(tmp_path), "--seed", "5"]
    assert main(["afp-train", *typed]) == 0
    for name in ("afp_pca", "afp_isolation_forest"):
        file = f"{name}.safetensors"
        assert (tmp_path / file).read_bytes() == (weights / file).read_bytes()


@pytest.mark.parametrize("detector", ["default", "boosted"])
def test_scores_are_written_with_what_is_known_of_the_events(
    data, weights, tmp_path, capsys, detector
):
    out = tmp_path / "scores.parquet"
    assert score(data, out, "--weights", str(weights), detector=detector) == 0
    table = pl.read_parquet(out)
    assert table.columns == [
        "event_id", "run", "evn", "side", "station", "score", "threshold", "anomalous",
    ]  # fmt: skip
    assert table["event_id"].to_list() == list(range(4_000))
    assert table["score"].is_finite().all()
    assert (table["anomalous"] == (table["score"] >= table["threshold"])).all()
    assert table["side"].is_in(["A", "C"]).all()
    assert "Of good events: " in capsys.readouterr().out


def test_scores_are_kept_and_used_again(data, weights, tmp_path, monkeypatch):
    from reco_core.afp.scoring import scores

    for name in ("one", "two"):
        out = tmp_path / f"{name}.parquet"
        assert score(data, out, "--weights", str(weights), "--threshold", "quantile:0.9") == 0
        monkeypatch.setattr(scores, "_blocks", None)  # the second time nothing is scored
    first, second = (pl.read_parquet(tmp_path / f"{name}.parquet") for name in ("one", "two"))
    assert first.equals(second)
    assert first["anomalous"].mean() == pytest.approx(0.1, abs=1e-3)


def test_a_stopped_scoring_goes_on(data, weights, tmp_path, monkeypatch):
    from dataclasses import replace

    from reco_core.afp.scoring import command, scores

    rows = {row.key: replace(row, block=500) for row in command.DETECTORS}
    monkeypatch.setattr(command, "detector_row", rows.__getitem__)
    blocks = scores._blocks

    def stopped(*given):
        for k, block in enumerate(blocks(*given)):
            if k == 3:
                raise KeyboardInterrupt
            yield block

    begun = []

    def seen(dataset, scorer, at, first, block):
        begun.append(first)
        return blocks(dataset, scorer, at, first, block)

    out = tmp_path / "scores.parquet"
    monkeypatch.setattr(scores, "_blocks", stopped)
    assert score(data, out, "--weights", str(weights)) == 130
    assert not out.exists()
    monkeypatch.setattr(scores, "_blocks", seen)
    assert score(data, out, "--weights", str(weights)) == 0
    assert begun == [1_500]
    assert len(pl.read_parquet(out)) == 4_000


def test_labels_tell_the_false_positives_and_train(data, tmp_path, capsys):
    path = tmp_path / "labels.csv"
    truth = pl.read_parquet(data / "truth.parquet").head(1_000)
    truth.select("event_id", "event_class").write_csv(path)
    out = tmp_path / "own"
    typed = ["--detector", "boosted", "--data", str(data), "--labels", str(path)]
    assert main(["afp-train", *typed, "--out", str(out)]) == 0
    card = json.loads((out / "afp_boosted.card.json").read_text())
    assert card["numbers"]["events trained on"] == 900
    assert card["data"]["labels"] == "labels.csv"
    done = score(
        data, tmp_path / "s.parquet", "--weights", str(out), "--labels", str(path),
        "--threshold", "false_positives:0.02", detector="boosted",
    )  # fmt: skip
    assert done == 0
    share = re.search(r"Of good events: ([\d.]+)%", capsys.readouterr().out)
    assert share is not None
    assert 1.5 < float(share[1]) <= 2.0


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["afp-train", "--detector", "svm"], "--detector is 'svm'; expected one of: default"),
        (["afp-train", "--detector", "pca", "--events", "10"], "--events is 10"),
        (["afp-train", "--detector", "pca", "--labels", "x.csv"], "--labels needs --data"),
        (["afp-train", "--detector", "pca", "--contamination", "2"], "--contamination is 2.0"),
        (["afp-score", "--data", "x", "--detector", "svm", "--out", "y"], "Unknown anomaly"),
        (["afp-score", "--data", "x", "--detector", "pca", "--out", "y", "--threshold", "z"],
         "Unknown rule of a threshold 'z'"),
        (["afp-evaluate", "--events", "3"], "--events is 3"),
        (["afp-evaluate", "--contamination", "-1"], "--contamination is -1.0"),
    ],
)  # fmt: skip
def test_wrong_options_are_told(typed, told, capsys):
    assert main(typed) == 2
    assert told in capsys.readouterr().err


def test_what_is_wrong_is_told_before_the_scoring(data, weights, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("reco_core.afp.scoring.command.dataset_scores", None)
    out, labels = tmp_path / "s.parquet", tmp_path / "labels.csv"
    labels.write_text("event_id,event_class\n1,edge\n")
    blind = ["--threshold", "false_positives:0.01", "--weights", str(weights)]
    assert score(data, out, *blind, "--labels", str(labels)) == 2
    assert "there are no events known to be good" in capsys.readouterr().err
    assert score(data, out, *blind, "--labels", str(tmp_path / "none.csv")) == 2
    assert "none.csv cannot be read" in capsys.readouterr().err
    assert score(data, out, "--weights", str(tmp_path / "none")) == 2
    assert "expected a folder of weights" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_told(data, weights, tmp_path, capsys):
    (tmp_path / "file").touch()
    out = tmp_path / "file" / "s.parquet"
    assert score(data, out, "--weights", str(weights)) == 2
    assert "cannot be written: Not a directory" in capsys.readouterr().err


def test_files_that_are_left_out_are_told(weights, tmp_path, capsys):
    folder = tmp_path / "data"
    folder.mkdir()
    write_images(folder / "a.npy", image_of([(0, 5, 6, 1.0)])[None])
    (folder / "b.npy").touch()
    assert score(folder, tmp_path / "s.parquet", "--weights", str(weights)) == 0
    assert f"Left out: {folder / 'b.npy'} cannot be read" in capsys.readouterr().err


def test_labels_are_asked_for_where_there_is_no_truth(data, tmp_path, capsys):
    (tmp_path / "hits.parquet").symlink_to(data / "hits.parquet")
    typed = ["afp-train", "--detector", "boosted", "--data", str(tmp_path)]
    assert main([*typed, "--out", str(tmp_path / "out")]) == 2
    assert "needs labels" in capsys.readouterr().err


def test_a_table_that_is_there_is_not_replaced(data, tmp_path, capsys):
    out = tmp_path / "scores.parquet"
    out.write_text("mine")
    assert score(data, out) == 2
    assert "exists; remove it" in capsys.readouterr().err
    assert out.read_text() == "mine"


@pytest.fixture
def quick_network(monkeypatch):
    pytest.importorskip("torch", reason="torch trains networks: pip install torch==2.13.0")
    recipe = autoencoders.Recipe(batch=10, epochs=1, hit_weight=200.0)
    monkeypatch.setitem(autoencoders.RECIPES, "autoencoder", recipe)
    for module in (run, command):
        monkeypatch.setattr(module, "LEAST_EVENTS", 100)


def test_a_network_is_trained_and_goes_on_after_a_stop(
    quick_network, tmp_path, monkeypatch, capsys
):
    data = tmp_path / "few"
    typed = ["--out", str(data), "--events", "100", "--seed", "1602", "--contamination", "0.2"]
    assert main(["afp-simulate", *typed]) == 0
    typed = ["afp-train", "--detector", "autoencoder", "--data", str(data), "--events", "100",
             "--workers", "1", "--out", str(tmp_path)]  # fmt: skip
    done = []
    do = network.Training._do

    def stopping(training, chosen):
        if len(done) == 5:
            raise KeyboardInterrupt
        done.append(chosen)
        do(training, chosen)

    monkeypatch.setattr(network, "STEPS_PER_CHECKPOINT", 2)
    monkeypatch.setattr(network.Training, "_do", stopping)
    assert main(typed) == 130
    done.clear()
    monkeypatch.setattr(network.Training, "_do", lambda *given: (done.append(1), do(*given)))
    assert main(typed) == 0
    assert len(done) == 5  # of 9 steps 4 were kept
    card = json.loads((tmp_path / "afp_autoencoder.card.json").read_text())
    assert card["numbers"]["parameters"] == N_PARAMETERS
    assert card["numbers"]["events trained on"] == 90
    assert np.isfinite(card["tables"]["threshold autoencoder"]["value"])
    assert not list(tmp_path.glob(".*safetensors"))
    assert (
        score(data, tmp_path / "s.parquet", "--weights", str(tmp_path), detector="autoencoder") == 0
    )
    assert np.float64(5e-324) * 2 > 0  # the smallest numbers are numbers again


def test_an_evaluation_measures_weights_and_the_sweep(weights, tmp_path, capsys):
    typed = [
        "--detector", "pca", "--detector", "rules", "--weights", str(weights), "--events", "580",
        "--seed", "1601", "--contamination", "0.1", "--train-events", "2000",
        "--out", str(tmp_path),
    ]  # fmt: skip
    assert main(["afp-evaluate", *typed, "--ship"]) == 0
    first = without_speed(capsys.readouterr().out)
    table = pl.read_parquet(tmp_path / "afp-evaluation.parquet")
    measured = table.filter(pl.col("weights") == "shipped", pl.col("group") == "all")
    assert measured["detector"].to_list() == ["pca", "rules"]
    assert measured["n_good"].to_list() == [400, 400]
    assert measured["n_group"].to_list() == [160, 160]
    assert (table["auc"] > 0.5).all()
    assert table.filter(pl.col("weights") == "trained")["detector"].unique().to_list() == ["pca"]
    beside = shipped(weights)
    assert beside.rows.equals(table)
    assert set(beside.curves["detector"]) == {"pca", "rules"}
    assert outdated(beside.rows, weights) == [
        row.key for row in DETECTORS if row.key not in ("pca", "rules")
    ]
    assert main(["afp-evaluate", *typed]) == 0  # all is kept, but for the speed
    assert without_speed(capsys.readouterr().out) == first


def without_speed(text: str) -> list[str]:
    """The lines without the last column of the table, that is measured anew: events per second."""
    return [re.sub(r" [\d,]+ \|$", "", line) for line in text.splitlines()]
