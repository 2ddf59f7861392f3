"""The learned verdict on an event: its class, whether it is hard, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.services.algorithms import Algorithm, hard_degrees_of
from app.services.answers import Answer
from app.services.overlays import OverlayState


@dataclass(frozen=True)
class LearnedVerdict:
    """The learned verdict, or why there is none (yet).

    state, reason : as of an Overlay.  hard_degrees : the error from which an event is hard.
    values : of VERDICT_COLUMNS; empty where there is none.
    """

    key: str
    hard_degrees: float
    state: OverlayState = "done"
    reason: str | None = None
    values: Mapping[str, Any] | None = None


def judged(answer: Answer, algorithm: Algorithm) -> LearnedVerdict:
    """What the algorithm says; its reason where it says nothing."""
    if not answer.is_ok:
        return unjudged(algorithm, "done", answer.status)
    return LearnedVerdict(algorithm.key, hard_degrees_of(algorithm), values=answer.values)


def unjudged(
    algorithm: Algorithm, state: OverlayState, reason: str | None = None
) -> LearnedVerdict:
    """No verdict, for now or for good."""
    return LearnedVerdict(algorithm.key, hard_degrees_of(algorithm), state, reason or None)


def verdict_json(verdict: LearnedVerdict) -> dict[str, Any]:
    """A verdict as the browser code reads it (docs/api.md)."""
    return {
        "key": verdict.key,
        "state": verdict.state,
        "reason": verdict.reason,
        "hard_degrees": verdict.hard_degrees,
        **(verdict.values or {}),
    }
