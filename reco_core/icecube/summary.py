"""One event in one sentence."""

from __future__ import annotations

import numpy as np

from reco_core.icecube.detector import Detector, string_id
from reco_core.icecube.event import Pulses
from reco_core.icecube.light_motion import light_motion


def summary_sentence(pulses: Pulses, detector: Detector) -> str:
    """62 pulses on 41 DOMs of 19 strings, 48.3 PE, 11.6 µs, moving down

    Counts, charge and duration of all pulses; the motion is that of the non-auxiliary light.
    """
    doms = np.unique(pulses.sensor_id)
    counts = (
        f"{counted(len(pulses), 'pulse')} on {counted(len(doms), 'DOM')} "
        f"of {counted(len(np.unique(string_id(doms))), 'string')}"
    )
    duration = _duration(int(pulses.time_ns[-1] - pulses.time_ns[0]))
    motion = light_motion(pulses, detector)
    return ", ".join((counts, _charge(float(pulses.charge_pe.sum())), duration, motion))


def counted(n: int, thing: str) -> str:
    """1 pulse; 9,347 pulses"""
    return f"{n:,} {thing}" if n == 1 else f"{n:,} {thing}s"


def _charge(charge_pe: float) -> str:
    return f"{charge_pe:.1f} PE" if charge_pe < 1000 else f"{charge_pe:,.0f} PE"


def _duration(duration_ns: int) -> str:
    return f"{duration_ns} ns" if duration_ns < 1000 else f"{duration_ns / 1000:,.1f} \u00b5s"
