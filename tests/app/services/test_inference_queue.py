"""The order of what waits to be computed, who waits for it, and what is remembered."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services import inference_queue
from app.services.inference_link import Place, State, Viewer
from app.services.inference_memory import (
    FAILURE_S,
    MAX_ANSWER_BYTES_IN_ALL,
    MAX_ANSWERS,
    MAX_VIEWERS,
    Answers,
    Turns,
)
from app.services.inference_queue import INTEREST_S, Priority, Queue, Task
from tests.app.services.conftest import Clock

ANNE, BEN = Viewer("viewer-anne", 1), Viewer("viewer-ben", 1)
SHOWN, AHEAD = Priority.SHOWN, Priority.AHEAD


def put(
    queue: Queue,
    key: str,
    priority: Priority = SHOWN,
    viewer: Viewer | None = None,
    name: str = "a",
) -> Task:
    return queue.put(key, Place("set", 1), name, priority, viewer)


def take(queue: Queue, most: int = 1, alone: str = "") -> list[str]:
    return [
        task.key
        for task in queue.take(lambda name, priority: most, lambda key: key in alone.split())
    ]


def taken(queue: Queue) -> Task:
    (task,) = queue.take(lambda name, priority: 1, lambda key: False)
    return task


def test_first_come_first_served(queue: Queue) -> None:
    for key in "abc":
        put(queue, key)
    assert [take(queue) for _ in range(4)] == [["a"], ["b"], ["c"], []]


def test_shown_comes_before_ahead(queue: Queue) -> None:
    put(queue, "ahead", AHEAD)
    put(queue, "shown")
    assert queue.lengths() == {"shown": 1, "ahead": 1, "listed": 0}
    assert [take(queue), take(queue)] == [["shown"], ["ahead"]]


def test_equal_keys_are_one_task(queue: Queue) -> None:
    assert put(queue, "a") is put(queue, "a")
    assert take(queue) == ["a"]
    assert put(queue, "a").state == "computing"
    assert take(queue) == []


def test_what_is_shown_after_all_moves_up(queue: Queue) -> None:
    put(queue, "x", AHEAD)
    put(queue, "y", AHEAD)
    put(queue, "y", SHOWN)
    put(queue, "y", AHEAD)  # does not move down again
    assert queue.lengths() == {"shown": 1, "ahead": 1, "listed": 0}
    assert take(queue) == ["y"]


def test_a_batch_is_of_one_algorithm_data_set_and_priority(queue: Queue) -> None:
    put(queue, "a1")
    put(queue, "b1", name="b")
    put(queue, "a2")
    queue.put("other", Place("other set", 1), "a", SHOWN, None)
    put(queue, "ahead", AHEAD)
    put(queue, "a3")
    put(queue, "a4")
    assert take(queue, 3) == ["a1", "a2", "a3"]
    assert take(queue, 3) == ["b1"]
    assert take(queue, 3) == ["other"]
    assert take(queue, 3) == ["a4"]
    assert take(queue, 3) == ["ahead"]


def test_suspects_are_computed_alone(queue: Queue) -> None:
    for key in "abcd":
        put(queue, key)
    assert take(queue, 8, "b") == ["a", "c", "d"]
    put(queue, "e")
    assert take(queue, 8, "b") == ["b"]


def test_leaving_drops_what_nobody_else_wants(queue: Queue) -> None:
    alone, shared = put(queue, "alone", viewer=ANNE), put(queue, "shared", viewer=ANNE)
    put(queue, "shared", viewer=BEN)
    ahead = put(queue, "ahead", AHEAD, ANNE)
    script = put(queue, "script", viewer=ANNE)
    put(queue, "script", viewer=None)
    queue.leave(Viewer(ANNE.name, 2))
    states = [task.state for task in (alone, shared, ahead, script)]
    assert states == ["cancelled", "queued", "cancelled", "queued"]
    assert [take(queue), take(queue), take(queue)] == [["shared"], ["script"], []]


def test_leaving_keeps_what_was_asked_again_since(queue: Queue) -> None:
    put(queue, "a", viewer=ANNE)
    put(queue, "a", viewer=Viewer(ANNE.name, 2))
    queue.leave(Viewer(ANNE.name, 2))
    assert take(queue) == ["a"]


def test_what_has_begun_is_finished(queue: Queue) -> None:
    put(queue, "a", viewer=ANNE)
    task = taken(queue)
    queue.leave(Viewer(ANNE.name, 2))
    assert task.state == "computing"
    queue.finish(task, b"answer")
    assert put(queue, "a").now() == State("done", "", b"answer")


def test_a_late_request_of_an_earlier_turn_is_not_begun(queue: Queue) -> None:
    queue.leave(Viewer(ANNE.name, 3))
    assert put(queue, "a", viewer=Viewer(ANNE.name, 2)).state == "cancelled"
    waiting = put(queue, "b", AHEAD, BEN)
    assert put(queue, "b", SHOWN, Viewer(ANNE.name, 2)).state == "cancelled"
    assert waiting.priority == AHEAD
    assert put(queue, "a", viewer=Viewer(ANNE.name, 3)).state == "queued"


def test_an_old_turn_does_not_take_back_a_new_one(queue: Queue) -> None:
    queue.leave(Viewer(ANNE.name, 3))
    task = put(queue, "a", viewer=Viewer(ANNE.name, 3))
    queue.leave(Viewer(ANNE.name, 2))
    assert task.state == "queued"
    assert queue.has_left(Viewer(ANNE.name, 2))
    assert not queue.has_left(Viewer(ANNE.name, 3))
    assert not queue.has_left(None)


@pytest.mark.parametrize("priority", list(Priority))
def test_who_asks_no_more_is_forgotten(queue: Queue, clock: Clock, priority: Priority) -> None:
    task = put(queue, "a", priority, ANNE)
    clock.now_s += INTEREST_S[priority] - 1
    renewed = put(queue, "b", priority, ANNE)
    put(queue, "b", priority, ANNE)
    clock.now_s += 10
    assert take(queue) == ["b"]
    assert (task.state, renewed.state) == ("cancelled", "computing")


def test_a_failure_is_told_for_a_minute(queue: Queue, clock: Clock) -> None:
    put(queue, "a")
    queue.fail(taken(queue), "why")
    assert put(queue, "a").now() == State("failed", "why")
    clock.now_s += FAILURE_S + 1
    assert put(queue, "a").state == "queued"


def test_a_full_queue_says_so_and_keeps_the_places_of_others(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inference_queue, "MAX_WAITING", (3, 1))
    for key in ("a", "b", "c"):
        put(queue, key)
    full = put(queue, "d")
    assert full.now() == State("failed", "3 computations wait already; try again in a minute.")
    assert put(queue, "a").state == "queued"
    put(queue, "x", AHEAD)
    assert put(queue, "y", AHEAD).state == "failed"
    assert queue.lengths() == {"shown": 3, "ahead": 1, "listed": 0}
    assert take(queue) == ["a"]
    assert put(queue, "d").state == "queued"  # it was not kept as a failure


def test_waiting_ends_with_the_first_that_ends(queue: Queue) -> None:
    tasks = [put(queue, key) for key in "ab"]
    first = taken(queue)
    thread = threading.Thread(target=queue.finish, args=(first, b"1"))
    thread.start()
    queue.wait(tasks, 10.0)
    thread.join()
    assert [task.state for task in tasks] == ["done", "queued"]
    queue.wait(tasks, 10.0)  # at once: one has ended


def test_waiting_ends_when_it_is_dropped(queue: Queue) -> None:
    task = put(queue, "a", viewer=ANNE)
    thread = threading.Thread(target=queue.leave, args=(Viewer(ANNE.name, 2),))
    thread.start()
    queue.wait([task], 10.0)
    thread.join()
    assert task.state == "cancelled"


def test_work_is_noticed(queue: Queue) -> None:
    assert not queue.has_tasks(SHOWN)
    queue.wake()
    queue.wait_for_work(10.0)  # at once, and only once
    queue.wait_for_work(0.0)
    put(queue, "a")
    assert queue.has_tasks(SHOWN)
    queue.wait_for_work(10.0)


def test_answers_are_bounded_by_number_and_bytes(clock: Clock) -> None:
    answers = Answers(clock)
    for k in range(MAX_ANSWERS + 10):
        answers.keep(str(k), State("done", "", b"x"))
    assert len(answers) == MAX_ANSWERS
    assert answers.get("9") is None
    assert answers.get("10") is not None
    answers.keep("large", State("done", "", bytes(MAX_ANSWER_BYTES_IN_ALL - 5)))
    assert len(answers) == 6
    answers.keep("large", State("done", "", b"small"))
    for k in range(100):
        answers.keep(str(k), State("done", "", b"x"))
    assert len(answers) == 106


def test_turns_are_bounded() -> None:
    turns = Turns()
    for k in range(MAX_VIEWERS + 1):
        assert turns.move_on(Viewer(str(k), 5))
    assert turns.of("0") == 0
    assert turns.of("1") == 5
    assert not turns.move_on(Viewer("1", 5))


steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("put"),
            st.sampled_from("abcdef"),
            st.sampled_from(list(Priority)),
            st.sampled_from([None, *(Viewer(f"v{k}", turn) for k in (1, 2) for turn in (1, 2, 3))]),
        ),
        st.tuples(st.just("leave"), st.integers(1, 2), st.integers(1, 4)),
        st.tuples(st.just("take"), st.integers(1, 3)),
        st.tuples(st.just("finish"), st.booleans()),
        st.tuples(st.just("pass"), st.sampled_from([1.0, 70.0, 700.0])),
    ),
    max_size=40,
)


@given(steps)
def test_whatever_happens_a_key_is_computed_by_one_and_every_task_ends(
    story: list[tuple[object, ...]],
) -> None:
    clock = Clock()
    queue = Queue(clock)
    computing: list[Task] = []
    seen: list[Task] = []
    for what, *how in story:
        if what == "put":
            key, priority, viewer = how
            seen.append(put(queue, key, priority, viewer))  # type: ignore[arg-type]
        elif what == "leave":
            queue.leave(Viewer(f"v{how[0]}", how[1]))  # type: ignore[arg-type]
        elif what == "take":
            computing += queue.take(lambda name, priority: how[0], lambda key: key == "c")  # type: ignore[arg-type,return-value] # noqa: B023
        elif what == "finish" and computing:
            queue.finish(computing.pop(0), b"x") if how[0] else queue.fail(computing.pop(0), "no")
        elif what == "pass":
            clock.now_s += how[0]  # type: ignore[operator]
        keys = [task.key for task in computing]
        assert len(keys) == len(set(keys))
        assert all(task.state == "computing" for task in computing)
    while batch := queue.take(lambda name, priority: 2, lambda key: False):
        computing += batch
    for task in computing:
        queue.finish(task, b"x")
    assert all(task.state in ("done", "failed", "cancelled") for task in seen)
    assert queue.lengths() == {"shown": 0, "ahead": 0, "listed": 0}
