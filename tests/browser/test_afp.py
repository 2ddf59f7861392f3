"""The AFP page in a real browser."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

OpenPage = Callable[..., Any]
STORE = "window.hitscope?.store"


def wait_for(page: Any, event_id: int) -> None:
    page.wait_for_function(
        f"id => {STORE}?.get('event')?.info.event_id === id", arg=event_id, timeout=20_000
    )


def stored(page: Any, key: str) -> Any:
    return page.evaluate(f"key => {STORE}.get(key)", key)


def opened(open_page: OpenPage, url: str, event_id: int, **options: Any) -> Any:
    page = open_page(url, wait=False, **options)
    wait_for(page, event_id)
    return page


def still(page: Any) -> None:
    """Until nothing more is to come for the event on screen."""
    page.wait_for_function(f"() => {STORE}.get('analysis')?.final", timeout=120_000)


def pixels(page: Any, selector: str = ".planes-canvas") -> str:
    """The picture as it is, once drawing has come to rest."""
    return page.evaluate(
        """async (selector) => {
            let before = "";
            for (;;) {
                await new Promise((go) => requestAnimationFrame(() => setTimeout(go, 80)));
                const now = document.querySelector(selector).toDataURL();
                if (now === before) return now;
                before = now;
            }
        }""",
        selector,
    )


def hit_place(page: Any, plane: int, row: int, col: int) -> tuple[float, float]:
    """Where a pixel of a plane is drawn, in the window."""
    return tuple(
        page.evaluate(
            """([plane, row, col]) => {
                const { planes } = window.hitscope;
                const canvas = document.querySelector(".planes-canvas").getBoundingClientRect();
                for (let y = 0; y < canvas.height; y += 0.25) {
                    for (let x = 0; x < canvas.width; x += 2) {
                        const at = planes.at(x, y);
                        const found = [at?.box.plane, Math.floor(at?.row), Math.floor(at?.col)];
                        if (found.join() !== [plane, row, col].join()) continue;
                        const inside = at.row_px > 3 ? 1 : 0.1;
                        return [canvas.x + x + 2 * inside, canvas.y + y + inside];
                    }
                }
            }""",
            [plane, row, col],
        )
    )


def test_an_event_is_drawn_and_told(afp_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{afp_server}/afp/protons/0", 0)
    assert page.inner_text("#event-title") == "Event 0"
    assert "8 hits on all planes" in page.inner_text("#event-sentence")
    facts = page.inner_text("#facts")
    for part in ("single proton", "C far", "7", "73,308 e"):
        assert part in facts
    assert page.locator("#plane-table tbody tr").count() == 4
    assert page.inner_text("#position") == "1 of 5"
    assert len(pixels(page)) > 5000


def test_next_and_previous_by_key(afp_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{afp_server}/afp/protons/0", 0)
    page.wait_for_load_state("networkidle")
    page.keyboard.press("n")
    wait_for(page, 1)
    page.keyboard.press("n")
    wait_for(page, 2)
    page.keyboard.press("p")
    wait_for(page, 1)
    assert page.url.split("?")[0].endswith("/afp/protons/1")
    page.go_back()
    wait_for(page, 2)


def test_the_next_event_is_there_before_it_is_asked_for(
    afp_server: str, open_page: OpenPage
) -> None:
    page = opened(open_page, f"{afp_server}/afp/protons/0", 0)
    page.wait_for_load_state("networkidle")
    asked = len(page.watched.requests)
    page.keyboard.press("n")
    wait_for(page, 1)
    new = [url for url in page.watched.requests[asked:] if url.endswith("/events/1")]
    assert new == []


def test_ends_of_the_data_set_are_told(afp_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{afp_server}/afp/protons/0", 0)
    page.keyboard.press("p")
    page.wait_for_selector("#toast:has-text('first one')")
    page.fill("#jump", "4")
    page.keyboard.press("Enter")
    wait_for(page, 4)
    assert "No hits on any plane" in page.inner_text("#event-sentence")
    page.keyboard.press("n")
    page.wait_for_selector("#toast:has-text('last one')")


def test_going_through_one_class(afp_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{afp_server}/afp/protons/0", 0)
    page.keyboard.press("d")
    page.wait_for_selector("#position:has-text('1 of 2 single proton')")
    page.keyboard.press("n")
    wait_for(page, 2)
    page.wait_for_function("() => location.search.includes('class=single_proton')")
    page.select_option("#of-class", "shower")
    page.wait_for_selector("#position:has-text('of 1 shower')")
    page.keyboard.press("r")
    wait_for(page, 1)
    page.keyboard.press("d")
    page.wait_for_selector("#position:has-text('2 of 5')")


def test_all_planes_move_and_zoom_together(afp_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{afp_server}/afp/protons/0", 0)
    still(page)
    assert stored(page, "zoom") == "hits"
    near = pixels(page)
    page.keyboard.press("w")
    assert stored(page, "zoom") == "whole"
    assert pixels(page) != near
    page.keyboard.press("w")
    assert pixels(page) == near
    x, y = hit_place(page, 1, 100, 40)
    page.mouse.move(x, y)
    page.mouse.wheel(0, -300)
    page.wait_for_function(f"() => {STORE}.get('zoom').cols < 6")
    zoom = stored(page, "zoom")
    page.mouse.down()
    page.mouse.move(x + 40, y, steps=4)
    page.mouse.up()
    assert stored(page, "zoom")["col"] < zoom["col"]
    page.keyboard.press("ArrowUp")
    assert stored(page, "zoom")["row"] > zoom["row"]
    page.keyboard.press("Home")
    page.mouse.move(0, 0)
    assert pixels(page) == near


def test_the_pointer_tells_a_hit_on_all_planes(afp_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{afp_server}/afp/protons/0", 0)
    still(page)
    before = pixels(page)
    page.mouse.move(*hit_place(page, 2, 101, 40))
    page.wait_for_selector(".plot-tip:has-text('Plane 2, row 101, column 40')")
    assert "9,164 e" in page.inner_text(".plot-tip")
    assert stored(page, "hover") == [2, 101, 40]
    assert pixels(page) != before
    page.mouse.move(*hit_place(page, 2, 104, 40))
    page.wait_for_selector(".plot-tip:has-text('no hit')")


def test_colours_tell_charge_or_hits_alone(afp_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{afp_server}/afp/protons/1", 1)
    page.wait_for_selector("#charge-scale:has-text('2,413 e')")
    by_charge = pixels(page)
    page.keyboard.press("c")
    page.wait_for_selector("#charge-scale:has-text('a hit')")
    assert pixels(page) != by_charge


def test_files_without_charges_have_no_scale_of_them(afp_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{afp_server}/afp/images/0", 0)
    page.wait_for_selector("#charge-scale:has-text('a hit')")
    assert page.is_hidden("[data-action=next_colouring]")
    assert "Charge" not in page.inner_text("#facts")


def test_the_station_turns(afp_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{afp_server}/afp/protons/0", 0)
    still(page)
    home = pixels(page, ".station-canvas")
    box = page.locator(".station-canvas").bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 260, box["y"] + 120, steps=3)
    page.mouse.up()
    assert pixels(page, ".station-canvas") != home
    page.keyboard.press("k")
    assert stored(page, "camera")["elevation"] == 0
    page.keyboard.press("h")
    page.mouse.move(0, 0)
    assert pixels(page, ".station-canvas") == home


def test_an_address_shows_the_view_it_was_copied_from(afp_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{afp_server}/afp/protons/2", 2)
    for key in ("+", "ArrowLeft", "c", "j", "t"):
        page.keyboard.press(key)
    page.keyboard.press("l")
    page.wait_for_selector("#toast:has-text('Copied')")
    link = page.evaluate("navigator.clipboard.readText()")
    again = opened(open_page, link, 2)
    for key in ("zoom", "colouring", "theme", "of_class"):
        one, other = stored(again, key), stored(page, key)
        assert one == (pytest.approx(other, abs=0.01) if isinstance(other, dict) else other)
    assert again.get_attribute("html", "data-theme") == "light"


def test_an_event_that_is_not_there_is_told_and_others_are_a_key_away(
    afp_server: str, open_page: OpenPage
) -> None:
    page = open_page(f"{afp_server}/afp/protons/5", wait=False)
    page.wait_for_selector("#notice:has-text('it has events 0 to 4')")
    page.keyboard.press("p")
    wait_for(page, 4)
    page.fill("#jump", "many")
    page.keyboard.press("Enter")
    page.wait_for_selector("#notice:has-text('not an event id')")
    page.click("#notice button")
    wait_for(page, 0)
    page.watched.problems = [told for told in page.watched.problems if "404" not in told]


def test_a_file_that_cannot_be_read_is_told(afp_server: str, open_page: OpenPage) -> None:
    page = open_page(f"{afp_server}/afp/broken/0", wait=False)
    page.wait_for_selector("#notice.failed:has-text('broken.npy cannot be read')")
    page.watched.problems = [told for told in page.watched.problems if "422" not in told]


def test_an_address_that_makes_no_sense_says_so(afp_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{afp_server}/afp/protons/0?zoom=near&class=muon&order=nix", 0)
    remarks = " ".join(stored(page, "remarks"))
    for told in ("zoom='near'", "There is no class 'muon'", "is not scored with 'nix' yet"):
        assert told in remarks
        page.wait_for_selector(f'#toast:has-text("{told}")')
    assert stored(page, "of_class") is None


def test_all_data_sets_are_a_click_away(afp_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{afp_server}/afp/protons/0", 0)
    page.click("#dataset-name")
    assert page.locator(".menu a").all_inner_texts()[0].split() == ["protons", "AFP"]
    page.click(".menu a:has-text('336505')")
    wait_for(page, 0)
    assert "counted" in page.inner_text("#dataset-facts") or page.inner_text("#dataset-facts")


def test_a_phone_shows_planes_and_tabs(afp_server: str, open_page: OpenPage) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    page = opened(open_page, f"{afp_server}/afp/protons/0", 0, **phone)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.is_visible("#facts")
    page.tap("[data-tab=tab-station]")
    assert page.is_hidden("#facts")
    assert page.is_visible(".station-canvas")


def test_the_sheet_of_keys_opens_and_closes(afp_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{afp_server}/afp/protons/0", 0)
    page.keyboard.press("?")
    assert "whole planes" in page.inner_text("#help")
    page.keyboard.press("Escape")
    assert page.is_hidden("#help")


def test_the_track_is_fitted_and_drawn(afp_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{afp_server}/afp/protons/0", 0)
    still(page)
    track = stored(page, "analysis")["track"]
    assert track["n_planes"] == 4
    assert [round(row, 1) for row in track["row"]] == [100.5] * 4
    told = page.inner_text("#track")
    assert "mrad" in told
    assert page.locator("#track tbody tr").count() == 4
    with_track = pixels(page)
    page.keyboard.press("i")
    assert pixels(page) != with_track
    page.goto(f"{afp_server}/afp/protons/4")
    page.wait_for_selector("#track:has-text('No line through clusters')")


def test_every_detector_has_its_line(afp_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{afp_server}/afp/protons/0", 0)
    still(page)
    rows = stored(page, "analysis")["scores"]
    assert page.locator("#scores .detector").count() == len(rows) > 0


def test_a_data_set_is_scored_and_gone_through_by_score(
    afp_server: str, open_page: OpenPage
) -> None:
    page = opened(open_page, f"{afp_server}/afp/protons/0?detector=rules", 0)
    page.wait_for_selector("#detector")
    if page.is_visible("#score-now"):
        page.click("#score-now")
    page.wait_for_selector("#scores-told:has-text('of 5 events')", timeout=60_000)
    page.locator("#thumbnails .thumbnail").nth(4).wait_for()
    page.keyboard.press("y")
    page.wait_for_selector("#position:has-text('1 of 5 by score')")
    wait_for(page, int(page.get_attribute(".thumbnail", "data-event")))
    page.keyboard.press("n")
    page.wait_for_selector("#position:has-text('2 of 5 by score')")
    page.locator(".thumbnail").nth(4).click()
    page.wait_for_selector("#position:has-text('5 of 5 by score')")
    page.keyboard.press("v")
    page.wait_for_function(
        "() => !document.getElementById('position').textContent.includes('score')"
    )


def test_the_scores_are_downloaded_with_the_threshold_on_the_page(
    afp_server: str, open_page: OpenPage
) -> None:
    page = opened(open_page, f"{afp_server}/afp/protons/0?detector=rules", 0)
    if page.is_visible("#score-now"):
        page.click("#score-now")
    page.wait_for_selector("#scores-csv", timeout=60_000)
    assert page.get_attribute("#scores-parquet", "href").endswith("/scores/rules.parquet")
    page.evaluate(f"{STORE}.set({{ threshold: 0.125 }})")
    with page.expect_download() as download:
        page.click("#scores-csv")
    assert download.value.suggested_filename == "protons_rules_scores.csv"
    lines = Path(download.value.path()).read_text().splitlines()
    assert lines[0] == "event_id,run,evn,side,station,score,threshold,anomalous"
    assert [line.split(",")[0] for line in lines[1:]] == ["0", "1", "2", "3", "4"]
    assert {line.split(",")[6] for line in lines[1:]} == {"0.125"}


def test_autoplay_goes_through_a_class_to_its_end(afp_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{afp_server}/afp/protons/0?class=single_proton", 0)
    page.keyboard.press("q")
    page.fill("#autoplay-seconds", "2")
    page.keyboard.press("Enter")
    pressed = "[data-action=toggle_autoplay][aria-pressed={}]"
    assert page.is_visible(pressed.format("true"))
    wait_for(page, 2)
    page.wait_for_selector(pressed.format("false"))
    assert "last one" in page.inner_text("#toast")
    assert stored(page, "event")["info"]["event_id"] == 2


def test_the_picture_holds_planes_station_and_caption(afp_server: str, open_page: OpenPage) -> None:
    options = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}
    page = opened(open_page, f"{afp_server}/afp/protons/0?theme=light", 0, **options)
    still(page)
    with page.expect_download() as download:
        page.keyboard.press("e")
    assert download.value.suggested_filename == "hitscope-protons-0.png"
    head = Path(download.value.path()).read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", head[16:])
    assert 2 * 390 <= width <= 2 * 420
    planes = page.locator(".planes-canvas").bounding_box()["height"]
    assert height > 2 * (planes + 280)  # the station, which this screen does not show


def test_the_threshold_is_dragged_and_the_share_follows(
    afp_server: str, open_page: OpenPage
) -> None:
    page = opened(open_page, f"{afp_server}/afp/protons/0?detector=rules", 0)
    if page.is_visible("#score-now"):
        page.click("#score-now")
    page.wait_for_selector("#scores-told:has-text('of 5 events')", timeout=60_000)
    box = page.locator(".histogram-canvas").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 60, middle)
    page.mouse.down()
    told = page.inner_text("#scores-told")
    page.mouse.move(box["x"] + box["width"] - 16, middle, steps=3)
    page.mouse.up()
    assert page.inner_text("#scores-told") != told
    limit = stored(page, "threshold")
    written = "limit => Math.abs(new URLSearchParams(location.search).get('threshold') - limit)"
    page.wait_for_function(f"{written} < 0.001", arg=limit)
    again = opened(open_page, page.url, 0)
    again.wait_for_selector("#scores-told:has-text('of 5 events')")
    assert stored(again, "threshold") == pytest.approx(limit, rel=1e-4)


def test_what_an_autoencoder_makes_is_drawn_below_the_event(
    afp_server: str, browser: Any, open_page: OpenPage
) -> None:
    page = opened(open_page, f"{afp_server}/afp/protons/0", 0)
    alone = page.locator(".planes-canvas").bounding_box()["height"]
    made = np.zeros((4, 336, 80), "<f4")
    made[:, 100, 40] = 0.9  # row 101 is left out
    made[2, 104, 40] = 0.4  # and this one added
    page.context.route(
        "**/images/autoencoder.bin",
        lambda route: route.fulfill(
            body=made.tobytes(), headers={"Content-Type": "application/octet-stream"}
        ),
    )
    page.goto(f"{afp_server}/afp/protons/0?images=autoencoder")
    wait_for(page, 0)
    page.wait_for_function(f"() => {STORE}.get('made') !== null")
    pixels(page)
    assert page.locator(".planes-canvas").bounding_box()["height"] > 1.5 * alone
    kinds = page.evaluate(
        """() => {
            const { planes } = window.hitscope;
            const found = new Set();
            for (let y = 0; y < 600; y += 10) found.add(planes.at(100, y)?.box.kind);
            return [...found];
        }"""
    )
    assert {"recorded", "made", "difference"} <= set(kinds)
    page.mouse.move(*hit_place(page, 2, 104, 40))
    page.wait_for_selector(".plot-tip:has-text('reconstruction 0.400')")
