from __future__ import annotations

import numpy as np
import pytest

from reco_core.icecube.classification.batch_first_light import first_lights
from reco_core.icecube.classification.batch_table import SCHEMA, rule_table
from reco_core.icecube.classification.containment import REGIONS
from reco_core.icecube.classification.first_motion import MOTIONS
from reco_core.icecube.classification.hardness import first_light
from reco_core.icecube.classification.verdict import verdict
from reco_core.icecube.event import Pulses
from reco_core.icecube.pulse_batch import kept, pack
from reco_core.icecube.selection import non_auxiliary

NOTHING = Pulses(np.zeros(0, np.int16), np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.bool_))


@pytest.fixture
def events(noisy_muon, pulses_of):
    """Muons, and pairs of pulses at every part of the edge, some auxiliary."""
    rng = np.random.default_rng(3)
    pairs = [
        pulses_of(rng.integers(0, 5160, n), rng.integers(0, 9, n), 1.0, rng.random(n) < 0.4)
        for n in rng.integers(1, 5, 300)
    ]
    strings = [pulses_of([60 * s + om, 60 * s + om + step], [1, 2])
               for s in range(0, 86, 5) for om in (0, 1, 58) for step in (0, 1)]  # fmt: skip
    return [*pairs, *strings, *(noisy_muon(seed) for seed in range(5))]


def test_a_batch_says_what_single_events_say(events, detector):
    batch = pack(events)
    for part, choose in ((batch, lambda p: p), (kept(batch, ~batch.auxiliary), non_auxiliary)):
        found = first_lights(part, detector)
        for k, pulses in enumerate(events):
            alone = first_light(choose(pulses), detector)
            assert found.known[k] == (alone is not None)
            if alone is None:
                assert np.isnan(found.hardness[k])
                assert found.motion[k] == -1
                continue
            assert found.hardness[k] == pytest.approx(alone.hardness)
            assert MOTIONS[found.motion[k]] == alone.motion
            inside = [r for r, here in zip(REGIONS, found.inside[k], strict=True) if here]
            assert tuple(inside) == alone.regions


def test_the_table_agrees_with_the_verdict(events, detector):
    table = rule_table(pack(events), detector)
    assert table.schema == SCHEMA
    for row, pulses in zip(table.iter_rows(named=True), events, strict=True):
        alone = verdict(pulses, detector)
        assert row["hardness_all"] == pytest.approx(alone.hardness_all)
        assert row["hardness_non_auxiliary"] == pytest.approx(alone.hardness_non_auxiliary)
        if alone.hardness_all is None:
            assert row["containment"] is row["motion"] is None
            continue
        label = alone.region.label.lower() if alone.region else "contained"
        assert row["containment"] == label
        assert row["motion"] in alone.reasons[-1] or row["motion"] == "horizontal"


def test_events_with_little_light_have_nulls_and_no_nan(detector, pulses_of):
    few = [NOTHING, pulses_of([9], [1]), pulses_of([9], [1], auxiliary=True)]
    table = rule_table(pack(few), detector)
    assert table["entry"].to_list() == ["too dim"] * 3
    assert table["first_in_layer"].to_list() == [None, True, None]
    rest = table.drop("entry", "first_in_layer")
    assert rest.null_count().row(0) == (3,) * rest.width
