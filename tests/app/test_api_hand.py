"""The route of what is in hand: what it passes on, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.services.held import HandRequest, without
from app.services.inference import Place
from tests.app.pages import app_on
from tests.app.spoilt import COUNTS
from tests.reco_core.icecube.small_datasets import write_small

ROUTE = "/api/v1/datasets/set/events/41/likelihood"
BODY: dict[str, Any] = {
    "kind": "track", "zenith": 1.0, "azimuth": 2.0, "point_m": [1.0, 2.0, 3.0], "time_ns": 5.0,
}  # fmt: skip
ANSWER = without("starting", "Soon.")


class Asked:
    """Notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Place, HandRequest]] = []

    def by_hand(self, place: Place, asked: HandRequest) -> dict[str, Any]:
        self.asked.append((place, asked))
        return ANSWER


@pytest.fixture(scope="module")
def inference() -> Asked:
    return Asked()


@pytest.fixture(scope="module")
def client(inference: Asked, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    data: Path = tmp_path_factory.mktemp("data") / "set"
    write_small(data, COUNTS)
    app = app_on(data)
    app.server.config["inference"] = inference
    return app.server.test_client()


def test_a_good_request_is_passed_on(client: FlaskClient, inference: Asked) -> None:
    answer = client.post(ROUTE, json=BODY)
    assert (answer.status_code, answer.json) == (200, ANSWER)
    assert answer.headers["Cache-Control"] == "no-store"
    place, asked = inference.asked[-1]
    assert place == Place("set", 41)
    assert asked == HandRequest("track", 1.0, 2.0, (1.0, 2.0, 3.0), 5.0)


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"", "application/json", 422),
        (b"{", "application/json", 422),
        (b"\xff\xfe", "application/json", 422),
        (b"[" * 50_000, "application/json", 422),
        (b'{"kind": NaN}', "application/json", 422),
        (b'"' + b"x" * 200_000 + b'"', "application/json", 413),
    ],
)
def test_no_bytes_break_it(
    client: FlaskClient, inference: Asked, data: bytes, kind: str, status: int
) -> None:
    before = len(inference.asked)
    answer = client.post(ROUTE, data=data, content_type=kind)
    assert answer.status_code == status
    assert isinstance(answer.json["error"], str)
    assert len(inference.asked) == before


def test_other_sites_pages_cannot_ask(client: FlaskClient) -> None:
    """A form of theirs can send a text, but not say that it is JSON."""
    body = '{"kind":"track","zenith":1,"azimuth":2,"point_m":[1,2,3],"time_ns":5}'
    assert client.post(ROUTE, data=body, content_type="text/plain").status_code == 422
    assert client.post(ROUTE, data=body, content_type="application/json").status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/api/v1/datasets/gone/events/41/likelihood", 404, "There is no data set 'gone'"),
        ("/api/v1/datasets/set/events/999/likelihood", 404, "No event 999"),
        ("/api/v1/datasets/set/events/x/likelihood", 404, "'x' is not an event id"),
    ],
)
def test_what_is_not_there(client: FlaskClient, path: str, status: int, message: str) -> None:
    answer = client.post(path, json=BODY)
    assert answer.status_code == status
    assert answer.json["error"].startswith(message)


def test_a_number_out_of_range_is_named(client: FlaskClient) -> None:
    answer = client.post(ROUTE, json=BODY | {"zenith": 4.0})
    assert answer.status_code == 422
    assert answer.json["error"] == "zenith is 4.0; expected a number from 0 to 3.14159 rad."
