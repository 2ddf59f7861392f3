"""The page Performance in a real browser: scoring from it, its tables and plots, its address."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.browser.conftest import serve, wait_for_event

OpenPage = Callable[..., Any]

SCORED = ("line_fit", "svd_axis")


@pytest.fixture(scope="module")
def own_server(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The simulated sample events, and the same pulses without any truth."""
    folder = tmp_path_factory.mktemp("performance")
    known, blind = folder / "data" / "known", folder / "data" / "blind"
    shutil.copytree(samples / "icecube_simulation", known)
    shutil.copytree(known / "train", blind / "train")
    with serve(folder / "data", folder / "cache") as address:
        yield address


def method(page: Any, key: str) -> Any:
    return page.locator(f"#methods tr[data-method={key}]")


def score(page: Any, *keys: str) -> None:
    for key in keys:
        button = page.locator(f"[data-score={key}]")
        if button.count():
            button.click()
    for key in keys:
        method(page, key).locator("td.value").first.wait_for(timeout=60_000)


def test_a_method_is_scored_from_the_page_and_measured(
    own_server: str, open_page: OpenPage
) -> None:
    page = open_page(f"{own_server}/performance/known", wait=False)
    page.wait_for_selector("#performance-said:has-text('events')")
    assert page.is_visible("#score-all")
    assert page.is_hidden("#figures")
    score(page, *SCORED)
    assert page.locator("#figures figure:has-text('All events')").count() == 1
    assert page.locator("#groups .numbers tbody tr").count() == len(SCORED)
    lines = page.locator(".plot .method[data-method=line_fit] .line")
    assert lines.count() >= 2  # of all events, and of a class
    with page.expect_download() as download:
        page.click("#get-parquet")
    with open(download.value.path(), "rb") as file:
        table = pl.read_parquet(io.BytesIO(file.read()))
    assert set(table["algorithm"]) == set(SCORED)
    shown = float(method(page, "line_fit").locator("td.value").nth(0).inner_text())
    row = table.filter(algorithm="line_fit", group_kind="all").row(0, named=True)
    assert shown == pytest.approx(row["mean_rad"], abs=5e-4)


def test_the_address_holds_groups_measure_and_methods(own_server: str, open_page: OpenPage) -> None:
    page = open_page(f"{own_server}/performance/known", wait=False)
    score(page, *SCORED)
    page.click("[data-pick='By energy']")
    page.click("[data-pick='Show mean']")
    page.click("#methods [data-choose=line_fit]")
    page.wait_for_function("location.search.includes('by=energy&show=mean')")
    assert "line_fit" not in page.url
    again = open_page(page.url, wait=False)
    again.wait_for_selector("#groups .numbers")
    assert again.get_attribute("[data-pick='By energy']", "aria-pressed") == "true"
    assert again.get_attribute("[data-pick='Show mean']", "aria-pressed") == "true"
    assert again.locator(".plot .method[data-method=line_fit]").count() == 0
    assert again.locator(".plot .method[data-method=svd_axis]").count() > 0
    assert "TeV" in again.inner_text("#groups thead")


def test_an_address_that_makes_no_sense_says_so(own_server: str, open_page: OpenPage) -> None:
    page = open_page(f"{own_server}/performance/known?by=colour&theme=light", wait=False)
    page.wait_for_selector("#performance-notice:has-text(\"by='colour'\")")
    assert page.get_attribute("html", "data-theme") == "light"


def test_a_data_set_without_truth_is_told_plainly(own_server: str, open_page: OpenPage) -> None:
    page = open_page(f"{own_server}/performance/blind", wait=False)
    page.wait_for_selector("#performance-said:has-text('No direction is known')")
    for id in ("methods", "figures", "groups", "verdict", "score-all"):
        assert page.is_hidden(f"#{id}")


def test_the_pointer_tells_the_numbers_of_a_point(own_server: str, open_page: OpenPage) -> None:
    page = open_page(f"{own_server}/performance/known?by=zenith", wait=False)
    score(page, *SCORED)
    point = page.locator("#groups .plot .method[data-method=svd_axis] circle").first
    point.scroll_into_view_if_needed()
    point.hover(force=True)
    page.wait_for_selector(".plot-tip:has-text('median')")
    method(page, "line_fit").hover()
    assert page.locator(".plot .method.in-focus").count() > 0


def test_the_verdict_is_scored_and_measured_beside_the_methods(
    own_server: str, open_page: OpenPage
) -> None:
    page = open_page(f"{own_server}/performance/known", wait=False)
    page.click("#verdict [data-score=verdict]", timeout=60_000)
    page.wait_for_selector("#verdict .scores", timeout=120_000)
    assert page.locator("#verdict .scores [data-probability]").count() == 4
    page.wait_for_selector("#verdict p:has-text('once MPE fit and Cascade fit are scored')")
    row = page.locator("#verdict .confusion [data-truth]").first
    shares = row.locator("td.share .value").all_inner_texts()
    assert sum(int(share.removesuffix(" %")) for share in shares) == pytest.approx(100, abs=2)
    page.click("#verdict [data-score-fits]")
    page.wait_for_selector("#verdict [data-probability=p_hard]", timeout=120_000)
    assert page.locator("#verdict button").count() == 0


def test_to_the_page_and_back_to_the_event(own_server: str, open_page: OpenPage) -> None:
    page = open_page(f"{own_server}/event/known")
    page.wait_for_function("location.search.includes('t=')")
    left = page.url
    page.keyboard.press("Shift+E")
    page.wait_for_url("**/performance/known")
    page.wait_for_selector("#methods tbody tr")
    page.keyboard.press("Shift+E")
    page.wait_for_url("**/event/known/**")
    wait_for_event(page)
    assert page.url.split("?")[0] == left.split("?")[0]


def test_a_phone_scrolls_tables_inside_their_box(own_server: str, open_page: OpenPage) -> None:
    page = open_page(
        f"{own_server}/performance/known", wait=False, viewport={"width": 390, "height": 844}
    )
    score(page, *SCORED)
    inside = page.evaluate(
        """() => {
            const box = document.getElementById("methods");
            return [document.documentElement.scrollWidth, box.scrollWidth > box.clientWidth];
        }"""
    )
    assert inside == [390, True]


def test_a_running_job_is_shown_in_its_row(
    odd_server: str, open_page: OpenPage, closed_gate: Path
) -> None:
    page = open_page(f"{odd_server}/performance/kaggle", wait=False)
    page.wait_for_selector("[data-score=held]")
    page.click("[data-score=held]")
    method(page, "held").locator("progress").wait_for()
    assert page.locator("[data-score=held]").count() == 0
    closed_gate.unlink()
    method(page, "held").locator("td.value").first.wait_for(timeout=60_000)
