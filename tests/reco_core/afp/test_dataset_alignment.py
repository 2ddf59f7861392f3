"""The alignment of a data set, run by run and station by station."""

from __future__ import annotations

import io

import numpy as np
import pytest

from reco_core.afp.alignment import MOST_EVENTS, unknown_alignment
from reco_core.afp.dataset import open_afp
from reco_core.afp.dataset_alignment import dataset_alignment
from reco_core.afp.features import NAMES, features
from reco_core.afp.simulation.chunk import Job, run_conditions
from reco_core.afp.simulation.runner import simulate_afp
from tests.reco_core.afp.small_files import image_of, write_images, write_stored

JOB = Job("test", 1400, 5_800, 0.0)  # two runs


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("aligned")
    simulate_afp(folder / "set", JOB, 2, io.StringIO())
    return open_afp(folder / "set", folder / "index")


def test_each_run_and_station_has_its_own(dataset) -> None:
    found = dataset_alignment(dataset)
    info = dataset.info()
    assert len(found.groups.n_events) == 8
    assert (found.group == (info["run"].to_numpy() - 1) * 4 + info["station"].to_numpy()).all()
    for run in range(2):
        shift = run_conditions(JOB.mix, JOB.seed, run).shift_col_mm / 0.25
        expected = shift[:, :1] - shift
        assert found.groups.shift_col[4 * run : 4 * run + 4] == pytest.approx(expected, abs=0.4)


def test_aligned_single_protons_have_small_residuals(dataset) -> None:
    single = (dataset.event_classes() == "single_proton").to_numpy()
    hits, aligned = dataset.hits(0, 5_800), dataset_alignment(dataset).of(0, 5_800)
    blurred = aligned._replace(shift_row=np.zeros((5_800, 4)))
    assert np.nanmedian(_chi2(hits, aligned)[single]) < 4
    assert np.nanmedian(_chi2(hits, blurred)[single]) > 40


def _chi2(hits, alignment):
    return features(hits, alignment)[:, NAMES.index("track_chi2")]


def test_no_more_is_read_than_is_needed(dataset, monkeypatch) -> None:
    """With one group, which is full after the first block, the others are left unread."""
    read = []
    monkeypatch.setattr("reco_core.afp.dataset_alignment.BLOCK", 2_000)
    monkeypatch.setattr("reco_core.afp.dataset_alignment.STATIONS_AND_NONE", 0)
    plain = dataset.blocks
    monkeypatch.setattr(dataset, "blocks", lambda n, a, b: read.append(a) or plain(n, a, b))
    monkeypatch.setattr(
        "reco_core.afp.dataset_alignment._groups", lambda dataset: np.zeros(5_800, np.int64)
    )
    found = dataset_alignment(dataset)
    assert read == [0]
    assert found.groups.n_events.tolist() == [MOST_EVENTS]


def test_events_of_which_nothing_is_known(tmp_path) -> None:
    path = write_images(tmp_path / "hits.npy", np.stack([image_of([(0, 5, 5, 1.0)])] * 3))
    found = dataset_alignment(open_afp(path, tmp_path / "index"))
    for a, b in zip(found.of(1, 3), unknown_alignment(2), strict=True):
        assert a.tolist() == b.tolist()


def test_an_event_that_cannot_be_read_spoils_nothing_else(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("reco_core.afp.dataset_alignment.BLOCK", 100)
    line = [(plane, 100, 40, 9_000.0) for plane in range(4)]
    folder = write_stored(
        tmp_path / "set", {**{k: line for k in range(300)}, 150: [(9, 0, 0, 1.0)]}
    )
    found = dataset_alignment(open_afp(folder, tmp_path / "index"))
    assert found.groups.n_events.tolist() == [200]
