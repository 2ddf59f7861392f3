"""Which computations the process died in, so that none is tried for ever; the end of hanging ones.

Before it computes the process writes down what; the one that starts after its death finds that. A
key that was in two deaths is not tried again for ten minutes, one that was in one is computed
alone, so that those that only shared its batch come through. Files that cannot be written are done
without.
"""

from __future__ import annotations

import faulthandler
import json
import logging
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from io import FileIO
from pathlib import Path
from typing import Final

from app.services.inference_folder import Meeting, told_in

MOST_DEATHS: Final = 2
FORGOTTEN_S: Final = 600.0
KILLED: Final = "it was killed, perhaps for want of memory, or crashed"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Death:
    """times : in how many deaths.  last_s : time of the last, s since 1970.  why : in words."""

    times: int
    last_s: float
    why: str


class Deaths:
    """Used by the thread that computes; the others only look."""

    def __init__(
        self, meeting: Meeting, limit_s: float, clock: Callable[[], float] = time.time
    ) -> None:
        self._meeting = meeting
        self._limit_s = limit_s
        self._clock = clock
        self._closed = False
        self._keys: tuple[str, ...] = ()
        self._known = self._read()
        self._count_last()
        self._begun = _writable(meeting.begun)
        self._hang = _writable(meeting.hang)

    def times(self, key: str) -> int:
        """In how many deaths it was, lately."""
        death = self._known.get(key)
        if death is None or self._clock() - death.last_s > FORGOTTEN_S:
            return 0
        return death.times

    def why(self, key: str) -> str:
        death = self._known.get(key)
        return KILLED if death is None else death.why

    def is_suspect(self, key: str) -> bool:
        """To be computed alone."""
        return self.times(key) > 0

    def is_deadly(self, key: str) -> bool:
        """Not to be computed."""
        return self.times(key) >= MOST_DEATHS

    def message(self, key: str, label: str, event_id: int) -> str:
        """For who asks for a deadly one."""
        return (
            f"The inference process ended {self.times(key)} times while it computed {label} of "
            f"event {event_id} ({self.why(key)}). It can be tried again after "
            f"{FORGOTTEN_S / 60:.0f} minutes; other events are not affected."
        )

    def begin(self, keys: Sequence[str], text: str = "") -> None:
        """These are computed from now on; the process ends if that takes longer than the limit.

        text : what they are, for the log, such as "Line fit of demo/38".
        The watch is the interpreter's own, in C: it also ends code that never lets go of Python.
        """
        if self._closed:
            return
        self._keys = tuple(keys)
        self._write_begun(keys, text)
        where = self._hang if self._hang is not None else 2
        faulthandler.dump_traceback_later(self._limit_s, exit=True, file=where)

    def finished(self) -> None:
        """What was begun has ended, with whatever result."""
        faulthandler.cancel_dump_traceback_later()
        if self._closed:
            return
        self._write_begun([])
        if any([self._known.pop(key, None) for key in self._keys]):
            self._save()

    def close(self) -> None:
        """The process ends of its own will: what is being computed is not to blame."""
        self._closed = True
        faulthandler.cancel_dump_traceback_later()
        self._write_begun([])
        for file in (self._begun, self._hang):
            if file is not None:
                file.close()

    def _write_begun(self, keys: Sequence[str], text: str = "") -> None:
        if self._begun is not None:
            told = {"keys": list(keys)} | ({"text": text} if text else {})
            line = json.dumps(told).encode() + b"\n"
            with suppress(OSError, ValueError):  # full, or closed meanwhile
                os.pwrite(self._begun.fileno(), line, 0)  # one call: never half of two lines

    def _read(self) -> dict[str, Death]:
        now_s = self._clock()
        known = {}
        for key, told in told_in(self._meeting.deaths).items():
            match told:
                case {"times": int(times), "last_s": float(last_s), "why": str(why)}:
                    if now_s - last_s <= FORGOTTEN_S:
                        known[key] = Death(times, last_s, why)
        return known

    def _count_last(self) -> None:
        """What the process before this one had begun, if it died in it."""
        told = told_in(self._meeting.begun)
        keys, text = told.get("keys"), told.get("text")
        if not keys or not isinstance(keys, list):
            return
        why = self._why_last()
        for key in keys:
            self._known[key] = Death(self.times(key) + 1, self._clock(), why)
        what = text if isinstance(text, str) else f"{len(keys)} events"
        log.warning("The inference process before died while it computed %s: %s", what, why)
        self._save()

    def _why_last(self) -> str:
        with suppress(OSError):
            if where := self._meeting.hang.read_text(errors="replace"):
                log.warning("It was here when its time was over: %s", where)
                return f"it took longer than {self._limit_s:g} s"
        return KILLED

    def _save(self) -> None:
        partial = self._meeting.deaths.with_suffix(".deaths-new")
        try:
            partial.write_text(json.dumps({key: asdict(one) for key, one in self._known.items()}))
            partial.replace(self._meeting.deaths)
        except OSError as error:
            log.warning("Deaths of the inference process cannot be noted: %s", error)


def _writable(path: Path) -> FileIO | None:
    """An empty file there, or None."""
    try:
        return path.open("wb", buffering=0)
    except OSError as error:
        log.warning("%s cannot be written: %s", path, error)
        return None
