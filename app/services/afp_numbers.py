"""Numbers as JSON can hold them."""

from __future__ import annotations

import math
from typing import Any, Final

DIGITS: Final = 6  # of a score that are told


def number(value: Any) -> Any:
    """Few digits, None for what is no number; texts as they are, lists one by one."""
    if isinstance(value, list | tuple):
        return [number(one) for one in value]
    if isinstance(value, str) or value is None:
        return value
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
