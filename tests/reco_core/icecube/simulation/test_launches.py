"""Launches against a slow and obvious reference."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.icecube.simulation.chunk import room
from reco_core.icecube.simulation.launches import (
    ALONE,
    COINCIDENCE_NS,
    COINCIDENT,
    DISCRIMINATOR_PE,
    RECORD_NS,
    REST_NS,
    SWALLOWED,
)
from tests.reco_core.icecube.simulation.calls import fill_electrons, order_and_launch


def launched(sensor, time_ns, charge_pe):
    """Launches as (sensor, time, kind) in order, and the number in coincidence."""
    own = room()
    fill_electrons(own.electrons, np.asarray(sensor), np.asarray(time_ns), np.asarray(charge_pe))
    many = order_and_launch(own.electrons, own.launches)
    n = int(own.launches.count[0])
    rows = zip(
        own.launches.sensor[:n], own.launches.time_ns[:n], own.launches.kind[:n], strict=True
    )
    return sorted((int(s), float(t), int(k)) for s, t, k in rows), many


def reference(sensor, time_ns, charge_pe):
    """The rules in words: threshold and rest, neighbours within 1 us, records swallow."""
    starts = {}
    for s, t, q in sorted(zip(sensor, time_ns, charge_pe, strict=True)):
        own = starts.setdefault(s, [])
        if q >= DISCRIMINATOR_PE and (not own or t >= own[-1] + REST_NS):
            own.append(t)
    found = []
    for s, own in starts.items():
        recorded = -np.inf
        for t in own:
            partner = any(
                abs(other_t - t) <= COINCIDENCE_NS
                for other, times in starts.items()
                for other_t in times
                if other // 60 == s // 60 and 0 < abs(other - s) <= 2
            )
            kind = COINCIDENT if partner else ALONE
            if t < recorded:
                kind = SWALLOWED
            elif partner:
                recorded = t + RECORD_NS
            found.append((int(s), float(t), kind))
    return sorted(found)


@pytest.mark.parametrize("seed", range(30))
def test_random_hits_launch_as_the_rules_say(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(0, 300))
    sensor = rng.integers(50, 75, n) + 60 * rng.integers(0, 2, n)  # across the end of a string
    time = rng.uniform(0, rng.choice([5e3, 4e4]), n)
    charge = rng.exponential(0.7, n)
    found, many = launched(sensor, time, charge)
    assert found == reference(sensor, time, charge)
    assert many == sum(kind == COINCIDENT for *_, kind in found)


@pytest.mark.parametrize(
    ("other", "gap_ns", "kind"),
    [
        (101, 1000.0, COINCIDENT),
        (102, 0.0, COINCIDENT),
        (98, 999.0, COINCIDENT),
        (101, 1001.0, ALONE),
        (103, 0.0, ALONE),
    ],
)
def test_partners_are_two_doms_and_one_microsecond_away(other, gap_ns, kind):
    found, many = launched([100, other], [0.0, gap_ns], [1.0, 1.0])
    assert [k for *_, k in found] == [kind, kind]
    assert many == 2 * (kind == COINCIDENT)


def test_the_last_dom_of_a_string_is_no_neighbour_of_the_next_string_s_first():
    assert launched([59, 60], [0.0, 0.0], [1.0, 1.0])[1] == 0


def test_faint_photo_electrons_launch_nothing():
    assert launched([5], [0.0], [0.24])[0] == []
    assert launched([5], [0.0], [0.25])[0] == [(5, 0.0, ALONE)]


def test_a_dom_rests_between_launches_and_a_record_swallows_later_ones():
    times = [0.0, REST_NS - 1, REST_NS, RECORD_NS]
    found, many = launched([8, 8, 8, 8, 9], [*times, 0.0], [1.0] * 5)
    kinds = {(s, t): kind for s, t, kind in found}
    assert (8, REST_NS - 1) not in kinds
    assert kinds[8, 0.0] == kinds[9, 0.0] == COINCIDENT
    assert kinds[8, REST_NS] == SWALLOWED
    assert many == 2
