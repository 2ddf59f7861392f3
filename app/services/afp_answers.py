"""What is answered of an AFP event that is not, or not yet, analysed. Light to import."""

from __future__ import annotations

from typing import Any, Final

COMPILING: Final = "The analysis is being compiled; that takes some seconds, once."
BUSY: Final = "The server is busy; the analysis comes when it is not."

Answer = dict[str, Any]


def without(state: str, message: str) -> Answer:
    """An answer without numbers, for now ('starting', 'queued') or for good ('failed')."""
    return {
        "state": state, "message": message, "clusters": None, "n_clusters": None, "track": None,
        "planes": None, "scores": None, "aligned_by": 0, "final": False,
    }  # fmt: skip
