"""Jobs that score a data set, their sheet and its button, in a real browser."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from tests.browser.conftest import view, wait_for_event

OpenPage = Callable[..., Any]

JOB = ".job:has(.job-dataset:text-is('{0}')):has(.job-label:text-is('{1}'))"
SCORE = ".top-bar [data-action=toggle_jobs]"


def told_job(id: str, state: str, **more: Any) -> dict[str, Any]:
    """A job as the server tells it."""
    return {
        "id": id, "dataset": "kaggle", "algorithm": "line_fit", "label": id, "state": state,
        "message": "", "n_done": 3, "n_total": None, "rate_per_s": None, "seconds_left": None,
        "created_s": time.time(), "ended_s": None, "n_failed": 0, "tables": [], "summary": None,
    } | more  # fmt: skip


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
    closed_gate.unlink()  # what is on the page is computed before any job
    page = open_page(f"{odd_server}/event/kaggle/59")
    page.wait_for_selector("[data-overlay=held]:not(.waiting *)")
    closed_gate.touch()
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
    job = told_job("0" * 16, "failed", dataset=nasty, label=nasty * 4, message=nasty) | {
        "tables": [f"/api/v1/jobs/{'0' * 16}/tables/train_batch_{n}.parquet" for n in range(660)],
    }
    told = {"jobs": [job], "algorithms": [], "datasets": [nasty]}
    page = open_page(f"{server}/event/kaggle/24", viewport={"width": 390, "height": 844})
    page.route("**/api/v1/jobs", lambda route: route.fulfill(json=told))
    page.keyboard.press("Shift+S")
    page.wait_for_selector(".job-message:has-text('onerror')")  # not what was asked for before
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


def test_jobs_are_listed_as_they_run_and_the_newest_end_comes_first(
    server: str, open_page: OpenPage
) -> None:
    told = {"algorithms": [], "datasets": ["kaggle"]}
    told["jobs"] = [
        told_job("first ended", "done", created_s=7.0, ended_s=20.0),
        told_job("second in the queue", "queued", created_s=6.0),
        told_job("last ended", "failed", created_s=1.0, ended_s=40.0),
        told_job("runs", "running", created_s=5.0),
        told_job("cancelled between", "cancelled", created_s=3.0, ended_s=30.0),
        told_job("first in the queue", "queued", created_s=5.5),
    ]
    page = open_page(f"{server}/event/kaggle/24")
    page.route("**/api/v1/jobs", lambda route: route.fulfill(json=told))
    page.click(SCORE)
    page.wait_for_selector(".job-label:text-is('runs')")  # not what was asked for before
    in_order = ["runs", "first in the queue", "second in the queue"]
    in_order += ["last ended", "cancelled between", "first ended"]
    assert page.locator(".job-label").all_inner_texts() == in_order
    last = page.locator(".job", has_text="second in the queue").get_by_role("button")
    last.focus()
    told["jobs"][3] |= {"state": "done", "ended_s": 50.0}
    told["jobs"][5]["state"] = "running"
    told["jobs"][1]["created_s"] = 5.2
    expected = ["first in the queue", "second in the queue", "runs", *in_order[3:]]
    page.wait_for_function(
        "expected => [...document.querySelectorAll('.job-label')]"
        ".map((label) => label.textContent).join() === expected",
        arg=",".join(expected),
    )
    assert page.evaluate(
        "document.activeElement.closest('.job')?.querySelector('.job-label').textContent"
    ) == "second in the queue"  # fmt: skip


def test_the_end_of_a_job_is_told_unless_the_list_tells_it(
    server: str, open_page: OpenPage
) -> None:
    told: dict[str, Any] = {"algorithms": [], "datasets": ["kaggle"], "jobs": []}

    def ends(page: Any, state: str) -> str:
        """What the page says besides the list when a job comes to that end."""
        return page.evaluate(
            """([running, ended]) => {
                const { store } = window.hitscope;
                document.getElementById("toast").textContent = "";
                for (const job of [running, ended]) {
                    store.set({ jobs: { ...store.get("jobs"), trouble: "", jobs: [job] } });
                }
                return document.getElementById("toast").textContent;
            }""",
            [told_job("Line fit", "running"), told_job("Line fit", state, ended_s=time.time())],
        )

    page = open_page(f"{server}/event/kaggle/24")
    page.route("**/api/v1/jobs", lambda route: route.fulfill(json=told))
    page.wait_for_function("() => window.hitscope.store.get('jobs') !== null")
    assert ends(page, "done") == "Scored kaggle: Line fit"
    assert ends(page, "failed") == "Scoring kaggle failed: Line fit"
    page.click(SCORE)
    assert ends(page, "done") == ""
