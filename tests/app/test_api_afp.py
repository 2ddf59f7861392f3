"""Routes of AFP: every kind of file, classes, caching, what is hostile or broken."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from flask.testing import FlaskClient

from app.services import afp_opening
from reco_core.afp.detectors.registry import detector_row
from reco_core.afp.scoring.kept import begun_scores
from tests.app.afp_app import PROTON, app_of, got, keys_of, write_all, write_protons
from tests.reco_core.afp.small_files import image_of, write_images, write_stored

EVENTS = "/api/v1/afp/protons/events"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    return app_of(write_all(tmp_path_factory.mktemp("afp") / "data")).server.test_client()


def test_all_data_sets_are_listed_and_a_broken_one_hides_no_other(client: FlaskClient) -> None:
    rows = client.get("/api/v1/afp").json
    while any(row["state"] == "reading" for row in rows):
        time.sleep(0.02)
        rows = client.get("/api/v1/afp").json
    assert keys_of(rows) == ["protons", "336505", "broken", "images"]
    assert [row["n_events"] for row in rows] == [5, 2, None, 2]
    assert [row["form"] for row in rows] == ["hits", "ROOT", "images", "images"]
    broken = rows[2]
    assert broken["state"] == "failed"
    assert "broken.npy cannot be read" in broken["error"]
    assert client.get("/health").json["data_sets"] == 4


def test_an_event_with_all_that_is_known_of_it(client: FlaskClient) -> None:
    told = got(client, f"{EVENTS}/0").json
    hits = told["hits"]
    rows = list(zip(hits["plane"], hits["row"], hits["col"], hits["charge"], strict=True))
    assert rows == PROTON
    assert (told["run"], told["evn"], told["station"]) == (7, 10, 3)
    assert (told["side"], told["station_label"]) == ("C", "C far")
    assert (told["event_class"], told["anomalous"]) == ("single_proton", False)
    assert (told["previous_id"], told["next_id"], told["k"], told["n"]) == (None, 1, 1, 5)
    assert told["sentence"] == "8 hits on all planes, 73,308 electrons."
    assert told["path"] == "/afp/protons/0"


@pytest.mark.parametrize(
    ("event_id", "sentence"),
    [(3, "1 hit on plane 2, 34,627 electrons."), (4, "No hits on any plane.")],
)
def test_events_with_few_hits_are_no_error(
    client: FlaskClient, event_id: int, sentence: str
) -> None:
    assert got(client, f"{EVENTS}/{event_id}").json["sentence"] == sentence


def test_an_event_with_thousands_of_hits(client: FlaskClient) -> None:
    told = got(client, f"{EVENTS}/1").json
    assert {len(column) for column in told["hits"].values()} == {5000}


def test_files_that_hold_hits_alone(client: FlaskClient) -> None:
    assert got(client, "/api/v1/afp/images").json["charges"] is None
    told = got(client, "/api/v1/afp/images/events/1").json
    assert told["hits"] == {"plane": [0], "row": [5], "col": [6], "charge": [1.0]}
    assert told["sentence"] == "1 hit on plane 0."
    assert (told["run"], told["event_class"], told["anomalous"]) == (None, None, None)


def test_a_root_file_tells_run_and_station_and_how_it_was_read(client: FlaskClient) -> None:
    told = got(client, "/api/v1/afp/336505/events/1").json
    assert (told["run"], told["station_label"]) == (336505, "C near")
    assert "count" in " ".join(got(client, "/api/v1/afp/336505").json["notes"])


def test_the_classes_of_a_data_set(client: FlaskClient) -> None:
    told = got(client, "/api/v1/afp/protons").json
    rows = {row["name"]: (row["n_events"], row["anomalous"]) for row in told["classes"]}
    assert rows == {"single_proton": (2, False), "shower": (1, True), "own class": (1, None)}
    assert told["charges"] == [2413.0, 9164.0]  # all but the highest of 5,017


def test_going_through_the_events_of_one_class(client: FlaskClient) -> None:
    first = got(client, f"{EVENTS}/0?class=single_proton").json
    assert (first["previous_id"], first["next_id"], first["k"], first["n"]) == (None, 2, 1, 2)
    other = got(client, f"{EVENTS}/1?class=single_proton").json  # itself of another class
    assert (other["previous_id"], other["next_id"], other["k"]) == (0, 2, None)
    wrong = got(client, f"{EVENTS}/1?class=muon")
    assert wrong.status_code == 404
    assert "Those there are: single_proton, shower, own class" in wrong.json["error"]


def test_random_events_of_all_or_of_a_class(client: FlaskClient) -> None:
    ids = {got(client, "/api/v1/afp/protons/random").json["event_id"] for _ in range(60)}
    assert ids == set(range(5))
    address = "/api/v1/afp/protons/random?class=shower"
    assert got(client, address).json == {"event_id": 1}


def test_an_event_that_has_not_changed_is_not_sent_again(client: FlaskClient) -> None:
    answer = got(client, f"{EVENTS}/0")
    assert answer.headers["Cache-Control"] == "no-cache"
    again = got(client, f"{EVENTS}/0", {"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    ("address", "status", "told"),
    [
        (f"{EVENTS}/5", 404, "it has events 0 to 4"),
        (f"{EVENTS}/-1", 404, "is not an event id"),
        (f"{EVENTS}/9{'9' * 30}", 404, "is not an event id"),
        (f"{EVENTS}/1.5", 404, "is not an event id"),
        (f"{EVENTS}/\u0661", 404, "is not an event id"),
        ("/api/v1/afp/nothing", 404, "no AFP data set 'nothing'"),
        ("/api/v1/afp/..%2f..%2fetc", 404, ""),
        ("/api/v1/afp/broken/events/0", 422, "broken.npy cannot be read"),
        ("/api/v1/afp/protons/nothing", 404, "There is no route"),
    ],
)
def test_what_makes_no_sense_is_refused(
    client: FlaskClient, address: str, status: int, told: str
) -> None:
    answer = got(client, address)
    assert answer.status_code == status
    assert told in answer.json["error"]


def test_a_class_of_any_text_is_shown_as_text(tmp_path: Path) -> None:
    odd = "<b>\n\u0000x" + "y" * 500
    truth = {"event_id": [0], "event_class": [odd]}
    write_stored(tmp_path / "data" / "set", {0: PROTON}, truth=truth)
    client = app_of(tmp_path / "data").server.test_client()
    name = got(client, "/api/v1/afp/set/events/0").json["event_class"]
    assert name.startswith("<b> x")
    assert len(name) == 60
    assert got(client, "/api/v1/afp/set").json["classes"][0]["name"] == name


def test_a_bad_hit_spoils_its_own_event_only(tmp_path: Path) -> None:
    write_stored(tmp_path / "data" / "set", {0: PROTON, 1: [(0, 400, 1, 5.0)], 2: PROTON})
    client = app_of(tmp_path / "data").server.test_client()
    statuses = [got(client, f"/api/v1/afp/set/events/{k}").status_code for k in range(3)]
    assert statuses == [200, 422, 200]
    assert "row 400, expected 0 to 335" in got(client, "/api/v1/afp/set/events/1").json["error"]


def test_files_that_change_are_read_anew(tmp_path: Path) -> None:
    data = tmp_path / "data"
    write_protons(data / "protons")
    client = app_of(data).server.test_client()
    assert got(client, "/api/v1/afp/protons").json["n_events"] == 5
    (data / "protons" / "truth.parquet").unlink()
    end_s = time.monotonic() + 10
    while got(client, "/api/v1/afp/protons").json.get("n_events") != 4:  # without a table of them
        assert time.monotonic() < end_s
        time.sleep(0.05)


def test_a_data_set_that_comes_later_is_found(tmp_path: Path) -> None:
    data = tmp_path / "data"
    write_protons(data / "one")
    client = app_of(data).server.test_client()
    assert keys_of(client.get("/api/v1/afp").json) == ["one"]
    write_images(data / "two.npy", np.stack([image_of([(0, 5, 6, 1.0)])]))
    end_s = time.monotonic() + 10
    while keys_of(client.get("/api/v1/afp").json) != ["one", "two"]:
        assert time.monotonic() < end_s
        time.sleep(0.05)


def test_a_data_set_that_is_being_read_says_how_far(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def slow(path: Path, index_dir: Path, tell: Any) -> Any:
        tell(1, 4)
        go_on.wait(20)
        return opened(path, index_dir, tell=tell)

    opened = afp_opening.open_afp
    monkeypatch.setattr(afp_opening, "open_afp", slow)
    write_protons(tmp_path / "data" / "protons")
    client = app_of(tmp_path / "data").server.test_client()
    answer = client.get(f"{EVENTS}/0")
    assert answer.status_code == 202
    assert (answer.json["state"], answer.json["fraction"]) == ("reading", 0.25)
    assert client.get("/api/v1/afp").json[0]["state"] == "reading"
    go_on.set()
    assert got(client, f"{EVENTS}/0").status_code == 200


def test_the_page_of_an_event(client: FlaskClient) -> None:
    answer = client.get("/afp/protons/3")
    assert answer.status_code == 200
    assert 'data-dataset="protons"' in answer.text
    assert "<script>" not in answer.text
    assert "style=" not in answer.text
    assert json.dumps("next_event")[1:-1] in answer.text


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/afp/<b>x", "no AFP data set &#x27;&lt;b&gt;x&#x27;"),
        ("/afp/protons/abc", "is not an event id"),
    ],
)
def test_a_page_that_is_not_there_says_what_is(
    client: FlaskClient, address: str, told: str
) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert told.replace("&#x27;", "'") in answer.text
    assert 'href="/afp/protons"' in answer.text


def test_without_data_of_icecube_the_first_page_is_that_of_afp(client: FlaskClient) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/afp")


@pytest.fixture
def scored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Protons whose scores by the rules are kept."""
    write_protons(tmp_path / "data" / "protons")
    app = app_of(tmp_path / "data")
    entry = app.server.config["afp"].dataset("protons")
    with entry.opened(20.0) as opened:
        table = begun_scores(opened.dataset, detector_row("rules"), tmp_path / "cache")
    table.add(pl.DataFrame({"score": [0.5, 9.0, 0.25, 2.0, 1.0]}))
    table.finish()
    return app.server.test_client()


