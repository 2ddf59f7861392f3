"""The event page's callbacks on good data."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from dash import Dash, dcc

from app.view_state import MAX_QUERY_CHARACTERS
from reco_core.icecube.reconstructions.registry import RECONSTRUCTIONS
from tests.app.pages import app_on, drawn, hrefs, opened_page, texts
from tests.reco_core.icecube.small_datasets import (
    meta_table,
    pulse_table,
    write_batch,
    write_small,
)

COUNTS = {24: 6, 41: 8, 59: 5}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Dash:
    """Data sets 'first' and 'second'; Ernie is event 41 of the first."""
    data = tmp_path_factory.mktemp("data") / "all"
    write_small(data / "first", COUNTS)
    write_batch(data / "first", pulse_table({70: 4}, seed=2), 2)
    write_small(data / "second", {1_000_000: 3})
    columns = {"event_id": [41, 59], "name": ["Ernie", None], "sentence": ["A bright one.", None],
               "event_class": ["cascade", "noise"], "energy_gev": [1.14e6, 25.0]}  # fmt: skip
    pl.DataFrame(columns).write_parquet(data / "first" / "truth.parquet")
    return app_on(data)


def test_an_event_with_a_name_and_a_story(app: Dash) -> None:
    page = opened_page(app, "/event/first/41")
    assert page["event-title.children"] == "Ernie"
    summary, story = texts(page["event-sentence.children"])
    assert summary.startswith("8 pulses on ")
    assert story == "A bright one."
    assert page["position.children"] == "train batch 1: 2 of 3"
    assert page["notice.children"] == []


def test_an_event_without_a_story_tells_its_facts(app: Dash) -> None:
    page = opened_page(app, "/event/first/59")
    assert page["event-title.children"] == "Event 59"
    assert list(texts(page["event-sentence.children"]))[1] == "noise, 25 GeV"


def test_an_event_of_which_nothing_is_known_has_one_sentence(app: Dash) -> None:
    assert len(list(texts(opened_page(app, "/event/first/24")["event-sentence.children"]))) == 1


def test_the_page_gets_a_row_for_the_truth_and_each_algorithm(app: Dash) -> None:
    rows = opened_page(app, "/event/first/24")["event.data"]["overlays"]
    assert [row["label"] for row in rows] == ["Truth", *(row.label for row in RECONSTRUCTIONS)]
    shortcut = {row["key"]: row["shortcut"] for row in rows}
    assert (shortcut["truth"], shortcut["line_fit"]) == ("G", "I")
    assert (rows[0]["zenith"], rows[0]["azimuth"], rows[0]["state"]) == (1.0, 2.0, "done")


def test_the_verdict_is_a_word_with_reasons(app: Dash) -> None:
    told = list(texts(opened_page(app, "/event/first/24")["verdict.children"]))
    assert told[0] in ("Easy", "Hard")
    assert "hardness" in told
    assert len(told) > 6


@pytest.mark.parametrize(
    ("event_id", "previous", "following"),
    [
        (24, "/event/first/24", "/event/first/41"),  # before the first: the first again
        (41, "/event/first/24", "/event/first/59"),
        (59, "/event/first/41", "/event/first/70"),  # on in the next batch
        (70, "/event/first/59", "/event/first"),
    ],
)
def test_pager(app: Dash, event_id: int, previous: str, following: str) -> None:
    page = opened_page(app, f"/event/first/{event_id}")
    assert (page["previous.href"], page["next.href"]) == (previous, following)
    known = {f"/event/first/{other}" for other in (*COUNTS, 70)}
    assert page["random.href"] in known


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/", ("first", 24)),
        ("/event/first", ("first", 24)),
        ("/event/second", ("second", 1_000_000)),
        ("/event/first/041/", ("first", 41)),
    ],
)
def test_addresses(app: Dash, path: str, shown: tuple[str, int]) -> None:
    data = opened_page(app, path)["event.data"]
    assert (data["dataset"], data["event_id"]) == shown


def test_the_menu_lists_all_and_marks_the_open_one(app: Dash) -> None:
    links = opened_page(app, "/event/second")["dataset-menu.children"]
    assert hrefs(links) == ["/event/first", "/event/second"]
    assert [link.className for link in links] == ["", "current"]


def test_the_scene_is_told_where_the_detector_is(app: Dash) -> None:
    data = opened_page(app, "/")["event.data"]
    assert data["geometry_url"].startswith("/api/v1/datasets/first/geometry.bin?v=")
    assert data["detector"] == {
        "outline": [1, 6, 50, 74, 72, 78, 75, 31],
        "dust_m": [-150.0, -50.0],
    }


def test_the_view_of_the_address_is_passed_on(app: Dash) -> None:
    page = opened_page(app, "/event/first/41", "?t=9000&on=truth&dom=5,7")
    assert page["event.data"]["view"] == {"t": 9000.0, "on": ["truth"], "dom": [5, 7]}
    assert page["notice.children"] == []


def test_what_makes_no_sense_in_the_address_is_remarked_beside_the_event(app: Dash) -> None:
    page = opened_page(app, "/event/first/41", "?t=soon&map=jet&speed=500")
    assert page["event-title.children"] == "Ernie"
    assert page["event.data"]["view"] == {"speed": 500.0}
    time, colours = texts(page["notice.children"])
    assert time == "The address says t='soon'; expected a time in ns."
    assert colours.startswith("The address says map='jet'; expected one of ")
    long = opened_page(app, "/event/first/41", "?" + "x" * MAX_QUERY_CHARACTERS)
    assert "longer than 2,000 characters" in next(texts(long["notice.children"]))


def test_a_page_that_is_not_there_offers_a_way_on(app: Dash) -> None:
    page = opened_page(app, "/nowhere")
    told = list(texts(page["notice.children"]))
    assert told[0] == "This event cannot be shown"
    assert "There is no page '/nowhere'" in told[1]
    assert hrefs(page["notice.children"]) == ["/"]
    assert hrefs(page["dataset-menu.children"]) == ["/event/first", "/event/second"]


def figures(app: Dash, **flat: object) -> list[dcc.Graph]:
    return [part for part in drawn(app, flat) if isinstance(part, dcc.Graph)]


def test_projections_show_the_doms_lit_so_far(app: Dash) -> None:
    times = pulse_table(COUNTS).filter(event_id=41)["time"].sort().to_list()
    cases = ((None, 8), (times[-1], 8), (times[3], 4), (times[0] - 1, 0))
    for time_ns, expected in cases:
        graphs = figures(app, dataset="first", event_id=41, time_ns=time_ns)
        assert [len(graph.figure.data[1].x) for graph in graphs] == [expected] * 3


def test_projections_label_their_axes(app: Dash) -> None:
    axes = [
        (graph.figure.layout.xaxis.title.text, graph.figure.layout.yaxis.title.text)
        for graph in figures(app, dataset="first", event_id=41)
    ]
    assert axes == [("x (m)", "y (m)"), ("x (m)", "z (m)"), ("y (m)", "z (m)")]


def test_projections_of_an_unknown_event_say_so(app: Dash) -> None:
    assert "No event 42 in data set 'first'" in next(
        texts(drawn(app, {"dataset": "first", "event_id": 42}))
    )


def test_an_event_without_pulses_keeps_its_neighbours(tmp_path: Path) -> None:
    write_batch(tmp_path / "set", pulse_table({24: 3, 41: 5}))
    meta_table({24: 3, 30: 0, 41: 5}).write_parquet(tmp_path / "set" / "train_meta.parquet")
    page = opened_page(app_on(tmp_path / "set"), "/event/set/30")
    assert "event 30 of set/train/batch_1.parquet has no pulses" in page["event.data"]["error"]
    assert (page["previous.href"], page["next.href"]) == ("/event/set/41", "/event/set")
