"""The pure parts of the AFP page, called in a browser."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest

SENSOR = {
    "planes": 4, "rows": 336, "cols": 80, "row_mm": 0.05, "col_mm": 0.25, "plane_mm": 9.0,
    "tilt_rad": math.radians(14),
}  # fmt: skip
SHAPE = 20 / 16.8  # of a box as a whole plane


class Modules:
    """The modules of the page, called from here."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def __call__(self, module: str, name: str, *arguments: Any) -> Any:
        """What the function of that name gives."""
        return self.page.evaluate(
            """async ([module, name, given]) => {
                const found = await import(`/assets/display/afp/${module}.mjs`);
                return found[name](...given);
            }""",
            [module, name, list(arguments)],
        )


@pytest.fixture(scope="module")
def call(afp_server: str, browser: Any) -> Iterator[Modules]:
    page = browser.new_page()
    page.goto(f"{afp_server}/health")
    yield Modules(page)
    page.close()


def hits(*places: tuple[int, int]) -> dict[str, list[int]]:
    return {"row": [row for row, _ in places], "col": [col for _, col in places]}


PROTON = [(100 + k % 3, 40 + k % 2) for k in range(8)]


def test_a_window_is_at_true_scale(call: Modules) -> None:
    edges = call("windows", "edgesOf", {"row": 100, "col": 40, "cols": 10}, SHAPE, SENSOR)
    across_mm = (edges["right"] - edges["left"]) * 0.25
    up_mm = (edges["top"] - edges["bottom"]) * 0.05
    assert across_mm / up_mm == pytest.approx(SHAPE)
    whole = call("windows", "wholeView", SHAPE, SENSOR)
    assert whole == pytest.approx({"row": 168, "col": 40, "cols": 80})


def test_the_window_holds_the_hits_but_for_a_few_far_ones(call: Modules) -> None:
    def of(places: list[tuple[int, int]]) -> Any:
        return call("windows", "viewOfHits", hits(*places), SHAPE, SENSOR)

    near = of(PROTON)
    assert near["outside"] == 0
    assert near["view"]["cols"] < 12
    lone = of([*PROTON, (300, 5)])
    assert lone["outside"] == 1
    assert lone["view"]["cols"] == near["view"]["cols"]
    pair = of([*PROTON, *((row + 150, col) for row, col in PROTON)])  # two protons are both shown
    assert pair["outside"] == 0
    assert pair["view"]["cols"] > 30


@pytest.mark.parametrize("places", [[], [(0, 0), (335, 79)] * 10])
def test_without_hits_or_with_hits_all_over_whole_planes_are_shown(
    call: Modules, places: list[tuple[int, int]]
) -> None:
    found = call("windows", "viewOfHits", hits(*places), SHAPE, SENSOR)
    assert found["view"]["cols"] == pytest.approx(80)


def test_zooming_keeps_the_point_under_the_pointer(call: Modules) -> None:
    view = {"row": 100, "col": 40, "cols": 20}
    closer = call("windows", "zoomedAt", view, 2, {"row": 110, "col": 45}, SHAPE, SENSOR)
    assert closer == pytest.approx({"row": 105, "col": 42.5, "cols": 10})
    assert call("windows", "zoomedAt", view, 1e-6, view, SHAPE, SENSOR)["cols"] <= 80.001
    assert call("windows", "zoomedAt", view, 1e9, view, SHAPE, SENSOR)["cols"] >= 3
    far = call("windows", "moved", view, 5000, -5000, SHAPE, SENSOR)
    assert (far["row"], far["col"]) == (336, 0)


def test_boxes_lie_side_by_side_or_two_by_two(call: Modules) -> None:
    wide = call("layout", "layoutOf", 1080, ["recorded"], SENSOR)
    assert len({box["y"] for box in wide["boxes"]}) == 1
    assert wide["shape"] == pytest.approx(SHAPE, abs=0.01)
    narrow = call("layout", "layoutOf", 380, ["recorded"], SENSOR)
    assert len({box["y"] for box in narrow["boxes"]}) == 2
    for found, width in ((wide, 1080), (narrow, 380)):
        assert max(box["x"] + box["width"] for box in found["boxes"]) <= width
    rows = call("layout", "layoutOf", 1080, ["recorded", "made", "difference"], SENSOR, 560)
    assert rows["height"] <= 560
    assert len(rows["boxes"]) == 12


