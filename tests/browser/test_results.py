"""Results that take their time, and jobs, in a real browser: the page never waits for them."""

from __future__ import annotations

import io
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.browser.conftest import ROOT, serve, view, wait_for_event

OpenPage = Callable[..., Any]

ROW = "#directions .row:has([data-overlay=held])"
JOB = ".job:has(.job-dataset:text-is('{0}')):has(.job-label:text-is('{1}'))"
SCORE = ".top-bar [data-action=toggle_jobs]"


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the plug-in's algorithms note each event they compute."""
    return tmp_path_factory.mktemp("counts") / "counts"


@pytest.fixture(scope="module")
def gate_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gate") / "closed"


@pytest.fixture
def closed_gate(gate_path: Path) -> Iterator[Path]:
    """While this file exists the algorithm 'held' gives no answer."""
    gate_path.touch()
    yield gate_path
    gate_path.unlink(missing_ok=True)


@pytest.fixture(scope="module")
def odd_server(
    samples: Path, counts: Path, gate_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A server with algorithms that take as long as a test likes, give no answer, or raise."""
    with serve(
        samples,
        tmp_path_factory.mktemp("odd") / "cache",
        HITSCOPE_PLUGINS="tests.browser.odd_algorithms",
        HITSCOPE_TEST_GATE=str(gate_path),
        HITSCOPE_TEST_COUNTS=str(counts),
        HITSCOPE_AHEAD="0",
        PYTHONPATH=str(ROOT),
    ) as address:
        yield address


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
    ahead = [i for i, url in enumerate(asked) if "ahead=1" in url]
    pulses = [i for i, url in enumerate(asked) if "pulses.bin" in url]
    assert len(ahead) == 1
    assert ahead[0] > pulses[0]
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


def test_the_sheet_of_jobs_holds_the_keys_and_gives_them_back(
    server: str, open_page: OpenPage
) -> None:
    page = open_page(f"{server}/event/kaggle/24")
    page.focus("#next")
    page.keyboard.press("Shift+S")
    assert page.is_visible("#jobs")
    page.wait_for_selector("#jobs-start:enabled")
    assert page.input_value("#jobs-dataset") == "kaggle"
    assert "Nothing is scored yet" in page.inner_text("#jobs-empty")
    for key in ("Tab", "Shift+Tab"):
        for _ in range(8):
            page.keyboard.press(key)
            assert page.evaluate("document.activeElement.closest('#jobs') !== null")
    page.keyboard.press("n")
    assert view(page, "event")["event_id"] == 24
    page.keyboard.press("Escape")
    assert not page.is_visible("#jobs")
    assert page.evaluate("document.activeElement.id") == "next"


def test_a_data_set_is_scored_and_its_table_fetched(server: str, open_page: OpenPage) -> None:
    page = open_page(f"{server}/event/kaggle/24")
    page.click(SCORE)
    page.select_option("#jobs-algorithm", "line_fit")
    page.click("#jobs-start")
    job = page.locator(JOB.format("kaggle", "Line fit"))
    job.locator(".job-state:has-text('done')").wait_for(timeout=30_000)
    words = job.inner_text()
    assert "8 events, all with an answer" in words
    assert "median angle to the truth" in words
    with page.expect_download() as download:
        job.get_by_role("link", name="train_batch_1.parquet").click()
    with open(download.value.path(), "rb") as file:
        table = pl.read_parquet(io.BytesIO(file.read()))
    assert set(table["algorithm"]) == {"line_fit"}
    assert 24 in table["event_id"]
    page.click("#jobs-start")  # once more: the same question is the same job
    page.wait_for_selector("#jobs-told >> text=scored with it already")
    assert page.locator(".job").count() == 1


def test_a_running_job_survives_a_reload_and_the_next_one_is_cancelled_and_goes_on(
    odd_server: str, open_page: OpenPage, closed_gate: Path
) -> None:
    page = open_page(f"{odd_server}/event/kaggle/59")
    page.click(SCORE)
    for label in ("Held", "Line fit"):
        page.select_option("#jobs-algorithm", label=label)
        page.click("#jobs-start")
        page.locator(JOB.format("kaggle", label)).wait_for()
    page.wait_for_selector(f"{SCORE}:has-text('%')")
    page.reload()
    wait_for_event(page)
    page.wait_for_selector(f"{SCORE}:has-text('%')")
    page.click(SCORE)
    first = page.locator(JOB.format("kaggle", "Held"))
    second = page.locator(JOB.format("kaggle", "Line fit"))
    first.locator(".job-state:text-is('running')").wait_for()
    second.locator(".job-state:text-is('queued')").wait_for()
    second.get_by_role("button", name="cancel").click()
    second.locator(".job-state:text-is('cancelled')").wait_for()
    closed_gate.unlink()
    first.locator(".job-state:has-text('done')").wait_for()
    second.get_by_role("button", name="go on").click()
    second.locator(".job-state:has-text('done')").wait_for()
    page.wait_for_selector(f"{SCORE} .label:text-is('Score')")


def test_names_and_messages_of_jobs_are_text_and_never_markup(
    server: str, open_page: OpenPage
) -> None:
    nasty = "<img src=x onerror=window.hurt=1>"
    job = {
        "id": "0" * 16, "dataset": nasty, "algorithm": "line_fit", "label": nasty * 4,
        "state": "failed", "message": nasty, "n_done": 3, "n_total": None, "rate_per_s": None,
        "seconds_left": None, "created_s": time.time(), "ended_s": time.time(), "n_failed": 0,
        "tables": [f"/api/v1/jobs/{'0' * 16}/tables/train_batch_{n}.parquet" for n in range(660)],
        "summary": None,
    }  # fmt: skip
    told = {"jobs": [job], "algorithms": [], "datasets": [nasty]}
    page = open_page(f"{server}/event/kaggle/24", viewport={"width": 390, "height": 844})
    page.route("**/api/v1/jobs", lambda route: route.fulfill(json=told))
    page.keyboard.press("Shift+S")
    page.wait_for_selector(".job")
    assert nasty in page.inner_text(".job-message")
    assert page.evaluate("window.hurt") is None
    assert page.locator(".job-table").count() == 3
    page.click("text=all 660 tables")
    assert page.locator(".job-table").count() == 660
    assert page.evaluate("document.querySelector('.sheet.jobs-sheet').scrollWidth <= innerWidth")


def test_what_the_server_refuses_is_said_in_its_words(server: str, open_page: OpenPage) -> None:
    page = open_page(f"{server}/event/kaggle/24")
    page.click(SCORE)
    page.wait_for_selector("#jobs-start:enabled")
    asked = json.dumps({"dataset": "gone", "algorithm": "line_fit"})

    def changed(route: Any) -> None:
        is_question = route.request.method == "POST"
        route.continue_(**({"post_data": asked} if is_question else {}))

    page.route("**/api/v1/jobs", changed)
    page.click("#jobs-start")
    page.wait_for_selector("#jobs-told.failed >> text=There is no data set 'gone'")
    assert all("404" in problem for problem in page.watched.problems)
    page.watched.problems.clear()
