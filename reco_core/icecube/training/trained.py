"""What a training gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, eq=False)
class Trained:
    """model : boosted trees.  The rest : see reco_core.weights.Card."""

    model: Any
    features: tuple[str, ...]
    numbers: Mapping[str, float]
    tables: Mapping[str, Any]
    limits: tuple[str, ...]
