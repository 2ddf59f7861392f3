"""Why the learned verdict is what it is: the numbers of the event that moved it most, in words.

What each number added to the answer is that of TreeSHAP (Lundberg et al., arXiv:1802.03888). What
numbers of one family added is summed, since trees share it out among them as it falls; the family
is told by the one of them that moved the answer most.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from reco_core.icecube.classification.learned import (
    CALIBRATION,
    Table,
    check_hard,
    class_probabilities,
    error_probabilities,
    shares_above,
    with_classes,
)
from reco_core.icecube.classification.learned_features import HARD_TOLD, TOLD, Told, told_numbers
from reco_core.icecube.classification.learned_names import (
    CLASS_MODEL,
    CLASSES,
    HARD_DEGREES,
    HARD_MODEL,
)
from reco_core.icecube.detector import Detector
from reco_core.icecube.pulse_batch import FloatArray, PulseBatch
from reco_core.weights import booster, card

LEAST_MOVED: Final = 0.02  # in the logarithm of the odds: less is not worth a sentence


class Reasons(NamedTuple):
    """Sentences without a full stop, the strongest first: of the likeliest class, and of p_hard."""

    of_class: tuple[str, ...]
    of_hard: tuple[str, ...]


def reasons(
    batch: PulseBatch,
    detector: Detector,
    hard_rad: float = math.radians(HARD_DEGREES),
    most: int = 3,
) -> list[Reasons]:
    """The reasons of each event, at most `most` for each of the two.

    hard_rad : as of learned_verdicts.
    """
    return reasons_of(told_numbers(batch, detector), hard_rad, most)


def reasons_of(told: Table, hard_rad: float, most: int = 3) -> list[Reasons]:
    """Same from the numbers of learned_features, (E, F)."""
    check_hard(hard_rad)
    if not len(told):
        return []
    p_class = class_probabilities(told)
    both = with_classes(told, p_class)
    of_class = _class_moves(told, p_class)
    of_hard = _hard_moves(both, error_probabilities(told, p_class), hard_rad)
    names = [CLASSES[k] for k in p_class.argmax(axis=1)]
    return [
        Reasons(
            _sentences(TOLD, told[k], of_class[k], most, (f"towards {name}", f"away from {name}")),
            _sentences(HARD_TOLD, both[k], of_hard[k], most, ("towards hard", "towards easy")),
        )
        for k, name in enumerate(names)
    ]


def _class_moves(told: Table, p_class: FloatArray) -> FloatArray:
    """(E, F) by how much each number moved the log odds of the likeliest class."""
    moved = _contributions(CLASS_MODEL, told)
    rows, best = np.arange(len(told)), p_class.argmax(axis=1)
    rest = p_class.copy()
    rest[rows, best] = 0.0
    rest /= np.maximum(rest.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    return np.asarray(moved[rows, best] - np.einsum("ec,ecf->ef", rest, moved))


def _hard_moves(told: Table, p_error: FloatArray, hard_rad: float) -> FloatArray:
    """(E, F) by how much each number moved the log odds of p_hard, to first order."""
    above = p_error * shares_above(hard_rad)
    below = p_error - above
    tiny = np.finfo(float).tiny
    weight = above / np.maximum(above.sum(axis=1, keepdims=True), tiny)
    weight -= below / np.maximum(below.sum(axis=1, keepdims=True), tiny)
    return np.asarray(np.einsum("ec,ecf->ef", weight, _contributions(HARD_MODEL, told)))


def _contributions(name: str, told: Table) -> FloatArray:
    """(E, classes, F) what each number added to the calibrated margin of each class."""
    import xgboost

    added = booster(name).predict(xgboost.DMatrix(told, nthread=1), pred_contribs=True)
    return np.asarray(added[..., :-1] * card(name).tables[CALIBRATION]["scale"], np.float64)


def _sentences(
    rows: tuple[Told, ...],
    values: Table,
    moved: FloatArray,
    most: int,
    ways: tuple[str, str],
) -> tuple[str, ...]:
    """Of the families that moved the answer most, in order."""
    found = []
    for family in dict.fromkeys(row.family for row in rows):
        of_family = [k for k, row in enumerate(rows) if row.family == family]
        total = float(moved[of_family].sum())
        strongest = max(of_family, key=lambda k: moved[k] * np.sign(total))
        found.append((abs(total), strongest, total))
    found.sort(reverse=True)
    return tuple(
        f"{rows[k].said(float(values[k]))} ({ways[total < 0]})"
        for size, k, total in found[:most]
        if size >= LEAST_MOVED
    )
