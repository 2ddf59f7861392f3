"""Chunks of events: the same from the same seed, whole, and sane."""

from __future__ import annotations

import gc

import numpy as np
import pytest

from reco_core.icecube.detector import N_SENSORS
from reco_core.icecube.simulation import kernel, truth
from reco_core.icecube.simulation.chunk import EVENTS_PER_CHUNK, compile_part, simulate_chunk
from reco_core.icecube.simulation.kernel import TRIGGER_NS
from reco_core.icecube.simulation.world import dead_doms

PULSES = ("sensor_id", "time_ns", "charge_step", "auxiliary")
TYPES = {
    "event_id": np.int64, "name": object, "sentence": object, "event_class": object,
    "topology": object, "primary_pdg": None, "energy_gev": float, "zenith": float,
    "azimuth": float, "vertex_x_m": float, "vertex_y_m": float, "vertex_z_m": float,
    "time_ns": float, "inelasticity": float, "muon_energy_gev": float, "muon_length_m": float,
    "n_coincident_muons": np.int16, "pe_track": float, "pe_cascade": float, "pe_muon": float,
    "pe_noise": float,
}  # fmt: skip


@pytest.fixture(scope="module")
def competition():
    """Three chunks."""
    return [simulate_chunk("competition", 5, index, EVENTS_PER_CHUNK) for index in range(3)]


@pytest.fixture(scope="module")
def classes():
    return simulate_chunk("classes", 5, 0, EVENTS_PER_CHUNK)


@pytest.fixture(params=["competition", "classes"])
def chunk(request, competition, classes):
    return competition[1] if request.param == "competition" else classes


def events_of(chunk):
    """Number of the event of each pulse."""
    return np.repeat(np.arange(len(chunk.end)), np.diff(chunk.end, prepend=0))


def same(a, b):
    """Whether two arrays hold the same, NaN and None included."""
    return a.dtype == b.dtype and (a.tolist() == b.tolist() or np.array_equal(a, b, equal_nan=True))


@pytest.mark.parametrize("mix", ["competition", "classes"])
def test_the_same_seed_gives_the_same_bytes(mix, competition, classes):
    again = simulate_chunk(mix, 5, 0, EVENTS_PER_CHUNK)
    first = competition[0] if mix == "competition" else classes
    assert same(again.end, first.end)
    for name in PULSES:
        assert getattr(again, name).tobytes() == getattr(first, name).tobytes()
    for name, column in first.truth.items():
        assert same(again.truth[name], column), name


@pytest.mark.parametrize("mix", ["competition", "classes"])
@pytest.mark.parametrize("events", [1, 137])
def test_fewer_events_are_a_prefix(mix, events, competition, classes):
    whole = competition[0] if mix == "competition" else classes
    part = simulate_chunk(mix, 5, 0, events)
    assert same(part.end, whole.end[:events])
    for name in PULSES:
        assert same(getattr(part, name), getattr(whole, name)[: part.end[-1]])
    for name, column in whole.truth.items():
        assert same(part.truth[name], column[:events]), name


def test_other_seeds_and_chunks_give_other_events(competition):
    other = simulate_chunk("competition", 6, 0, 100)
    zenith = competition[0].truth["zenith"]
    assert not np.isin(other.truth["zenith"], zenith).any()
    assert not np.isin(competition[1].truth["zenith"], zenith).any()


def test_columns_have_their_lengths_and_types(chunk):
    assert len(chunk.end) == EVENTS_PER_CHUNK
    assert [getattr(chunk, name).dtype for name in PULSES] == [
        np.int16,
        np.int32,
        np.int32,
        np.bool_,
    ]
    assert {len(getattr(chunk, name)) for name in PULSES} == {chunk.end[-1]}
    assert list(chunk.truth) == list(TYPES)
    for name, kind in TYPES.items():
        assert len(chunk.truth[name]) == EVENTS_PER_CHUNK
        if kind is not None:
            assert chunk.truth[name].dtype == np.dtype(kind), name


