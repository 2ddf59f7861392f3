"""How the reasons of detectors are put."""

from __future__ import annotations

import pytest

from reco_core.afp.detectors.usual import number


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
