"""Answers for the page: kept ones at once, the others when they are there."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from app.services.algorithms import Algorithm, find_algorithms, result_key
from app.services.answers import Answer, encode
from app.services.events import Library
from app.services.inference import Place, State, Viewer
from app.services.results import MAX_WAIT_S, Results, Told
from reco_core.errors import NotFoundError
from reco_core.icecube.dataset import Dataset
from reco_core.icecube.event import Event
from tests.app.services.direct import DictCache, DirectInference
from tests.reco_core.icecube.small_datasets import BIG, write_small

VIEWER = Viewer("a-test-viewer", 3)
FOUND = Answer("ok", {"zenith": 1.0, "azimuth": 2.0, "point_x_m": 1.0, "point_y_m": 2.0,
                      "point_z_m": 3.0, "time_ns": 5.0, "n_doms_used": 4,
                      "speed_m_per_ns": 0.3})  # fmt: skip


class TellingInference(DirectInference):
    """Answers with the states it is given."""

    states: Mapping[str, State] = {}

    def states_of(self, place: Place, keys: Iterable[str]) -> dict[str, State]:
        return {key: self.states.get(key, State("queued")) for key in keys}


class Bench:
    """One small event, and everything around a Results."""

    def __init__(self, folder: Path) -> None:
        write_small(folder / "set", {41: 8})
        self.library = Library(folder / "set", folder / "index", BIG)
        self.dataset: Dataset = self.library.dataset(None)
        self.event: Event = self.dataset.event(41)
        every = find_algorithms()
        self.algorithms = {key: every[key] for key in ("two_halves", "line_fit")}
        self.cache = DictCache()
        self.inference = TellingInference(self.library, self.algorithms)
        self.results = Results(self.algorithms, self.cache, self.inference, 2)  # type: ignore[arg-type]

    def key(self, algorithm: str) -> str:
        return result_key(self.algorithms[algorithm], self.event.pulses, self.dataset.detector)

    def keep(self, algorithm: str, answer: Answer = FOUND) -> None:
        self.cache.set(self.key(algorithm), encode(answer, self.algorithms[algorithm]))

    def ask(self, *of: str, wait_s: float = 0.25) -> dict[str, str]:
        rows = self.results.ask(self.event, self.dataset, of, VIEWER, wait_s).overlays
        return {row.key: row.state for row in rows}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_opening_an_event_computes_nothing(bench: Bench) -> None:
    rows = bench.results.kept(bench.event, bench.dataset).overlays
    assert [(row.key, row.state) for row in rows] == [
        ("two_halves", "queued"),
        ("line_fit", "queued"),
    ]
    assert not bench.inference.asked


def test_what_is_kept_is_there_at_once(bench: Bench) -> None:
    bench.keep("line_fit")
    waiting, fit = bench.results.kept(bench.event, bench.dataset).overlays
    assert (waiting.state, fit.state) == ("queued", "done")
    assert (fit.zenith, fit.azimuth, fit.point_m, fit.time_ns) == (1.0, 2.0, (1.0, 2.0, 3.0), 5.0)
    assert fit.opening_angle == pytest.approx(0)  # the truth of small data sets


def test_a_kept_reason_is_told_and_not_computed_again(bench: Bench) -> None:
    bench.keep("line_fit", Answer("There is too little light.", {}))
    assert bench.ask("line_fit") == {"line_fit": "done"}
    fit = bench.results.kept(bench.event, bench.dataset).overlays[1]
    assert (fit.reason, fit.zenith) == ("There is too little light.", None)
    assert not bench.inference.asked


def test_only_what_is_missing_is_asked_for(bench: Bench) -> None:
    bench.keep("two_halves")
    assert bench.ask("two_halves", "line_fit") == {"two_halves": "done", "line_fit": "queued"}
    assert bench.inference.asked == [(Place("set", 41), ("line_fit",), VIEWER, 0.0)]


def test_it_is_handed_on_whether_it_is_drawn(bench: Bench) -> None:
    for listed in (False, True):
        for wait_s in (0.0, 0.1):
            bench.results.ask(bench.event, bench.dataset, ["line_fit"], VIEWER, wait_s, listed)
    assert bench.inference.asked_listed == [False, False, True, True]


def test_with_nothing_kept_one_waits_but_not_for_long(bench: Bench) -> None:
    bench.ask("line_fit", wait_s=1e9)
    assert bench.inference.asked[0][3] == MAX_WAIT_S


def test_a_damaged_value_is_thrown_away_and_computed_anew(bench: Bench) -> None:
    bench.cache.set(bench.key("line_fit"), b"\x80\x04K\x01.")
    assert bench.ask("line_fit") == {"line_fit": "queued"}
    assert bench.cache.get(bench.key("line_fit")) is None


@pytest.mark.parametrize("state", ["queued", "computing", "starting", "failed", "cancelled"])
def test_states_are_handed_on_with_their_message(bench: Bench, state: str) -> None:
    bench.inference.states = {"line_fit": State(state, "why")}  # type: ignore[arg-type]
    (row,) = bench.results.ask(bench.event, bench.dataset, ["line_fit"], VIEWER, 0.25).overlays
    assert (row.state, row.reason, row.zenith) == (state, "why", None)


def test_an_unknown_algorithm(bench: Bench) -> None:
    with pytest.raises(NotFoundError, match="Unknown algorithm 'nothing'"):
        bench.ask("nothing")


def test_no_more_requests_wait_than_may(bench: Bench) -> None:
    """The third looks and goes while two wait; afterwards there is room again."""
    waits: list[float] = []

    def ask(place: Place, keys: object, viewer: object, wait_s: float, listed: bool) -> dict:
        waits.append(wait_s)
        if len(waits) < 3:
            began_s = time.monotonic()
            bench.ask("line_fit", wait_s=10)
            assert time.monotonic() - began_s < 5  # it did not wait for a place either
        return {}

    bench.inference.ask = ask  # type: ignore[method-assign, assignment]
    bench.ask("line_fit", wait_s=10)
    assert waits == [10, 10, 0]
    bench.ask("line_fit", wait_s=5)
    assert waits[-1] == 5


def test_an_algorithm_without_a_direction_is_no_overlay(bench: Bench) -> None:
    table = Algorithm("p_hard", "Hard", "test", 1, {}, lambda events, detector: [])
    results = Results({"p_hard": table}, bench.cache, bench.inference, 2)  # type: ignore[arg-type]
    assert results.kept(bench.event, bench.dataset) == Told(())


def test_ahead_and_leave_are_handed_on(bench: Bench) -> None:
    bench.results.ahead(bench.event, bench.dataset, ["line_fit"], VIEWER, 3)
    bench.results.ahead(bench.event, bench.dataset, ["line_fit"], VIEWER, 0)
    bench.results.ahead(bench.event, bench.dataset, [], VIEWER, 3)
    bench.results.leave(VIEWER)
    assert bench.inference.asked_ahead == [(Place("set", 41), VIEWER, 3, ("line_fit",))]
    assert bench.inference.left == [VIEWER]


def test_with_one_thread_nobody_waits(bench: Bench) -> None:
    """The one thread is needed for those that only look."""
    results = Results(bench.algorithms, bench.cache, bench.inference, 0)  # type: ignore[arg-type]
    results.ask(bench.event, bench.dataset, ["line_fit"], VIEWER, 5)
    assert bench.inference.asked[0][3] == 0
