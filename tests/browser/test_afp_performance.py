"""The page Performance of AFP in a real browser: scoring from it, tables, curves, address."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from reco_core.afp.detectors.registry import DETECTORS
from tests.app.afp_scored import write_classes, write_scores
from tests.browser.conftest import serve

OpenPage = Callable[..., Any]
SCORED = [row.key for row in DETECTORS if row.key != "rules"]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True,
         "device_scale_factor": 2}  # fmt: skip


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A data set scored by all detectors but one, and the same without truth or scores."""
    folder = tmp_path_factory.mktemp("afp_performance")
    data, cache = folder / "data", folder / "cache"
    write_classes(data / "known")
    write_scores(data / "known", cache, *SCORED)
    write_classes(data / "blind", truth=False)
    with serve(data, cache) as address:
        yield address


def opened(open_page: OpenPage, url: str, **options: Any) -> Any:
    page = open_page(url, wait=False, **options)
    page.wait_for_function(
        "() => { const { store } = window.hitscope ?? {}; "
        "return store?.get('report')?.complete && store.get('mix'); }",
        timeout=60_000,
    )
    return page


def numbers(page: Any, part: str, key: str) -> list[str]:
    return page.locator(f"#{part} .overall tr[data-method={key}] td.value").all_inner_texts()


def test_a_detector_is_scored_from_the_page_and_measured(
    own_server: str, open_page: OpenPage
) -> None:
    page = opened(open_page, f"{own_server}/afp/known/performance")
    assert "400 good events" in page.inner_text("#own .said")
    assert "2 events of no class, or of another, left out" in page.inner_text("#own .said")
    assert numbers(page, "own", "rules") == []
    figures = page.locator("#own .rocs figure")
    assert figures.count() == 10  # all anomalous ones, eight classes, and those apart
    assert page.locator("#own .by-class tbody tr").count() == 9
    page.click("#own [data-score='afp:rules']")
    page.locator("#own .overall tr[data-method=rules] td.value").first.wait_for(timeout=120_000)
    assert len(numbers(page, "own", "rules")) == 7
    assert page.locator("#own .rocs figure").first.locator("[data-method=rules] .line").count() > 0
    assert page.locator("#own .by-class thead th").count() == 1 + len(DETECTORS)


def test_the_test_mix_is_shown_with_its_sweep(own_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{own_server}/afp/known/performance")
    assert "10,000 good events" in page.inner_text("#mix .said")
    assert "other weights" not in page.inner_text("#mix .said")
    assert float(numbers(page, "mix", "default")[0]) > 0.985  # AUC
    assert page.locator("#mix .sweep figure").count() == 4
    lines = page.locator("#mix .sweep figure").first.locator(".line")
    assert lines.count() == 3


def test_keys_choose_and_the_address_keeps_it(own_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{own_server}/afp/known/performance?from=5&theme=dark")
    page.keyboard.press("v")
    page.keyboard.press("c")
    page.keyboard.press("t")
    page.click("#own [data-choose=pca]")
    page.wait_for_function("() => location.search.includes('scale=linear')")
    again = opened(open_page, page.url)
    assert again.get_attribute("#own [data-pick='By class recall_01']", "aria-pressed") == "true"
    assert again.get_attribute("#own [data-pick='Curves linear']", "aria-pressed") == "true"
    assert again.get_attribute("html", "data-theme") == "light"
    assert again.locator("#own .rocs [data-method=pca] .line").count() == 0
    assert again.locator("#own .rocs [data-method=boosted] .line").count() > 0
    again.keyboard.press("Shift+E")
    again.wait_for_url("**/afp/known/5*")
    again.wait_for_function("() => window.hitscope?.store.get('event')")
    again.keyboard.press("Shift+E")
    again.wait_for_url("**/afp/known/performance?from=5*")


def test_what_makes_no_sense_is_said_and_left_out(own_server: str, open_page: OpenPage) -> None:
    bad = "show=<b>&scale=3&of=a;b&from=-1&theme=red"
    page = opened(open_page, f"{own_server}/afp/known/performance?{bad}")
    told = page.inner_text("#performance-notice")
    for part in ("show='<b>'", "scale='3'", "of='a;b'", "from='-1'", "theme='red'"):
        assert part in told
    assert page.get_attribute("#own [data-pick='By class recall_1']", "aria-pressed") == "true"


def test_without_truth_it_says_what_to_do(own_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{own_server}/afp/blind/performance")
    assert "truth.parquet (event_id, event_class)" in page.inner_text("#own .said")
    assert page.locator("#own [data-score]").count() == len(DETECTORS)
    assert page.inner_text("#score-all") == f"Score with all {len(DETECTORS)}"
    assert page.is_hidden("#get-csv")
    assert page.locator("#own .rocs figure").count() == 0


def test_a_point_of_a_curve_and_a_cell_tell_their_numbers(
    own_server: str, open_page: OpenPage
) -> None:
    page = opened(open_page, f"{own_server}/afp/known/performance")
    page.locator("#own .by-class td").first.hover()
    assert "AUC: 0." in page.inner_text(".plot-tip")
    page.locator("#mix .rocs .plot").first.hover()
    assert re.search(r"\d %\)? found|found \(", page.inner_text(".plot-tip"))


def test_a_phone_shows_it_without_moving_sideways(own_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{own_server}/afp/known/performance", **PHONE)
    main = page.locator("#performance")
    assert main.evaluate("node => node.scrollWidth <= node.clientWidth + 1")
    width = page.locator("#own .rocs figure").first.evaluate("node => node.clientWidth")
    assert width > 300