def test_events_have_pulses_and_ascending_numbers(competition):
    ids = np.concatenate([chunk.truth["event_id"] for chunk in competition])
    assert (np.diff(ids) > 0).all()
    for chunk in competition:
        assert (np.diff(chunk.end, prepend=0) > 0).all()


def test_pulses_are_in_order_of_time_within_the_read_out(chunk):
    event = events_of(chunk)
    inner = np.diff(event) == 0
    assert (np.diff(chunk.time_ns)[inner] >= 0).all()
    first = chunk.time_ns[np.append(0, chunk.end[:-1])]
    assert first.min() >= TRIGGER_NS - 4100
    assert chunk.time_ns.max() < 200_000
    assert np.median(chunk.time_ns[chunk.end - 1]) < 30_000


def test_no_pulse_is_on_a_dead_dom_or_without_charge(chunk):
    assert chunk.sensor_id.min() >= 0
    assert chunk.sensor_id.max() < N_SENSORS
    assert not np.isin(chunk.sensor_id, dead_doms()).any()
    assert (chunk.charge_step >= 0).all()
    assert 0.4 < chunk.auxiliary.mean() < 0.99 or chunk.charge_step.max() > 1000


def test_the_class_is_the_source_of_most_photo_electrons(chunk):
    seen = np.stack([chunk.truth[f"pe_{name}"] for name in truth.CLASSES], axis=1)
    expected = np.array(truth.CLASSES)[seen.argmax(axis=1)]
    expected[seen.sum(axis=1) < 3] = "noise"
    assert chunk.truth["event_class"].tolist() == expected.tolist()
    assert set(chunk.truth["topology"]) <= set(truth.TOPOLOGIES)
    is_noise = chunk.truth["event_class"] == "noise"
    assert all(text is None for text in chunk.truth["topology"][is_noise])


def test_every_event_of_the_competition_has_a_neutrino(competition):
    for chunk in competition:
        assert set(abs(chunk.truth["primary_pdg"])) <= {12, 14, 16}
        for name in ("zenith", "azimuth", "energy_gev", "inelasticity"):
            assert np.isfinite(chunk.truth[name]).all()


def test_classes_holds_muons_alone_and_noise(classes):
    table = classes.truth
    pure_noise = np.isnan(table["zenith"])
    assert pure_noise.sum() == pytest.approx(100, abs=50)
    assert np.isnan(table["azimuth"][pure_noise]).all()
    assert set(table["event_class"][pure_noise]) == {"noise"}
    muons = abs(table["primary_pdg"]) == 13
    assert muons.sum() == pytest.approx(200, abs=65)
    assert (table["zenith"][muons] < np.pi / 2).all()
    assert (table["n_coincident_muons"][muons] >= 1).all()
    assert np.isnan(table["inelasticity"][muons]).all()
    assert (table["event_class"][muons] == "muon").mean() > 0.9


def test_events_of_the_competition_have_as_many_pulses_as_real_ones(competition):
    counts = np.concatenate([np.diff(chunk.end, prepend=0) for chunk in competition])
    assert 50 < np.median(counts) < 75  # of the real data: 63
    assert counts.max() > 1000


@pytest.mark.parametrize(
    ("number", "workers", "expected"),
    [
        (0, 1, ["light_up", "read_out"]),
        (0, 2, ["light_up"]),
        (1, 2, ["read_out"]),
        (2, 3, ["light_up"]),
    ],
)
def test_workers_share_what_is_to_be_compiled(number, workers, expected, monkeypatch):
    called = []
    for name in ("light_up", "read_out"):
        monkeypatch.setattr(kernel, name, lambda *_, name=name: called.append(name))
    compile_part(number, workers)
    gc.unfreeze()
    assert called == expected


def test_what_is_compiled_beforehand_is_what_events_need(competition, classes):
    compile_part(0, 1)
    gc.unfreeze()
    assert gc.isenabled()
    simulate_chunk("classes", 5, 1, 50)
    # One list of types each: whatever calls them hands on the same.
    assert len(kernel.light_up.signatures) == len(kernel.read_out.signatures) == 1
