"""Worker processes: everything once, in order, and no silence when one fails."""

from __future__ import annotations

import multiprocessing
import os
import time
from functools import partial

import pytest

from reco_core.errors import HitscopeError
from reco_core.icecube.simulation.workers import AHEAD, in_order
from tests.reco_core.icecube.simulation.small_chunks import (
    killed_at_2,
    not_prepared,
    noted,
    notes,
    small,
    wrong_at_2,
)

MAKE = partial(small, "competition", 1)
TASKS = [(index, 5) for index in range(12)]


def first_ids(chunks):
    return [int(chunk.truth["event_id"][0]) for chunk in chunks]


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_order(workers):
    assert first_ids(in_order(MAKE, TASKS, workers)) == [24 + 16_000 * k for k in range(12)]
    assert multiprocessing.active_children() == []


def test_other_processes_do_the_work():
    pids = set(in_order(os.getpid, [()] * 20, 2))
    assert os.getpid() not in pids
    assert 1 <= len(pids) <= 2


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_each_worker_prepares_before_any_begins(workers, tmp_path):
    seen = set(in_order(notes, [(tmp_path,)] * 9, workers, partial(noted, tmp_path)))
    assert seen == {tuple(f"{number} of {workers}" for number in range(workers))}


def test_an_error_of_the_only_worker_while_it_prepares_is_raised():
    with pytest.raises(ValueError, match="worker 0 of 1 cannot"):
        list(in_order(MAKE, TASKS, 1, not_prepared))


def test_tasks_are_taken_as_results_are():
    taken = []
    results = in_order(MAKE, (taken.append(task) or task for task in TASKS * 10), 2)
    next(results)
    time.sleep(0.3)
    assert len(taken) <= 2 * AHEAD * 2
    results.close()
    assert multiprocessing.active_children() == []


def test_an_error_of_a_worker_is_raised_with_its_place():
    with pytest.raises(ValueError, match="no such light") as caught:
        list(in_order(partial(wrong_at_2, "competition", 1), TASKS, 2))
    assert "wrong_at_2" in caught.value.__notes__[0]
    assert multiprocessing.active_children() == []


def test_a_worker_that_dies_is_told():
    with pytest.raises(HitscopeError, match=r"ended before .*signal 9.*--resume, .* fewer"):
        list(in_order(partial(killed_at_2, "competition", 1), TASKS, 2))
    assert multiprocessing.active_children() == []


def test_a_stop_does_not_wait_for_the_work():
    results = in_order(time.sleep, [(0.0,), (60.0,), (60.0,)], 2)
    next(results)
    before = time.monotonic()
    results.close()
    assert time.monotonic() - before < 3
