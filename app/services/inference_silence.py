"""Whether the inference process was found silent, so that not every request waits for it."""

from __future__ import annotations

import threading
import time
from typing import Final

SILENCE_S: Final = 1.0  # one request in that time finds out whether a silent process answers again


class Silence:
    """Whether the process was found silent lately, so that not each request waits for it in turn.

    Shared by the threads of one worker.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._look_again_s: float | None = None

    def is_to_be_believed(self) -> bool:
        """False for all while it answers, and for one request in SILENCE_S while it does not."""
        with self._lock:
            now_s = time.monotonic()
            if self._look_again_s is None:
                return False
            if now_s < self._look_again_s:
                return True
            self._look_again_s = now_s + SILENCE_S
            return False

    def begin(self) -> None:
        with self._lock:
            self._look_again_s = time.monotonic() + SILENCE_S

    def end(self) -> None:
        with self._lock:
            self._look_again_s = None
