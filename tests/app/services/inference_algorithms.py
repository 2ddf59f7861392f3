"""Algorithms that hang, end the process, need torch, or answer wrongly, as a plug-in for tests."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Sequence

from app.services.algorithms import DIRECTION_COLUMNS, Algorithm, Row
from reco_core.errors import ReconstructionError
from reco_core.icecube.detector import Detector
from reco_core.icecube.event import Event
from tests.app.services.slow_algorithms import ANSWER, note

DEADLY_EVENT = 3
Rows = list[Row | ReconstructionError]


def hanging(events: Sequence[Event], detector: Detector) -> Rows:
    """Deep in C code for ever, without letting any other thread of Python run."""
    note("hanging", events)
    re.fullmatch(r"(a+)+b", "a" * 60)
    return [ANSWER for _ in events]


def deadly_for_one(events: Sequence[Event], detector: Detector) -> Rows:
    """Ends its process if DEADLY_EVENT is among the events."""
    note(f"deadly_for_one-{len(events)}", events)
    if any(event.event_id == DEADLY_EVENT for event in events):
        os.kill(os.getpid(), signal.SIGKILL)
    return [ANSWER for _ in events]


def exiting(events: Sequence[Event], detector: Detector) -> Rows:
    sys.exit("an algorithm must not do that")


def too_few(events: Sequence[Event], detector: Detector) -> Rows:
    return []


def not_a_number(events: Sequence[Event], detector: Detector) -> Rows:
    return [{**ANSWER, "zenith": float("nan")} for _ in events]


def cannot_load() -> None:
    raise FileNotFoundError("weights.safetensors")


def with_torch(events: Sequence[Event], detector: Detector) -> Rows:
    """The pulses' number by way of a matrix product in two threads."""
    note("with_torch", events)
    import torch

    torch.set_num_threads(2)
    with torch.inference_mode():
        answers = []
        for event in events:
            ones = torch.ones(512, 512)
            square = (ones @ ones).sum() / 512**3
            answers.append({**ANSWER, "n_doms_used": round(float(square) * len(event.pulses))})
    return answers


def _row(key: str, compute: object, **more: object) -> Algorithm:
    return Algorithm(key, key, "test", 1, DIRECTION_COLUMNS, compute, **more)  # type: ignore[arg-type]


ALGORITHMS = [
    _row("hanging", hanging),
    _row("deadly_for_one", deadly_for_one, batch=8),
    _row("exiting", exiting),
    _row("too_few", too_few),
    _row("not_a_number", not_a_number),
    _row("unloadable", too_few, load=cannot_load),
    _row("with_torch", with_torch),
]
