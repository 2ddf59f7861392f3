"""GET /health and /metrics, without a server."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import health


def client(state: str = "ready", data_sets: int | str = 2) -> FlaskClient:
    server = Flask("app")
    health.register(server, lambda: state, lambda: data_sets)
    return server.test_client()


@pytest.mark.parametrize("state", ["ready", "starting", "down"])
def test_health_is_200_whatever_the_inference_process_does(state: str) -> None:
    answer = client(state).get("/health")
    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "inference": state, "data_sets": 2}
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("known", [0, 3, "no folder '/data'"])
def test_health_tells_what_is_known_of_the_data(known: int | str) -> None:
    assert client(data_sets=known).get("/health").json["data_sets"] == known


@pytest.mark.parametrize(("state", "ready"), [("ready", "1.0"), ("starting", "0.0")])
def test_metrics_are_prometheus_text(state: str, ready: str) -> None:
    answer = client(state).get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert f"hitscope_inference_ready {ready}\n" in answer.text
