"""The pictures of docs/samples.md: how they are taken, and that the page shows them all."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.report_pages import comments_of
from reco_core.icecube.dataset import find_datasets
from tests.browser import samples as command
from tests.browser.conftest import ROOT
from tests.browser.samples_page import (
    OVERVIEW,
    Sample,
    add_sections,
    overview_text,
    table_text,
    write_sections,
)
from tests.reco_core.icecube.small_datasets import BIG, write_small

PAGE = ROOT / "docs" / "samples.md"
PICTURES = ROOT / "docs" / "pictures" / "samples"


def row(key: str, **more: Any) -> dict[str, Any]:
    """A direction as the page has it: from straight above, unless told."""
    empty = {"opening_angle": None, "uncertainty_rad": None, "energy_gev": None, "reason": None}
    return {"key": key, "label": key, "zenith": 0.0, "azimuth": 0.0} | empty | more


SOME = (
    row("truth", zenith=math.radians(12.34), energy_gev=1510.0),
    row("line_fit", opening_angle=math.radians(84.9), energy_gev=None),
    row("mpe_fit", opening_angle=math.radians(0.26), uncertainty_rad=0.01, energy_gev=32_402.0),
    row("cascade_fit", zenith=None, reason="light on fewer than 2 DOMs"),
)


def test_the_page_shows_every_picture_there_is_and_no_other() -> None:
    shown = re.findall(r"\(pictures/samples/([^)]+)\)", PAGE.read_text())
    assert sorted(shown) == sorted(file.name for file in PICTURES.iterdir())
    assert len(shown) == len(set(shown))


def test_every_event_of_the_page_has_a_sentence() -> None:
    sections = PAGE.read_text().split("\n### ")[1:]
    assert sections
    for section in sections:
        name = section.partition("\n")[0]
        by_hand = section.partition(comments_of(name)[1])[2].partition("\n## ")[0]
        assert by_hand.strip(), f"docs/samples.md says nothing of {name}"


def test_a_table_has_angles_in_degrees_and_the_reason_of_what_has_none() -> None:
    lines = table_text(SOME).splitlines()[2:]
    assert lines == [
        "| truth | 12.3 | 0.00 |  |  | 1.51 TeV |",
        "| line_fit | 0.00 | 0.00 | 84.9 |  |  |",
        "| mpe_fit | 0.00 | 0.00 | 0.26 | 0.57 | about 32 TeV |",
        "| cascade_fit | light on fewer than 2 DOMs |  |  |  |  |",
    ]


def test_the_overview_marks_what_is_far_off() -> None:
    known = Sample("set", 7, "Event 7", ("few pulses",), SOME)
    lines = overview_text([known, Sample("set", 8, "Event 8", (), SOME[1:])]).splitlines()
    assert lines[2:] == ["| set 7 | **84.9** | 0.26 | none |"]


def test_a_page_gets_sections_and_keeps_what_is_by_hand(tmp_path: Path) -> None:
    page = tmp_path / "samples.md"
    page.write_text("# Mine\n\n" + "\n".join(comments_of(OVERVIEW)) + "\n")
    sample = Sample("set", 7, "A cascade", ("few pulses", ""), SOME)
    add_sections(page, [sample.name])
    page.write_text(page.read_text() + "\nBy hand.\n")
    add_sections(page, [sample.name])
    write_sections(page, [sample], "pictures/samples")
    text = page.read_text()
    assert text.startswith("# Mine")
    assert text.endswith("<!-- set 7: end -->\n\nBy hand.\n")
    assert text.count("### set 7") == 1
    assert "A cascade: few pulses.\n\n![set 7](pictures/samples/set-7.jpg)" in text


@pytest.mark.parametrize(
    ("travel_azimuth", "centre_m", "eye"),
    [(0.0, (0, 300, 0), math.pi / 2), (0.0, (0, -300, 0), -math.pi / 2)],
)
def test_an_event_is_seen_across_its_direction_from_the_side_of_its_light(
    travel_azimuth: float, centre_m: tuple[float, ...], eye: float
) -> None:
    lit = np.array(centre_m) + np.array([(-400, 0, 0), (0, 0, 0), (400, 0, 0)])
    camera = command.camera_of([row("truth", azimuth=travel_azimuth)], lit)
    assert camera["azimuth"] == pytest.approx(eye)
    assert camera["distance"] == command.FARTHEST_M
    small = command.camera_of([row("mpe_fit")], np.array([centre_m] * 3, float))
    assert small["distance"] == command.NEAREST_M


def test_a_folder_without_data_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([str(tmp_path / "out"), "--data", str(tmp_path)]) == 2
    assert f"No data set in {tmp_path}" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_more_events_than_a_page_can_show_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_small(tmp_path / "set", dict.fromkeys(range(command.MOST_EVENTS + 1), 3))
    assert command.main([str(tmp_path / "out"), "--data", str(tmp_path)]) == 2
    assert f"more than {command.MOST_EVENTS} events" in capsys.readouterr().err


def test_a_picture_is_taken_of_an_event_with_all_directions(
    server: str, samples: Path, open_page: Callable[..., Any], tmp_path: Path
) -> None:
    found = find_datasets(samples, tmp_path / "index", BIG)
    dataset = next(dataset for dataset in found if dataset.key == "kaggle")
    page = open_page(f"{server}/event/kaggle/59")
    sample = command.take(page, server, dataset, 59, tmp_path)
    assert [row["key"] for row in sample.rows] == list(command.KEYS)
    assert all(row["state"] == "done" for row in sample.rows)
    picture = (tmp_path / "kaggle-59.jpg").read_bytes()
    assert picture.startswith(b"\xff\xd8\xff")
    assert 20_000 < len(picture) <= 120_000
