"""A track in hand: handles, likelihood, residuals, undo, numbers, address."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from reco_core.directions import opening_angle, source_direction
from reco_core.icecube.detector import builtin_detector
from reco_core.icecube.likelihood import by_hand, cascade_by_hand
from tests.browser.conftest import serve, view
from tests.reco_core.icecube.likelihood.toy_muons import toy_muon
from tests.reco_core.icecube.small_datasets import write_batch

OpenPage = Callable[..., Any]
OPENED = "/event/set/1?on=truth,mpe_fit,spe_fit"
UNDONE = ".hand-head button:disabled:text('Undo')"
TRACK = "hand=track,60,120,10,-20,30,10500"


@pytest.fixture(scope="module")
def hand_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Two events with the light of a muon each, whose directions are known."""
    by_hand.load()  # the server is to find it compiled
    cascade_by_hand.load()
    data = tmp_path_factory.mktemp("hand") / "data"
    write_muons(data / "set", {1: 1, 2: 7})
    with serve(data, tmp_path_factory.mktemp("hand-served") / "cache") as address:
        yield address


def write_muons(folder: Path, seeds: dict[int, int]) -> None:
    """A data set of toy muons by event id."""
    pulses, meta, end = [], [], 0
    for event_id, seed in seeds.items():
        light, travel = toy_muon(builtin_detector(), seed)
        pulses.append(
            pl.DataFrame(
                {
                    "event_id": np.full(len(light), event_id), "sensor_id": light.sensor_id,
                    "time": light.time_ns, "charge": light.charge_pe, "auxiliary": light.auxiliary,
                }
            )
        )  # fmt: skip
        zenith, azimuth = math.acos(-travel[2]), math.atan2(-travel[1], -travel[0]) % (2 * math.pi)
        row = (1, event_id, end, end + len(light) - 1, azimuth, zenith)
        meta.append(row)
        end += len(light)
    write_batch(folder, pl.concat(pulses))
    names = ("batch_id", "event_id", "first_pulse_index", "last_pulse_index", "azimuth", "zenith")
    pl.DataFrame(meta, schema=names, orient="row").write_parquet(folder / "train_meta.parquet")


@pytest.fixture
def opened(hand_server: str, open_page: OpenPage) -> Callable[..., Any]:
    def opened(address: str = OPENED, **options: Any) -> Any:
        page = open_page(f"{hand_server}{address}", **options)
        page.wait_for_function(
            "() => window.hitscope.store.get('directions')"
            ".filter(({ key }) => ['mpe_fit', 'spe_fit'].includes(key))"
            ".every(({ state }) => state === 'done')",
            timeout=60_000,
        )
        return page

    return opened


def handles(page: Any) -> dict[str, dict[str, float]]:
    return page.evaluate(  # in the second frame from now they follow what was done
        """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
            const { parts } = window.hitscope;
            done(parts.find((part) => part.constructor.name === "Handles").debug());
        })))"""
    )


def told(page: Any) -> dict[str, Any]:
    """What the panel knows of the likelihood, once it is that of what is in hand."""
    page.wait_for_timeout(300)
    page.wait_for_function(f"() => {{ const t = {TOLD}; return t.n_doms && {COMPARED}; }}")
    return page.evaluate(TOLD)


TOLD = "window.hitscope.parts.find((part) => part.constructor.name === 'HandPanel').debug()"
COMPARED = "t.fits.every(({ difference }) => difference !== null)"


def drag(page: Any, handle: str, dx: float, dy: float, *held_keys: str) -> None:
    place = handles(page)[handle]
    page.mouse.move(place["x"], place["y"])
    for key in held_keys:
        page.keyboard.down(key)
    page.mouse.down()
    for share in (0.25, 0.5, 0.75, 1):
        page.mouse.move(place["x"] + share * dx, place["y"] + share * dy)
        page.wait_for_timeout(30)
    page.mouse.up()
    for key in held_keys:
        page.keyboard.up(key)


