"""How well detectors do on a data set: beside the evaluation, block by block, kept on the disk."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.services import afp_performance, inference_afp_performance
from app.services.afp_library import AfpLibrary
from app.services.afp_opening import Opened
from app.services.afp_performance import measured
from app.services.cache import ResultCache
from app.services.inference_afp_performance import PerformanceWork
from reco_core.afp.detectors.registry import DETECTORS, detector_row
from reco_core.afp.evaluation.groups import counted, groups_of
from reco_core.afp.evaluation.measures import curve, measures
from reco_core.errors import FileFormatError
from tests.app.afp_scored import EVENTS, N_EACH, N_GOOD, scores_of, write_classes, write_scores

PCA = detector_row("pca")
LIMIT = 1.5


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("performance")
    for name in ("known", "blind"):
        write_classes(folder / "data" / name, truth=name == "known")
        write_scores(folder / "data" / name, folder / "cache", "pca")
    return folder


def opened(root: Path, name: str) -> Opened:
    library = AfpLibrary(root / "data", root / "cache" / "indexes")
    with library.dataset(name).opened(20.0) as found:
        return found


def done(root: Path, name: str) -> tuple[dict[str, Any], list[float]]:
    told = []
    steps = measured(opened(root, name), PCA, root / "cache", LIMIT)
    while True:
        try:
            told.append(next(steps))
        except StopIteration as end:
            return json.loads(end.value), told


def expected() -> Any:
    """Of all events at once, by the functions of the evaluation."""
    score, kind = scores_of("pca")[: len(EVENTS)], np.array(EVENTS)
    counts = counted(score, kind, LIMIT)
    return counts, measures(counts, groups_of(counts), LIMIT)


@pytest.mark.parametrize("block", [37, 100_000])
def test_it_is_what_the_evaluation_tells(
    root: Path, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(afp_performance, "BLOCK", block)
    found, told = done(root, "known")
    counts, of = expected()
    assert (found["n_good"], found["threshold"]) == (N_GOOD, LIMIT)
    assert found["n_called"] == int((scores_of("pca") >= LIMIT).sum())
    assert [row["group"] for row in found["rows"]] == list(of)
    for row in found["rows"]:
        for name in ("auc", "average_precision", "recall_1", "called"):
            wanted = getattr(of[row["group"]], name)
            got = [row[f"{name}{end}"] for end in ("", "_low", "_high")]
            as_json = [np.nan if value is None else value for value in got]
            assert as_json == pytest.approx(list(wanted), rel=1e-5, nan_ok=True)
        assert row["recall_01"] is None  # 0.1 % of 400 events is none
    groups = groups_of(counts)
    for name, points in found["curves"].items():
        good = groups["single_proton"]
        assert points == pytest.approx(curve(counts, good, groups[name]), rel=1e-5)
    assert told == sorted(told)
    assert told[-1] <= 1.0


def test_of_many_events_a_sample_tells_where_bins_are(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(afp_performance, "SAMPLED", 150)
    found, _ = done(root, "known")
    _, of = expected()
    row = next(row for row in found["rows"] if row["group"] == "all")
    assert (row["n_group"], found["n_good"]) == (8 * N_EACH, N_GOOD)
    assert row["auc"] == pytest.approx(of["all"].auc.value, abs=0.01)
    assert row["called"] == pytest.approx(of["all"].called.value, rel=1e-5)  # begins a bin


def test_without_truth_only_the_threshold_is_told(root: Path) -> None:
    found, _ = done(root, "blind")
    assert (found["rows"], found["curves"], found["n_good"]) == ([], {}, 0)
    assert found["n_called"] == int((scores_of("pca") >= LIMIT).sum())


def states(work: PerformanceWork, name: str = "known") -> dict[str, Any]:
    """By detector, once nothing is being computed any more."""
    end_s = time.monotonic() + 60
    while True:
        told, blobs = work.answer(name)
        rows = {row["key"]: row for row in json.loads(blobs[0])} if blobs else {}
        busy = told["state"] == "counting" or any(
            row["state"] == "computing" for row in rows.values()
        )
        if not busy or time.monotonic() > end_s:
            return rows


def test_it_is_measured_once_and_kept_on_the_disk(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = AfpLibrary(root / "data", root / "cache" / "indexes")

    def work() -> PerformanceWork:
        return PerformanceWork(library, ResultCache(tmp_path, 1 << 28), root / "cache")

    first = states(work())
    assert {key for key, row in first.items() if row["state"] == "ready"} == {"pca"}
    assert all(row["state"] == "not scored" for key, row in first.items() if key != "pca")
    monkeypatch.setattr(afp_performance, "measured", None)  # not to be called again
    assert states(work()) == first
    assert work().answer("nothing")[0]["error"] == "absent"


def test_what_cannot_be_used_hides_no_other(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_kept(dataset: Any, row: Any, folder: Path) -> bool:
        if row.key == "boosted":
            raise FileFormatError("its card is damaged")
        return row.key == "pca"

    monkeypatch.setattr(inference_afp_performance, "is_kept", is_kept)
    library = AfpLibrary(root / "data", root / "cache" / "indexes")
    rows = states(PerformanceWork(library, ResultCache(tmp_path, 1 << 28), root / "cache"))
    assert (rows["boosted"]["state"], rows["boosted"]["message"]) == (
        "unusable", "its card is damaged",
    )  # fmt: skip
    assert rows["pca"]["state"] == "ready"
    assert len(rows) == len(DETECTORS)
