"""The routes for scripts: bytes that read back, answers that may be kept, errors as JSON."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient
from hypothesis import example, given
from hypothesis import strategies as st

from app.api import encode_geometry, encode_pulses
from reco_core.icecube.classification.learned_names import CLASSES
from reco_core.icecube.dataset_write import write_geometry
from reco_core.icecube.detector import builtin_detector
from reco_core.icecube.event import MAX_TIME_NS, MIN_TIME_NS, Pulses, checked_pulses
from reco_core.icecube.reconstructions.registry import RECONSTRUCTIONS
from tests.app.pages import app_on
from tests.app.spoilt import COUNTS
from tests.reco_core.icecube.small_datasets import pulse_table, write_small

EVENT = "/api/v1/datasets/set/events/41"
GEOMETRY = "/api/v1/datasets/set/geometry.bin"


def decode_pulses(raw: bytes) -> Pulses:
    """As the example in docs/api.md reads them."""
    n = int(np.frombuffer(raw, "<u4", 1, 4)[0])
    t0_ns = np.frombuffer(raw, "<f8", 1, 8)[0]
    time_ns = t0_ns + np.frombuffer(raw, "<f4", n, 16)
    charge_pe = np.frombuffer(raw, "<f4", n, 16 + 4 * n)
    sensor_id = np.frombuffer(raw, "<u2", n, 16 + 8 * n)
    auxiliary = np.frombuffer(raw, "u1", n, 16 + 10 * n).astype(bool)
    return Pulses(sensor_id, time_ns, charge_pe, auxiliary)


CHARGES = st.integers(0, 2**20).map(lambda k: 0.025 + k / 16)
LATER = st.integers(0, 2**24)  # whole ns that float32 holds exactly
ROWS = st.lists(st.tuples(st.integers(0, 5159), LATER, CHARGES, st.booleans()), min_size=1)
STARTS = st.integers(MIN_TIME_NS, MAX_TIME_NS - 2**24)


@given(ROWS, STARTS)
@example([(0, 0, 1.0, True)], MAX_TIME_NS)
@example([(5159, 0, 1.0, False), (3, 1, 0.0, True), (3, 100_001, 0.025, False)], 73_324_881)
@example([(7, 0, 1e9, False)], MIN_TIME_NS)
def test_pulses_read_back(rows: list[tuple[int, int, float, bool]], t0_ns: int) -> None:
    sensor_id, later, charge_pe, auxiliary = (
        np.array(column) for column in zip(*rows, strict=True)
    )
    time_ns = t0_ns + later - later.min()
    given_pulses = checked_pulses(sensor_id, time_ns, charge_pe, auxiliary, "a test event")
    raw = encode_pulses(given_pulses)
    read = decode_pulses(raw)
    assert raw[:4] == b"HSP1"
    assert len(raw) == 16 + 11 * len(rows)
    assert read.time_ns.tolist() == given_pulses.time_ns.tolist()
    assert read.sensor_id.tolist() == given_pulses.sensor_id.tolist()
    assert read.auxiliary.tolist() == given_pulses.auxiliary.tolist()
    assert read.charge_pe.tolist() == given_pulses.charge_pe.astype("f4").tolist()


def test_geometry_reads_back() -> None:
    detector = builtin_detector()
    raw = encode_geometry(detector)
    n = int(np.frombuffer(raw, "<u4", 1, 4)[0])
    position = np.frombuffer(raw, "<f4", 3 * n, 8).reshape(n, 3)
    assert (raw[:4], n, len(raw)) == (b"HSG1", 5160, 8 + 13 * 5160)
    assert (position == detector.position_m.astype("f4")).all()
    deepcore = np.frombuffer(raw, "u1", n, 8 + 12 * n)
    assert deepcore.tolist() == [int(sensor >= 78 * 60) for sensor in range(5160)]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    data = tmp_path_factory.mktemp("data") / "set"
    write_small(data, COUNTS)
    write_geometry(data, builtin_detector())
    return app_on(data).server.test_client()


def test_pulses_of_an_event(client: FlaskClient) -> None:
    rows = pulse_table(COUNTS).filter(event_id=41)
    read = decode_pulses(client.get(f"{EVENT}/pulses.bin").data)
    assert read.time_ns.tolist() == rows["time"].to_list()
    assert read.sensor_id.tolist() == rows["sensor_id"].to_list()


def test_the_event_as_json(client: FlaskClient) -> None:
    event = client.get(EVENT).json
    assert (event["dataset"], event["event_id"], event["n_pulses"]) == ("set", 41, 8)
    assert (event["split"], event["batch_id"], event["path"]) == ("train", 1, "/event/set/41")
    assert (event["previous_id"], event["next_id"]) == (24, None)
    assert event["t0_ns"] == pulse_table(COUNTS).filter(event_id=41)["time"].min()
    truth = event["overlays"][0]
    assert (truth["key"], truth["zenith"], truth["azimuth"]) == ("truth", 1.0, 2.0)
    assert truth["opening_angle"] is None


def test_overlays_by_themselves(client: FlaskClient) -> None:
    answer = client.get(f"{EVENT}/overlays?of=line_fit")
    assert [row["key"] for row in answer.json["overlays"]] == ["line_fit"]
    assert answer.headers["Cache-Control"] == "no-store"  # the next answer may say more
    assert len(client.get(f"{EVENT}/overlays").json["overlays"]) == len(RECONSTRUCTIONS)
    assert client.get(f"{EVENT}/overlays?of=").json == {"overlays": [], "verdict": None}


def test_the_verdict_is_asked_for_as_an_overlay_is(client: FlaskClient) -> None:
    told = client.get(f"{EVENT}/overlays?of=verdict").json
    assert told["overlays"] == []
    verdict = told["verdict"]
    assert (verdict["state"], verdict["hard_degrees"]) == ("done", 20.0)
    assert sum(verdict[f"p_{name}"] for name in CLASSES) == pytest.approx(1)
    assert client.get(EVENT).json["verdict"] == verdict  # kept by then, it comes with the event


def test_as_many_are_computed_ahead_as_is_set(client: FlaskClient) -> None:
    config = client.application.config
    asked_ahead = config["results"].inference.asked_ahead
    client.get(f"{EVENT}/overlays?of=&viewer=someone-1&turn=4")
    assert asked_ahead == []
    client.get(f"{EVENT}/overlays?of=&viewer=someone-1&turn=4&ahead=line_fit,mpe_fit")
    ((place, viewer, count, of),) = asked_ahead
    assert (place.dataset, place.event_id, viewer.name, viewer.turn) == ("set", 41, "someone-1", 4)
    assert count == config["ahead"] == 3
    assert of == ("line_fit", "mpe_fit")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("of=nothing", 404),
        ("of=&ahead=nothing", 404),
        ("viewer=x", 422),
        ("wait=-1", 422),
        ("wait=soon", 422),
    ],
)
def test_odd_questions_about_overlays(client: FlaskClient, query: str, status: int) -> None:
    answer = client.get(f"{EVENT}/overlays?{query}")
    assert (answer.status_code, list(answer.json)) == (status, ["error"])


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 50_000, b"null", b'{"viewer": 1}'])
def test_leaving_with_nonsense_is_refused(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/api/v1/leave", data=body, content_type="application/json")
    assert (answer.status_code, list(answer.json)) == (422, ["error"])


def test_leaving_is_handed_on(client: FlaskClient) -> None:
    told = {"viewer": "someone-1", "turn": 5}
    assert client.post("/api/v1/leave", json=told).status_code == 204
    assert [vars(viewer) for viewer in client.application.config["results"].inference.left] == [
        {"name": "someone-1", "turn": 5}
    ]


def test_the_list_and_the_index(client: FlaskClient) -> None:
    assert client.get("/api/v1/datasets").json == [
        {
            "key": "set",
            "batches": [{"split": "train", "batch_id": 1}],
            "first_event_id": 24,
            "error": None,
        }
    ]
    client.get(EVENT)
    told = client.get("/api/v1/datasets/set/batches/train/1/index").json
    assert (told["state"], told["fraction"]) == ("ready", 1.0)


@pytest.mark.parametrize("path", [f"{EVENT}/pulses.bin", GEOMETRY])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_is_known_is_not_sent_again(client: FlaskClient, path: str, method: str) -> None:
    first = client.open(path, method=method)
    assert first.status_code == 200
    assert first.headers["Cache-Control"] == "no-cache"
    assert int(first.headers["Content-Length"]) > 0
    assert (len(first.data) > 0) == (method == "GET")
    again = client.open(path, method=method, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = client.open(path, method=method, headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


def test_pulses_of_two_events_have_two_tags(client: FlaskClient) -> None:
    tags = [
        client.get(EVENT.replace("41", n) + "/pulses.bin").headers["ETag"] for n in ("24", "41")
    ]
    assert tags[0] != tags[1]


@pytest.mark.parametrize(("query", "kept"), [("", False), ("?v=", False), ("?v=other", False)])
def test_geometry_is_kept_only_under_its_version(client: FlaskClient, query, kept) -> None:
    assert ("immutable" in client.get(GEOMETRY + query).headers["Cache-Control"]) == kept


NOT_FOUND = {
    "/api/v1/": "There is no route '/api/v1/'; docs/api.md lists all.",
    "/api/v1": "There is no route '/api/v1'",
    "/api/v2/datasets": "There is no route '/api/v2/datasets'",
    "/api/v1/datasets/set": "There is no route '/api/v1/datasets/set'",
    "/api/v1/datasets/set/events/41/": "There is no route",
    "/api/v1/datasets/a%2fb/events/41": "There is no route",
    "/api/v1/datasets/other/geometry.bin": "There is no data set 'other'. Those open here: set.",
    "/api/v1/datasets/%00/events/41": "There is no data set",
    "/api/v1/datasets/../events/41": "There is no data set '..'",
    f"/api/v1/datasets/{'k' * 9_000}/events/41": "There is no data set",
    "/api/v1/datasets/set/events/42": "No event 42 in data set 'set'",
    "/api/v1/datasets/set/events/-1": "'-1' is not an event id: expected a whole number from 0",
    "/api/v1/datasets/set/events/4.0": "'4.0' is not an event id",
    "/api/v1/datasets/set/events/٤١": "is not an event id",
    f"/api/v1/datasets/set/events/{2**63}": "'9223372036854775808' is not an event id",
    f"/api/v1/datasets/set/events/{'9' * 9_000}/pulses.bin": "is not an event id",
    "/api/v1/datasets/set/batches/test/1/index": "has no batch 'test/batch_1.parquet'",
    f"/api/v1/datasets/set/batches/train/{'9' * 9_000}/index": "has no batch 'train/batch_999",
    "/api/v1/datasets/set/batches/<b>/x/index": "has no batch '<b>/batch_x.parquet'",
}  # fmt: skip


@pytest.mark.parametrize(("path", "words"), NOT_FOUND.items(), ids=lambda text: text[:50])
def test_what_is_not_there_is_said_as_json(client: FlaskClient, path: str, words: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (404, "application/json")
    assert words in answer.json["error"]
    assert len(answer.json["error"]) < 300
    assert client.head(path).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/api/v1/datasets", GEOMETRY, EVENT, "/api/v1/nowhere"])
def test_other_methods_are_refused_as_json(client: FlaskClient, path: str, method: str) -> None:
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.mimetype) == (405, "application/json")
    assert answer.json["error"].startswith(f"{method} {path}: ")
    assert "GET" in answer.headers["Allow"]


def test_pages_keep_their_own_errors(client: FlaskClient) -> None:
    answer = client.post("/event/set/41")
    assert (answer.status_code, answer.mimetype) == (405, "text/html")


def test_no_event_is_sent_without_its_pulses(tmp_path: Path) -> None:
    write_small(tmp_path / "set", {24: 3, 41: 0})
    client = app_on(tmp_path / "set").server.test_client()
    for path in (EVENT, f"{EVENT}/pulses.bin"):
        answer = client.get(path)
        assert (answer.status_code, answer.mimetype) == (422, "application/json")
        assert "event 41 of set/train/batch_1.parquet has no pulses" in answer.json["error"]
