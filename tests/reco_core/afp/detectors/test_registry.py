"""All detectors with the weights that are shipped: finite, the same for one event and many."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

from reco_core.afp.dataset import open_afp
from reco_core.afp.dataset_alignment import dataset_alignment
from reco_core.afp.detectors.registry import DETECTORS, detector_row
from reco_core.afp.hits import EMPTY, HitBatch, joined
from reco_core.afp.simulation.chunk import Job
from reco_core.afp.simulation.runner import simulate_afp
from reco_core.errors import FileFormatError, NotFoundError
from reco_core.weights import FOLDER, card_path
from reco_core.weights.arrays import arrays_path

every_detector = pytest.mark.parametrize("row", DETECTORS, ids=lambda row: row.key)
N = 580


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """A small test set: events, what each is, and where its planes are."""
    import io

    folder = tmp_path_factory.mktemp("afp")
    simulate_afp(folder / "data", Job("test", 1_500, N, 0.0), 1, io.StringIO())
    dataset = open_afp(folder / "data", folder / "index")
    places = dataset_alignment(dataset).of(0, N)
    return dataset.hits(0, N), dataset.event_classes().to_numpy(), places


def crowd(n: int) -> HitBatch:
    chosen = np.sort(np.random.default_rng(2).choice(4 * 336 * 80, n, replace=False))
    plane, row, col = np.unravel_index(chosen, (4, 336, 80))
    return HitBatch(
        np.array([0, n]), plane.astype(np.uint8), row.astype(np.uint16), col.astype(np.uint8),
        np.full(n, 9e3, np.float32),
    )  # fmt: skip


ODD = joined([
    EMPTY._replace(start=np.zeros(2, np.int64)),
    HitBatch(np.array([0, 1]), *(np.zeros(1, kind) for kind in (np.uint8, np.uint16, np.uint8)),
             np.ones(1, np.float32)),
    crowd(5_000),
])  # fmt: skip


@every_detector
def test_odd_events_have_finite_scores_and_reasons(row):
    assert np.isfinite(row.score(ODD)).all()
    reasons = row.reasons(ODD)
    assert len(reasons) == ODD.n_events
    assert all(len(of) <= 3 and all(of) for of in reasons)


@every_detector
def test_no_events_are_no_error(row):
    assert row.score(EMPTY).shape == (0,)
    assert len(row.reasons(EMPTY)) == 0


@every_detector
def test_an_event_alone_scores_as_among_others(row, simulated):
    hits, _, places = simulated
    together = row.score(hits, places)
    for k in range(0, N, 97):
        alone = row.score(hits.part(k, k + 1), places.part(k, k + 1))
        assert alone[0] == pytest.approx(together[k], rel=1e-9)


@every_detector
def test_showers_are_anomalous_and_told_of(row, simulated):
    hits, kind, places = simulated
    score = row.score(hits, places)
    good, shower = score[kind == "single_proton"], score[kind == "shower"]
    assert np.median(shower) > np.quantile(good, 0.95)
    threshold = row.threshold()
    assert threshold is not None
    assert np.isfinite(threshold["value"])
    # A silent plane or a hit of noise breaks a rule: about one proton in eight has either.
    most = 0.2 if row.key == "rules" else 0.1
    if row.key != "autoencoder_seed":  # whose own threshold is as it is
        assert (good >= threshold["value"]).mean() < most


@pytest.mark.parametrize("key", ["default", "pca", "isolation_forest"])
def test_reasons_name_what_is_unusual(key, simulated):
    hits, kind, places = simulated
    told = detector_row(key).reasons(hits, places)
    of_noise = [told[k] for k in np.flatnonzero(kind == "noisy_plane")]
    assert all(of and "usual: " in of[0] for of in of_noise)
    assert all("hits" in (words := " ".join(of)) or "clusters" in words for of in of_noise)
    assert sum(not of for of in told) > N / 4  # most single protons are quite usual


@pytest.mark.parametrize("row", [row for row in DETECTORS if row.images], ids=lambda row: row.key)
def test_networks_show_what_they_make_of_an_event(row, simulated):
    image = row.load().image_reconstruction(simulated[0].part(0, 1))
    assert image.shape == (4, 336, 80)
    assert ((image >= 0) & (image <= 1)).all()


def test_an_unknown_detector_is_told():
    with pytest.raises(NotFoundError, match=r"Unknown anomaly detector 'svm'. Available: default"):
        detector_row("svm")


def copied(tmp_path, names):
    for name in names:
        for path in (card_path(name), arrays_path(name)):
            shutil.copy(path, tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"features": 1', '"features": 0', "was trained for versions"),
        ('"n_hits"', '"number_of_hits"', "with other features"),
        ('"sha256": "', '"sha256": "0', "not the file of its card"),
    ],
)
def test_stale_weights_are_refused_and_the_command_is_told(tmp_path, old, new, told):
    row = detector_row("pca")
    folder = copied(tmp_path, row.weights)
    path = card_path("afp_pca", folder)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(FileFormatError, match=told):
        row.load(folder)


def test_missing_weights_are_told(tmp_path):
    with pytest.raises(FileFormatError, match=r"afp_pca\.card\.json"):
        detector_row("default").load(tmp_path)
    folder = copied(tmp_path, ["afp_pca"])
    arrays_path("afp_pca", folder).unlink()
    with pytest.raises(FileFormatError, match=r"afp_pca\.safetensors cannot be read"):
        detector_row("pca").load(folder)


def test_a_detector_is_another_with_other_weights_or_another_version(tmp_path):
    row = detector_row("pca")
    folder = copied(tmp_path, row.weights)
    assert row.fingerprint(folder) == row.fingerprint(FOLDER)
    assert replace(row, version=row.version + 1).fingerprint() != row.fingerprint()
    text = card_path("afp_pca", folder).read_text()
    card_path("afp_pca", folder).write_text(text.replace('"sha256": "', '"sha256": "0'))
    assert row.fingerprint(folder) != row.fingerprint(FOLDER)
