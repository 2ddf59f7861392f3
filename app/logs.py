"""Log lines: one record, one line of key=value, on stderr.

    time=2026-11-22T06:22:16.123Z level=warning event=demo/24 pid=12 logger=app.timing ms=1204
    message="slow request"

(one line). A value with anything but plain characters is quoted as in JSON, so that a text of
several lines, a traceback among them, stays on its line; `parse` gives the values back.
Fields of a record's own: log.warning("...", extra={"fields": {"ms": 12}}).
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

NO_EVENT = "-"
event: ContextVar[str] = ContextVar("event", default=NO_EVENT)  # "demo/24": what is worked on

_PLAIN = re.compile(r"[A-Za-z0-9_./:+-]+")
_FIELD = re.compile(r'([A-Za-z_]\w*)=("(?:[^"\\]|\\.)*"|[^\s"]+)(?:\s|$)')


@contextmanager
def about(dataset: str | None, event_id: int | None) -> Iterator[None]:
    """Lines written within, in this thread, name that event, or none where a part is None."""
    token = event.set(NO_EVENT if None in (dataset, event_id) else f"{dataset}/{event_id}")
    try:
        yield
    finally:
        event.reset(token)


class LineFormatter(logging.Formatter):
    """One line per record, whatever is in it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        own = getattr(record, "fields", {})
        before, after = _before(record), self._after(record)
        between = {key: value for key, value in own.items() if key not in before | after}
        return line(before | between | after)

    def _after(self, record: logging.LogRecord) -> dict[str, str]:
        fields = {"message": _message(record)}
        if record.exc_info and record.exc_info[0]:
            fields["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            fields["stack"] = record.stack_info
        return fields


def line(fields: Mapping[str, object]) -> str:
    """key=value of each field.  Keys are names as in Python."""
    return " ".join(f"{key}={_quoted(str(value))}" for key, value in fields.items())


def parse(text: str) -> dict[str, str]:
    """The values of a line, as texts."""
    return {
        key: json.loads(value) if value.startswith('"') else value
        for key, value in _FIELD.findall(text)
    }


def configure(level: int | str = logging.INFO) -> None:
    """Send the lines of all loggers of this process to stderr, warnings and crashes too."""
    handler = logging.StreamHandler()
    handler.setFormatter(LineFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    log = logging.getLogger("app")
    sys.excepthook = lambda kind, error, trace: log.critical(
        "the process ends by an error", exc_info=(kind, error, trace)
    )
    threading.excepthook = lambda ended: log.error(
        "a thread ended by an error", exc_info=ended.exc_value
    )


def _before(record: logging.LogRecord) -> dict[str, object]:
    time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    return {
        "time": time.replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "event": event.get(),
        "pid": record.process,
        "logger": record.name,
    }


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):  # arguments that do not fit the text
        return f"{record.msg} {record.args!r}"


def _quoted(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(letter: str) -> str:
    """As in JSON; also what no terminal should get from a log, like a change of direction."""
    plain = letter.isprintable() and letter not in '"\\'
    return letter if plain else json.dumps(letter)[1:-1]
