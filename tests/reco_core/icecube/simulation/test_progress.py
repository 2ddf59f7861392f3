"""Progress: silent when short, plain in a log, and never in the way of the items."""

from __future__ import annotations

import io
from itertools import count

from reco_core.icecube.simulation.progress import progress_line, with_progress


class Screen(io.StringIO):
    def isatty(self):
        return True


def run(stream, step_s):
    clock = (step_s * tick for tick in count()).__next__
    return list(with_progress(range(10), 10, "events", stream, clock))


def test_items_pass_through():
    assert run(io.StringIO(), 0.1) == list(range(10))


def test_short_work_shows_nothing():
    stream = io.StringIO()
    run(stream, 0.1)
    assert stream.getvalue() == ""


def test_a_log_gets_plain_lines():
    stream = io.StringIO()
    run(stream, 4.0)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "1 of 10 events, 0.25 per second, 36 s left"
    assert lines[-1].startswith("10 of 10 events")
    assert "\r" not in stream.getvalue()


def test_a_screen_gets_one_line_drawn_over():
    stream = Screen()
    run(stream, 4.0)
    assert stream.getvalue().count("\n") == 1
    assert stream.getvalue().count("\r") == 10


def test_long_waits_are_given_in_minutes():
    assert progress_line(100, 12_100, "events", 10.0).endswith("20 min left")
    assert progress_line(100, 1_000, "events", 10.0).endswith("90 s left")
