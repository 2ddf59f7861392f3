"""The routes of jobs: their JSON, what they refuse, and the tables they hand out."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import api_jobs
from tests.app.services.job_helpers import Counting, World, write_batches

JOBS = "/api/v1/jobs"
QUESTION = {"dataset": "set", "algorithm": "counting"}
FIELDS = {
    "id", "dataset", "algorithm", "label", "state", "message", "n_done", "n_total", "rate_per_s",
    "seconds_left", "created_s", "queued_s", "ended_s", "n_failed", "tables", "summary",
}  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> World:
    write_batches(tmp_path / "set", {1: {24: 3, 41: 5, 7: 4}, 2: {100: 6}})
    return World(tmp_path / "set", tmp_path / "cache", Counting().algorithm())


@pytest.fixture
def told() -> list[str]:
    """A line for each time that the process which works on jobs was woken."""
    return []


@pytest.fixture
def client(world: World, told: list[str]) -> FlaskClient:
    server = Flask("test")
    server.config |= {"jobs": world.jobs, "jobs_changed": lambda: told.append("changed")}
    server.register_blueprint(api_jobs.blueprint)
    return server.test_client()


def test_a_job_from_its_start_to_its_table(
    client: FlaskClient, world: World, told: list[str]
) -> None:
    answer = client.get(JOBS)
    assert answer.json == {
        "jobs": [],
        "algorithms": [{"key": "counting", "label": "Counting", "source": "test", "of": "IceCube"}],
        "datasets": ["set"],
        "of_afp": [],
    }
    started = client.post(JOBS, json=QUESTION)
    assert started.status_code == 201
    assert set(started.json) == FIELDS
    assert (started.json["state"], started.json["n_total"]) == ("queued", 4)
    assert (started.json["tables"], started.json["summary"]) == ([], None)
    assert told == ["changed"]
    assert client.post(JOBS, json=QUESTION).status_code == 200
    world.finish()
    address = f"{JOBS}/{started.json['id']}"
    done = client.get(address)
    assert done.headers["Cache-Control"] == "no-store"
    assert (done.json["state"], done.json["n_done"]) == ("done", 4)
    assert done.json["summary"] == {
        "n": 4, "n_ok": 4, "n_failed": 0,
        "median_opening_angle_rad": pytest.approx(3e-5, abs=1e-5),
    }  # fmt: skip
    assert done.json["tables"] == [
        f"{address}/tables/train_batch_{number}.parquet" for number in (1, 2)
    ]
    assert client.get(JOBS).json["jobs"] == [done.json]
    with client.get(done.json["tables"][0]) as table:
        assert table.headers["Content-Disposition"] == (
            "attachment; filename=set_counting_train_batch_1.parquet"
        )
        frame = pl.read_parquet(io.BytesIO(table.data))
    assert frame["event_id"].to_list() == [24, 41, 7]


def test_cancel_and_start_again(client: FlaskClient, world: World, told: list[str]) -> None:
    address = f"{JOBS}/{client.post(JOBS, json=QUESTION).json['id']}"
    cancelled = client.post(f"{address}/cancel")
    assert (cancelled.status_code, cancelled.json["state"]) == (200, "cancelled")
    assert client.post(f"{address}/cancel", json={}).status_code == 200
    again = client.post(JOBS, json=QUESTION)
    assert (again.status_code, again.json["state"]) == (201, "queued")
    assert len(told) == 4


@pytest.mark.parametrize(
    ("body", "kind", "status", "expected"),
    [
        ("{}", "application/json", 422, "dataset, algorithm"),
        ('{"dataset": "set"}', "application/json", 422, "dataset, algorithm"),
        ('{"dataset": "set", "algorithm": "a", "x": 1}', "application/json", 422, "exactly"),
        ('{"dataset": 1, "algorithm": "a"}', "application/json", 422, "dataset is '1'"),
        ('{"dataset": "set", "algorithm": null}', "application/json", 422, "algorithm is 'None'"),
        ("[]", "application/json", 422, "JSON object"),
        ("null", "application/json", 422, "JSON object"),
        ("{", "application/json", 422, "no JSON object"),
        ("[" * 9_000, "application/json", 422, "no JSON object"),
        (" " * 20_000, "application/json", 413, "10000 bytes"),
        ("dataset=set", "application/x-www-form-urlencoded", 415, "expected JSON"),
        ('{"dataset": "set", "algorithm": "counting"}', "text/plain", 415, "expected JSON"),
        ('{"dataset": "no", "algorithm": "counting"}', "application/json", 404, "no data set 'no'"),
        ('{"dataset": "set", "algorithm": "no"}', "application/json", 404, "Available: counting"),
    ],
)
def test_a_request_that_is_not_understood(
    client: FlaskClient, told: list[str], body: str, kind: str, status: int, expected: str
) -> None:
    answer = client.post(JOBS, data=body, content_type=kind)
    assert answer.status_code == status
    assert expected in answer.json["error"]
    assert (told, client.get(JOBS).json["jobs"]) == ([], [])


@pytest.mark.parametrize(
    ("headers", "is_own"),
    [
        ({}, True),  # a script
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Origin": "http://localhost"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": "http://elsewhere.example"}, False),
        ({"Origin": "http://localhost:9999"}, False),
        ({"Origin": "http://localhost.elsewhere.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://["}, False),
    ],
)
def test_other_sites_start_and_cancel_nothing(
    client: FlaskClient, world: World, headers: dict[str, str], is_own: bool
) -> None:
    answer = client.post(JOBS, json=QUESTION, headers=headers)
    assert answer.status_code == (201 if is_own else 403)
    assert len(world.jobs.list()) == int(is_own)
    job = world.start()
    answer = client.post(f"{JOBS}/{job.id}/cancel", headers=headers)
    assert answer.status_code == (200 if is_own else 403)
    assert (world.jobs.get(job.id).state == "cancelled") == is_own


@pytest.mark.parametrize(
    "path",
    [
        "/0123456789abcdef",
        "/..%2f..%2fetc",
        "/{id}/tables/train_batch_1.parquet",  # not finished
        "/{id}/tables/train_batch_99.parquet",
        "/{id}/tables/other_batch_1.parquet",
        "/{id}/tables/..%2F..%2Fjobs%2Fx_batch_1.parquet",
        "/{id}/tables/train_batch_01.parquet",
    ],
)
def test_what_is_not_there_is_not_found(client: FlaskClient, world: World, path: str) -> None:
    address = JOBS + path.format(id=world.start().id)
    assert client.get(address).status_code == 404


def test_a_body_to_cancel_must_be_empty(client: FlaskClient, world: World) -> None:
    job = world.start()
    for given in ({"json": {"x": 1}}, {"data": "x", "content_type": "text/plain"}):
        arguments: dict[str, Any] = given
        answer = client.post(f"{JOBS}/{job.id}/cancel", **arguments)
        assert answer.status_code in (415, 422)
    assert world.jobs.get(job.id).state == "queued"


def test_a_folder_that_takes_nothing_is_the_servers_fault(
    client: FlaskClient, tmp_path: Path
) -> None:
    (tmp_path / "cache").mkdir(exist_ok=True)
    (tmp_path / "cache/jobs").write_text("a file where the folder should be")
    answer = client.post(JOBS, json=QUESTION)
    assert answer.status_code == 503
    assert "HITSCOPE_CACHE_DIR" in answer.json["error"]


def test_without_data_the_jobs_are_listed_still(world: World, tmp_path: Path) -> None:
    world.start()
    other = World(tmp_path / "nothing", world.cache, Counting().algorithm())
    server = Flask("test")
    server.config["jobs"] = other.jobs
    server.register_blueprint(api_jobs.blueprint)
    answer = server.test_client().get(JOBS)
    assert (len(answer.json["jobs"]), answer.json["datasets"]) == (1, [])
