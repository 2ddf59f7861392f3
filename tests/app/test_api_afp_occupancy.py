"""Routes of the occupancy of AFP runs, and the page's frame."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.services.afp_occupancy_bytes import decode
from app.services.afp_run_parts import part_of_json, told
from app.services.cache import ResultCache
from app.services.inference_afp_occupancy import OccupancyWork
from tests.app.afp_app import app_of, write_all

BASE = "/api/v1/afp/protons/occupancy"
OF = "run=7&station=3"


class Here:
    """Answers in this process, as the inference process does."""

    def __init__(self, work: OccupancyWork) -> None:
        self._work = work
        self.instead: dict[str, Any] | None = None

    def afp_occupancy(self, dataset: str, of: Any) -> Any:
        if self.instead:
            return self.instead, []
        return self._work.answer(dataset, None if of is None else part_of_json(of))


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> tuple[FlaskClient, Here]:
    folder = tmp_path_factory.mktemp("afp")
    server = app_of(write_all(folder / "data")).server
    work = OccupancyWork(server.config["afp"], ResultCache(folder / "kept", 1 << 28))
    server.config["inference"] = Here(work)
    return server.test_client(), server.config["inference"]


def got(client: FlaskClient, address: str) -> Any:
    end_s = time.monotonic() + 60
    while True:
        answer = client.get(address)
        if answer.status_code != 202 or time.monotonic() > end_s:
            return answer


def test_runs_and_stations_are_listed(here: tuple[FlaskClient, Here]) -> None:
    answer = got(here[0], BASE)
    assert answer.json["parts"] == [
        {"run": 7, "station": 3, "station_label": "C far", "n_events": 5, "first": 0, "last": 4}
    ]
    (row,) = got(here[0], "/api/v1/afp/images/occupancy").json["parts"]
    assert (row["run"], row["station"], row["n_events"]) == (None, None, 2)
    rows = got(here[0], "/api/v1/afp/336505/occupancy").json["parts"]
    assert [(row["run"], row["station"]) for row in rows] == [(336505, 0), (336505, 2)]


def test_the_counts_of_a_run(here: tuple[FlaskClient, Here]) -> None:
    answer = got(here[0], f"{BASE}/counts.bin?{OF}")
    assert len(answer.data) == 1_292_816
    counted = decode(answer.data)
    assert (counted.n_events, counted.left_out, counted.counts.sum()) == (5, 0, 5017)
    assert answer.headers["Cache-Control"] == "no-cache"
    again = here[0].get(
        f"{BASE}/counts.bin?{OF}", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")
    alike = got(here[0], f"{BASE}/counts.bin?run=all&station=3")
    assert alike.data == answer.data


def test_the_list_of_what_is_odd_as_a_file(here: tuple[FlaskClient, Here]) -> None:
    answer = got(here[0], f"{BASE}/odd.csv?{OF}&z=1")
    assert answer.mimetype == "text/csv"
    assert "protons_run_7_station_3_odd.csv" in answer.headers["Content-Disposition"]
    assert answer.text.startswith("plane,row,col,what,state,hits,expected,z\n")
    assert got(here[0], f"{BASE}/odd.csv?{OF}").status_code == 200


@pytest.mark.parametrize(
    ("address", "status", "message"),
    [
        (f"{BASE}/counts.bin", 422, "run=''; expected a whole number"),
        (f"{BASE}/counts.bin?run=7", 422, "station=''; expected a whole number"),
        (f"{BASE}/counts.bin?run=7&station=all", 422, "station='all'; expected"),
        (f"{BASE}/counts.bin?run={'9' * 400}&station=3", 422, f"run='{'9' * 40}'; expected"),
        (f"{BASE}/counts.bin?run=8&station=3", 404, "protons has no events of run 8, C far"),
        (f"{BASE}/counts.bin?run=unknown&station=9", 404, "run not known, station 9"),
        (f"{BASE}/odd.csv?{OF}&z=nan", 422, "z='nan'; expected a number from 1 to 40"),
        (f"{BASE}/odd.csv?{OF}&z=0", 422, "z='0'; expected a number"),
        (f"{BASE}/odd.csv?{OF}&z=1e9", 422, "z='1e9'; expected a number"),
        (f"{BASE}/odd.csv?{OF}&z={'1' * 5000}", 422, "expected a number"),
        ("/api/v1/afp/nothing/occupancy", 404, "no AFP data set 'nothing'"),
        ("/api/v1/afp/broken/occupancy", 422, "broken.npy cannot be read"),
        (f"{BASE}/nothing", 404, "There is no route"),
    ],
)
def test_what_makes_no_sense_is_refused(
    here: tuple[FlaskClient, Here], address: str, status: int, message: str
) -> None:
    answer = got(here[0], address)
    assert answer.status_code == status
    assert message in answer.json["error"]


@pytest.mark.parametrize(
    ("instead", "status", "message"),
    [
        (told("counting", "Some hits are being counted.", 0.25), 202, "Some hits"),
        (told("starting", ""), 202, "The server is getting ready to count."),
        (told("failed", "It could not be started."), 503, "It could not be started."),
    ],
)
def test_what_is_still_to_come_or_cannot_be_is_told(
    here: tuple[FlaskClient, Here], instead: dict[str, Any], status: int, message: str
) -> None:
    here[1].instead = instead
    try:
        answer = here[0].get(f"{BASE}/counts.bin?{OF}")
    finally:
        here[1].instead = None
    assert answer.status_code == status
    assert message in answer.json.get("message", answer.json.get("error"))
    if status == 202:
        assert (answer.json["state"], answer.json["fraction"]) == ("counting", instead["fraction"])


@pytest.mark.parametrize("run", ["", "/7", "/all", "/unknown"])
def test_the_page_of_a_run(here: tuple[FlaskClient, Here], run: str) -> None:
    answer = here[0].get(f"/afp/protons/run{run}")
    assert answer.status_code == 200
    assert 'data-dataset="protons"' in answer.text
    assert "<script>" not in answer.text
    assert "style=" not in answer.text
    assert json.dumps("next_run")[1:-1] in answer.text


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("/afp/<b>x/run", "no AFP data set '&lt;b&gt;x'"),
        ("/afp/protons/run/<i>", "'&lt;i&gt;' is not a run"),
        ("/afp/protons/run/1.5", "is not a run"),
    ],
)
def test_a_page_that_is_not_there_says_what_is(
    here: tuple[FlaskClient, Here], address: str, message: str
) -> None:
    answer = here[0].get(address)
    assert answer.status_code == 404
    assert message in answer.text
    assert 'href="/afp/protons"' in answer.text


def test_the_page_of_an_event_leads_to_its_runs(here: tuple[FlaskClient, Here]) -> None:
    assert 'href="/afp/protons/run"' in here[0].get("/afp/protons/3").text
