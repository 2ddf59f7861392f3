"""Algorithms as a plug-in for browser tests: one that waits for its test, two without an answer."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from app.services.algorithms import DIRECTION_COLUMNS, Algorithm, Row
from reco_core.errors import ReconstructionError
from reco_core.icecube.detector import Detector
from reco_core.icecube.event import Event
from tests.app.services.slow_algorithms import ANSWER, BROKEN, WITHOUT_ANSWER, note

LONGEST_S = 60.0


def held(events: Sequence[Event], detector: Detector) -> list[Row | ReconstructionError]:
    """A direction, but not while the file named in HITSCOPE_TEST_GATE exists."""
    note("held", events)
    gate = Path(os.environ["HITSCOPE_TEST_GATE"])
    until_s = time.monotonic() + LONGEST_S
    while gate.exists() and time.monotonic() < until_s:
        time.sleep(0.02)
    return [ANSWER for _ in events]


ALGORITHMS = [
    WITHOUT_ANSWER,
    BROKEN,
    Algorithm("held", "Held", "test", 1, DIRECTION_COLUMNS, held),
]
