"""The learned verdict: what kind of event it is, and whether its direction can be trusted.

Two models of boosted trees (reco_core/weights), trained on simulated events of the competition mix
and calibrated on others. One gives p_track + p_cascade + p_muon + p_noise = 1, after the
simulation's event_class. The other gives the probability of each range of the error of the best
reconstruction; what lies above a limit is p_hard.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.errors import SettingError
from reco_core.icecube.classification import learned_features
from reco_core.icecube.classification.learned_features import told_numbers
from reco_core.icecube.classification.learned_names import (
    CASCADE,
    CASCADE_METHOD,
    CLASS_MODEL,
    CLASSES,
    HARD_DEGREES,
    HARD_MODEL,
    NOISE,
    TRACK,
    TRACK_METHOD,
)
from reco_core.icecube.detector import Detector
from reco_core.icecube.pulse_batch import FloatArray, PulseBatch
from reco_core.weights import booster, card

LEAST_HARD_DEGREES, MOST_HARD_DEGREES = 1.0, 90.0
ERROR_EDGES_DEG: Final = (0.0, 2.0, 5.0, 10.0, 20.0, 40.0, 90.0, 180.0)

CALIBRATION: Final = "calibration"  # tables of the cards
ERRORS: Final = "errors"

CASCADE_ODDS: Final = 4.0

Table = NDArray[np.float32]


class Learned(NamedTuple):
    """p_class : (E, 4) of CLASSES, rows sum to 1.  p_hard : (E,) in [0, 1]."""

    p_class: FloatArray
    p_hard: FloatArray


def learned_verdicts(
    batch: PulseBatch, detector: Detector, hard_rad: float = math.radians(HARD_DEGREES)
) -> Learned:
    """Verdicts on E events, whatever light they have.

    hard_rad : p_hard is the probability of a larger error of the best reconstruction, or of none;
    from 1 to 90 degrees, else SettingError.
    """
    return verdicts_of(told_numbers(batch, detector), hard_rad)


def verdicts_of(told: Table, hard_rad: float) -> Learned:
    """Same from the numbers of learned_features, (E, F)."""
    check_hard(hard_rad)
    p_class = class_probabilities(told)
    return Learned(p_class, share_above(error_probabilities(told, p_class), hard_rad))


def check_hard(hard_rad: float) -> None:
    """SettingError unless the limit is from 1 to 90 degrees."""
    degrees = math.degrees(hard_rad)
    if not LEAST_HARD_DEGREES - 1e-9 <= degrees <= MOST_HARD_DEGREES + 1e-9:
        raise SettingError(
            f"An event counts as hard above {degrees:g} degrees; expected a limit from "
            f"{LEAST_HARD_DEGREES:g} to {MOST_HARD_DEGREES:g}."
        )


def best_method(p_class: FloatArray) -> NDArray[np.str_]:
    """(E,) keys of the reconstruction whose direction is likely nearest, from p_class (E, 4).

    The cascade fit where a cascade is CASCADE_ODDS times as likely as a track, else the MPE fit.
    That was best on 12,000 simulated events of seed 1001: in the mean 1.157 rad, against 1.187 of
    the MPE fit alone (1.186 of the SPE fit, 1.211 of two dots), 1.351 of the cascade fit, and 1.166
    with it where a cascade is merely the likeliest class. A track that is taken for a cascade loses
    far more than a cascade that is taken for a track.
    """
    cascade = p_class[:, CASCADE] >= CASCADE_ODDS * p_class[:, TRACK]
    return np.where(cascade, CASCADE_METHOD, TRACK_METHOD)


def load() -> None:
    """Compile, and read the weights."""
    load_class()
    booster(HARD_MODEL)


def load_class() -> None:
    """Same for class_probabilities alone."""
    learned_features.load()
    booster(CLASS_MODEL)


def class_probabilities(told: Table) -> FloatArray:
    """(E, 4) of CLASSES."""
    return calibrated(_margins(CLASS_MODEL, told, len(CLASSES)), card(CLASS_MODEL).tables)


def error_probabilities(told: Table, p_class: FloatArray) -> FloatArray:
    """(E, ranges of ERROR_EDGES_DEG) for the error of the best reconstruction."""
    margins = _margins(HARD_MODEL, with_classes(told, p_class), len(ERROR_EDGES_DEG) - 1)
    return calibrated(margins, card(HARD_MODEL).tables)


def with_classes(told: Table, p_class: FloatArray) -> Table:
    """(E, F + 3) what the second model is told: the first one's answer, too.

    Noise is left out: it is what the others leave.
    """
    return np.column_stack((told, p_class[:, :NOISE])).astype(np.float32)


def _margins(name: str, told: Table, n: int) -> FloatArray:
    if not len(told):
        return np.zeros((0, n))
    return np.asarray(booster(name).inplace_predict(told, predict_type="margin"), np.float64)


def calibrated(margins: FloatArray, tables: Mapping[str, Any]) -> FloatArray:
    """(E, n) probabilities, softmax of scale * margin + offset."""
    table = tables[CALIBRATION]
    return softmax(table["scale"] * margins + np.array(table["offset"]))


def softmax(margins: FloatArray) -> FloatArray:
    """(E, n) positive, rows sum to 1."""
    power = np.exp(margins - margins.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(power / power.sum(axis=1, keepdims=True))


def share_above(p_error: FloatArray, limit_rad: float) -> FloatArray:
    """(E,) probability of an error above the limit, from that of each range (E, ranges)."""
    return np.clip(p_error @ shares_above(limit_rad), 0.0, 1.0)


def shares_above(limit_rad: float) -> FloatArray:
    """(ranges,) share of each range that lies above the limit: 0 or 1, but for the one it is in.

    There by the errors of simulated events, so that the answer falls steadily with the limit.
    """
    below = card(HARD_MODEL).tables[ERRORS]["share_below"]
    degrees = np.arange(len(below), dtype=np.float64)
    at = np.interp((*ERROR_EDGES_DEG, math.degrees(limit_rad)), degrees, below)
    low, high, limit = at[:-2], at[1:-1], at[-1]
    return np.asarray(np.clip((high - limit) / (high - low), 0.0, 1.0))
