"""Log lines: one record, one line, and the values back."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import logs

ROOT = Path(__file__).resolve().parents[2]
FIELDS = st.dictionaries(
    st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True).filter(
        lambda key: key not in {"time", "level", "event", "pid", "logger", "message", "exception"}
    ),
    st.text() | st.integers() | st.floats(),
    max_size=5,
)


def record(
    text: str, *arguments: object, fields: dict[str, object] | None = None
) -> logging.LogRecord:
    made = logging.LogRecord("app.test", logging.WARNING, __file__, 1, text, arguments, None)
    if fields is not None:
        made.fields = fields
    return made


@given(st.text(), st.text(), st.integers(0, 2**63 - 1), FIELDS)
def test_every_value_comes_back(
    message: str, dataset: str, event_id: int, fields: dict[str, object]
) -> None:
    made = record("%s", message, fields=fields)
    with logs.about(dataset, event_id):
        text = logs.LineFormatter().format(made)
    assert len(text.splitlines()) == 1
    assert text.isprintable()
    found = logs.parse(text)
    assert found["message"] == message
    assert found["event"] == f"{dataset}/{event_id}"
    assert found["level"] == "warning"
    assert {key: found[key] for key in fields} == {k: str(v) for k, v in fields.items()}
    assert set(found) == {"time", "level", "event", "pid", "logger", "message", *fields}


def test_a_line_as_it_is_read() -> None:
    made = record("slow request", fields={"ms": 1204, "route": "/api/v1/datasets/<key>"})
    made.created, made.process = 1795328536.123, 12
    with logs.about("demo", 24):
        assert logs.LineFormatter().format(made) == (
            "time=2026-11-22T06:22:16.123Z level=warning event=demo/24 pid=12 logger=app.test "
            'ms=1204 route="/api/v1/datasets/<key>" message="slow request"'
        )


def test_a_traceback_stays_on_its_line() -> None:
    try:
        raise ValueError("first\nsecond")
    except ValueError:
        made = record("it failed")
        made.exc_info = sys.exc_info()
    text = logs.LineFormatter().format(made)
    assert "\n" not in text
    trace = logs.parse(text)["exception"]
    assert trace.splitlines()[0] == "Traceback (most recent call last):"
    assert trace.endswith("ValueError: first\nsecond")


@pytest.mark.parametrize("key", ["message", "time", "level"])
def test_fields_of_a_record_cannot_take_the_place_of_its_own(key: str) -> None:
    text = logs.LineFormatter().format(record("said", fields={key: "forged"}))
    assert logs.parse(text)[key] != "forged"
    assert text.count(f"{key}=") == 1


def test_arguments_that_do_not_fit_are_shown_and_not_raised() -> None:
    text = logs.LineFormatter().format(record("%d events", "many"))
    assert logs.parse(text)["message"] == "%d events ('many',)"


def test_the_event_is_named_within_and_not_after() -> None:
    with logs.about("demo", 1):
        with logs.about("demo", 2):
            assert logs.event.get() == "demo/2"
        assert logs.event.get() == "demo/1"
    assert logs.event.get() == logs.NO_EVENT


def test_warnings_and_crashes_are_lines_too() -> None:
    code = """
import logging, threading, warnings
from app import logs
logs.configure()
logging.getLogger("app.x").info("started")
logging.getLogger("app.x").debug("not shown")
warnings.warn("of\\nold")
def end(): raise ValueError("in a thread")
thread = threading.Thread(target=end); thread.start(); thread.join()
raise ValueError("at the end")
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout == ""
    lines = [logs.parse(text) for text in done.stderr.splitlines()]
    assert [line["level"] for line in lines] == ["info", "warning", "error", "critical"]
    assert "of\nold" in lines[1]["message"]
    assert lines[2]["exception"].endswith("ValueError: in a thread")
    assert lines[3]["exception"].endswith("ValueError: at the end")
