"""Whose task is taken next, and what becomes of one that another server is computing."""

from __future__ import annotations

import time

import pytest

from app.services import inference_memory
from app.services.inference_link import Place, Viewer
from app.services.inference_memory import Served
from app.services.inference_queue import HELD_S, INTEREST_S, Priority, Queue, Task
from tests.app.services.conftest import Clock

ANNE, BEN = Viewer("viewer-anne", 1), Viewer("viewer-ben", 1)
SHOWN, AHEAD, LISTED = Priority


def put(
    queue: Queue, keys: str, viewer: Viewer | None, name: str = "a", priority: Priority = SHOWN
) -> list[Task]:
    return [queue.put(key, Place("set", 1), name, priority, viewer) for key in keys]


def take(queue: Queue, most: int = 1) -> str:
    return "".join(task.key for task in queue.take(lambda name, priority: most, lambda key: False))


def test_each_viewer_gets_one_in_turn_scripts_are_one_viewer(queue: Queue) -> None:
    put(queue, "12345", None)
    put(queue, "abc", ANNE)
    put(queue, "xy", BEN)
    assert [take(queue) for _ in range(11)] == [*"ax1by2c345", ""]


def test_who_comes_late_does_not_wait_for_a_long_queue(queue: Queue) -> None:
    put(queue, "123456789", None)
    assert [take(queue), take(queue)] == ["1", "2"]
    put(queue, "a", ANNE)
    assert take(queue) == "a"
    put(queue, "b", ANNE)
    assert [take(queue), take(queue)] == ["3", "b"]


def test_a_batch_is_filled_from_all_in_turn(queue: Queue) -> None:
    put(queue, "123456", None)
    put(queue, "ab", ANNE)
    put(queue, "z", BEN, "other algorithm")
    assert take(queue, 4) == "a1b2"
    assert take(queue, 4) == "z"
    assert take(queue, 4) == "3456"


def test_what_is_ahead_fills_no_batch_of_what_is_shown(queue: Queue) -> None:
    put(queue, "123", BEN, priority=AHEAD)
    put(queue, "a", ANNE)
    asked = []
    queue.take(lambda name, priority: asked.append(priority) or 8, lambda key: False)
    assert asked == [SHOWN]
    assert take(queue, 8) == "123"


def test_what_is_only_listed_comes_last_one_of_each_viewer_in_turn(queue: Queue) -> None:
    put(queue, "123", ANNE, priority=LISTED)
    put(queue, "xy", BEN, priority=LISTED)
    put(queue, "b", BEN, priority=AHEAD)
    put(queue, "a", ANNE)
    assert [take(queue) for _ in range(8)] == [*"abx1y23", ""]


def test_what_is_listed_is_moved_up_when_it_is_drawn_and_never_down(queue: Queue) -> None:
    (listed,) = put(queue, "1", ANNE, priority=LISTED)
    (drawn,) = put(queue, "2", ANNE)
    assert put(queue, "1", ANNE) == [listed]
    assert put(queue, "2", ANNE, priority=LISTED) == [drawn]
    assert queue.lengths() == {"shown": 2, "ahead": 0, "listed": 0}
    assert [take(queue), take(queue)] == ["2", "1"]


def test_what_is_put_back_lets_others_go_first_and_keeps_its_place(
    queue: Queue, clock: Clock
) -> None:
    tasks = put(queue, "ab", ANNE)
    assert take(queue, 2) == "ab"
    for task in reversed(tasks):
        queue.put_back(task)
    put(queue, "c", ANNE)
    assert {task.state for task in tasks} == {"queued"}
    assert queue.lengths() == {"shown": 3, "ahead": 0, "listed": 0}
    assert [take(queue), take(queue)] == ["c", ""]
    assert not queue.has_tasks(SHOWN)
    clock.now_s += HELD_S
    assert queue.has_tasks(SHOWN)
    assert [take(queue), take(queue)] == ["a", "b"]


def test_what_is_put_back_wakes_the_queue_when_it_can_begin() -> None:
    queue = Queue()
    (task,) = put(queue, "a", None)
    take(queue)
    queue.put_back(task)
    began_s = time.monotonic()
    queue.wait_for_work(30.0)
    assert HELD_S / 2 < time.monotonic() - began_s < 10
    assert take(queue) == "a"


def test_what_nobody_wants_any_more_is_dropped_when_put_back(queue: Queue, clock: Clock) -> None:
    shared, alone = put(queue, "ab", ANNE)
    put(queue, "a", BEN)
    assert take(queue, 2) == "ab"
    queue.leave(Viewer(ANNE.name, 2))
    queue.put_back(shared)
    queue.put_back(alone)
    assert (shared.state, alone.state) == ("queued", "cancelled")
    clock.now_s += INTEREST_S[SHOWN] + 1
    assert take(queue) == ""
    assert shared.state == "cancelled"


def test_who_was_served_is_remembered_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inference_memory, "MAX_VIEWERS", 3)
    served = Served()
    for name in "abcd":
        served.note(name)
    assert sorted("abcde", key=served.place) == [*"aebcd"]
    assert sorted(["", "a"], key=served.place) == ["a", ""]
