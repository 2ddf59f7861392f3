"""Results that take their time in a real browser: the page never waits for them."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import view, wait_for_answers, wait_for_event

OpenPage = Callable[..., Any]

ROW = "#directions .row:has([data-overlay=held])"


def wait_for_row(page: Any, key: str, state: str = "done") -> None:
    page.wait_for_function(
        """([key, state]) => window.hitscope?.store.get("directions")
            .some((row) => row.key === key && row.state === state)""",
        arg=[key, state],
        timeout=30_000,
    )


def drawn(page: Any) -> list[str]:
    """Keys of the directions that the scene draws."""
    return page.evaluate(
        """async () => {
            const { shownOverlays } = await import("/assets/display/gl/overlays.mjs");
            return shownOverlays(window.hitscope.store).map(({ key }) => key);
        }"""
    )


def test_the_event_is_there_at_once_and_a_slow_direction_when_it_is_computed(
    odd_server: str, open_page: OpenPage, closed_gate: Path
) -> None:
    page = open_page(f"{odd_server}/event/kaggle/24")
    wait_for_row(page, "held", "computing")
    assert "held" not in drawn(page)
    page.evaluate("window.event_before = window.hitscope.store.get('event')")
    camera = view(page, "camera")
    page.wait_for_selector(f"{ROW} >> text=computing")
    assert page.get_attribute(ROW, "aria-busy") == "true"
    before = page.locator(ROW).bounding_box()
    closed_gate.unlink()
    page.wait_for_selector(f"{ROW} >> text=57.3°")  # 1 rad, as the plug-in says
    assert page.locator(ROW).bounding_box() == before
    assert page.get_attribute(ROW, "aria-busy") == "false"
    assert "held" in drawn(page)
    assert page.evaluate("window.event_before === window.hitscope.store.get('event')")
    assert view(page, "camera") == camera


def test_what_is_kept_is_there_with_the_event(odd_server: str, open_page: OpenPage) -> None:
    page = open_page(f"{odd_server}/event/kaggle/59")
    wait_for_row(page, "held")
    page.reload()
    wait_for_event(page)
    first = view(page, "event")["overlays"]
    assert {row["key"]: row["state"] for row in first}["held"] == "done"


def test_a_quick_answer_never_says_that_it_is_computed(
    odd_server: str, open_page: OpenPage
) -> None:
    page = open_page(f"{odd_server}/event/kaggle/59")
    wait_for_row(page, "held")
    wait_for_answers(page)  # else the server would answer what is asked below
    seen = page.evaluate(
        """row => {
            const { store } = window.hitscope;
            const again = (row) => (row.key === "held" ? { ...row, state: "queued" } : row);
            store.set({ directions: store.get("directions").map(again) });
            return getComputedStyle(document.querySelector(`${row} .state`)).visibility;
        }""",
        ROW,
    )
    assert seen == "hidden"
    page.wait_for_selector(f"{ROW} .state", state="visible")  # after 150 ms


def test_a_direction_of_a_plug_in_is_switched_and_kept_in_the_address(
    odd_server: str, open_page: OpenPage
) -> None:
    page = open_page(f"{odd_server}/event/kaggle/59")
    wait_for_row(page, "held")
    assert "held" in view(page, "overlays")
    page.click("#directions [data-overlay=held]")
    assert page.get_attribute("#directions [data-overlay=held]", "aria-pressed") == "false"
    assert "held" not in drawn(page)
    page.wait_for_function("() => !/on=[^&]*held/.test(location.search)")
    page.reload()
    wait_for_event(page)
    assert page.inner_text("#notice") == ""
    assert "held" not in view(page, "overlays")
    page.click(".more-rows")  # what is off is folded away
    page.click("#directions [data-overlay=held]")
    page.wait_for_function("() => /on=[^&]*held/.test(location.search)")
    page.reload()
    wait_for_event(page)
    assert page.inner_text("#notice") == ""
    assert "held" in view(page, "overlays")


def test_what_has_no_answer_says_why(odd_server: str, open_page: OpenPage) -> None:
    page = open_page(f"{odd_server}/event/kaggle/41")
    page.wait_for_selector("#directions .reason >> text=There is too little light.")
    wait_for_row(page, "broken", "failed")
    assert "a mistake in the algorithm" in page.inner_text("#directions")


def test_leafing_through_events_computes_only_what_is_looked_at(
    odd_server: str, counts: Path, open_page: OpenPage, closed_gate: Path
) -> None:
    page = open_page(f"{odd_server}/event/icecube_simulation/0")
    wait_for_row(page, "held", "computing")  # and nothing else, until the gate opens
    ids = []
    for _ in range(5):
        following = view(page, "event")["next_id"]
        page.keyboard.press("n")
        wait_for_event(page, following)
        ids.append(following)
    # until the server has heard of the newest, the one before it still counts as looked at
    page.wait_for_selector(f"{ROW} >> text=queued")
    page.wait_for_timeout(500)
    closed_gate.unlink()
    wait_for_row(page, "held")
    computed = [line.split()[:2] for line in counts.read_text().splitlines()]
    held = {int(event_id) for key, event_id in computed if key == "held"}
    assert ids[-1] in held
    assert not held & set(ids[:-1])


def test_the_next_events_are_asked_for_once_after_the_event_is_drawn(
    odd_server: str, open_page: OpenPage
) -> None:
    page = open_page(f"{odd_server}/event/kaggle/67")
    wait_for_row(page, "held")
    page.wait_for_timeout(1500)  # whatever is asked, is asked by then
    asked = page.watched.requests
    ahead = [i for i, url in enumerate(asked) if "ahead=" in url]
    pulses = [i for i, url in enumerate(asked) if "pulses.bin" in url]
    assert len(ahead) == 1
    assert ahead[0] > pulses[0]
    assert "&ahead=verdict,line_fit,mpe_fit," in asked[ahead[0]]  # what is drawn, no more
    assert "spe_fit" not in asked[ahead[0]]
    assert len([url for url in asked if url.endswith("/api/v1/jobs")]) == 1


def test_closing_the_page_tells_the_server(odd_server: str, open_page: OpenPage) -> None:
    page = open_page(f"{odd_server}/event/kaggle/67")
    url, kind, body = page.evaluate(
        """async () => {
            let sent = null;
            navigator.sendBeacon = (url, blob) => (sent = [url, blob]);
            window.dispatchEvent(new PageTransitionEvent("pagehide"));
            return [sent[0], sent[1].type, await sent[1].text()];
        }"""
    )
    assert (url, kind) == ("/api/v1/leave", "application/json")
    told = json.loads(body)
    assert told["turn"] == 2  # so that all of turn 1 is dropped
    asked = next(url for url in page.watched.requests if "/overlays?" in url)
    assert f"viewer={told['viewer']}&turn=1" in asked
    with pytest.raises(urllib.error.HTTPError, match="422"):
        post(f"{odd_server}{url}", {"viewer": "", "turn": 1})
    assert post(f"{odd_server}{url}", told) == 204


def post(url: str, body: dict[str, Any]) -> int:
    """Status of the answer to a JSON body."""
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.status


def test_without_the_server_the_row_says_so_and_one_can_try_again(
    odd_server: str, open_page: OpenPage
) -> None:
    page = open_page(f"{odd_server}/event/recorded/31747601", wait=False)
    page.route("**/overlays?*", lambda route: route.abort())
    wait_for_event(page)
    wait_for_row(page, "held", "failed")
    assert "The server does not answer." in page.inner_text("#directions")
    page.unroute("**/overlays?*")
    page.get_by_role("button", name="try again").first.click()
    wait_for_row(page, "held")
    unexpected = [p for p in page.watched.problems if "ERR_FAILED" not in p]
    page.watched.problems[:] = unexpected


def test_what_is_drawn_is_asked_for_first_and_the_rest_of_who_stays(
    odd_server: str, open_page: OpenPage, closed_gate: Path
) -> None:
    page = open_page(f"{odd_server}/event/icecube_simulation/20")
    wait_for_row(page, "held", "computing")  # drawn, and the gate is closed
    page.wait_for_timeout(1500)
    assert not [url for url in page.watched.requests if "listed=1" in url]
    closed_gate.unlink()
    wait_for_row(page, "spe_fit")  # not drawn
    asked = [url for url in page.watched.requests if "/overlays?of=" in url]
    first = next(i for i, url in enumerate(asked) if "spe_fit" in url)
    assert "listed=1" in asked[first]
    assert "held" not in asked[first]
    assert all("listed=0" in url for url in asked[:first] if "ahead=" not in url)


def test_what_is_switched_on_meanwhile_is_asked_for_as_drawn(
    odd_server: str, open_page: OpenPage, closed_gate: Path
) -> None:
    page = open_page(f"{odd_server}/event/icecube_simulation/21?on=line_fit")
    wait_for_row(page, "held", "computing")  # listed only
    page.click(".more-rows")
    page.click("#directions [data-overlay=held]")
    page.wait_for_function(
        """() => performance.getEntriesByType("resource")
            .some(({ name }) => name.includes("listed=0") && name.includes("held"))"""
    )
    closed_gate.unlink()
    page.wait_for_selector(f"{ROW} >> text=57.3°")
