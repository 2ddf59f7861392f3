"""Opening an event: title, facts, overlays, the way on, the payload for the browser."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.routes import EventAddress
from app.services.event_words import facts_of, kind_text, one_line, particle_text
from app.services.events import (
    EventView,
    Library,
    pager_of,
    payload,
    ranges_of,
)
from app.services.overlays import distance_from_centre
from reco_core.errors import NotFoundError
from reco_core.icecube.event import Event, Truth
from reco_core.icecube.reconstructions.registry import RECONSTRUCTIONS
from reco_core.units import energy_text
from tests.app.services.direct import DirectResults
from tests.reco_core.icecube.small_datasets import BIG, pulse_table, write_batch, write_small

COUNTS = {24: 6, 41: 8, 59: 5}

METHODS = [row.key for row in RECONSTRUCTIONS]


def library_of(root: Path) -> Library:
    return Library(root, root.parent / "index", BIG)


def view_of(folder: Path, event_id: int | None = 41) -> EventView:
    library = library_of(folder)
    address = EventAddress("set", event_id)
    return library.open(address, DirectResults(library), np.random.default_rng(0))


def write_truth(folder: Path, **columns: object) -> Path:
    write_small(folder, COUNTS, meta=False)
    pl.DataFrame({"event_id": [41]} | {name: [value] for name, value in columns.items()}).write_csv(
        folder / "truth.csv"
    )
    return folder


@pytest.mark.parametrize(
    ("energy_gev", "text"),
    [
        (0.0, "0 GeV"),
        (0.5, "0.5 GeV"),
        (999.0, "999 GeV"),
        (1e3, "1 TeV"),
        (1.14e6, "1.14 PeV"),
        (6.05e6, "6.05 PeV"),
        (3e11, "300 EeV"),
    ],
)
def test_energy_in_its_largest_unit(energy_gev: float, text: str) -> None:
    assert energy_text(energy_gev) == text


def test_facts_in_words_with_units() -> None:
    truth = Truth(event_class="stopping_track", energy_gev=1.14e6, mjd=55_782.5)
    event = Event(1, "train", 1, None, truth)  # type: ignore[arg-type]
    assert facts_of(event) == ("stopping track", "1.14 PeV", "MJD 55782.5000")


def test_the_energy_is_that_of_the_primary() -> None:
    truth = Truth(event_class="muon", topology="stopping", primary_pdg=-14, energy_gev=2e3)
    event = Event(1, "train", 1, None, truth)  # type: ignore[arg-type]
    assert facts_of(event) == ("stopping muon", "muon antineutrino of 2 TeV")


@pytest.mark.parametrize(
    ("event_class", "topology", "text"),
    [
        ("track", "through_going", "through-going track"),
        ("cascade", "double_bang", "double bang"),
        ("cascade", None, "cascade"),
        ("noise", None, "noise"),
        ("stopping", "stopping", "stopping"),  # a file with a topology alone
        ("genie neutrino", "else", "genie neutrino"),
    ],
)
def test_class_and_topology_in_words(event_class: str, topology: str | None, text: str) -> None:
    assert kind_text(event_class, topology) == text


def test_particles_in_words() -> None:
    assert particle_text(16) == "tau neutrino"
    assert particle_text(13) == "muon"
    assert particle_text(2212) is None
    assert particle_text(None) is None


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("plain", 9, "plain"),
        (" a\n b\t", 9, "a b"),
        ("a\0b\u202ec", 9, "abc"),
        ("exactly 9", 9, "exactly 9"),
        ("ten chars.", 9, "ten char…"),
        ("cut at a space", 8, "cut at…"),
    ],
)
def test_one_line(text: str, most: int, shown: str) -> None:
    assert one_line(text, most) == shown
    assert len(shown) <= most


def test_the_truth_comes_first_then_the_reconstructions(tmp_path: Path) -> None:
    write_small(tmp_path / "set", COUNTS)
    view = view_of(tmp_path / "set")
    assert [overlay.key for overlay in view.overlays] == ["truth", *METHODS]
    truth, *fits = view.overlays
    assert (truth.label, truth.kind, truth.zenith, truth.azimuth) == ("Truth", "track", 1.0, 2.0)
    for fit in fits:
        assert fit.opening_angle is not None or fit.reason
        assert fit.opening_angle is None or 0 <= fit.opening_angle <= math.pi


def test_without_truth_there_is_no_angle_to_it(tmp_path: Path) -> None:
    write_small(tmp_path / "set", COUNTS, meta=False)
    view = view_of(tmp_path / "set")
    assert [overlay.key for overlay in view.overlays] == METHODS
    assert all(overlay.opening_angle is None for overlay in view.overlays)


def test_a_cascade_stands_at_its_vertex(tmp_path: Path) -> None:
    vertex = {"vertex_x_m": 10.0, "vertex_y_m": -20.0, "vertex_z_m": 30.0}
    folder = write_truth(
        tmp_path / "set", zenith=0.5, azimuth=1.0, event_class="cascade",
        direction_kind="reference", **vertex,
    )  # fmt: skip
    truth = view_of(folder).overlays[0]
    assert (truth.label, truth.kind) == ("Reference", "cascade")
    assert truth.point_m == (10.0, -20.0, 30.0)


def test_a_track_is_in_time_with_its_vertex_however_far(tmp_path: Path) -> None:
    vertex = {"vertex_x_m": 10.0, "vertex_y_m": -20.0, "vertex_z_m": 9_000.0}
    folder = write_truth(
        tmp_path / "set", zenith=0.0, azimuth=0.0, event_class="track", time_ns=-20_000.0, **vertex
    )
    truth = view_of(folder).overlays[0]
    assert truth.point_m is not None
    assert truth.time_ns is not None
    assert truth.point_m[:2] == pytest.approx((10.0, -20.0))
    assert abs(truth.point_m[2]) < 550
    assert truth.time_ns == pytest.approx(-20_000 + (9_000 - truth.point_m[2]) / 0.299792458)


def test_a_neutrino_that_passes_far_away_is_told_and_not_drawn(tmp_path: Path) -> None:
    folder = write_truth(
        tmp_path / "set", zenith=0.0, azimuth=0.0, event_class="muon",
        vertex_x_m=0.0, vertex_y_m=1_640.0, vertex_z_m=0.0,
    )  # fmt: skip
    view = view_of(folder)
    truth = view.overlays[0]
    assert (truth.label, truth.zenith) == ("Truth, 1.6 km away", 0.0)
    assert (truth.point_m, truth.time_ns) == (None, None)
    assert payload(view)["overlays"][0]["point_m"] is None
    assert all(fit.opening_angle is not None or fit.reason for fit in view.overlays[1:])


def test_distance_from_the_centre_does_not_depend_on_the_point_of_the_line() -> None:
    for height in (-5e3, 0.0, 7e4):
        point = np.array([30.0, 40.0, height])
        assert distance_from_centre(point, 0.0, 1.0) == pytest.approx(50)


def test_a_name_and_a_story(tmp_path: Path) -> None:
    folder = write_truth(tmp_path / "set", name="Ernie", sentence="A bright cascade.")
    view = view_of(folder)
    assert (view.title, view.story) == ("Ernie", "A bright cascade.")
    other = view_of(folder, 24)
    assert (other.title, other.story) == ("Event 24", None)


def test_pager_in_the_middle_and_at_both_ends(tmp_path: Path) -> None:
    write_small(tmp_path / "set", COUNTS)
    dataset = library_of(tmp_path / "set").dataset(None)
    rng = np.random.default_rng(0)
    pagers = [pager_of(dataset, event_id, rng) for event_id in COUNTS]
    ways = [(pager.previous_id, pager.next_id, pager.k, pager.n) for pager in pagers]
    assert ways == [(None, 41, 1, 3), (24, 59, 2, 3), (41, None, 3, 3)]
    assert {pager.random_id for pager in pagers} <= set(COUNTS)


def test_the_payload_is_relative_to_the_first_pulse(tmp_path: Path) -> None:
    table = pulse_table(COUNTS).with_columns(time=pl.col("time") + 73_324_881)
    write_batch(tmp_path / "set", table)
    view = view_of(tmp_path / "set")
    data = payload(view)
    first = table.filter(event_id=41)["time"].min()
    assert data["t0_ns"] == first
    assert data["light_range_ns"] == [time - first for time in view.light_range_ns]
    assert [row["key"] for row in data["overlays"]] == [row.key for row in view.overlays]
    assert any(overlay.time_ns for overlay in view.overlays)
    for row, overlay in zip(data["overlays"], view.overlays, strict=True):
        assert row["time_ns"] == (overlay.time_ns and overlay.time_ns - first)
        assert row["point_m"] == overlay.point_m
    json.dumps(data, allow_nan=False)


def test_no_address_is_the_first_event(tmp_path: Path) -> None:
    write_small(tmp_path / "set", COUNTS)
    library = library_of(tmp_path / "set")
    results = DirectResults(library)
    view = library.open(EventAddress(None, None), results, np.random.default_rng(0))
    assert (view.dataset.key, view.event.event_id, view.path) == ("set", 24, "/event/set/24")


def test_an_unknown_data_set_names_those_there_are(tmp_path: Path) -> None:
    for name in ("kaggle", "demo"):
        write_small(tmp_path / "all" / name, COUNTS)
    library = library_of(tmp_path / "all")
    with pytest.raises(NotFoundError, match=r"no data set 'x+'\. Those open here: demo, kaggle\."):
        library.dataset("x" * 500)
    assert library.dataset(None).key == "demo"


@given(st.sets(st.integers(0, 5159), max_size=60))
def test_ranges_hold_the_same_sensors(sensor_ids: set[int]) -> None:
    ranges = ranges_of(np.array(sorted(sensor_ids), np.int16))
    spread = [sensor for first, last in ranges for sensor in range(first, last + 1)]
    assert spread == sorted(sensor_ids)
    assert all(a[1] + 1 < b[0] for a, b in pairwise(ranges))  # none could be joined
