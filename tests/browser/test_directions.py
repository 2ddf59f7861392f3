"""Many directions on one event: list, chosen one, sky, residuals, error cones."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import polars as pl
import pytest

from app.page_config import page_config
from reco_core.directions import source_direction
from reco_core.icecube.detector import builtin_detector
from reco_core.icecube.sky import equatorial
from reco_core.units import CHERENKOV_ANGLE, SPEED_IN_ICE, SPEED_OF_LIGHT
from tests.browser.conftest import ROOT, serve, view
from tests.reco_core.icecube.small_datasets import write_small

OpenPage = Callable[..., Any]
MJD = 55929.3986
ON = "on=truth,many_0,many_1"


@pytest.fixture(scope="module")
def many_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One small event of zenith 1 rad, azimuth 2 rad, with a date, under a dozen algorithms."""
    data = tmp_path_factory.mktemp("many") / "data"
    write_small(data / "set", {1: 300})
    pl.DataFrame({"event_id": [1], "mjd": [MJD]}).write_parquet(data / "set" / "truth.parquet")
    with serve(
        data,
        tmp_path_factory.mktemp("many-served") / "cache",
        HITSCOPE_PLUGINS="tests.browser.many_algorithms",
        PYTHONPATH=str(ROOT),
    ) as address:
        yield address


@pytest.fixture
def opened(many_server: str, open_page: OpenPage) -> Callable[..., Any]:
    def opened(query: str = ON, **options: Any) -> Any:
        page = open_page(f"{many_server}/event/set/1?{query}", **options)
        page.wait_for_function(
            "() => window.hitscope.store.get('directions').every(({ state }) => state === 'done')"
        )
        return page

    return opened


def row(key: str) -> str:
    return f"#directions .row:has([data-overlay={key}])"


def test_of_many_directions_the_list_shows_what_is_drawn(opened: Callable[..., Any]) -> None:
    page = opened()
    rows = page.locator("#directions .row:not(.head)")
    n = rows.count()
    assert n >= 12
    assert rows.locator("visible=true").count() == 3
    box = page.locator("#verdict").bounding_box()
    page.click(".more-rows")
    assert rows.locator("visible=true").count() == n
    page.click(row("many_5") + " .switch")
    page.click(row("many_5") + " .switch")
    page.click(".more-rows")
    assert page.locator("#verdict").bounding_box() == box
    assert box["y"] + box["height"] < 900


def test_a_row_tells_its_own_numbers(opened: Callable[..., Any]) -> None:
    told = opened().inner_text(row("many_1")).split("\n")
    assert told == ["Shower", "2.9°", "60.2°", "114.6°", "± 1.1°", "0.50", "about 12 TeV"]


def test_the_others_show_their_angle_to_the_chosen_one(opened: Callable[..., Any]) -> None:
    page = opened()
    page.click("[data-choose=many_1]")
    assert view(page, "fit") == "many_1"
    assert page.inner_text(row("truth") + " .to-chosen") == "2.9°"
    assert page.inner_text(row("many_1") + " .to-chosen") == ""
    assert page.get_attribute("[data-choose=many_1]", "aria-pressed") == "true"
    page.wait_for_function("() => location.search.includes('fit=many_1')")
    page.keyboard.press(".")
    assert view(page, "fit") == "truth"
    page.keyboard.press(",")
    assert view(page, "fit") == "many_1"
    page.keyboard.press("Escape")
    assert view(page, "fit") is None


def test_an_address_chooses_and_the_arrows_choose_on(opened: Callable[..., Any]) -> None:
    page = opened(f"{ON}&fit=many_0&cones=0")
    assert (view(page, "fit"), view(page, "cones")) == ("many_0", False)
    page.focus("[data-choose=many_0]")
    page.keyboard.press("ArrowDown")
    assert view(page, "fit") == "many_1"
    assert page.evaluate("document.activeElement.dataset.choose") == "many_1"
    page.keyboard.press("Shift+C")
    assert view(page, "cones") is True


def test_the_sky_tells_the_numbers_and_looks_along(opened: Callable[..., Any]) -> None:
    page = opened()
    page.locator(".sky-canvas").scroll_into_view_if_needed()
    ra, dec = (math.degrees(angle) for angle in equatorial(1.05, 2.0, MJD))
    place = page.evaluate(
        """() => {
            const sky = window.hitscope.parts.find((part) => part.constructor.name === "Sky");
            const box = document.querySelector(".sky-canvas").getBoundingClientRect();
            const [x, y] = sky.debug("many_1").near;
            return [box.x + x, box.y + y];
        }"""
    )
    page.mouse.move(*place)
    page.wait_for_function(
        "text => document.querySelector('.sky-numbers').textContent.endsWith(text)",
        arg=f"RA {ra:.2f}°, Dec {dec:.2f}°",
    )
    assert page.inner_text(".sky-name").split("\n") == ["Shower", "± 1.1°"]
    page.mouse.click(*place)
    assert view(page, "fit") == "many_1"
    camera = view(page, "camera")
    assert camera["azimuth"] == pytest.approx(2.0)
    assert camera["elevation"] == pytest.approx(math.pi / 2 - 1.05)


def test_the_sky_is_in_reach_of_the_keyboard(opened: Callable[..., Any]) -> None:
    page = opened()
    buttons = page.locator(".sky-button")
    assert buttons.count() >= 12
    assert page.locator(".sky-button[tabindex='0']").count() == 1
    page.focus(".sky-button[tabindex='0']")
    page.keyboard.press("ArrowRight")
    name = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert name.startswith("Look along ")
    key = page.evaluate("document.activeElement.dataset.sky")
    page.keyboard.press("Enter")
    assert view(page, "fit") == key