def test_sums_along_rows_and_columns(call: Modules) -> None:
    info = {
        "hits": {"plane": [0, 0, 3], "row": [7, 8, 7], "col": [2, 2, 79], "charge": [10, 30, 5]}
    }
    sums = """async (info) => {
        const { buildEvent, projectionsOf, hitAt } =
            await import("/assets/display/afp/event_hits.mjs");
        const event = buildEvent(info, 4);
        const found = projectionsOf(event, { rows: 336, cols: 80 }, true);
        const counts = projectionsOf(event, { rows: 336, cols: 80 }, false);
        return [found.rows[0][7], found.cols[0][2], found.rows[3][7], found.highest_col,
                counts.highest_col, hitAt(event, 0, 8, 2), hitAt(event, 1, 8, 2)];
    }"""
    assert call.page.evaluate(sums, info) == [10, 40, 5, 40, 2, 1, -1]


def test_how_many_events_reach_a_score(call: Modules) -> None:
    told = [9.0, 5.0, 1.0], [1, 3, 10], [0, 2, 9]
    reach = [call("score_numbers", "countAtOrAbove", *told, s) for s in (10, 9, 5, 3, 0)]
    assert reach == [0, 1, 3, 6, 10]
    assert call("score_numbers", "countAtOrAbove", [], [], [], 1) == 0
    equal = [7.0, 0.0], [20, 100], [0, 20]  # nothing lies between them
    assert call("score_numbers", "countAtOrAbove", *equal, 0.5) == 20
    assert [call("score_numbers", "percent", x) for x in (0, 0.0004, 0.0413, 0.76)] == [
        "0 %", "0.040 %", "4.13 %", "76.0 %",
    ]  # fmt: skip


def test_the_station_is_tilted_and_seen_from_where_the_camera_is(call: Modules) -> None:
    low = call("station_geometry", "placeOf", 0, 0, 40, SENSOR)
    high = call("station_geometry", "placeOf", 0, 336, 40, SENSOR)
    lean = math.atan2(high[2] - low[2], high[0] - low[0])
    assert math.degrees(lean) == pytest.approx(14)
    assert math.dist(low, high) == pytest.approx(16.8)
    middles = [call("station_geometry", "placeOf", k, 168, 40, SENSOR) for k in range(4)]
    assert [place[2] for place in middles] == pytest.approx([-13.5, -4.5, 4.5, 13.5])
    project = """async ([camera, point]) => {
        const { cameraOf } = await import("/assets/display/afp/station_geometry.mjs");
        return cameraOf(camera, 400, 300)(point);
    }"""
    ahead = {"azimuth": 0, "elevation": 0, "distance": 90}
    right = call.page.evaluate(project, [ahead, [5, 0, 0]])
    up = call.page.evaluate(project, [ahead, [0, 5, 0]])
    assert right["x"] > 200
    assert right["y"] == pytest.approx(150)
    assert up["y"] < 150
    assert call.page.evaluate(project, [ahead, [0, 0, 10]])["depth"] == pytest.approx(100)


@pytest.mark.parametrize(
    ("query", "view"),
    [
        ("?zoom=whole&theme=light", {"zoom": "whole", "theme": "light"}),
        ("?zoom=100.5,40,8", {"zoom": {"row": 100.5, "col": 40, "cols": 8}}),
        ("?colours=hits&class=shower", {"colouring": "hits", "of_class": "shower"}),
    ],
)
def test_the_address_is_read(call: Modules, query: str, view: dict[str, Any]) -> None:
    found = call("address", "readQuery", query)
    assert found == {"view": view, "remarks": []}


