"""Clusters and track of one event as plain values, and who answers for them."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest

from app.services import inference_afp
from app.services.afp_analysis import analysis_json
from app.services.afp_library import AfpLibrary
from app.services.afp_numbers import number
from app.services.inference_afp import AfpWork
from app.services.inference_afp_parts import Places
from app.services.inference_link import Place
from reco_core.afp.hits import EMPTY
from reco_core.errors import NotFoundError
from tests.app.afp_app import write_protons


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> AfpLibrary:
    folder = tmp_path_factory.mktemp("analysis")
    write_protons(folder / "data" / "protons")
    return AfpLibrary(folder / "data", folder / "index")


def final(work: AfpWork, event_id: int) -> inference_afp.Answer:
    end_s = time.monotonic() + 120  # to compile
    while True:
        answer = work.answer(Place("protons", event_id), "analysis")[0]
        if answer["state"] == "failed" or answer["final"] or time.monotonic() > end_s:
            return answer
        time.sleep(0.02)


def test_a_proton_has_four_clusters_on_a_line(library: AfpLibrary) -> None:
    told = final(AfpWork(library, Places()), 0)
    assert told["state"] == "done"
    assert told["n_clusters"] == [1, 1, 1, 1]
    assert told["track"]["cluster"] == [0, 1, 2, 3]
    assert told["track"]["col"] == pytest.approx([40.0] * 4)
    assert told["aligned_by"] == 0  # five events tell nothing of the planes


def test_a_crowd_is_analysed_too(library: AfpLibrary) -> None:
    told = final(AfpWork(library, Places()), 1)
    assert sum(told["n_clusters"]) > 0
    assert len(json.dumps(told)) < 200_000


def test_an_event_without_hits_has_neither_clusters_nor_track() -> None:
    told = analysis_json(EMPTY._replace(start=np.zeros(2, np.int64)), None)
    assert told["track"] is None
    assert told["n_clusters"] == [0, 0, 0, 0]


def test_what_is_not_there_is_told(library: AfpLibrary) -> None:
    told = final(AfpWork(library, Places()), 5)
    assert told["state"] == "failed"
    assert "it has events 0 to 4" in told["message"]


def test_an_analysis_that_cannot_be_loaded_is_told_and_logged(
    library: AfpLibrary, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(inference_afp, "ANALYSIS", "app.services.nothing")
    assert "cannot be loaded" in final(AfpWork(library, Places()), 0)["message"]
    assert "cannot be loaded" in caplog.text


def test_a_library_without_data_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no AFP data set"):
        AfpLibrary(tmp_path, tmp_path / "index").dataset(None)


def test_images_of_a_detector_that_makes_none_are_refused(library: AfpLibrary) -> None:
    work = AfpWork(library, Places())
    final(work, 0)
    told, blobs = work.answer(Place("protons", 0), "image", "pca")
    assert (told["state"], blobs) == ("failed", [])
    assert "makes no images" in told["message"]
    assert (
        "Unknown anomaly detector" in work.answer(Place("protons", 0), "image", "x")[0]["message"]
    )


def test_what_is_no_request_is_refused(library: AfpLibrary) -> None:
    with pytest.raises(ValueError, match="what is"):
        AfpWork(library, Places()).answer(Place("protons", 0), "nothing")


def test_numbers_as_json_can_hold_them() -> None:
    assert number(float("nan")) is None
    assert number([1.23456789, float("inf")]) == [1.23457, None]
    assert number("mean_std:1") == "mean_std:1"
