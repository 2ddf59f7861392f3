"""Routes of how well anomaly detectors do, and the page's frame."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from flask.testing import FlaskClient

from app.services.afp_run_parts import told
from app.services.cache import ResultCache
from app.services.inference_afp_performance import PerformanceWork
from reco_core.afp.detectors.registry import DETECTORS
from reco_core.afp.evaluation.groups import ALL, ANOMALOUS, APART, GOOD_CLASS
from tests.app.afp_app import app_of, write_all
from tests.app.afp_scored import N_EACH, N_GOOD, write_classes, write_scores

BASE = "/api/v1/afp/known/performance"


class Here:
    """Answers in this process, as the inference process does."""

    def __init__(self, work: PerformanceWork) -> None:
        self._work = work
        self.instead: dict[str, Any] | None = None

    def afp_performance(self, dataset: str) -> Any:
        return (self.instead, []) if self.instead else self._work.answer(dataset)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> tuple[FlaskClient, Here]:
    folder: Path = tmp_path_factory.mktemp("afp")
    write_all(folder / "data")
    write_classes(folder / "data" / "known")
    write_scores(folder / "data" / "known", folder / "cache", "pca", "rules")
    write_classes(folder / "data" / "blind", truth=False)
    server = app_of(folder / "data").server
    cache = ResultCache(folder / "kept", 1 << 28)
    work = PerformanceWork(server.config["afp"], cache, folder / "cache")
    server.config["inference"] = Here(work)
    return server.test_client(), server.config["inference"]


def got(client: FlaskClient, address: str) -> Any:
    end_s = time.monotonic() + 60
    while True:
        answer = client.get(address)
        is_there = answer.status_code not in (202, 503)
        is_there &= not answer.is_json or answer.json.get("complete", True)
        if is_there or time.monotonic() > end_s:
            return answer


def test_the_detectors_of_a_data_set_are_told(here: tuple[FlaskClient, Here]) -> None:
    found = got(here[0], BASE).json
    assert (found["n_good"], found["good_class"], found["n_not_counted"]) == (N_GOOD, GOOD_CLASS, 2)
    assert found["message"] == ""
    sizes = {group["name"]: group["n_events"] for group in found["groups"]}
    assert sizes == {ALL: 8 * N_EACH, **dict.fromkeys((*ANOMALOUS, APART), N_EACH)}
    assert [row["key"] for row in found["detectors"]] == [row.key for row in DETECTORS]
    by_key = {row["key"]: row for row in found["detectors"]}
    assert len({row["colour"] for row in found["detectors"]}) == len(DETECTORS)
    assert by_key["default"]["state"] == "not scored"
    pca = by_key["pca"]
    assert pca["state"] == "ready"
    assert set(pca["curves"]) == {ALL, *ANOMALOUS, APART}
    assert all(len(curve) == len(found["rates"]) for curve in pca["curves"].values())
    (row,) = (row for row in pca["rows"] if row["group"] == ALL)
    assert row["auc_low"] < row["auc"] < row["auc_high"]


def test_the_measures_as_a_file(here: tuple[FlaskClient, Here]) -> None:
    answer = got(here[0], f"{BASE}/measures.csv")
    assert "known_performance.csv" in answer.headers["Content-Disposition"]
    table = pl.read_csv(io.BytesIO(answer.data))
    assert set(table["detector"]) == {"pca", "rules"}
    assert set(table["group"]) == {GOOD_CLASS, ALL, *ANOMALOUS, APART}


@pytest.mark.parametrize(
    ("key", "message"),
    [("blind", "Put them into truth.parquet (event_id, event_class)"),
     ("images", "The classes of its events are not known.")],
)  # fmt: skip
def test_without_truth_it_says_what_to_do(
    here: tuple[FlaskClient, Here], key: str, message: str
) -> None:
    found = got(here[0], f"/api/v1/afp/{key}/performance").json
    assert message in found["message"]
    assert (found["groups"], found["rates"], found["n_good"]) == ([], [], 0)
    assert got(here[0], f"/api/v1/afp/{key}/performance/measures.csv").status_code == 200


def test_the_test_mix_of_the_weights(here: tuple[FlaskClient, Here]) -> None:
    answer = here[0].get("/api/v1/afp-evaluation")
    found = answer.json
    assert (found["seed"], found["n_good"], found["outdated"]) == (2000, 10_000, [])
    assert {row["state"] for row in found["detectors"]} == {"ready"}
    for detector in found["detectors"]:
        assert set(detector["curves"]) == {group["name"] for group in found["groups"]}
        assert {len(points) for points in detector["curves"].values()} == {len(found["rates"])}
    assert {row["contamination"] for row in found["sweep"]} == {0, 0.01, 0.05, 0.1}
    etag = {"If-None-Match": answer.headers["ETag"]}
    assert here[0].get("/api/v1/afp-evaluation", headers=etag).status_code == 304


@pytest.mark.parametrize(
    ("address", "status", "message"),
    [
        ("/api/v1/afp/nothing/performance", 404, "no AFP data set 'nothing'"),
        (f"/api/v1/afp/{'x' * 5000}/performance", 404, "no AFP data set"),
        ("/api/v1/afp/broken/performance", 422, "broken.npy cannot be read"),
        ("/api/v1/afp/nothing/performance/measures.csv", 404, "no AFP data set"),
        (f"{BASE}/nothing", 404, "There is no route"),
    ],
)
def test_what_is_not_there_is_told(
    here: tuple[FlaskClient, Here], address: str, status: int, message: str
) -> None:
    answer = got(here[0], address)
    assert answer.status_code == status
    assert message in answer.json["error"]


@pytest.mark.parametrize(
    ("instead", "status", "message"),
    [
        (told("counting", "It is being read.", 0.25), 202, "It is being read."),
        (told("starting", ""), 202, "The server is getting ready."),
        (told("failed", "It could not be started."), 503, "It could not be started."),
    ],
)
def test_what_is_still_to_come_or_cannot_be_is_told(
    here: tuple[FlaskClient, Here], instead: dict[str, Any], status: int, message: str
) -> None:
    here[1].instead = instead
    try:
        answer = here[0].get(BASE)
    finally:
        here[1].instead = None
    assert answer.status_code == status
    assert message in answer.json.get("message", answer.json.get("error"))


def test_the_page(here: tuple[FlaskClient, Here]) -> None:
    answer = here[0].get("/afp/known/performance?show=<script>&theme=%00")
    assert answer.status_code == 200
    assert 'data-dataset="known"' in answer.text
    assert "<script>" not in answer.text
    assert "style=" not in answer.text
    assert 'href="/afp/known/performance"' in here[0].get("/afp/known/3").text


def test_a_page_that_is_not_there_says_what_is(here: tuple[FlaskClient, Here]) -> None:
    answer = here[0].get("/afp/<b>x/performance")
    assert answer.status_code == 404
    assert "no AFP data set '&lt;b&gt;x'" in answer.text
    assert 'href="/afp/known"' in answer.text
