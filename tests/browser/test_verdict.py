"""The learned verdict in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.browser.conftest import view, wait_for_answers, wait_for_event

OpenPage = Callable[..., Any]


def wait_for_verdict(page: Any) -> dict[str, Any]:
    page.wait_for_function(
        "() => window.hitscope?.store.get('verdict')?.state === 'done'", timeout=60_000
    )
    page.wait_for_selector("#learned .share-legend")
    return view(page, "verdict")


def test_the_classes_their_shares_and_the_reasons_stand_in_the_panel(
    server: str, open_page: OpenPage
) -> None:
    page = open_page(f"{server}/event/icecube_simulation/25")
    verdict = wait_for_verdict(page)
    shares = {name: verdict[f"p_{name}"] for name in ("track", "cascade", "muon", "noise")}
    likeliest = max(shares, key=shares.__getitem__)
    assert page.inner_text("#learned .verdict-word") == likeliest.capitalize()
    told = page.locator("#learned .share-legend dd").all_inner_texts()
    for text, share in zip(told, shares.values(), strict=True):
        (number,) = re.findall(r"\d+", text)
        assert abs(int(number) - 100 * share) <= 1
    widths = [bar.bounding_box()["width"] for bar in page.locator("#learned .shares span").all()]
    assert max(widths) == widths[list(shares).index(likeliest)]
    reasons = page.locator("#learned .reasons li").all_inner_texts()
    assert reasons == [*verdict["class_reasons"], *verdict["hard_reasons"]]


def test_the_best_reconstruction_is_chosen_by_its_name(server: str, open_page: OpenPage) -> None:
    page = open_page(f"{server}/event/icecube_simulation/25?on=line_fit")
    verdict = wait_for_verdict(page)
    page.click("#learned [data-best]")
    assert view(page, "fit") == verdict["best"]
    assert verdict["best"] in view(page, "overlays")


def test_it_goes_with_its_event(server: str, open_page: OpenPage) -> None:
    page = open_page(f"{server}/event/icecube_simulation/20")
    first = wait_for_verdict(page)
    page.keyboard.press("n")
    wait_for_event(page, 21)
    assert wait_for_verdict(page) != first


def test_while_it_is_computed_it_says_so_and_nothing_jumps(
    server: str, open_page: OpenPage
) -> None:
    page = open_page(f"{server}/event/icecube_simulation/22")
    verdict = wait_for_verdict(page)
    wait_for_answers(page)  # else the server would answer what is asked below
    after = page.locator("#verdict").bounding_box()
    tell(page, {"key": "verdict", "state": "computing", "reason": None})
    assert page.inner_text("#learned") == "judging the light"
    assert page.get_attribute("#learned", "aria-busy") == "true"
    before = page.locator("#verdict").bounding_box()
    assert abs(after["y"] - before["y"]) < 60
    tell(page, verdict)
    assert page.get_attribute("#learned", "aria-busy") == "false"


def test_without_one_it_says_why(server: str, open_page: OpenPage) -> None:
    page = open_page(f"{server}/event/icecube_simulation/22")
    wait_for_answers(page)
    tell(page, {"key": "verdict", "state": "failed", "reason": "The weights are <b>damaged</b>."})
    assert page.inner_text("#learned") == "The weights are <b>damaged</b>."


def tell(page: Any, verdict: dict[str, Any]) -> None:
    page.evaluate("verdict => window.hitscope.store.set({ verdict })", verdict)
    page.wait_for_timeout(100)
