"""The cylinder that stands for the instrumented volume: where tracks enter and leave it."""

from __future__ import annotations

import math
from typing import Final

from reco_core.compiled import compiled
from reco_core.icecube.simulation.truth import CONTAINED, STARTING, STOPPING, THROUGH_GOING

RADIUS_M: Final = 560.0
HALF_HEIGHT_M: Final = 515.0


@compiled
def inside(x: float, y: float, z: float) -> bool:
    """Whether a place, m, lies in it."""
    return x * x + y * y < RADIUS_M**2 and abs(z) < HALF_HEIGHT_M


@compiled
def crossing(
    x: float, y: float, z: float, ux: float, uy: float, uz: float
) -> tuple[float, float]:  # fmt: skip
    """Where a line enters and leaves it, m along the line from the place; (0, 0) if it misses."""
    low, high = -1e9, 1e9
    if abs(uz) > 1e-9:
        a, b = (-HALF_HEIGHT_M - z) / uz, (HALF_HEIGHT_M - z) / uz
        low, high = min(a, b), max(a, b)
    elif abs(z) >= HALF_HEIGHT_M:
        return 0.0, 0.0
    flat2 = ux * ux + uy * uy
    rest = RADIUS_M**2 - x * x - y * y
    if flat2 > 1e-12:
        middle = -(x * ux + y * uy) / flat2
        root = middle * middle + rest / flat2
        if root <= 0.0:
            return 0.0, 0.0
        low, high = max(low, middle - math.sqrt(root)), min(high, middle + math.sqrt(root))
    elif rest <= 0.0:
        return 0.0, 0.0
    return (low, high) if low < high else (0.0, 0.0)


@compiled
def muon_topology(enters_m: float, leaves_m: float, way_m: float) -> int:
    """Topology of a muon that starts at 0 and goes way_m, on a line that is inside between two."""
    if leaves_m <= max(enters_m, 0.0) or way_m <= enters_m:
        return 0
    starts, stops = enters_m < 0.0, way_m < leaves_m
    if starts:
        return CONTAINED if stops else STARTING
    return STOPPING if stops else THROUGH_GOING
