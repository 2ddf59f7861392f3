"""Events that leave little to tell from, or too much."""

from __future__ import annotations

import numpy as np

from reco_core.icecube.event import Pulses


def odd_events() -> dict[str, Pulses]:
    """Pulses by what is odd about them."""
    rng = np.random.default_rng(3)
    many = 178_000
    return {
        "no pulse": _pulses([], []),
        "one pulse": _pulses([100], [7]),
        "two at one time": _pulses([100, 3000], [7, 7]),
        "all at one time": _pulses(np.arange(50) * 100, np.full(50, 9_000)),
        "all on one DOM": _pulses(np.full(60, 100), np.arange(60) * 10),
        "all on one string": _pulses(np.arange(60), np.arange(60) * 50),
        "all auxiliary": _pulses(np.arange(30) * 100, np.arange(30) * 50, auxiliary=True),
        "without charge": _pulses(np.arange(30) * 100, np.arange(30) * 50, charge_pe=0.0),
        "178,000 pulses": _pulses(
            rng.integers(0, 5160, many), np.sort(rng.integers(0, 20_000, many)), charge_pe=900.0
        ),
    }


def _pulses(sensor_id, time_ns, charge_pe=1.0, auxiliary=False) -> Pulses:
    n = len(sensor_id)
    return Pulses(
        np.asarray(sensor_id, np.int16),
        np.asarray(time_ns, np.int64),
        np.full(n, charge_pe),
        np.full(n, auxiliary),
    )
