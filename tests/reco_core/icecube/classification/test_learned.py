"""The learned verdict: probabilities, whatever light an event has."""

from __future__ import annotations

import dataclasses
import io
import math

import numpy as np
import polars as pl
import pytest

from reco_core.errors import SettingError
from reco_core.icecube.classification.learned import (
    ERROR_EDGES_DEG,
    HARD_DEGREES,
    best_method,
    learned_verdicts,
    share_above,
    shares_above,
)
from reco_core.icecube.classification.learned_features import NAMES, TOLD, told_numbers
from reco_core.icecube.classification.learned_names import CASCADE, CLASSES, MUON, TRACK
from reco_core.icecube.dataset_pass import all_blocks, one_dataset
from reco_core.icecube.evaluation.scores import auc, calibration_error
from reco_core.icecube.pulse_batch import pack
from reco_core.icecube.reconstructions.registry import reconstruction_row
from reco_core.icecube.simulation.runner import Job, simulate_dataset
from tests.reco_core.icecube.classification.odd_events import odd_events

N_SIMULATED = 4_000


@pytest.fixture(scope="module")
def simulated(tmp_path_factory, detector):
    """Classes of events that nothing was trained on, and the verdicts on them."""
    folder = tmp_path_factory.mktemp("verdict")
    simulate_dataset(folder / "set", Job("competition", 2_950, N_SIMULATED), 2, io.StringIO())
    dataset = one_dataset(folder / "set", folder / "index")
    blocks = list(all_blocks(dataset))
    found = [learned_verdicts(block.pulses, detector) for block in blocks]
    truth = pl.read_parquet(folder / "set" / "truth.parquet")["event_class"].to_numpy()
    return truth, np.concatenate([one.p_class for one in found]), [b.pulses for b in blocks]


def test_odd_events_have_a_verdict_too(detector):
    found = learned_verdicts(pack(list(odd_events().values())), detector)
    assert found.p_class.shape == (len(odd_events()), len(CLASSES))
    assert (found.p_class > 0).all()
    assert found.p_class.sum(axis=1) == pytest.approx(1)
    assert ((found.p_hard >= 0) & (found.p_hard <= 1)).all()


def test_an_event_is_judged_alike_alone_and_among_others(detector, noisy_muon):
    events = [*odd_events().values(), *(noisy_muon(seed) for seed in range(5))]
    together = learned_verdicts(pack(events), detector)
    for k, event in enumerate(events):
        alone = learned_verdicts(pack([event]), detector)
        assert alone.p_class[0] == pytest.approx(together.p_class[k], abs=1e-6)
        assert alone.p_hard[0] == pytest.approx(together.p_hard[k], abs=1e-6)


def test_no_event_no_verdict(detector):
    found = learned_verdicts(pack([]), detector)
    assert found.p_class.shape == (0, len(CLASSES))
    assert found.p_hard.shape == (0,)


def test_shifting_all_times_changes_nothing(detector, noisy_muon):
    event = noisy_muon(1)
    later = dataclasses.replace(event, time_ns=event.time_ns + 12_345)
    found = learned_verdicts(pack([event, later]), detector)
    assert found.p_class[0] == pytest.approx(found.p_class[1])
    assert found.p_hard[0] == pytest.approx(found.p_hard[1])


def test_p_hard_falls_steadily_with_its_limit(detector, noisy_muon):
    batch = pack([noisy_muon(seed) for seed in range(4)])
    limits = np.radians([1, 1.5, 2, 4, 5, 7, 10, 15, 20, 30, 40, 60, 89, 90])
    p_hard = np.array([learned_verdicts(batch, detector, limit).p_hard for limit in limits])
    assert (np.diff(p_hard, axis=0) < 0).all()


def test_ranges_above_the_limit_count_whole():
    above = shares_above(math.radians(HARD_DEGREES))
    assert above.tolist() == [float(low >= HARD_DEGREES) for low in ERROR_EDGES_DEG[:-1]]
    p = np.eye(len(above))
    assert share_above(p, math.radians(30))[4] == pytest.approx(shares_above(math.radians(30))[4])
    assert 0 < shares_above(math.radians(30))[4] < 1


@pytest.mark.parametrize("degrees", [0.0, 0.9, 91.0, -5.0, math.nan])
def test_limits_that_no_verdict_was_trained_for_are_told(detector, degrees):
    with pytest.raises(SettingError, match="expected a limit from 1 to 90"):
        learned_verdicts(pack([]), detector, math.radians(degrees))


def test_the_best_method_is_that_of_the_likelier_particle():
    p = np.array([[0.1, 0.8, 0.1, 0.0], [0.3, 0.6, 0.1, 0.0], [0.9, 0.0, 0.1, 0.0]])
    keys = best_method(p)
    assert list(keys) == ["cascade_fit", "mpe_fit", "mpe_fit"]
    for key in keys:
        reconstruction_row(str(key))


def test_classes_are_told_apart(simulated):
    truth, p_class, _ = simulated
    assert auc(p_class[:, TRACK], truth == "track") > 0.89
    assert auc(p_class[:, CASCADE], truth == "cascade") > 0.94
    assert auc(p_class[:, MUON], truth == "muon") > 0.945


def test_probabilities_mean_what_they_say(simulated):
    truth, p_class, _ = simulated
    for k, name in enumerate(CLASSES):
        assert calibration_error(p_class[:, k], truth == name) < 0.03, name


def test_numbers_are_named_once_and_always_there(simulated, detector):
    assert len(set(NAMES)) == len(NAMES) == len(TOLD)
    batch = simulated[2][0]
    told = told_numbers(batch, detector)
    assert told.shape == (batch.n_events, len(NAMES))
    missing = np.isnan(told).mean(axis=0)
    assert not [name for name, share in zip(NAMES, missing, strict=True) if share > 0.05]
    assert not np.isinf(told).any()
