"""Addresses that name nothing, nonsense in queries, and a browser without WebGL2."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import CHROMIUM_FLAGS, Watched, view, wait_for_event

OpenPage = Callable[..., Any]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/event/kaggle/25", ["kaggle", "25"]),
        ("/event/nowhere/24", ["nowhere", "icecube_simulation, kaggle, recorded"]),
        ("/event/kaggle/2x", ["'2x'", "whole number"]),
        ("/no/such/page", ["'/no/such/page'", "/event/"]),
    ],
)
def test_what_is_not_there_is_said(
    server: str, open_page: OpenPage, path: str, words: list[str]
) -> None:
    page = open_page(server + path, wait=False)
    page.wait_for_selector("#notice.failed h2")
    told = page.inner_text("#notice")
    assert all(word in told for word in words), told
    page.click("#notice a")
    wait_for_event(page)


def test_after_an_unknown_id_the_way_on_stays_in_the_data_set(
    server: str, open_page: OpenPage
) -> None:
    page = open_page(f"{server}/event/kaggle/99999999", wait=False)
    page.wait_for_selector("#notice.failed h2")
    page.keyboard.press("n")
    wait_for_event(page, 24)
    assert view(page, "event")["dataset"] == "kaggle"


def test_nonsense_in_the_query_is_told_and_the_event_shown(
    server: str, open_page: OpenPage
) -> None:
    page = open_page(f"{server}/event/kaggle/24?t=abc&map=%3Cscript%3Ealert(1)%3C/script%3E")
    told = page.inner_text("#notice")
    assert "t='abc'; expected a time in ns" in told
    assert view(page, "colour_map") == "spectrum"


def test_the_policy_is_strict(server: str) -> None:
    with urllib.request.urlopen(server) as answer:
        policy = answer.headers["Content-Security-Policy"]
    script = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe" not in script
    assert "frame-ancestors 'none'" in policy


def test_without_webgl2_three_flat_views_take_its_place(
    server: str, chromium: str, browser: Any, tmp_path: Path
) -> None:
    flags = [flag for flag in CHROMIUM_FLAGS if "swiftshader" not in flag]
    flat = browser.browser_type.launch(executable_path=chromium, args=[*flags, "--disable-3d-apis"])
    page = flat.new_page()
    watched = Watched(page)
    page.goto(f"{server}/event/kaggle/67")
    wait_for_event(page)
    page.wait_for_selector("#projections .js-plotly-plot svg.main-svg")
    page.wait_for_function(
        "() => document.querySelectorAll('#projections .scatterlayer .point').length > 300"
    )
    assert "no WebGL2" in page.inner_text("#projections")
    assert page.locator("#projections .js-plotly-plot").count() == 3
    frame = page.locator(".scene-frame").bounding_box()
    for plot in page.locator("#projections svg.main-svg").all():
        box = plot.bounding_box()
        if box is None or box["height"] < 100:
            continue  # Plotly's layers of annotations and hover
        assert box["y"] >= frame["y"]
        assert box["y"] + box["height"] <= frame["y"] + frame["height"] + 1
    assert not page.is_visible(".scene-views")
    flat.close()
    problems = [p for p in watched.problems if "WebGL" not in p]
    assert not problems, problems
