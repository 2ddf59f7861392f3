"""A page that stays open while its server goes away and comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Gunicorn, view, wait_for_event

OpenPage = Callable[..., Any]

AWAY = "The server does not answer. This page goes on by itself when it is back."
SAYS_AWAY = f".arrival:text-is('{AWAY}')"


@pytest.fixture(scope="module")
def own_server(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gunicorn]:
    server = Gunicorn(samples, tmp_path_factory.mktemp("restart") / "cache", "app.main:server")
    try:
        server.start()
        yield server
    finally:
        server.stop()


def forgive_silence(page: Any) -> None:
    """The browser itself writes down each question without an answer, and Dash each of its own."""
    told = (
        "ERR_CONNECTION_REFUSED",
        "ERR_CONNECTION_RESET",
        "ERR_EMPTY_RESPONSE",
        "server did not respond",
    )
    left = [p for p in page.watched.problems if not any(part in p for part in told)]
    page.watched.problems[:] = left


def test_an_open_page_says_that_the_server_is_away_and_goes_on_when_it_is_back(
    own_server: Gunicorn, open_page: OpenPage
) -> None:
    page = open_page(f"{own_server.address}/event/kaggle/24")
    following = view(page, "event")["next_id"]
    own_server.stop()
    page.keyboard.press("n")
    page.wait_for_selector(SAYS_AWAY)
    entries = page.evaluate("history.length")
    assert page.inner_text("h1") == view(page, "event")["title"]  # the event before, as a whole
    own_server.start()
    wait_for_event(page, following)
    assert page.inner_text(".arrival") == ""
    assert page.inner_text("h1") == view(page, "event")["title"]
    assert page.evaluate("history.length") == entries
    after = view(page, "event")["next_id"]
    page.keyboard.press("n")
    wait_for_event(page, after)
    page.go_back()
    wait_for_event(page, following)
    forgive_silence(page)


def test_autoplay_goes_on_after_a_restart(own_server: Gunicorn, open_page: OpenPage) -> None:
    page = open_page(f"{own_server.address}/event/kaggle/24")
    page.keyboard.press("q")
    page.fill("#autoplay-seconds", "2")
    page.keyboard.press("Enter")
    own_server.stop()
    page.wait_for_selector(SAYS_AWAY)
    own_server.start()
    seen = [view(page, "event")["event_id"]]
    for _ in range(3):
        page.wait_for_function(
            "last => window.hitscope.store.get('event').info.event_id !== last", arg=seen[-1]
        )
        seen.append(view(page, "event")["event_id"])
    assert len(set(seen)) == len(seen)
    page.keyboard.press("q")
    forgive_silence(page)


def test_without_the_light_of_an_event_the_page_asks_again(
    own_server: Gunicorn, open_page: OpenPage
) -> None:
    page = open_page(f"{own_server.address}/event/kaggle/24")
    following = view(page, "event")["next_id"]
    page.route("**/pulses.bin", lambda route: route.abort("connectionrefused"))
    page.keyboard.press("n")
    page.wait_for_selector(SAYS_AWAY)
    page.unroute("**/pulses.bin")
    wait_for_event(page, following)
    assert page.inner_text(".arrival") == ""
    forgive_silence(page)


def test_an_event_that_the_server_cannot_tell_is_given_up(
    own_server: Gunicorn, open_page: OpenPage
) -> None:
    page = open_page(f"{own_server.address}/event/kaggle/24")
    page.route("**/_dash-update-component*", lambda route: route.fulfill(status=500, body="{}"))
    page.keyboard.press("n")
    page.wait_for_selector(".arrival.failed:has-text('the server answered 500')")
    asked = [url for url in page.watched.requests if "/_dash-update-component" in url]
    page.wait_for_timeout(1500)
    again = [url for url in page.watched.requests if "/_dash-update-component" in url]
    assert again == asked
    told = ("status of 500", "Callback error")
    left = [p for p in page.watched.problems if not any(part in p for part in told)]
    assert not left
    page.watched.problems.clear()


RECORD = """() => {
    const frames = (window.frames_seen = []);
    const shade = (selector) => Number(getComputedStyle(document.querySelector(selector)).opacity);
    const look = () => {
        const shown = window.hitscope.store.get("event")?.info.title;
        frames.push({
            ms: performance.now(),
            mixed: document.querySelector("h1").textContent !== shown,
            scene: shade(".scene-canvas"),
            rows: shade("#directions"),
        });
        requestAnimationFrame(look);
    };
    look();
}"""


def test_what_stands_of_the_event_before_is_dimmed_under_the_new_title(
    server: str, open_page: OpenPage
) -> None:
    page = open_page(f"{server}/event/kaggle/24")
    following = view(page, "event")["next_id"]
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    page.route("**/pulses.bin", hold)
    page.evaluate(RECORD)
    page.keyboard.press("n")
    page.wait_for_selector(f"h1:text-is('Event {following}')")
    page.wait_for_function("() => window.frames_seen.at(-1).scene === 0.3")
    while not held:
        page.wait_for_timeout(50)
    held[0].continue_()
    wait_for_event(page, following)
    page.wait_for_function("() => !window.frames_seen.at(-1).mixed")
    frames = page.evaluate("window.frames_seen")
    mixed = [frame for frame in frames if frame["mixed"]]
    assert (mixed[0]["scene"], mixed[0]["rows"]) == (1, 1)  # so that quick leafing does not flicker
    assert (mixed[-1]["scene"], mixed[-1]["rows"]) == (0.3, 0.3)
    assert (frames[-1]["scene"], frames[-1]["rows"]) == (1, 1)
