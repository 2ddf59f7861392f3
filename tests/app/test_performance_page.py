"""The page Performance and its routes: JSON, downloads, refusals, the frame of the page."""

from __future__ import annotations

import io
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from dash import dcc, html
from flask.testing import FlaskClient

from app.api_performance import KINDS, report_json
from app.components.jobs_sheet import jobs_sheet
from app.main import create_app
from app.plain_html import document, to_html
from app.services.algorithms import find_algorithms
from app.services.performance import COLUMNS, Performance, Report
from app.services.performance_verdict import VerdictMeasured
from app.settings import load_settings
from reco_core.icecube.classification.learned_names import CLASSES
from tests.app.services.job_helpers import Counting, World, write_batches
from tests.app.services.test_performance import OnceCache

ADDRESS = "/api/v1/performance/set"
PATIENCE_S = 20.0


@pytest.fixture
def world(tmp_path: Path) -> World:
    write_batches(tmp_path / "set", {1: {24: 3, 41: 5, 7: 4}})
    return World(tmp_path / "set", tmp_path / "cache", Counting().algorithm())


@pytest.fixture
def client(world: World) -> FlaskClient:
    """The whole app, with one algorithm and jobs that the tests work on."""
    folder = world.library.dataset("set").folder
    app = create_app(load_settings({
        "HITSCOPE_DATA": str(folder),
        "HITSCOPE_CACHE_DIR": str(world.cache),
        "HITSCOPE_RUNTIME_DIR": str(folder.parent / "runtime"),
    }))  # fmt: skip
    app.server.config["performance"] = Performance(
        world.library, world.jobs, world.algorithms, OnceCache()
    )
    return app.server.test_client()


def complete(client: FlaskClient, query: str = "") -> dict[str, Any]:
    end_s = time.monotonic() + PATIENCE_S
    while not (told := client.get(ADDRESS + query).json)["complete"]:
        assert time.monotonic() < end_s
        time.sleep(0.005)
    return told


def test_a_report_before_and_after_a_job(client: FlaskClient, world: World) -> None:
    (method,) = complete(client)["methods"]
    assert (method["state"], method["measures"], method["n_events"]) == ("not scored", [], None)
    world.start()
    world.finish()
    told = complete(client, "?by=zenith")
    assert told["truth"] == {"n_known": 3, "n_events": 3}
    assert [kind["key"] for kind in told["kinds"]] == list(KINDS)
    (method,) = told["methods"]
    assert (method["state"], method["label"], method["n_events"]) == ("ready", "Counting", 3)
    assert {row["group_kind"] for row in method["measures"]} >= {"all", "zenith", "pulses"}
    assert set(method["curves"]) == {"all", "zenith"}
    assert len(method["curves"]["all"]["all"]) == len(told["shares"])
    share_within = method["calibration"]["all"]["all"]["share_within"]
    assert len(share_within) == len(told["times_stated"])
    assert (told["verdict"], told["reliability"]) == (None, [])


def test_the_verdict_in_a_report() -> None:
    point = {"stated": 0.5, "observed": 0.4, "low": 0.3, "high": 0.5, "n_events": 20}
    measured = {
        "scores": [{"probability": "p_hard", "auc": None}],
        "reliability": {"p_hard": [point], "p_track": [point]},
    }
    algorithms = find_algorithms(hard_degrees=12.5)
    verdict = VerdictMeasured(
        algorithms["verdict"], "ready", (algorithms["mpe_fit"],), n_answers=20, measured=measured
    )
    told = report_json(Report("set", (20, 20), "", (), verdict), "class")
    assert told["verdict"]["classes"] == CLASSES
    assert told["verdict"]["hard_degrees"] == 12.5
    assert told["verdict"]["unscored"] == [{"key": "mpe_fit", "label": "MPE fit"}]
    assert told["verdict"]["scores"] == measured["scores"]
    assert told["reliability"] == [
        {"key": "p_track", "label": "Track", "points": [point]},
        {"key": "p_hard", "label": "Off by more than 12.5\u00b0", "points": [point]},
    ]
    waiting = replace(verdict, state="computing")
    assert not Report("set", (20, 20), "", (), waiting).is_complete


def test_the_measures_as_files(client: FlaskClient, world: World) -> None:
    world.start()
    world.finish()
    complete(client)
    with client.get(f"{ADDRESS}/measures.parquet") as answer:
        frame = pl.read_parquet(io.BytesIO(answer.data))
    assert frame.schema == COLUMNS
    with client.get(f"{ADDRESS}/measures.csv") as answer:
        assert answer.headers["Content-Disposition"] == "attachment; filename=set_performance.csv"
        rows = pl.read_csv(io.BytesIO(answer.data))
    assert rows.columns == frame.columns
    assert rows["mean_rad"].to_list() == pytest.approx(frame["mean_rad"].to_list())


@pytest.mark.parametrize(
    ("address", "status", "told"),
    [
        (f"{ADDRESS}?by=colour", 422, "expected one of class"),
        ("/api/v1/performance/other", 404, "There is no data set 'other'"),
        ("/api/v1/performance/other/measures.csv", 404, "There is no data set 'other'"),
        (f"{ADDRESS}/measures.xlsx", 404, "There is no route"),
    ],
)
def test_what_makes_no_sense_is_refused(
    client: FlaskClient, address: str, status: int, told: str
) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert told in answer.json["error"]


def test_files_wait_until_all_is_computed(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.performance.Report.is_complete", False)
    assert client.get(f"{ADDRESS}/measures.csv").status_code == 503


@pytest.mark.parametrize("address", ["/performance", "/performance/set"])
def test_the_page_of_a_data_set(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    assert 'data-dataset="set"' in answer.text
    assert "/assets/display/performance.mjs" in answer.text
    assert "<script>" not in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_the_page_of_no_data_set_names_those_there_are(client: FlaskClient) -> None:
    answer = client.get("/performance/<b>x")
    assert answer.status_code == 404
    assert "There is no data set '&lt;b&gt;x'" in answer.text
    assert 'href="/performance/set"' in answer.text


def test_without_data_the_page_says_what_is_missing(tmp_path: Path) -> None:
    app = create_app(load_settings({"HITSCOPE_DATA": str(tmp_path)}))
    answer = app.server.test_client().get("/performance")
    assert answer.status_code == 422
    assert "No data set in" in answer.text


def test_the_link_of_the_event_page_is_made_in_the_browser(client: FlaskClient) -> None:
    rows = client.get("/_dash-dependencies").json
    assert any(row["output"] == "performance-link.href" for row in rows)


def test_components_become_html_and_every_value_is_escaped() -> None:
    made = html.Div(
        ["<i>", html.Img(alt='"'), html.Button("a & b", disabled=True, hidden=False)],
        className="x", **{"data-a": "<"},
    )  # fmt: skip
    assert to_html(made) == (
        '<div class="x" data-a="&lt;">&lt;i&gt;<img alt="&quot;">'
        "<button disabled>a &amp; b</button></div>"
    )
    assert 'id="jobs-dataset"' in to_html(jobs_sheet())
    with pytest.raises(TypeError, match=r"expected dash\.html"):
        to_html(dcc.Store(id="a"))


def test_data_of_a_document_come_back_as_they_were() -> None:
    text = document("<t>", ["/a.css"], "/m.mjs", html.P("b"), keys=json.dumps(['"', "<"]))
    assert "<title>&lt;t&gt;</title>" in text
    assert 'data-keys="[&quot;\\&quot;&quot;, &quot;&lt;&quot;]"' in text
