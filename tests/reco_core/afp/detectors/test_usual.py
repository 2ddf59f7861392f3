"""How the reasons of detectors are put."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.afp.detectors.usual import Usual, number, reasons_of
from reco_core.afp.features import FEATURES


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (2841.3, "2,840"),
        (14.53, "14.5"),
        (0.04761, "0.0476"),
        (-2.6, "-2.6"),
        (-0.0, "0"),
        (1e6, "1,000,000"),
    ],
)
def test_a_number_is_told_without_powers_of_ten(value: float, told: str) -> None:
    assert number(value) == told


def test_a_value_hardly_beyond_what_is_usual_is_no_reason() -> None:
    of_all = np.ones(len(FEATURES))
    usual = Usual(2 * of_all, 2 * of_all, of_all, 0.02 * of_all, 4 * of_all)
    table = np.full((3, len(FEATURES)), 2.0)
    table[0, 3], table[1, 3], table[2, 5] = 0.0, 4.2, 4.05
    none, one, also_none = reasons_of(table, usual)
    assert (none, also_none) == ((), ())
    (reason,) = one
    assert reason.startswith(f"{FEATURES[3].meaning}: 4.2")
    assert reason.endswith("usual: 0.02 to 4")
