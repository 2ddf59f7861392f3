"""The free parameters lie where published physics allows, and are all in use."""

from __future__ import annotations

from pathlib import Path

import pytest

from reco_core.icecube.simulation import parameters
from reco_core.icecube.simulation.parameters import FREE, Parameters

SOURCE = Path(parameters.__file__).parent


def test_each_has_a_row() -> None:
    assert tuple(FREE) == Parameters._fields


@pytest.mark.parametrize("name", FREE)
def test_value_lies_in_its_range_and_says_why(name: str) -> None:
    row = FREE[name]
    assert row.low <= row.value <= row.high
    assert row.why


@pytest.mark.parametrize("name", FREE)
def test_each_is_used(name: str) -> None:
    users = [path for path in SOURCE.glob("*.py") if f"parameters.{name}" in path.read_text()]
    assert users, f"nothing reads parameters.{name}"


def test_the_values_in_use_are_those_of_the_table() -> None:
    values = parameters.parameters()
    assert [getattr(values, name) for name in FREE] == [row.value for row in FREE.values()]
