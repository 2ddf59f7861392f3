"""The AFP run page in a real browser, on a sensor whose dead and hot pixels are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.browser.conftest import serve
from tests.browser.test_afp_modules import SENSOR

OpenPage = Callable[..., Any]
STORE = "window.hitscope?.store"
N_EVENTS, SHARE = 200, 0.15
DEAD, HOT, DEAD_COLUMN = (1, 100, 40), (2, 200, 30), (3, 60)
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True,
         "device_scale_factor": 2}  # fmt: skip


def write_sensor(folder: Path) -> Path:
    """Run 1: every pixel fires in 15 % of its events but for three places. Run 2: one event."""
    rng = np.random.default_rng(1)
    events = []
    for event_id in range(N_EVENTS):
        fired = rng.random((4, 336, 80)) < SHARE
        fired[DEAD], fired[HOT] = False, True
        fired[DEAD_COLUMN[0], :, DEAD_COLUMN[1]] = False
        plane, row, col = np.nonzero(fired)
        events.append(pl.DataFrame({"event_id": np.full(len(row), event_id), "plane": plane,
                                    "row": row, "col": col}))  # fmt: skip
    one = pl.DataFrame({"event_id": [N_EVENTS], "plane": [0], "row": [5], "col": [6]})
    hits = pl.concat([*events, one]).with_columns(charge=pl.lit(9163.0))
    folder.mkdir(parents=True)
    hits.cast({"plane": pl.UInt8, "row": pl.UInt16, "col": pl.UInt8}).write_parquet(
        folder / "hits.parquet", row_group_size=100_000
    )
    events_of = {"run": [1] * N_EVENTS + [2], "station": [2] * N_EVENTS + [0]}
    truth = pl.DataFrame({"event_id": range(N_EVENTS + 1), **events_of})
    truth.write_parquet(folder / "truth.parquet")
    return folder


@pytest.fixture(scope="module")
def sensor_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("sensor")
    write_sensor(folder / "data" / "sensor")
    with serve(folder / "data", folder / "cache") as address:
        yield address


def counted(page: Any) -> None:
    page.wait_for_function(f"() => {STORE}?.get('counted')", timeout=60_000)
    page.evaluate("() => new Promise((go) => requestAnimationFrame(() => setTimeout(go, 60)))")


def opened(open_page: OpenPage, url: str, **options: Any) -> Any:
    page = open_page(url, wait=False, **options)
    counted(page)
    return page


def stored(page: Any, key: str) -> Any:
    return page.evaluate(f"key => {STORE}.get(key)", key)


def odd(page: Any) -> list[tuple[int, int | None, int]]:
    return [(one["plane"], one["row"], one["col"]) for one in stored(page, "odd")]


def place_of(page: Any, place: tuple[int, int, int]) -> tuple[float, float]:
    return tuple(page.evaluate("place => window.hitscope.maps.placeOf(...place)", list(place)))


def test_dead_and_hot_pixels_are_found_and_told(sensor_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{sensor_server}/afp/sensor/run")
    assert page.inner_text("#run-title") == "Run 1, C near"
    assert "200 events" in page.inner_text("#run-sentence")
    assert set(odd(page)) == {DEAD, HOT, (DEAD_COLUMN[0], None, DEAD_COLUMN[1])}
    rows = page.locator("#run-odd tbody tr")
    assert rows.count() == 3
    z = [abs(one["z"]) for one in stored(page, "odd")]
    assert z == sorted(z, reverse=True)
    lines = page.locator("#run-planes tbody tr").all_inner_texts()
    tails = [line.split()[-3:] for line in lines]
    assert tails == [["0", "0", "0"], ["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]]


def test_the_pointer_tells_a_pixel(sensor_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{sensor_server}/afp/sensor/run/1")
    page.mouse.move(*place_of(page, HOT))
    told = page.inner_text(".plot-tip")
    assert "Plane 2, row 200, column 30" in told
    assert "200 hits" in told
    assert "expected" in told
    assert "hot" in told
    page.mouse.move(*place_of(page, (3, 10, 60)))
    assert "its column is dead as a whole" in page.inner_text(".plot-tip")


def test_a_place_of_the_list_is_marked_and_in_the_address(
    sensor_server: str, open_page: OpenPage
) -> None:
    page = opened(open_page, f"{sensor_server}/afp/sensor/run/1")
    page.click("#run-odd tbody tr[data-place='2,200,30']")
    assert stored(page, "chosen") == {"plane": 2, "row": 200, "col": 30}
    page.wait_for_selector("#run-close >> text=row 200")
    page.wait_for_url("**at=2,200,30*")
    again = opened(open_page, page.url)
    assert stored(again, "chosen") == {"plane": 2, "row": 200, "col": 30}
    again.keyboard.press("Escape")
    assert stored(again, "chosen") is None
    again.mouse.click(*place_of(again, (DEAD[0], DEAD[1] + 1, DEAD[2])))  # near enough
    assert stored(again, "chosen") == {"plane": 1, "row": 100, "col": 40}


def test_steps_through_the_list_by_key(sensor_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{sensor_server}/afp/sensor/run/1")
    seen = []
    for key in (".", ".", ".", ".", ","):
        page.keyboard.press(key)
        chosen = stored(page, "chosen")
        seen.append((chosen["plane"], chosen["row"], chosen["col"]))
    first, second, third = odd(page)
    assert seen == [first, second, third, third, second]


def test_the_threshold_is_dragged_or_typed(sensor_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{sensor_server}/afp/sensor/run/1")
    box = page.locator(".z-canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 17 / 24, box["y"] + 20)  # at 5
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 14 / 24, box["y"] + 20, steps=3)
    page.mouse.up()
    assert stored(page, "least_z") == pytest.approx(2, abs=0.2)
    assert len(odd(page)) > 200
    assert page.locator("#run-odd tbody tr").count() == 200
    page.fill("#least-z", "39")
    page.keyboard.press("Tab")
    assert odd(page) == []
    assert "No pixel or column is so far off" in page.inner_text("#run-odd")
    page.fill("#least-z", "0")  # not taken
    page.keyboard.press("Tab")
    assert page.input_value("#least-z") == "39"


def test_the_list_as_a_file_has_what_the_table_has(sensor_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{sensor_server}/afp/sensor/run/1?z=4.5")
    address = page.locator("#odd-csv").evaluate("link => link.href")
    text = page.evaluate("url => fetch(url).then((answer) => answer.text())", address)
    rows = [line.split(",") for line in text.splitlines()[1:]]
    listed = [(int(r[0]), int(r[1]) if r[1] else None, int(r[2])) for r in rows]
    assert listed == odd(page)


def test_runs_and_stations_are_chosen(sensor_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{sensor_server}/afp/sensor/run/1")
    page.keyboard.press("n")
    page.wait_for_function(f"() => {STORE}.get('counted')?.n_events === 1")
    assert page.inner_text("#run-title") == "Run 2, A far"  # which has no C near
    page.wait_for_url("**/run/2?station=0*")
    page.go_back()
    page.wait_for_function(f"() => {STORE}.get('counted')?.n_events === 200")
    page.select_option("#run-choice", "all")
    page.wait_for_url("**/run/all?station=2*")
    counted(page)
    assert "odd in some runs only" in page.inner_text("#run-sentence")


def test_counting_says_how_far_it_is_and_who_leaves_asks_no_more(
    sensor_server: str, open_page: OpenPage
) -> None:
    page = open_page("about:blank", wait=False)
    asked: list[str] = []

    def count(route: Any) -> None:
        asked.append(route.request.url)
        told = {"state": "counting", "message": "The hits are being counted.", "fraction": 0.4}
        if "run=1" in route.request.url:
            route.fulfill(status=202, json=told)
        else:
            route.continue_()

    page.route("**/counts.bin*", count)
    page.goto(f"{sensor_server}/afp/sensor/run/1")
    page.wait_for_selector("#run-progress:has-text('The hits are being counted. 40 %')")
    assert page.locator("#run-progress-bar").evaluate("bar => bar.value") == pytest.approx(0.4)
    page.keyboard.press("n")
    counted(page)
    assert page.is_hidden("#run-progress")
    n_asked = len(asked)
    page.wait_for_timeout(1000)
    assert len(asked) == n_asked


def test_log_or_linear_and_both_themes_draw(sensor_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{sensor_server}/afp/sensor/run/1")

    def picture() -> str:
        counted(page)
        return page.evaluate("document.querySelector('.run-canvas').toDataURL()")

    seen = {picture()}
    for key in ("c", "t", "c"):
        page.keyboard.press(key)
        seen.add(picture())
    assert len(seen) == 4


def test_from_an_event_and_back(sensor_server: str, open_page: OpenPage) -> None:
    page = open_page(f"{sensor_server}/afp/sensor/200", wait=False)
    page.wait_for_function(f"() => {STORE}?.get('event')?.info.event_id === 200", timeout=20_000)
    page.keyboard.press("o")
    page.wait_for_url("**/afp/sensor/run/2?station=0*")
    counted(page)
    assert page.inner_text("#run-title") == "Run 2, A far"
    page.keyboard.press("o")
    page.wait_for_url("**/afp/sensor/200*")


def test_a_run_that_is_not_there_is_told(sensor_server: str, open_page: OpenPage) -> None:
    page = open_page(f"{sensor_server}/afp/sensor/run/77?z=x", wait=False)
    page.wait_for_selector("#run-trouble:has-text('There is no run 77')")
    assert "z='x'" in page.inner_text("#toast")
    page.select_option("#run-choice", "2")
    counted(page)
    assert page.is_hidden("#run-trouble")


def test_on_a_phone_all_is_in_reach(sensor_server: str, open_page: OpenPage) -> None:
    page = opened(open_page, f"{sensor_server}/afp/sensor/run/1", **PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.is_visible("#run-choice")
    page.tap("#run-odd tbody tr:nth-child(1)")
    assert stored(page, "chosen") is not None
    assert page.is_visible(".close-canvas")


@pytest.fixture(scope="module")
def call(sensor_server: str, browser: Any) -> Iterator[Callable[..., Any]]:
    page = browser.new_page()
    page.goto(f"{sensor_server}/health")

    def call(module: str, name: str, *given: Any) -> Any:
        return page.evaluate(
            """async ([module, name, given]) =>
                (await import(`/assets/display/afp_run/${module}.mjs`))[name](...given)""",
            [module, name, list(given)],
        )

    yield call
    page.close()


@pytest.mark.parametrize(
    ("width", "ratio"), [(1080, 1), (1080, 1.5), (700, 1), (390, 1), (390, 3), (2400, 2)]
)
def test_a_pixel_is_a_whole_number_of_the_screens(
    call: Callable[..., Any], width: int, ratio: float
) -> None:
    layout = call("layout", "layoutOf", width, 784, ratio, SENSOR)
    for side in ("row_px", "col_px"):
        assert layout[side] * ratio == pytest.approx(round(layout[side] * ratio))
        assert layout[side] * ratio >= 1
    last = max(box["x"] + box["width"] for box in layout["boxes"])
    assert last <= width
    for box in layout["boxes"]:
        place = call("layout", "placeAt", layout, box["x"] + 0.1, box["y"] + 0.1, SENSOR)
        assert (place["box"]["plane"], place["row"], place["col"]) == (box["plane"], 335, 0)


def test_how_many_hits_a_dead_pixel_needs(call: Callable[..., Any]) -> None:
    """The Poisson law's chance of none is that of the normal law beyond z."""
    from scipy.stats import norm

    for z in (3.0, 5.0, 8.0):
        exact = -np.log(norm.sf(z))
        assert call("counted", "leastExpected", z) == pytest.approx(exact, abs=0.12)


def test_addresses_come_back_as_they_were(call: Callable[..., Any]) -> None:
    view = {"least_z": 4.5, "law": "linear", "chosen": {"plane": 3, "row": None, "col": 60},
            "from": 12, "theme": "light"}  # fmt: skip
    for run, station in ((7, 3), ("all", None), (None, 0)):
        link = call("address", "linkTo", "a b", {"run": run, "station": station}, view)
        path, query = link.split("?")
        assert call("address", "readPath", path) == {"dataset": "a b", "run": run}
        told = call("address", "readQuery", query, SENSOR)
        assert told == {"view": view, "station": station, "remarks": []}