def test_hammer_keeps_areas_and_the_close_up_angles(opened: Callable[..., Any]) -> None:
    areas, angle = opened().evaluate(
        """async () => {
            const sky = await import("/assets/display/sky_projection.mjs");
            const area = (zenith, azimuth) => {
                const step = 1e-3;
                const at = (a, b) => sky.hammer({ zenith: zenith + a, azimuth: azimuth + b });
                const [p, q, r] = [at(0, 0), at(step, 0), at(0, step)];
                const [u, v] = [q, r].map((s) => [s[0] - p[0], s[1] - p[1]]);
                return Math.abs(u[0] * v[1] - u[1] * v[0]) / step ** 2 / Math.sin(zenith);
            };
            const centre = { zenith: 1, azimuth: 6.2 };
            const circle = sky.circleAround(centre, 0.3).map(sky.closeUp(centre));
            return [
                [area(0.5, 1), area(1.5, 3), area(2.8, 6), area(1.2, 0.1)],
                circle.map(([x, y]) => Math.hypot(x, y)),
            ];
        }"""
    )
    assert areas == pytest.approx([0.5] * 4, rel=0.01)  # an ellipse of 2 pi for 4 pi of sky
    assert angle == pytest.approx([0.3] * len(angle))


def test_light_is_expected_when_the_geometry_says(opened: Callable[..., Any]) -> None:
    point, zenith, azimuth = [10.0, -20.0, 30.0], 1.1, 2.3
    sensors = [0, 59, 2000, 5159]
    track, cascade = opened().evaluate(
        """async ([point_m, zenith, azimuth, sensors, light]) => {
            const { expectedTimes } = await import("/assets/display/residual.mjs");
            const { position } = window.hitscope.store.get("geometry");
            return ["track", "cascade"].map((kind) => Array.from(expectedTimes(
                { kind, zenith, azimuth, point_m, time_ns: 100 }, position, sensors, light,
            )));
        }""",
        [point, zenith, azimuth, sensors, page_config()["light"]],
    )
    way = builtin_detector().position_m[sensors] - point
    travel = -source_direction(zenith, azimuth)
    along = way @ travel
    beside = np.linalg.norm(way - along[:, None] * travel, axis=1)
    # the particle goes to where the light leaves under the Cherenkov angle, light the rest
    shines = along - beside / math.tan(CHERENKOV_ANGLE)
    light_way = beside / math.sin(CHERENKOV_ANGLE)
    expected = 100 + shines / SPEED_OF_LIGHT + light_way / SPEED_IN_ICE
    assert track == pytest.approx(expected, abs=0.01)
    distance = np.linalg.norm(way, axis=1)
    assert cascade == pytest.approx(100 + distance / SPEED_IN_ICE, abs=0.01)


def test_colours_and_histogram_follow_the_residuals(opened: Callable[..., Any]) -> None:
    page = opened(f"{ON}&map=residual&fit=many_0")
    assert page.is_visible("#residuals")
    assert "to Exact" in page.inner_text("#residuals")
    assert page.inner_text(".scale-ends").split() == ["-100", "0", "+500", "ns"]
    told = page.evaluate(
        """() => {
            const { store, parts } = window.hitscope;
            const panel = parts.find((part) => part.constructor.name === "ResidualPanel");
            const { event, expected, pulse } = store.get("residuals");
            const [from, to] = store.get("window");
            const of = (i) => event.time[i] - expected[event.domIndexOf(event.sensor[i])];
            const inside = (i) => event.time[i] >= from && event.time[i] <= to;
            const pulses = Array.from(pulse.keys()).filter((i) => inside(i) && !event.auxiliary[i]);
            return {
                n: pulses.length,
                wrong: pulses.filter((i) => Math.abs(of(i) - pulse[i]) > 0.01).length,
                early: pulses.filter((i) => pulse[i] < -100).length,
                counts: panel.debug().counts,
            };
        }"""
    )
    assert told["wrong"] == 0
    assert (sum(told["counts"]), told["counts"][0]) == (told["n"], told["early"])
    page.keyboard.press("Home")
    page.wait_for_function(
        "() => document.querySelector('.residual-facts').textContent.startsWith('0 pulses')"
        " || document.querySelector('.residual-facts').textContent.startsWith('1 pulse,')"
    )
    page.keyboard.press("Shift+R")
    assert not page.is_visible("#residuals")
    assert view(page, "colour_map") == "spectrum"


def test_a_shower_that_an_algorithm_found_shines_as_one(opened: Callable[..., Any]) -> None:
    page = opened(f"{ON}&t=9600&window=8900,12000")
    kinds = page.evaluate(
        "window.hitscope.store.get('directions').map(({ key, kind }) => [key, kind])"
    )
    assert ["many_1", "cascade"] in kinds

    columns = page.evaluate(
        """() => {
            const { store, scene } = window.hitscope;
            const picture = (overlays) => {
                store.set({ overlays, cones: false });
                const canvas = scene.snapshot(0.5);
                return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            };
            const [without, shower] = [picture(["truth"]), picture(["truth", "many_1"])];
            const lit = new Array(shower.width).fill(0);
            for (let i = 0; i < shower.data.length; i += 4) {
                const more = shower.data[i + 1] - without.data[i + 1];  // its green
                if (Math.abs(more) > 2) lit[(i / 4) % shower.width]++;
            }
            return lit.flatMap((count, x) => (count > 2 ? [x] : []));
        }"""
    )
    # the front is a sphere of 133 m after 600 ns: its sides are far from the line
    assert np.ptp(columns) > 40
    assert len(columns) > 40
