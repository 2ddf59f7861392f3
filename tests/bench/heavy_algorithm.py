"""A plug-in that costs what a likelihood fit will: 50 ms of one core per event, and a direction."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from app.services.algorithms import DIRECTION_COLUMNS, Algorithm, Row
from reco_core.errors import ReconstructionError
from reco_core.icecube.detector import Detector
from reco_core.icecube.event import Event
from reco_core.icecube.reconstructions.registry import reconstruct

COST_S = 0.05


def heavy(events: Sequence[Event], detector: Detector) -> list[Row | ReconstructionError]:
    return [_answer(event, detector) for event in events]


def _answer(event: Event, detector: Detector) -> Row | ReconstructionError:
    """The line fit, and as much more processor time of this thread as makes COST_S in all."""
    started_s = time.thread_time()
    try:
        fit = reconstruct("line_fit", event.pulses, detector)
    except ReconstructionError as error:
        return error
    matrix = np.random.default_rng(0).normal(size=(40, 40))
    while time.thread_time() - started_s < COST_S:
        matrix = np.tanh(matrix @ matrix)
    x_m, y_m, z_m = map(float, fit.point_m)
    return {
        "zenith": fit.zenith, "azimuth": fit.azimuth,
        "point_x_m": x_m, "point_y_m": y_m, "point_z_m": z_m, "time_ns": fit.time_ns,
        "n_doms_used": fit.n_doms_used, "speed_m_per_ns": fit.speed_m_per_ns,
        "uncertainty_rad": None, "quality": fit.quality, "energy_gev": None,
    }  # fmt: skip


ALGORITHMS = [Algorithm("heavy", "Heavy", "bench", 1, DIRECTION_COLUMNS, heavy)]
