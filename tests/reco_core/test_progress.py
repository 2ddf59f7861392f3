"""Progress: silent when short, plain in a log, alive before anything is done."""

from __future__ import annotations

import io
import time
from contextlib import suppress

from reco_core.progress import Progress, duration


class Screen(io.StringIO):
    def isatty(self):
        return True


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def run(stream, step_s, done=0, total=10_000):
    """Ten equal steps from `done` to the total; it starts with a wait of one step."""
    clock = Clock()
    progress = Progress(total, "events", stream, done, "compiling", clock)
    progress._thread.run = lambda: None  # it is looked at from here instead
    with progress:
        clock.now += step_s
        progress.look()
        for _ in range(10):
            progress.add((total - done) // 10)
            progress.look()
            clock.now += step_s
    return stream.getvalue()


def test_short_work_shows_nothing():
    assert run(io.StringIO(), 0.1) == ""


def test_a_log_gets_plain_lines():
    text = run(io.StringIO(), 4.0)
    assert text.splitlines() == [
        "0 of 10,000 events, compiling",
        "4,000 of 10,000 events, 250 per second, 24 s left",
        "7,000 of 10,000 events, 250 per second, 12 s left",
        "10,000 of 10,000 events, writing the last of them",
        "10,000 events in 44 s, 227 per second",
    ]


def test_a_screen_gets_one_line_drawn_over():
    text = run(Screen(), 4.0)
    assert text.count("\n") == 1
    assert text.count("\r") == 11
    assert f"[{'#' * 30}] 10,000 events in 44 s" in text


def test_the_rate_is_that_of_this_run():
    lines = run(io.StringIO(), 4.0, done=6_000).splitlines()
    assert lines[1] == "7,600 of 10,000 events, 100 per second, 24 s left"
    assert lines[-1] == "4,000 events in 44 s, 91 per second"


def test_there_is_a_sign_of_life_before_the_first_are_done():
    stream = io.StringIO()
    with Progress(10, "events", stream, starting="compiling the simulation"):
        time.sleep(2.0)
        assert stream.getvalue() == "0 of 10 events, compiling the simulation\n"


def test_work_that_fails_is_not_said_to_be_done():
    stream, clock = Screen(), Clock()
    progress = Progress(10, "events", stream, clock=clock)
    with suppress(ValueError), progress:
        clock.now += 5
        progress.look()
        raise ValueError("wrong")
    assert stream.getvalue().endswith("0 of 10 events, starting\033[K\n")


def test_long_waits_are_given_in_minutes_and_hours():
    assert [duration(s) for s in (16, 1_200, 12_600)] == ["16 s", "20 min", "3.5 h"]
