"""Showpieces open their set, and each comes out as its name says, whatever is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from reco_core.directions import source_direction
from reco_core.icecube.detector import builtin_detector
from reco_core.icecube.simulation import given
from reco_core.icecube.simulation.chunk import Chunk, Events, merged, simulate_chunk
from reco_core.icecube.simulation.showpieces import showpieces
from reco_core.units import SPEED_OF_LIGHT
from tests.browser.screenshots import PICTURES

SEEDS = (1, 2, 3)
NAMES = [piece.name for piece in showpieces()]


@pytest.fixture(scope="module")
def chunks() -> list[Chunk]:
    """The showpieces alone, of a few seeds."""
    return [simulate_chunk("showcase", seed, 0, len(NAMES)) for seed in SEEDS]


def truth_of(chunk: Chunk, name: str) -> Mapping[str, Any]:
    return {key: values[NAMES.index(name)] for key, values in chunk.truth.items()}


def pulses_of(chunk: Chunk, name: str) -> slice:
    k = NAMES.index(name)
    return slice(int(chunk.end[k - 1]) if k else 0, int(chunk.end[k]))


@pytest.mark.parametrize("piece", showpieces(), ids=NAMES)
def test_a_showpiece_is_what_its_name_says(chunks, piece) -> None:
    for chunk in chunks:
        truth = truth_of(chunk, piece.name)
        assert (truth["event_class"], truth["topology"]) == (piece.event_class, piece.topology)
        assert (truth["name"], truth["sentence"]) == (piece.name, piece.sentence)


@pytest.mark.parametrize("piece", showpieces(), ids=NAMES)
def test_its_texts_fit_the_page(piece) -> None:
    assert len(piece.name) < 60
    assert piece.sentence.endswith(".")
    assert len(piece.sentence) < 180


def test_the_pictures_of_the_documentation_are_of_showpieces() -> None:
    for picture in PICTURES:
        assert any(name.startswith(picture.event) for name in NAMES), picture.event


def test_sizes_tell_faint_from_bright(chunks) -> None:
    for chunk in chunks:
        count = dict(zip(NAMES, np.diff(chunk.end, prepend=0), strict=True))
        assert count["Pure noise"] < count["A cascade of a PeV"] / 100
        kept = ~chunk.auxiliary[pulses_of(chunk, "Faint neutrino hidden in noise")]
        assert 3 <= kept.sum() < len(kept)


def test_the_double_bang_has_two_cascades_far_apart() -> None:
    (row,) = showpieces()[NAMES.index("Double bang")].recipe
    assert 100 <= row[given.DECAY_M] <= 300


def test_both_particles_of_the_coincident_event_leave_light(chunks) -> None:
    for chunk in chunks:
        truth = truth_of(chunk, "Coincident event: a neutrino and an atmospheric muon")
        assert truth["n_coincident_muons"] == 1
        assert truth["pe_muon"] > 15
        assert truth["pe_track"] > 15


def test_a_bundle_has_the_direction_of_its_muons(chunks) -> None:
    truth = truth_of(chunks[0], "Muon bundle from above")
    assert truth["n_coincident_muons"] > 5
    assert truth["primary_pdg"] == 13
    assert np.degrees([truth["zenith"], truth["azimuth"]]) == pytest.approx([28, 75])
    assert np.isnan(truth["vertex_x_m"])


def test_pure_noise_has_no_direction(chunks) -> None:
    truth = truth_of(chunks[0], "Pure noise")
    for name in ("zenith", "azimuth", "energy_gev", "vertex_x_m", "time_ns", "primary_pdg"):
        assert np.isnan(truth[name])
    assert chunks[0].auxiliary[pulses_of(chunks[0], "Pure noise")].mean() > 0.8


@pytest.mark.parametrize("name", ["Up-going track through the whole array", "Starting track"])
def test_the_light_of_a_track_moves_as_its_truth_says(chunks, name) -> None:
    """First pulses of DOMs near the line come with the muon, which is at its vertex in time."""
    for chunk in chunks:
        truth, rows = truth_of(chunk, name), pulses_of(chunk, name)
        kept = np.flatnonzero(~chunk.auxiliary[rows]) + rows.start
        first = kept[np.unique(chunk.sensor_id[kept], return_index=True)[1]]
        vertex = np.array([truth[f"vertex_{axis}_m"] for axis in "xyz"])
        travel = -source_direction(truth["zenith"], truth["azimuth"])
        to = builtin_detector().position_m[chunk.sensor_id[first]] - vertex
        along = to @ travel
        near = np.linalg.norm(to - along[:, None] * travel, axis=1) < 40
        late = chunk.time_ns[first] - truth["time_ns"] - along / SPEED_OF_LIGHT
        assert near.sum() > 10
        assert -30 < np.quantile(late[near], 0.1) < np.median(late[near]) < 250


def test_showpieces_come_first_and_only_once() -> None:
    first = simulate_chunk("showcase", 1, 0, len(NAMES) + 5).truth["name"].tolist()
    assert first == [*NAMES, *(5 * [None])]
    assert set(simulate_chunk("showcase", 1, 1, 5).truth["name"]) == {None}


@pytest.mark.parametrize("events", [1, 4, len(NAMES), len(NAMES) + 1, 25])
def test_fewer_events_are_the_first_ones(events: int) -> None:
    whole, part = (simulate_chunk("showcase", 5, 0, n) for n in (30, events))
    np.testing.assert_array_equal(part.end, whole.end[:events])
    for name in ("sensor_id", "time_ns", "charge_step", "auxiliary"):
        np.testing.assert_array_equal(getattr(part, name), getattr(whole, name)[: part.end[-1]])
    for name, values in part.truth.items():
        np.testing.assert_array_equal(values, whole.truth[name][:events], name)


def fake(*numbers: int) -> Events:
    """Events with as many pulses as their number, all on the sensor of that number."""
    number = np.array(numbers, np.int64)
    pulses = np.repeat(number, number)
    time, flags = np.arange(len(pulses), dtype=np.int32), np.zeros(len(pulses), np.bool_)
    rows = number[:, None].astype(float)
    return Events(np.cumsum(number), pulses.astype(np.int16), time, time, flags, rows)


def test_kinds_are_merged_in_the_drawn_order() -> None:
    whole = merged([fake(1, 2, 3), fake(), fake(7, 5)], np.array([2, 0, 0, 2, 0]))
    assert np.diff(whole.end, prepend=0).tolist() == [7, 1, 2, 5, 3]
    assert whole.truth[:, 0].tolist() == [7, 1, 2, 5, 3]
    assert whole.sensor.tolist() == np.repeat([7, 1, 2, 5, 3], [7, 1, 2, 5, 3]).tolist()
    assert len(merged([fake(), fake()], np.zeros(0, np.int64)).end) == 0
