"""The learned verdict as an algorithm, and as the page gets it."""

from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest

from app.services.algorithms import VERDICT, VERDICT_COLUMNS, find_algorithms
from app.services.answers import answer_of, decode, encode
from app.services.events import Library
from app.services.learned_verdict import LearnedVerdict, judged, unjudged, verdict_json
from app.services.results import Results
from reco_core.errors import ReconstructionError
from reco_core.icecube.classification import learned, learned_names
from reco_core.icecube.reconstructions.registry import RECONSTRUCTIONS
from tests.app.services.direct import DictCache, DirectInference
from tests.reco_core.icecube.small_datasets import write_small

ROW = find_algorithms()[VERDICT]
BIG = 10**9


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("verdict")
    write_small(folder / "set", {41: 8, 42: 1, 43: 300})
    return Library(folder / "set", folder / "index", BIG)


@pytest.fixture(scope="module")
def answers(library: Library) -> list[Any]:
    dataset = library.dataset("set")
    events = [dataset.event(event_id) for event_id in (41, 42, 43)]
    return list(ROW.compute(events, dataset.detector))


def test_the_columns_are_those_of_the_models() -> None:
    classes = [f"p_{name}" for name in learned.CLASSES]
    assert list(VERDICT_COLUMNS)[:5] == [*classes, "p_hard"]
    assert ROW.weights == learned_names.weights_digest()
    assert ROW.version == learned_names.VERSION
    assert find_algorithms()[VERDICT].options == {"hard_degrees": learned.HARD_DEGREES}


def test_any_event_is_judged_with_reasons(answers: list[Any]) -> None:
    for row in answers:
        classes = [row[f"p_{name}"] for name in learned.CLASSES]
        assert math.isclose(sum(classes), 1, abs_tol=1e-9)
        assert all(0 <= share <= 1 for share in (*classes, row["p_hard"]))
        assert row["best"] in {row.key for row in RECONSTRUCTIONS}
        assert 1 <= len(row["class_reasons"]) <= 3
        assert 1 <= len(row["hard_reasons"]) <= 3
        assert all(isinstance(reason, str) and reason for reason in row["class_reasons"])


def test_one_event_is_judged_as_among_others(library: Library, answers: list[Any]) -> None:
    dataset = library.dataset("set")
    (alone,) = ROW.compute([dataset.event(43)], dataset.detector)
    assert isinstance(alone, dict)
    for name, value in alone.items():
        expected = (
            pytest.approx(answers[2][name], abs=1e-6) if name[:2] == "p_" else answers[2][name]
        )
        assert value == expected


def test_a_verdict_comes_back_as_it_was_kept(answers: list[Any]) -> None:
    answer = answer_of(answers[0], ROW)
    assert decode(encode(answer, ROW), ROW) == answer
    assert pl.Schema(ROW.columns)["class_reasons"] == pl.List(pl.String)


def test_the_more_may_be_wrong_the_fewer_events_are_hard(library: Library) -> None:
    dataset = library.dataset("set")
    event = dataset.event(43)
    shares = []
    for degrees in (5.0, 20.0, 60.0):
        (row,) = find_algorithms((), degrees)[VERDICT].compute([event], dataset.detector)
        assert isinstance(row, dict)
        shares.append(row["p_hard"])
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > shares[-1]


def test_the_page_gets_it_with_the_event_once_it_is_kept(library: Library) -> None:
    dataset = library.dataset("set")
    event, cache = dataset.event(41), DictCache()
    inference = DirectInference(library, {VERDICT: ROW})
    results = Results({VERDICT: ROW}, cache, inference, 2)  # type: ignore[arg-type]
    waits = results.kept(event, dataset)
    assert (waits.overlays, waits.verdict) == ((), LearnedVerdict(VERDICT, 20.0, "queued"))
    told = results.ask(event, dataset, [VERDICT], None, 1.0).verdict
    assert told is not None
    assert told.values is not None
    assert verdict_json(told)["p_hard"] == told.values["p_hard"]
    assert verdict_json(told)["hard_degrees"] == 20.0
    ((place, keys, _, _),) = inference.asked
    assert (place.event_id, keys) == (41, (VERDICT,))


def test_without_a_verdict_it_says_why() -> None:
    failed = judged(answer_of(ReconstructionError("no light"), ROW), ROW)
    assert (failed.state, failed.reason, failed.values) == ("done", "no light", None)
    assert verdict_json(unjudged(ROW, "failed", "it ended")) == {
        "key": VERDICT, "state": "failed", "reason": "it ended", "hard_degrees": 20.0,
    }  # fmt: skip
