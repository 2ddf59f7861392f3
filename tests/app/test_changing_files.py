"""Files that change while the server runs: never old and new together."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from dash import Dash

from reco_core.icecube.dataset_write import write_geometry
from reco_core.icecube.detector import Detector, builtin_detector
from tests.app.pages import (
    app_on,
    message_of,
    opened_page,
)
from tests.app.spoilt import (
    COUNTS,
)
from tests.reco_core.icecube.small_datasets import (
    write_small,
)


def pulse_bytes(app: Dash, event_id: int) -> int:
    path = f"/api/v1/datasets/set/events/{event_id}/pulses.bin"
    return len(app.server.test_client().get(path).data)


@pytest.mark.parametrize("small_batch", [1_000_000, 0], ids=["indexed at once", "read directly"])
def test_changes_on_disk_are_followed(tmp_path: Path, monkeypatch, small_batch: int) -> None:
    monkeypatch.setattr("reco_core.icecube.dataset_open.SMALL_BATCH_PULSES", small_batch)
    monkeypatch.setattr("reco_core.icecube.dataset_open.start_builder", lambda *_: None)
    path = write_small(tmp_path / "set", COUNTS)
    app = app_on(tmp_path / "set")
    whole = path.read_bytes()
    assert pulse_bytes(app, 41) == 16 + 11 * 8
    path.write_bytes(whole[:-20])
    assert "may be truncated" in message_of(app, "/event/set/41")
    path.write_bytes(whole)
    assert pulse_bytes(app, 41) == 16 + 11 * 8
    write_small(tmp_path / "set", {41: 3, 50: 1})
    assert pulse_bytes(app, 41) == 16 + 11 * 3
    assert "No event 24" in message_of(app, "/event/set/24")
    shutil.rmtree(tmp_path / "set")
    assert "there is no such file" in message_of(app, "/event/set/41")
    write_small(tmp_path / "set", COUNTS)
    assert pulse_bytes(app, 41) == 16 + 11 * 8


@pytest.mark.parametrize("given", [True, False], ids=["replaced", "new"])
def test_a_new_geometry_has_a_new_address(tmp_path: Path, given: bool) -> None:
    write_small(tmp_path / "set", COUNTS)
    if given:
        write_geometry(tmp_path / "set", builtin_detector())
    app = app_on(tmp_path / "set")
    client = app.server.test_client()
    old = opened_page(app, "/event/set/41")["event.data"]["geometry_url"]
    assert "immutable" in client.get(old).headers["Cache-Control"]
    write_geometry(tmp_path / "set", Detector(builtin_detector().position_m + 1.0))
    new = opened_page(app, "/event/set/41")["event.data"]["geometry_url"]
    assert new != old
    assert "immutable" in client.get(new).headers["Cache-Control"]
    assert client.get(old).headers["Cache-Control"] == "no-cache"  # other bytes than it names


def test_data_that_come_later_are_found(tmp_path: Path) -> None:
    app = app_on(tmp_path / "set")
    assert "cannot be opened" in opened_page(app, "/")["event.data"]["error"]
    write_small(tmp_path / "set", COUNTS)
    assert opened_page(app, "/")["event-title.children"] == "Event 24"


def test_a_permission_that_is_granted_later_counts(tmp_path: Path, monkeypatch) -> None:
    write_small(tmp_path / "set", COUNTS)
    app = app_on(tmp_path / "set")

    def refused(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patch:
        patch.setattr("reco_core.icecube.dataset_files.scan", refused)
        message = message_of(app, "/event/set/41")
        assert "permission denied; make it readable for the user that runs Hitscope" in message
    assert pulse_bytes(app, 41) == 16 + 11 * 8
    state = app.server.test_client().get("/api/v1/datasets/set/batches/train/1/index").json["state"]
    assert state == "ready"