def test_events_in_the_order_of_their_scores(scored: FlaskClient) -> None:
    told = scored.get(f"{EVENTS}/3?order=rules").json
    assert (told["previous_id"], told["next_id"], told["k"], told["n"]) == (1, 4, 2, 5)
    told = scored.get(f"{EVENTS}/0?order=rules&class=single_proton").json
    assert (told["previous_id"], told["next_id"], told["k"], told["n"]) == (None, 2, 1, 2)
    told = scored.get(f"{EVENTS}/4?order=rules&class=single_proton").json  # itself of none
    assert (told["previous_id"], told["next_id"], told["k"], told["n"]) == (None, 0, None, 2)
    assert scored.get(f"{EVENTS}/0?order=pca").status_code == 404  # not scored with it
    assert scored.get(f"{EVENTS}/0?order=nothing").status_code == 404


def test_the_scores_of_a_data_set(scored: FlaskClient) -> None:
    states = {row["key"]: row["state"] for row in scored.get("/api/v1/afp/protons/scores").json}
    assert states["rules"] == "ready"
    assert set(states.values()) <= {"ready", "not scored", "unusable"}
    told = scored.get("/api/v1/afp/protons/scores/rules").json
    assert (told["n"], told["n_good"], told["n_anomalous"]) == (5, 2, 1)
    assert sum(told["counts"]) == 5
    assert told["above"] == [n - 1 for n in told["at_or_above"]]  # no two scores are the same
    top = scored.get("/api/v1/afp/protons/scores/rules/top?n=2").json
    assert [(row["event_id"], row["n_hits"], len(row["row"])) for row in top] == [
        (1, 5000, 300),
        (3, 1, 1),
    ]
    near = scored.get("/api/v1/afp/protons/scores/rules/near?score=1.4")
    assert near.json == {"event_id": 4}


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("rules/top?n=0", 422, "expected a number from 1"),
        ("rules/top?n=1e9", 422, "expected a number from 1"),
        ("rules/top?class=muon", 404, "No class 'muon'"),
        ("rules/near", 422, "score=''"),
        ("rules/near?score=nan", 422, "score='nan'"),
        ("nothing", 404, "Unknown anomaly detector 'nothing'"),
        ("pca", 404, "not scored with"),
    ],
)
def test_questions_about_scores_that_make_no_sense(
    scored: FlaskClient, path: str, status: int, told: str
) -> None:
    answer = scored.get(f"/api/v1/afp/protons/scores/{path}")
    assert answer.status_code == status
    assert told in answer.json["error"]


def test_what_the_inference_process_finds_is_handed_on(
    scored: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    class Inference:
        def afp(self, place: Any, what: str, detector: str = "") -> Any:
            asked.append((place.dataset, place.event_id, what, detector))
            done = detector == "autoencoder"
            return {"state": "done" if done else "starting", "message": "wait"}, [b"1234"] * done

    scored.application.config["inference"] = Inference()
    assert scored.get(f"{EVENTS}/2/analysis").json["message"] == "wait"
    waits = scored.get(f"{EVENTS}/2/images/pca.bin")
    assert (waits.status_code, waits.json["state"]) == (202, "starting")
    image = scored.get(f"{EVENTS}/2/images/autoencoder.bin")
    assert (image.status_code, image.data) == (200, b"1234")
    assert [row[2:] for row in asked] == [
        ("analysis", ""), ("image", "pca"), ("image", "autoencoder"),
    ]  # fmt: skip
