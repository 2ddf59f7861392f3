"""Requests that no page of ours sends: never an answer of 500."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from dash import Dash

from app.main import create_app
from app.settings import load_settings
from tests.app.pages import (
    app_on,
    flat_body,
    open_body,
)
from tests.app.spoilt import (
    COUNTS,
)
from tests.reco_core.icecube.small_datasets import (
    write_small,
)

CALLBACKS = "/_dash-update-component"


ODD = [None, True, 0, -1, 1.5, math.nan, [], {}, ["/"], {"a": 1}, "\ud800", "\0", "x" * 50_000]
ODD_PATHS = [
    "/event/<script>alert(1)</script>/1",
    "/event/set/9223372036854775808",
    "/event/set/1e3",
    "/event/set/-0",
    "/event/set/41\n",
    "//elsewhere",
    "/event/" + "k" * 101,
]
ODD_QUERIES = ["?t=" + "1" * 1_900, "?%ff=%ff&t=%ff", "?" + "&" * 1_900, "?dom=" + "9," * 900]
ODD_FLAT = [
    {"event_id": value, "dataset": "set"} for value in (True, 2**70, -(2**70), "41", [41], math.nan)
] + [{"event_id": 41, "dataset": value} for value in (None, ["set"], 1, {})]
ODD_TIMES = [True, 10**400, math.nan, math.inf, "x", [1], -5, 2**40]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Dash:
    data = tmp_path_factory.mktemp("data") / "set"
    write_small(data, COUNTS)
    return app_on(data)


@pytest.mark.parametrize("value", [*ODD, *ODD_PATHS], ids=lambda value: repr(value)[:30])
def test_no_path_breaks_the_page(app: Dash, value: Any) -> None:
    answer = app.server.test_client().post(CALLBACKS, json=open_body(value))
    assert answer.status_code == 200
    event = answer.json["response"]["event"]["data"]
    if isinstance(value, str):
        assert "There is no page" in event["error"] or "is not an event id" in event["error"]
        assert len(event["error"]) < 300
    else:
        assert event["event_id"] == 24  # no text at all: the first event


@pytest.mark.parametrize("value", [*ODD, *ODD_QUERIES], ids=lambda value: repr(value)[:30])
def test_no_query_breaks_the_page(app: Dash, value: Any) -> None:
    answer = app.server.test_client().post(CALLBACKS, json=open_body("/event/set/41", value))
    assert answer.status_code == 200
    assert answer.json["response"]["event-title"]["children"] == "Event 41"
    assert answer.json["response"]["event"]["data"]["view"] == {}


@pytest.mark.parametrize("value", [*ODD, *ODD_FLAT], ids=lambda value: repr(value)[:40])
def test_nothing_is_drawn_for_an_odd_request(app: Dash, value: Any) -> None:
    answer = app.server.test_client().post(CALLBACKS, json=flat_body(value))
    assert answer.status_code == 200
    assert answer.json["response"]["projections"]["children"] == []


@pytest.mark.parametrize("value", ODD_TIMES, ids=lambda value: repr(value)[:20])
def test_an_odd_time_draws_all_or_what_was_seen(app: Dash, value: Any) -> None:
    answer = app.server.test_client().post(
        CALLBACKS, json=flat_body({"dataset": "set", "event_id": 41, "time_ns": value})
    )
    assert answer.status_code == 200
    lit = answer.json["response"]["projections"]["children"][1]["props"]["figure"]["data"][1]
    assert bool(lit["text"]) == (value != -5)


GOOD_BODY = open_body("/event/set/41")
BAD_BODIES = [
    None,
    [],
    "x",
    {},
    GOOD_BODY | {"output": "nothing.children"},
    GOOD_BODY | {"output": [1]},
    GOOD_BODY | {"outputs": None},
    GOOD_BODY | {"outputs": [{"id": 5, "property": "data"}]},
    GOOD_BODY | {"inputs": []},
    GOOD_BODY | {"inputs": None},
    GOOD_BODY | {"inputs": [GOOD_BODY["inputs"]]},
    GOOD_BODY | {"inputs": [{"id": "x", "property": "y"}]},
    GOOD_BODY | {"state": 5},
    GOOD_BODY | {"changedPropIds": 5},
    GOOD_BODY | {"changedPropIds": [[]]},
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=lambda body: str(body)[-60:])
def test_a_request_of_another_form_is_refused(app: Dash, body: Any) -> None:
    client = app.server.test_client()
    answer = client.post(
        CALLBACKS, data=app.server.json.dumps(body), content_type="application/json"
    )
    assert answer.status_code == 400
    assert answer.json["error"].endswith(".")


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 50_000, "application/json", 400),
        (b"x", "text/plain", 415),
        (b'"' + b"x" * 200_000 + b'"', "application/json", 413),
    ],
)
def test_no_bytes_break_the_server(app: Dash, data: bytes, kind: str, status: int) -> None:
    answer = app.server.test_client().post(CALLBACKS, data=data, content_type=kind)
    assert answer.status_code == status


@pytest.mark.parametrize("path", ["nope/x.js", "dash/nope.js", "dash/../../x.js", "dash/%00"])
def test_an_unknown_script_is_not_found(app: Dash, path: str) -> None:
    assert app.server.test_client().get(f"/_dash-component-suites/{path}").status_code == 404


def test_every_callback_of_the_page_passes_the_guard(tmp_path: Path) -> None:
    write_small(tmp_path / "set", COUNTS)
    settings = {"HITSCOPE_DATA": str(tmp_path), "HITSCOPE_CACHE_DIR": str(tmp_path / "cache")}
    client = create_app(load_settings(settings)).server.test_client()
    for body in (open_body("/event/set/41"), flat_body({"dataset": "set", "event_id": 41})):
        assert client.post(CALLBACKS, json=body).status_code == 200
