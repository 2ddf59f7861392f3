import re
from pathlib import Path

import pytest

from app.main import create_app
from app.settings import load_settings


def settings_for(data: Path, cache: Path):  # type: ignore[no-untyped-def]
    return load_settings({"HITSCOPE_DATA": str(data), "HITSCOPE_CACHE_DIR": str(cache)})


def test_a_worker_can_serve_scripts_of_a_page_that_another_made(tmp_path: Path) -> None:
    page = create_app(settings_for(tmp_path, tmp_path / "cache")).server.test_client().get("/")
    scripts = re.findall(r'src="(/_dash-component-suites/[^"]+)"', page.text)
    assert scripts
    fresh = create_app(settings_for(tmp_path, tmp_path / "cache")).server.test_client()
    assert {fresh.get(script).status_code for script in scripts} == {200}


def test_the_app_starts_without_any_data(tmp_path: Path) -> None:
    client = create_app(settings_for(tmp_path / "nothing", tmp_path / "cache")).server.test_client()
    assert client.get("/health").status_code == 200
    assert client.get("/").status_code == 200
    answer = client.get("/api/v1/datasets")
    assert answer.status_code == 422
    assert str(tmp_path / "nothing") in answer.json["error"]
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/datasets", "/assets/hitscope.mjs", "/health", "/nowhere"]
)
def test_every_answer_carries_the_policy(tmp_path: Path, path: str) -> None:
    client = create_app(settings_for(tmp_path, tmp_path / "cache")).server.test_client()
    with client.get(path) as answer:
        headers = answer.headers
    assert "script-src 'self' 'sha256-" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert 0 <= float(headers["Server-Timing"].removeprefix("app;dur=")) < 10_000
