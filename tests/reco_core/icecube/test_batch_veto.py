from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from reco_core.icecube.classification.batch_veto import (
    Entry,
    outer_layer_veto,
    veto_layer,
)
from reco_core.icecube.detector import om, string_id
from reco_core.icecube.event import checked_pulses
from reco_core.icecube.pulse_batch import pack
from reco_core.icecube.selection import non_auxiliary
from reco_core.units import SPEED_OF_LIGHT

CENTRE = (36 - 1) * 60 + 49  # string 36, OM 50: below the dust


def slow_veto(pulses, detector):
    """The rule, pulse by pulse. Returns the entry, the time of the vertex and the layer's PE."""
    light = non_auxiliary(pulses)
    place, layer = detector.position_m[light.sensor_id], veto_layer(detector)[light.sensor_id]
    on_dom = np.bincount(light.sensor_id, light.charge_pe, 5160)[light.sensor_id]
    charge = np.where(on_dom > 0.9 * light.charge_pe.sum(), 0, light.charge_pe)
    for j in range(len(light)):
        window = (light.time_ns >= light.time_ns[j] - 3000) & (np.arange(len(light)) <= j)
        if charge[window].sum() > 250:
            centre = charge[window] @ place[window] / charge[window].sum()
            near = np.linalg.norm(place - centre, axis=1) <= SPEED_OF_LIGHT * 3000
            begin = np.flatnonzero(window)[0]
            early = (np.arange(len(light)) >= begin) & (light.time_ns <= light.time_ns[j] + 50)
            counted = layer & near & early
            pe = light.charge_pe[counted].sum()
            entering = pe > 3 or counted.sum() >= 3
            return Entry.ENTERING if entering else Entry.STARTING, light.time_ns[j], pe
    return Entry.TOO_DIM, np.nan, 0.0


@pytest.fixture
def random_light(pulses_of):
    def build(seed):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(20, 300))
        sensors = rng.integers(0, 5160, n)
        if seed % 3 == 0:  # contained, or nearly so
            sensors = CENTRE + rng.integers(-5, 6, n)
            sensors[rng.random(n) < 0.01] = 0
        charge = rng.exponential(4, n)
        if seed % 7 == 0:
            charge[0] = 1e5
        return pulses_of(sensors, rng.integers(0, 8000, n), charge, rng.random(n) < 0.2)

    return build


def test_a_batch_says_what_the_rule_says(random_light, detector):
    events = [random_light(seed) for seed in range(60)]
    found = outer_layer_veto(pack(events), detector)
    expected = [slow_veto(pulses, detector) for pulses in events]
    assert found.entry.tolist() == [entry for entry, _, _ in expected]
    assert set(found.entry.tolist()) == set(Entry)
    vertex_ns = [time - p.time_ns[0] for (_, time, _), p in zip(expected, events, strict=True)]
    assert found.vertex_ns == pytest.approx(np.array(vertex_ns, float), nan_ok=True)
    assert found.layer_pe == pytest.approx(np.array([pe for _, _, pe in expected]))


def test_the_layer_is_the_outer_strings_the_top_the_bottom_and_the_dust(detector):
    layer, z = veto_layer(detector), detector.position_m[:, 2]
    strings, modules = string_id(np.arange(5160)), om(np.arange(5160))
    assert layer[strings == 1].all()
    inner = layer & (strings == 36)
    assert set(modules[inner & (z > 400)].tolist()) == {1, 2, 3, 4}
    assert set(modules[inner & (z < -400)].tolist()) == {60}
    assert z[inner & (np.abs(z) < 400)].min() > -215
    assert z[inner & (np.abs(z) < 400)].max() < -135
    assert layer.mean() == pytest.approx(0.43, abs=0.01)


def test_a_muon_from_above_enters_and_a_cascade_inside_starts(detector, muon_light, pulses_of):
    muon = muon_light((50, -40, 0), (0, 0, -1))  # along string 36
    muon = pulses_of(muon.sensor_id, muon.time_ns, 20.0)
    cascade = pulses_of(CENTRE + np.arange(-5, 6).repeat(9), np.arange(99), 20.0)
    found = outer_layer_veto(pack([muon, cascade]), detector)
    assert found.entry.tolist() == [Entry.ENTERING, Entry.STARTING]
    assert np.linalg.norm(found.vertex_m[1] - detector.position_m[CENTRE]) < 100


@pytest.mark.parametrize(("event_id", "entry"), [(36556705, "starting"), (31747601, "entering")])
def test_recorded_events(samples, detector, event_id, entry):
    """Ernie was published as a starting event; the alert of 2023 is a track from outside."""
    rows = pl.read_parquet(samples / "recorded/train/batch_1.parquet").filter(event_id=event_id)
    columns = (rows[name].to_numpy() for name in ("sensor_id", "time", "charge", "auxiliary"))
    pulses = checked_pulses(*columns, where=f"event {event_id}")
    found = outer_layer_veto(pack([pulses]), detector)
    assert Entry(found.entry[0]).text == entry


def test_dim_and_empty_events_have_no_answer(detector, pulses_of):
    dim = pulses_of([CENTRE, CENTRE + 1], [1, 2], 100.0)
    hidden = pulses_of([CENTRE, CENTRE + 1], [1, 2], 1000.0, auxiliary=True)
    slow = pulses_of([CENTRE, CENTRE + 1], [1, 5000], 200.0)
    one_dom = pulses_of([CENTRE] * 9, range(9), 1000.0)
    found = outer_layer_veto(pack([dim, hidden, slow, one_dom]), detector)
    assert found.entry.tolist() == [Entry.TOO_DIM] * 4
    assert np.isnan(found.vertex_ns).all()
    assert len(outer_layer_veto(pack([]), detector).entry) == 0