@pytest.mark.parametrize(
    "query",
    ["?zoom=near", "?zoom=1,2", "?zoom=1,2,-3", "?zoom=1,2,1e9", "?colours=red", "?camera=0,0,0",
     "?camera=0,95,90", "?theme=blue", "?class="],
)  # fmt: skip
def test_an_address_that_makes_no_sense_is_told(call: Modules, query: str) -> None:
    found = call("address", "readQuery", query)
    assert found["view"] == {}
    assert len(found["remarks"]) == 1


def test_a_link_is_read_back_as_it_was(call: Modules) -> None:
    view = {
        "zoom": {"row": 101.25, "col": 40.5, "cols": 9.75}, "colouring": "hits",
        "of_class": "own class", "camera": {"azimuth": 0.5, "elevation": -0.25, "distance": 80},
        "track": False, "theme": "light", "maker": "autoencoder",
        "detector": "pca", "threshold": 0.125, "order": "pca",
    }  # fmt: skip
    link = call("address", "linkTo", "/afp/x/1", view)
    found = call("address", "readQuery", link.partition("?")[2])["view"]
    assert found.pop("camera") == pytest.approx(view.pop("camera"), abs=1e-3)
    assert found == view


def test_the_caption_tells_what_is_known(call: Modules) -> None:
    info = {
        "dataset": "protons", "event_id": 1210, "run": 7, "evn": 31, "station": 3, "side": "C",
        "station_label": "C far", "event_class": "shower", "anomalous": True,
    }  # fmt: skip
    row = {
        "label": "Rules", "score": 0.5, "threshold": {"value": 1}, "reasons": ["no hits."],
        "message": "",
    }  # fmt: skip
    known = {
        "info": info, "classes": [{"name": "shower", "label": "shower"}], "row": row,
        "threshold": None, "maker": "Autoencoder", "by_charge": True, "with_track": True,
        "outside": 2,
    }  # fmt: skip
    told = {one["name"]: one for one in call("caption", "captionOf", known)}
    assert {name: told[name]["value"] for name in list(told)[:10]} == {
        "Data set": "protons", "Event": "1210", "Run": "7", "Event in run": "31",
        "Station": "C far, side C, station 3", "Truth": "shower", "Detector": "Rules",
        "Score": "0.5, normal", "Threshold": "1", "Reasons": "no hits",
    }  # fmt: skip
    assert (told["Truth"]["tone"], told["Score"]["tone"]) == ("anomalous", "normal")
    assert "2 hits lie outside" in told["Planes"]["value"]
    rows = call("caption", "captionOf", known | {"threshold": 0.25})
    assert {"name": "Score", "value": "0.5, anomalous", "tone": "anomalous"} in rows
    nothing = dict.fromkeys(info) | {"dataset": "images", "event_id": 0}
    bare = known | {"info": nothing, "row": None, "maker": None, "with_track": False}
    assert [one["name"] for one in call("caption", "captionOf", bare)] == [
        "Data set", "Event", "Planes",
    ]  # fmt: skip


def test_long_captions_are_broken_into_lines(call: Modules) -> None:
    lines = call.page.evaluate(
        """async () => {
            const { linesOf } = await import("/assets/display/picture.mjs");
            const of = (text) => linesOf(text, 8, (part) => part.length);
            return [of("one two three"), of("a_very_long_name of it"), of("")];
        }"""
    )
    assert lines == [["one two", "three"], ["a_very_l", "ong_name", "of it"], [""]]


def test_a_file_of_scores_leaves_the_threshold_of_the_weights_to_the_server(call: Modules) -> None:
    assert call("score_numbers", "thresholdQuery", 0.93, {"value": 0.5}) == "?threshold=0.93"
    assert call("score_numbers", "thresholdQuery", 0.5, {"value": 0.5}) == ""
    assert call("score_numbers", "thresholdQuery", 0.5, None) == "?threshold=0.5"
    assert call("score_numbers", "thresholdQuery", None, None) == ""