def line_of(held: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Its point, m, and unit vector of travel."""
    return np.array(held["point_m"]), -source_direction(held["zenith"], held["azimuth"])


def test_the_chosen_track_is_taken_in_hand_and_put_down(opened: Callable[..., Any]) -> None:
    page = opened(f"{OPENED}&fit=mpe_fit")
    before = {key: view(page, key) for key in ("fit", "overlays", "colour_map")}
    page.keyboard.press("Shift+H")
    rows = {row["key"]: row for row in view(page, "directions")}
    mine, fit = rows["hand"], rows["mpe_fit"]
    assert (mine["zenith"], mine["azimuth"]) == (fit["zenith"], fit["azimuth"])
    assert mine["opening_angle"] == pytest.approx(fit["opening_angle"])
    assert (view(page, "fit"), view(page, "colour_map")) == ("hand", "residual")
    assert page.is_visible("#directions [data-choose=hand]")
    assert page.is_visible("#residuals")
    assert "to By hand" in page.inner_text("#residuals")
    assert set(handles(page)) == {"middle", "ahead", "behind"}
    assert page.evaluate("document.activeElement.dataset.handle") == "middle"
    page.keyboard.press("Escape")
    assert {key: view(page, key) for key in before} == before
    assert view(page, "hand") is None
    assert "hand" not in [row["key"] for row in view(page, "directions")]
    assert handles(page) == {}


def test_a_fit_in_hand_is_as_likely_as_itself_and_worse_when_it_is_moved(
    opened: Callable[..., Any],
) -> None:
    page = opened(f"{OPENED}&fit=spe_fit")
    page.click("text=Track by hand")
    by_fit = {fit["key"]: fit for fit in told(page)["fits"]}
    assert by_fit["spe_fit"]["difference"] == pytest.approx(0, abs=1e-3)
    assert by_fit["mpe_fit"]["difference"] < 1e-3
    page.wait_for_selector("[data-fit=spe_fit] >> text=as likely as the SPE fit")
    drag(page, "ahead", 0, -60)
    by_fit = {fit["key"]: fit for fit in told(page)["fits"]}
    assert by_fit["spe_fit"]["difference"] < -1
    assert len(by_fit["spe_fit"]["trace"]) > 2
    page.wait_for_selector("[data-fit=spe_fit] >> text=worse than the SPE fit")
    page.keyboard.press("Control+z")
    assert told(page)["fits"][0]["difference"] == pytest.approx(0, abs=1e-3)
    page.wait_for_selector(UNDONE)


def test_the_middle_moves_it_and_the_ends_turn_it(opened: Callable[..., Any]) -> None:
    page = opened()
    camera = view(page, "camera")
    page.keyboard.press("Shift+H")
    point, travel = line_of(view(page, "hand"))
    drag(page, "middle", 0, 50)
    moved_point, moved_travel = line_of(view(page, "hand"))
    assert moved_travel == pytest.approx(travel)
    between = moved_point - point
    assert 20 < np.linalg.norm(between - (between @ travel) * travel) < 400
    drag(page, "behind", 0, 50)
    turned_point, turned_travel = line_of(view(page, "hand"))
    assert 0.03 < opening_angle(turned_travel, travel) < 0.5
    to_before = moved_point - turned_point
    # it was turned about its point, which still lies on its line
    assert np.linalg.norm(np.cross(to_before, turned_travel)) < 1e-6
    assert view(page, "camera") == camera


def test_the_pulled_end_stays_under_the_pointer(opened: Callable[..., Any]) -> None:
    page = opened()
    page.keyboard.press("Shift+H")
    for name in ("ahead", "behind", "middle"):
        place = handles(page)[name]
        page.mouse.move(place["x"], place["y"])
        page.mouse.down()
        page.mouse.move(place["x"] - 20, place["y"] + 33)
        now = handles(page)[name]
        page.keyboard.press("Escape")  # the gesture alone
        page.mouse.up()
        assert (now["x"], now["y"]) == pytest.approx((place["x"] - 20, place["y"] + 33), abs=0.5)
        back = handles(page)[name]
        assert (back["x"], back["y"]) == pytest.approx((place["x"], place["y"]), abs=0.5)
    page.wait_for_selector(UNDONE)


def test_with_shift_the_middle_moves_in_time(opened: Callable[..., Any]) -> None:
    page = opened()
    page.keyboard.press("Shift+H")
    before = view(page, "hand")
    ends = handles(page)
    to_front = (ends["ahead"]["x"] - ends["middle"]["x"], ends["ahead"]["y"] - ends["middle"]["y"])
    share = 40 / math.hypot(*to_front)
    drag(page, "middle", share * to_front[0], share * to_front[1], "Shift")
    after = view(page, "hand")
    assert after["point_m"] == pytest.approx(before["point_m"])
    assert (after["zenith"], after["azimuth"]) == (before["zenith"], before["azimuth"])
    assert -1000 < after["time_ns"] - before["time_ns"] < -30  # farther on, so earlier everywhere


def test_keys_move_and_turn_it_and_leave_time_alone(opened: Callable[..., Any]) -> None:
    page = opened()
    page.keyboard.press("Shift+H")
    time = view(page, "time")
    (point, travel), when = line_of(view(page, "hand")), view(page, "hand")["time_ns"]
    page.keyboard.press("ArrowUp")
    across = line_of(view(page, "hand"))[0] - point
    assert np.linalg.norm(across - (across @ travel) * travel) <= 5.001
    page.keyboard.press("Control+z")
    page.keyboard.press("PageUp")
    assert view(page, "hand")["time_ns"] == pytest.approx(when + 10)
    page.focus("[data-handle=ahead]")
    page.keyboard.press("ArrowRight")
    big = opening_angle(line_of(view(page, "hand"))[1], travel)
    page.keyboard.press("Control+z")
    page.keyboard.press("Shift+ArrowRight")
    small = opening_angle(line_of(view(page, "hand"))[1], travel)
    assert 0.1 < math.degrees(big) < 1.001
    assert big == pytest.approx(10 * small, rel=0.02)
    assert view(page, "time") == time
    page.keyboard.press(" ")
    assert view(page, "playing") is True


def test_numbers_move_it(opened: Callable[..., Any]) -> None:
    page = opened()
    page.keyboard.press("Shift+H")
    page.fill("[data-hand=zenith]", "33.5")
    page.fill("[data-hand=azimuth]", "-10")
    page.fill("[data-hand=time]", "10250")
    page.press("[data-hand=time]", "Enter")
    held = view(page, "hand")
    assert math.degrees(held["zenith"]) == pytest.approx(33.5)
    assert math.degrees(held["azimuth"]) == pytest.approx(350)
    page.fill("[data-hand=zenith]", "200")
    assert page.get_attribute("[data-hand=zenith]", "aria-invalid") == "true"
    page.press("[data-hand=zenith]", "Enter")
    assert math.degrees(view(page, "hand")["zenith"]) == pytest.approx(33.5)
    page.wait_for_function("() => document.querySelector('[data-hand=zenith]').value === '33.50'")
    for _ in range(3):
        page.click("text=Undo")
    page.wait_for_selector(UNDONE)


def test_fit_from_here_finds_the_fit_again(opened: Callable[..., Any]) -> None:
    page = opened(f"{OPENED}&fit=spe_fit")
    page.keyboard.press("Shift+H")
    drag(page, "ahead", 8, -8)
    assert told(page)["fits"][0]["difference"] < -0.05
    held = json.dumps(view(page, "hand"))
    page.click("text=Fit from here")
    page.wait_for_function(
        "held => JSON.stringify(window.hitscope.store.get('hand')) !== held", arg=held
    )
    assert told(page)["fits"][0]["difference"] > -0.05
    page.click("text=Undo")
    assert json.dumps(view(page, "hand")) == held


def test_an_address_holds_what_is_in_hand(opened: Callable[..., Any], hand_server: str) -> None:
    page = opened(f"{OPENED},hand&fit=hand&{TRACK}")
    held = view(page, "hand")
    assert math.degrees(held["zenith"]) == pytest.approx(60)
    assert held["point_m"] == [10, -20, 30]
    assert held["time_ns"] + page.evaluate("window.hitscope.store.get('event').t0_ns") == 10500
    assert view(page, "fit") == "hand"
    assert set(handles(page)) == {"middle", "ahead", "behind"}
    page.keyboard.press("n")
    page.wait_for_function("() => window.hitscope.store.get('event').info.event_id === 2")
    assert view(page, "hand") is None
    assert "hand" not in view(page, "overlays")
    page.wait_for_function("() => !location.search.includes('hand')")


@pytest.mark.parametrize("odd", ["track", "shower,1,2,3,4,5,6", "track,nan,1,1,1,1,1"])
def test_an_odd_address_is_told(opened: Callable[..., Any], odd: str) -> None:
    page = opened(f"{OPENED}&hand={odd}")
    assert view(page, "hand") is None
    assert "The address says hand=" in page.inner_text("#notice")


def test_without_any_direction_it_stands_upright_in_the_light(opened: Callable[..., Any]) -> None:
    page = opened()
    page.evaluate("window.hitscope.store.set({ directions: [] })")
    page.keyboard.press("Shift+H")
    held = view(page, "hand")
    assert (held["kind"], held["zenith"]) == ("track", 0)
    assert np.abs(held["point_m"]).max() < 500


def test_a_cascade_in_hand_has_two_handles_and_its_own_likelihood(
    opened: Callable[..., Any],
) -> None:
    page = opened(f"{OPENED},hand&fit=hand&{TRACK.replace('track', 'cascade')}")
    assert set(handles(page)) == {"middle", "ahead"}
    page.wait_for_function(
        "() => document.querySelector('[data-fit=cascade_fit] .hand-text').textContent",
        timeout=60_000,
    )
    drag(page, "middle", 30, 10)
    assert view(page, "hand")["time_ns"] == pytest.approx(
        10500 - page.evaluate("window.hitscope.store.get('event').t0_ns")
    )


def test_on_a_phone_a_finger_drags_it(opened: Callable[..., Any]) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = opened(**phone)
    page.click("[data-tab=tab-directions]")
    page.tap("text=Track by hand")
    places = handles(page)
    assert all(place["width"] >= 40 for place in places.values())
    assert all(0 < place["x"] < 390 and 0 < place["y"] < 600 for place in places.values())
    before = view(page, "hand")
    camera = view(page, "camera")
    start = places["middle"]
    touch = page.context.new_cdp_session(page)
    for kind, dy in (("touchStart", 0), ("touchMove", 15), ("touchMove", 40), ("touchEnd", None)):
        points = [] if dy is None else [{"x": start["x"], "y": start["y"] + dy}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        page.wait_for_timeout(40)
    assert view(page, "hand")["point_m"] != before["point_m"]
    assert view(page, "camera") == camera
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_geometry_of_a_hand_goes_there_and_back(opened: Callable[..., Any]) -> None:
    turned, pushed, settled = opened().evaluate(
        """async () => {
            const hand = await import("/assets/display/hand_geometry.mjs");
            const held = {
                kind: "track", zenith: 1.1, azimuth: 6.1, point_m: [10, 20, 30], time_ns: 100,
            };
            const c = 0.299792458;
            const turned = hand.turned(held, [0.3, -0.4, -0.5]);
            const pushed = hand.moved(held, [3, -4, 5], c);
            return [turned, pushed, hand.settled(pushed, held.point_m, c)];
        }"""
    )
    direction = -source_direction(turned["zenith"], turned["azimuth"])
    assert direction == pytest.approx(np.array([0.3, -0.4, -0.5]) / math.sqrt(0.5))
    travel = -source_direction(1.1, 6.1)
    way = np.array([3.0, -4.0, 5.0])
    # what it is moved along itself is as if it had not been moved
    beside = way - (way @ travel) * travel
    assert settled["point_m"] == pytest.approx(np.array([10, 20, 30]) + beside)
    assert settled["time_ns"] == pytest.approx(100)
    assert pushed["time_ns"] == pytest.approx(100 + way @ travel / 0.299792458)
