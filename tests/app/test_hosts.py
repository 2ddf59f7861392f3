"""Under which names the server answers: not under those that others make lead to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.main import create_app
from app.security import host_name
from app.settings import load_settings
from reco_core.errors import SettingError
from tests.reco_core.icecube.small_datasets import write_small


def client(folder: Path, **settings: str) -> FlaskClient:
    if not (folder / "set").exists():
        write_small(folder / "set", {41: 8})
    given = {
        "HITSCOPE_DATA": str(folder / "set"),
        "HITSCOPE_CACHE_DIR": str(folder / "cache"),
        "HITSCOPE_RUNTIME_DIR": str(folder / "runtime"),
        **settings,
    }
    return create_app(load_settings(given)).server.test_client()


PATHS = ["/", "/api/v1/datasets/set/events/41", "/api/v1/jobs", "/metrics", "/assets/hitscope.mjs"]


@pytest.mark.parametrize("path", PATHS)
def test_another_name_is_refused(tmp_path: Path, path: str) -> None:
    answer = client(tmp_path).get(path, headers={"Host": "evil.example:8050"})
    assert answer.status_code == 421
    assert "not evil.example" in answer.json["error"].replace("'", "")
    assert "HITSCOPE_HOSTS" in answer.json["error"]


def test_a_post_under_another_name_changes_nothing(tmp_path: Path) -> None:
    headers = {"Host": "evil.example", "Origin": "http://evil.example",
               "Sec-Fetch-Site": "same-origin"}  # fmt: skip
    asked = {"dataset": "set", "algorithm": "line_fit"}
    server = client(tmp_path)
    assert server.post("/api/v1/jobs", json=asked, headers=headers).status_code == 421
    assert server.get("/api/v1/jobs").json["jobs"] == []


@pytest.mark.parametrize(
    "host", ["localhost", "LocalHost:8050", "127.0.0.1:8050", "[::1]:8050", "127.0.0.1"]
)
def test_this_machines_own_names_are_answered(tmp_path: Path, host: str) -> None:
    assert client(tmp_path).get("/health", headers={"Host": host}).status_code == 200


def test_a_name_that_is_set_is_answered_and_no_other(tmp_path: Path) -> None:
    server = client(tmp_path, HITSCOPE_HOSTS="hitscope.example.org, other.example")
    told = {
        host: server.get("/health", headers={"Host": host}).status_code
        for host in ("Hitscope.example.org", "other.example:443", "evil.example", "localhost", "")
    }
    assert list(told.values()) == [200, 200, 421, 200, 421]


@pytest.mark.parametrize("listens", ["0.0.0.0", "::", "192.168.1.5", "node7"])
def test_on_other_addresses_any_name_leads_here_unless_names_are_set(
    tmp_path: Path, listens: str
) -> None:
    anyone = client(tmp_path, HOST=listens)
    assert anyone.get("/health", headers={"Host": "node7.example.org"}).status_code == 200
    named = client(tmp_path, HOST=listens, HITSCOPE_HOSTS="node7")
    assert named.get("/health", headers={"Host": "node7:8050"}).status_code == 200
    assert named.get("/health", headers={"Host": "evil.example"}).status_code == 421


@pytest.mark.parametrize("text", ["a b", "http://x", "x/y", "*", "x:1"])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(SettingError, match="HITSCOPE_HOSTS"):
        load_settings({"HITSCOPE_HOSTS": text})


@pytest.mark.parametrize(
    ("header", "name"),
    [("a.b:1", "a.b"), ("[::1]:5", "::1"), ("[::1]", "::1"), ("A", "a"), ("", ""), ("[", ""),
     (":8050", "")],
)  # fmt: skip
def test_the_name_in_a_header(header: str, name: str) -> None:
    assert host_name(header) == name
