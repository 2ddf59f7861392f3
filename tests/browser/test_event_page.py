"""A real Kaggle event in a real browser: open, play, scrub, overlays, deep link, keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import debug, view, wait_for_answers, wait_for_event

OpenPage = Callable[..., Any]


def test_the_first_address_opens_the_first_event_of_the_first_data_set(
    server: str, open_page: OpenPage
) -> None:
    page = open_page(server)
    assert view(page, "event")["event_id"] == 0
    assert page.url.startswith(f"{server}/event/icecube_simulation/0")
    assert page.title() == "Event 0, icecube_simulation - Hitscope"


def test_a_real_event_is_drawn_whole_with_its_words(server: str, open_page: OpenPage) -> None:
    page = open_page(f"{server}/event/kaggle/24")
    assert page.inner_text("#event-title") == "Event 24"
    assert "61 pulses on" in page.inner_text("#event-sentence")
    counts = debug(page)
    assert counts["n_doms_drawn"] == 5160
    assert counts["n_silent"] + counts["n_lit"] == 5160
    assert counts["n_lit"] > 0
    rows = page.inner_text("#directions")
    assert all(name in rows for name in ("Truth", "Line fit"))
    # the meta file says zenith 2.087498, azimuth 5.029555 rad
    assert "119.6°" in rows
    assert "288.2°" in rows
    assert re.search(r"Easy|Hard", page.inner_text("#verdict"))


def test_an_event_without_truth_shows_none(server: str, open_page: OpenPage) -> None:
    page = open_page(f"{server}/event/kaggle/2092")
    assert "Truth" not in page.inner_text("#directions")
    assert "test batch 661" in page.inner_text("#position")


def test_a_published_direction_is_called_reference(server: str, open_page: OpenPage) -> None:
    page = open_page(f"{server}/event/recorded/36556705")
    assert page.inner_text("#event-title") == "Ernie"
    assert "Reference" in page.inner_text("#directions")
    assert "Truth" not in page.inner_text("#directions")


def test_playing_moves_time_and_light_without_a_single_request(
    server: str, open_page: OpenPage
) -> None:
    page = open_page(f"{server}/event/kaggle/67")
    wait_for_answers(page)  # it asks until every reconstruction of the first view is there
    page.keyboard.press("Home")
    dark = debug(page)["n_lit"]
    before = view(page, "time")
    page.wait_for_timeout(500)  # let the address settle, which is no request either
    asked = len(page.watched.requests)
    page.keyboard.press("Space")
    page.wait_for_function("start => window.hitscope.store.get('time') > start + 800", arg=before)
    page.keyboard.press("Space")
    assert view(page, "playing") is False
    assert debug(page)["n_lit"] > dark
    # The browser fetches the page's icon when it likes.
    assert [url for url in page.watched.requests[asked:] if "favicon" not in url] == []


def test_scrubbing_on_the_histogram_sets_the_time(server: str, open_page: OpenPage) -> None:
    page = open_page(f"{server}/event/kaggle/67")
    box = page.locator("#time-strip canvas").first.bounding_box()
    assert box is not None
    y = box["y"] + 0.55 * box["height"]
    times = []
    for place in (0.62, 0.66, 0.70):
        page.mouse.move(box["x"] + place * box["width"], y)
        page.mouse.down()
        page.mouse.up()
        times.append(view(page, "time"))
    assert times[0] < times[1] < times[2]
    assert times[2] - times[1] == pytest.approx(times[1] - times[0], rel=0.1)


def test_time_steps_by_keys_and_light_never_goes_out_as_time_goes_on(
    server: str, open_page: OpenPage
) -> None:
    page = open_page(f"{server}/event/kaggle/67")
    page.keyboard.press("Home")
    lit = []
    for _ in range(6):
        page.keyboard.press("Shift+ArrowRight")
        lit.append(debug(page)["n_lit"])
    assert lit == sorted(lit)
    assert lit[-1] > lit[0]


def test_overlays_are_switched_by_click_and_by_key(server: str, open_page: OpenPage) -> None:
    page = open_page(f"{server}/event/kaggle/24")
    button = page.locator("#directions [data-action=toggle_line_fit]")
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    assert "line_fit" not in view(page, "overlays")
    assert "truth" in view(page, "overlays")
    assert button.get_attribute("aria-pressed") == "false"
    page.keyboard.press("i")
    assert "line_fit" in view(page, "overlays")
    page.keyboard.press("g")
    assert "truth" not in view(page, "overlays")


def test_an_address_shows_the_view_it_was_copied_from(server: str, open_page: OpenPage) -> None:
    page = open_page(f"{server}/event/kaggle/67")
    page.keyboard.press("Home")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Alt+ArrowLeft")
    page.keyboard.press("d")
    page.keyboard.press("c")
    page.keyboard.press("l")
    page.wait_for_function("() => document.getElementById('toast').textContent.includes('Copied')")
    link = page.evaluate("navigator.clipboard.readText()")
    again = open_page(link)
    for key in ("overlays", "colour_map", "auxiliary", "theme", "speed"):
        assert view(again, key) == view(page, key), key
    for key in ("time", "window", "range"):
        assert view(again, key) == pytest.approx(view(page, key), abs=0.06), key
    one, two = view(page, "camera"), view(again, "camera")
    assert two["azimuth"] == pytest.approx(one["azimuth"], abs=1e-3)
    assert two["distance"] == pytest.approx(one["distance"], abs=0.1)


def test_next_previous_and_back(server: str, open_page: OpenPage) -> None:
    page = open_page(f"{server}/event/kaggle/24")
    page.keyboard.press("Alt+ArrowUp")
    camera = view(page, "camera")
    page.keyboard.press("n")
    wait_for_event(page, 41)
    assert view(page, "camera") == camera  # the camera never jumps
    page.locator("#next").click()
    wait_for_event(page, 59)
    page.keyboard.press("p")
    wait_for_event(page, 41)
    page.go_back()
    wait_for_event(page, 59)
    page.keyboard.press("r")
    page.wait_for_function("() => !location.pathname.endsWith('/59')")


def test_jump_to_an_id_and_keys_are_deaf_while_one_types(server: str, open_page: OpenPage) -> None:
    page = open_page(f"{server}/event/kaggle/24")
    page.keyboard.press("/")
    page.keyboard.type("n67")  # n must not open the next event
    assert view(page, "event")["event_id"] == 24
    page.keyboard.press("Control+a")
    page.keyboard.type("7344")
    page.keyboard.press("Enter")
    wait_for_event(page, 7344)


def test_the_data_set_menu_opens_another_data_set(server: str, open_page: OpenPage) -> None:
    page = open_page(f"{server}/event/kaggle/24")
    page.click("#dataset-name")
    page.click("#dataset-menu >> text=recorded")
    wait_for_event(page, 31747601)
    assert page.inner_text("#dataset-name") == "recorded"


def test_clicking_a_dom_shows_its_pulses_and_hover_is_linked(
    server: str, open_page: OpenPage
) -> None:
    page = open_page(f"{server}/event/recorded/36556705")
    place = page.evaluate(
        """async () => {
            const { store } = window.hitscope;
            const { projectSensor } = await import("/assets/display/picking.mjs");
            const canvas = document.querySelector("#scene canvas").getBoundingClientRect();
            const { sensor, total_charge } = store.get("event").doms;
            let best = 0;
            total_charge.forEach((q, i) => { if (q > total_charge[best]) best = i; });
            const [x, y] = projectSensor(
                store.get("geometry"), sensor[best], store.get("camera"), canvas);
            return { x, y };
        }"""
    )
    box = page.locator("#scene canvas").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + place["x"], box["y"] + place["y"])
    page.wait_for_function("() => window.hitscope.store.get('hover') !== null")
    page.mouse.click(box["x"] + place["x"], box["y"] + place["y"])
    page.wait_for_function("() => window.hitscope.store.get('selection').length === 1")
    sensor = view(page, "selection")[0]
    assert f"String {sensor // 60 + 1}, OM {sensor % 60 + 1}" in page.inner_text("#dom-panel")
    page.keyboard.press("Escape")
    assert view(page, "selection") == []


def test_orbit_pan_and_zoom_by_keys_unless_locked(server: str, open_page: OpenPage) -> None:
    page = open_page(f"{server}/event/kaggle/24")
    start = view(page, "camera")
    page.keyboard.press("Alt+ArrowRight")
    turned = view(page, "camera")
    assert turned["azimuth"] != start["azimuth"]
    assert turned["target"] == start["target"]
    page.keyboard.press("Alt+Shift+ArrowUp")
    panned = view(page, "camera")
    assert panned["target"][2] > turned["target"][2]
    page.keyboard.press("+")
    assert view(page, "camera")["distance"] < panned["distance"]
    page.keyboard.press("x")
    locked = view(page, "camera")
    for key in ("-", "h", "Alt+ArrowLeft", "Alt+Shift+ArrowLeft"):
        page.keyboard.press(key)
    assert view(page, "camera") == locked


def test_autoplay_goes_from_event_to_event_until_it_is_switched_off(
    server: str, open_page: OpenPage
) -> None:
    page = open_page(f"{server}/event/kaggle/24", reduced_motion="no-preference")
    page.keyboard.press("]")
    speed = view(page, "speed")
    page.keyboard.press("q")
    page.fill("#autoplay-seconds", "2")
    wait_for_event(page, 41)
    assert page.get_attribute("[data-action=toggle_autoplay]", "aria-pressed") == "true"
    wait_for_event(page, 59)
    page.click("[data-action=toggle_autoplay]")
    assert (view(page, "speed"), view(page, "loop")) == (speed, True)
    shown = view(page, "event")["event_id"]
    page.wait_for_timeout(3000)
    assert view(page, "event")["event_id"] == shown


def test_space_plays_and_arrows_step_after_the_mouse_was_elsewhere(
    server: str, open_page: OpenPage
) -> None:
    page = open_page(f"{server}/event/kaggle/67")
    page.click("[data-action=toggle_dust]")
    page.keyboard.press("Space")
    assert (view(page, "playing"), view(page, "dust")) == (True, True)
    page.keyboard.press("Space")
    handle = page.get_by_role("slider", name="Colour scale end").bounding_box()
    page.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    page.mouse.down()
    page.mouse.move(handle["x"] - 30, handle["y"], steps=4)
    page.mouse.up()
    ends, time = view(page, "range"), view(page, "time")
    page.keyboard.press("ArrowRight")
    assert view(page, "range") == ends
    assert view(page, "time") != time


def test_the_light_theme_is_whole_after_a_reload(server: str, open_page: OpenPage) -> None:
    page = open_page(f"{server}/event/kaggle/24")
    page.keyboard.press("t")
    page.goto(f"{server}/event/kaggle/67")
    wait_for_event(page, 67)
    corner = page.evaluate(
        """() => {
            const canvas = window.hitscope.scene.snapshot(1);
            return [...canvas.getContext("2d").getImageData(3, 3, 1, 1).data];
        }"""
    )
    assert min(corner[:3]) > 200


def test_back_and_forward_show_what_the_address_says(server: str, open_page: OpenPage) -> None:
    page = open_page(f"{server}/event/kaggle/67?t=19000&dust=1")
    page.keyboard.press("n")
    wait_for_event(page, 72)
    page.keyboard.press("w")
    page.wait_for_function("() => location.search.includes('dust=0')")
    page.go_back()
    wait_for_event(page, 67)
    page.wait_for_function("() => window.hitscope.store.get('dust')")
    page.go_forward()
    wait_for_event(page, 72)
    page.wait_for_function("() => !window.hitscope.store.get('dust')")


def test_theme_and_help(server: str, open_page: OpenPage) -> None:
    page = open_page(f"{server}/event/kaggle/24")
    page.keyboard.press("t")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.keyboard.press("?")
    assert page.is_visible("#help >> text=next event")
    page.keyboard.press("Escape")
    assert not page.is_visible("#help")


def test_the_png_holds_the_scene_and_its_caption(server: str, open_page: OpenPage) -> None:
    page = open_page(f"{server}/event/kaggle/67")
    with page.expect_download() as download:
        page.keyboard.press("e")
    assert download.value.suggested_filename == "hitscope-kaggle-67.png"
    with open(download.value.path(), "rb") as file:
        assert file.read(8) == b"\x89PNG\r\n\x1a\n"


def test_reduced_motion_shows_the_whole_event_at_once(server: str, open_page: OpenPage) -> None:
    page = open_page(f"{server}/event/kaggle/67", reduced_motion="reduce")
    assert view(page, "playing") is False
    assert view(page, "time") == pytest.approx(view(page, "window")[1])


def test_otherwise_the_first_event_plays_once_and_the_next_is_shown_whole(
    server: str, open_page: OpenPage
) -> None:
    page = open_page(f"{server}/event/kaggle/67?speed=2000", reduced_motion="no-preference")
    assert view(page, "playing") is True
    page.wait_for_function("() => !window.hitscope.store.get('playing')", timeout=30_000)
    assert view(page, "loop") is True
    assert view(page, "time") == pytest.approx(view(page, "window")[1])
    page.keyboard.press("n")
    wait_for_event(page, 72)
    assert view(page, "playing") is False
    assert view(page, "time") == pytest.approx(view(page, "window")[1])


def test_an_address_with_a_time_stands_still(server: str, open_page: OpenPage) -> None:
    page = open_page(f"{server}/event/kaggle/67?t=19000", reduced_motion="no-preference")
    assert view(page, "playing") is False


def test_on_a_phone_play_and_next_are_in_reach(server: str, open_page: OpenPage) -> None:
    size = {"width": 390, "height": 844}
    page = open_page(f"{server}/event/kaggle/67", viewport=size, has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    for selector in ("[data-action=toggle_play]", "#next", "#previous"):
        box = page.locator(selector).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size["width"]
        assert box["y"] + box["height"] <= size["height"]
    page.click("[data-tab=tab-directions]")
    assert page.is_visible("#verdict")
