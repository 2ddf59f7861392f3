"""Algorithms for tests of the services, as a plug-in: slow, deadly, odd.

Each call appends lines "key event_id pid" to the file named in HITSCOPE_TEST_COUNTS, so that a
test can count what was computed, and where.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from app.services.algorithms import DIRECTION_COLUMNS, Algorithm, Row
from reco_core.errors import ReconstructionError
from reco_core.icecube.detector import Detector
from reco_core.icecube.event import Event

ANSWER: Row = {
    "zenith": 1.0, "azimuth": 2.0, "point_x_m": 0.0, "point_y_m": 0.0, "point_z_m": 0.0,
    "time_ns": 0.0, "n_doms_used": 5, "speed_m_per_ns": 0.3,
    "uncertainty_rad": None, "quality": None, "energy_gev": None,
}  # fmt: skip


def note(key: str, events: Sequence[Event]) -> None:
    counts = os.environ.get("HITSCOPE_TEST_COUNTS")
    if counts:
        with Path(counts).open("a") as file:
            file.writelines(f"{key} {event.event_id} {os.getpid()}\n" for event in events)


def quick(events: Sequence[Event], detector: Detector) -> list[Row | ReconstructionError]:
    """A direction at once, without what the methods of reco_core import and compile."""
    return [ANSWER for _ in events]


def slow(events: Sequence[Event], detector: Detector) -> list[Row | ReconstructionError]:
    """A direction after HITSCOPE_TEST_SLOW_S seconds (default 0.5) per event."""
    note("slow", events)
    time.sleep(float(os.environ.get("HITSCOPE_TEST_SLOW_S", "0.5")) * len(events))
    return [ANSWER for _ in events]


def batched(events: Sequence[Event], detector: Detector) -> list[Row | ReconstructionError]:
    """As fast for eight events as for one; notes how many came together."""
    note(f"batched-{len(events)}", events)
    time.sleep(0.1)
    return [ANSWER for _ in events]


def deadly(events: Sequence[Event], detector: Detector) -> list[Row | ReconstructionError]:
    """Ends its process, as the system does when memory is short."""
    note("deadly", events)
    os.kill(os.getpid(), signal.SIGKILL)
    return []


def broken(events: Sequence[Event], detector: Detector) -> list[Row | ReconstructionError]:
    note("broken", events)
    raise ValueError("a mistake in the algorithm")


def without_answer(events: Sequence[Event], detector: Detector) -> list[Row | ReconstructionError]:
    note("without_answer", events)
    return [ReconstructionError("There is too little light.") for _ in events]


ALGORITHMS = [
    Algorithm("quick", "Quick", "test", 1, DIRECTION_COLUMNS, quick),
    Algorithm("slow", "Slow", "test", 1, DIRECTION_COLUMNS, slow),
    Algorithm("batched", "Batched", "test", 1, DIRECTION_COLUMNS, batched, batch=8),
]
DEADLY = Algorithm("deadly", "Deadly", "test", 1, DIRECTION_COLUMNS, deadly)
BROKEN = Algorithm("broken", "Broken", "test", 1, DIRECTION_COLUMNS, broken)
WITHOUT_ANSWER = Algorithm(
    "without_answer", "Without", "test", 1, DIRECTION_COLUMNS, without_answer
)
