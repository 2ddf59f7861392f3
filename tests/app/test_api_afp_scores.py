"""Scores of AFP data sets as files: the rows of afp-score, in blocks; what is refused."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from flask.testing import FlaskClient

from app.services import afp_score_file
from reco_core.afp.detectors.registry import DetectorRow, detector_row
from reco_core.afp.scoring.kept import begun_scores
from reco_core.afp.scoring.rows import SCHEMA
from tests.app.afp_app import app_of, write_protons

SCORES = [0.5, 9.0, 0.25, 2.0, 1.0]
ADDRESS = "/api/v1/afp/protons/scores/rules"


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    """Protons whose scores by the rules are kept."""
    write_protons(tmp_path / "data" / "protons")
    app = app_of(tmp_path / "data")
    with app.server.config["afp"].dataset("protons").opened(20.0) as opened:
        table = begun_scores(opened.dataset, detector_row("rules"), tmp_path / "cache")
    table.add(pl.DataFrame({"score": SCORES}))
    table.finish()
    return app.server.test_client()


def read(answer: Any, ending: str) -> pl.DataFrame:
    assert answer.status_code == 200, answer.text
    told = io.BytesIO(answer.data)
    return pl.read_csv(told, schema=SCHEMA) if ending == "csv" else pl.read_parquet(told)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_all_scores_with_what_is_known_of_their_events(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setattr(afp_score_file, "ROWS", 2)  # so that there are three blocks
    answer = client.get(f"{ADDRESS}.{ending}?threshold=1.0")
    name = f"protons_rules_scores.{ending}"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
    table = read(answer, ending)
    assert table.schema == SCHEMA
    assert table["event_id"].to_list() == [0, 1, 2, 3, 4]
    assert table["score"].to_list() == SCORES
    assert table["threshold"].unique().to_list() == [1.0]
    assert table["anomalous"].to_list() == [False, True, False, True, True]
    assert table.row(3, named=True) | {"score": 0} == {
        "event_id": 3, "run": 7, "evn": 13, "side": "C", "station": 3, "score": 0,
        "threshold": 1.0, "anomalous": True,
    }  # fmt: skip


def test_the_threshold_is_that_of_afp_score_if_none_is_given(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = detector_row("rules").threshold()
    assert own is not None
    assert read(client.get(f"{ADDRESS}.csv"), "csv")["threshold"][0] == own["value"]
    monkeypatch.setattr(DetectorRow, "threshold", lambda self: None)
    blind = read(client.get(f"{ADDRESS}.csv"), "csv")["threshold"][0]
    assert blind == 1.0 + 5 * 0.75


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("rules.csv?threshold=nan", 422, "threshold='nan'; expected a number"),
        ("rules.csv?threshold=1e999", 422, "threshold='1e999'; expected a number"),
        ("rules.parquet?threshold=", 422, "threshold=''; expected a number"),
        ("rules.parquet?threshold=%00", 422, "expected a number"),
        ("pca.csv", 404, "not scored with 'PCA"),
        ("nothing.csv", 404, "Unknown anomaly detector 'nothing'"),
        ("..%2frules.csv", 404, ""),
        (f"{'x' * 5000}.csv", 404, "Unknown anomaly detector"),
    ],
)
def test_questions_that_make_no_sense_are_no_files(
    client: FlaskClient, path: str, status: int, told: str
) -> None:
    answer = client.get(f"/api/v1/afp/protons/scores/{path}")
    assert answer.status_code == status
    assert told in answer.json["error"]
    assert len(answer.text) < 500


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_scores_that_cannot_be_read_are_told_in_words(
    client: FlaskClient, tmp_path: Path, ending: str
) -> None:
    [kept] = (tmp_path / "cache" / "afp-scores").glob("rules-*.parquet")
    kept.write_bytes(b"PAR1 no more")
    answer = client.get(f"{ADDRESS}.{ending}")
    assert answer.status_code == 422
    assert "cannot be read" in answer.json["error"]


def test_what_goes_wrong_in_a_later_block_is_told_too(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(afp_score_file, "ROWS", 2)
    rows = afp_score_file.score_rows

    def gone(dataset: Any, first: int, *rest: Any) -> pl.DataFrame:
        if first:
            raise afp_score_file.ServiceError("The files are gone.")
        return rows(dataset, first, *rest)

    monkeypatch.setattr(afp_score_file, "score_rows", gone)
    answer = client.get(f"{ADDRESS}.parquet")
    assert (answer.status_code, answer.json) == (503, {"error": "The files are gone."})


def test_half_of_the_threads_remain_for_those_who_look(client: FlaskClient) -> None:
    places = client.application.config["downloads"]
    taken = 0
    while places.acquire(blocking=False):
        taken += 1
    assert taken == 4
    refused = client.get(f"{ADDRESS}.csv")
    assert refused.status_code == 503
    assert "try again in a minute" in refused.json["error"]
    places.release()
    for path in (f"{ADDRESS}.csv", f"{ADDRESS}.parquet", "/api/v1/afp/protons/scores/pca.csv"):
        client.get(path).close()
        client.head(path).close()
    assert places.acquire(blocking=False)
