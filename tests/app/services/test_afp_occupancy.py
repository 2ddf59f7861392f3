"""Occupancy of a run: which events count, what is kept, counting that rests while nobody asks."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.services import afp_occupancy, afp_tasks
from app.services.afp_library import AfpLibrary
from app.services.afp_occupancy import count, survey
from app.services.afp_occupancy_bytes import Counted, csv_of, decode, odd_of
from app.services.afp_run_parts import Part, Row, extent, part_of, part_of_json, rows_of_json
from app.services.afp_tasks import Task, Tasks
from app.services.cache import ResultCache
from app.services.inference_afp_occupancy import OccupancyWork
from reco_core.afp.dataset import AfpDataset, open_afp
from reco_core.errors import FileFormatError, HitscopeError, ServiceError, SettingError
from tests.reco_core.afp.small_files import write_stored

RUNS = [1, 1, 2, None, 2, 1]
STATIONS = [0, 3, 0, None, 0, 0]


def write_runs(folder: Path, hits: Any = None) -> Path:
    """Six events of a hit each, in the column of its number; the last has none."""
    own = {k: [(0, k, k, 2413.0)] for k in range(5)}
    truth = {"event_id": range(6), "run": RUNS, "station": STATIONS}
    return write_stored(folder, own if hits is None else hits, truth=truth)


@pytest.fixture
def runs(tmp_path: Path) -> AfpDataset:
    return open_afp(write_runs(tmp_path / "runs"), tmp_path / "index")


def done(steps: Generator[float, None, bytes]) -> tuple[bytes, list[float]]:
    told = []
    while True:
        try:
            told.append(next(steps))
        except StopIteration as end:
            return end.value, told


def counted_of(dataset: AfpDataset, part: Part) -> Counted:
    rows = rows_of_json(json.loads(done(survey(dataset))[0]))
    of = extent(rows, part)
    assert of is not None
    return decode(done(count(dataset, part, of))[0])


def test_all_runs_and_stations_are_found(runs: AfpDataset, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [
        Row(1, 0, 2, 0, 5),
        Row(1, 3, 1, 1, 1),
        Row(2, 0, 2, 2, 4),
        Row(None, None, 1, 3, 3),
    ]
    for block in (1, 4, 100):
        monkeypatch.setattr(afp_occupancy, "INFO_BLOCK", block)
        body, told = done(survey(runs))
        assert rows_of_json(json.loads(body)) == expected
        assert told[-1] == 1.0


def test_too_many_runs_are_refused(runs: AfpDataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(afp_occupancy, "MOST_ROWS", 3)
    with pytest.raises(HitscopeError, match="more than 3 runs and stations"):
        done(survey(runs))


@pytest.mark.parametrize(
    ("part", "n_events", "columns"),
    [
        (Part(1, 0), 2, [0]),
        (Part(2, 0), 2, [2, 4]),
        (Part(None, None), 1, [3]),
        (Part("all", 0), 4, [0, 2, 4]),
    ],
)
def test_events_of_a_run_and_station_count(
    runs: AfpDataset, monkeypatch: pytest.MonkeyPatch, part: Part, n_events: int,
    columns: list[int],
) -> None:  # fmt: skip
    for block in (1, 2, 50_000):
        monkeypatch.setattr(afp_occupancy, "HITS_BLOCK", block)
        counted = counted_of(runs, part)
        assert (counted.n_events, counted.left_out) == (n_events, 0)
        assert np.flatnonzero(counted.counts[0].sum(axis=0)).tolist() == columns
        assert counted.counts.sum() == len(columns)


def test_an_event_with_bad_hits_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hits = {k: [(0, 400 if k in (2, 5) else k, k, 2413.0)] for k in range(6)}
    dataset = open_afp(write_runs(tmp_path / "runs", hits), tmp_path / "index")
    counted = counted_of(dataset, Part("all", 0))
    assert (counted.n_events, counted.left_out) == (2, 2)
    assert np.flatnonzero(counted.counts[0].sum(axis=0)).tolist() == [0, 4]
    assert counted_of(dataset, Part(1, 3)).left_out == 0  # they are of another station
    monkeypatch.setattr(afp_occupancy, "MOST_LEFT_OUT", 1)
    with pytest.raises(FileFormatError, match="more than 1 events of all runs, A far"):
        counted_of(dataset, Part("all", 0))


def flat(**odd: Any) -> Counted:
    """As expected everywhere, but for what is given: (4, 80) or (4, 336, 80) arrays."""
    pixels, columns = (4, 336, 80), (4, 80)
    told = {"counts": np.full(pixels, 20), "expected": np.full(pixels, 20.0),
            "z": np.zeros(pixels), "column_expected": np.full(columns, 6720.0),
            "column_z": np.zeros(columns)}  # fmt: skip
    return Counted(1000, 0, **{**told, **odd})


def test_what_is_odd_is_listed_the_farthest_first() -> None:
    z, column_z = np.zeros((4, 336, 80)), np.zeros((4, 80))
    z[2, 100, 7], z[0, 5, 6], z[3, 3, 3], z[1, 9, 9] = 8.0, -6.0, 4.99, 30.0
    column_z[1, 9] = -12.0
    found = odd_of(flat(z=z, column_z=column_z), 5.0)
    assert [(one.plane, one.row, one.col, one.z) for one in found] == [
        (1, None, 9, -12.0), (2, 100, 7, 8.0), (0, 5, 6, -6.0)
    ]  # fmt: skip
    assert found[0].hits == 336 * 20
    lines = csv_of(found).splitlines()
    assert lines[0] == "plane,row,col,what,state,hits,expected,z"
    assert lines[1] == "1,,9,column,dead,6720,6720,-12.00"
    assert lines[2] == "2,100,7,pixel,hot,20,20,8.00"


def test_other_bytes_are_no_occupancy() -> None:
    for body in (b"", b"HSR1" + bytes(20), b"XXXX" + bytes(1_292_812)):
        with pytest.raises(ServiceError, match="are not those of an occupancy"):
            decode(body)


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ({"run": "7", "station": "3"}, Part(7, 3)),
        ({"run": "all", "station": "unknown"}, Part("all", None)),
        ({"run": "unknown", "station": "0"}, Part(None, 0)),
    ],
)
def test_parts_are_named_in_addresses_and_messages(query: dict[str, str], part: Part) -> None:
    assert part_of(query) == part
    assert part_of_json(json.loads(json.dumps(part.as_json()))) == part


@pytest.mark.parametrize("text", ["", "x", "1.5", "9" * 30, "\u0661", "1;2", "-", "+1", " 1"])
def test_what_is_no_run_or_station_is_refused(text: str) -> None:
    with pytest.raises(SettingError, match="expected a whole number"):
        part_of({"run": text, "station": "1"})
    with pytest.raises(SettingError, match="station="):
        part_of({"run": "1", "station": text})


@pytest.mark.parametrize(
    "told", [None, [], [1], [1, 2, 3], ["x", 1], [1, "all"], [True, 1], [1.5, 1], [10**30, 1]]
)
def test_a_message_that_names_no_part_is_refused(told: Any) -> None:
    with pytest.raises(ValueError, match="a run and station are"):
        part_of_json(told)


def test_work_is_done_once_and_kept_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_runs(tmp_path / "data" / "runs")
    library = AfpLibrary(tmp_path / "data", tmp_path / "index")

    def answer(part: Part | None) -> tuple[dict[str, Any], list[bytes]]:
        work = OccupancyWork(library, ResultCache(tmp_path / "results", 1 << 28))
        end_s = time.monotonic() + 60
        while True:
            told, blobs = work.answer("runs", part)
            if told["state"] != "counting" or time.monotonic() > end_s:
                return told, blobs

    told, blobs = answer(Part(1, 0))
    assert (told["state"], decode(blobs[0]).n_events) == ("done", 2)
    monkeypatch.setattr(afp_occupancy, "count", None)  # not to be called again
    assert answer(Part(1, 0))[1] == blobs
    told, _ = answer(Part(5, 0))
    assert (told["state"], told["error"]) == ("failed", "absent")
    assert told["message"] == "runs has no events of run 5, A far."


class Steps:
    """Steps that are taken one by one, as often as the test lets them."""

    def __init__(self, n: int, error: Exception | None = None) -> None:
        self.n, self.error, self.begun, self.taken = n, error, 0, 0
        self.gate = threading.Semaphore(0)

    def __call__(self) -> Generator[float, None, bytes]:
        self.begun += 1
        while self.taken < self.n:
            self.gate.acquire()
            self.taken += 1
            if self.error:
                raise self.error
            yield self.taken / self.n
        return b"all of it"


def waited(reached: Any) -> None:
    end_s = time.monotonic() + 10
    while not reached():
        assert time.monotonic() < end_s
        time.sleep(0.005)


def test_counting_rests_when_nobody_asks_and_goes_on_where_it_was() -> None:
    now_s = [0.0]
    steps = Steps(3)
    task = Task("counting", steps, threading.Lock(), lambda: now_s[0])
    steps.gate.release()
    assert task.ask(0).body is None
    waited(lambda: steps.taken == 1)
    now_s[0] = afp_tasks.LEAST_ASKED_S + 1  # nobody asked
    steps.gate.release()
    waited(lambda: not task.is_running)
    assert steps.taken == 2
    steps.gate.release()
    assert task.ask(10).body == b"all of it"
    assert steps.begun == 1


def test_what_failed_is_told_and_tried_again_later() -> None:
    now_s = [0.0]
    steps = Steps(3, FileFormatError("a file is cut short."))
    task = Task("counting", steps, threading.Lock(), lambda: now_s[0])
    steps.gate.release(5)
    assert task.ask(10).error == "a file is cut short."
    assert task.ask(10).error == "a file is cut short."
    assert steps.begun == 1
    now_s[0], steps.error = afp_tasks.RETRY_S + 1, None
    assert task.ask(10).body == b"all of it"


def test_an_unexpected_error_is_told_too() -> None:
    steps = Steps(1, ZeroDivisionError("by nought"))
    steps.gate.release()
    progress = Tasks().ask("key", "The count", steps, 10)
    assert "The count ended with an error: ZeroDivisionError" in progress.error


def test_few_results_stay_in_memory() -> None:
    tasks = Tasks(most=2)
    begun = []

    def begin(key: str) -> Steps:
        steps = Steps(0)
        begun.append(key)
        return steps

    for key in ("a", "b", "c", "c", "a"):
        assert tasks.ask(key, key, lambda key=key: begin(key)(), 10).body == b"all of it"
    assert begun == ["a", "b", "c", "a"]
