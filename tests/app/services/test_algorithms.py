"""The table of algorithms, and the key under which an answer is kept."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.algorithms import (
    VERDICT,
    Algorithm,
    algorithm_of,
    find_algorithms,
    result_key,
)
from reco_core.errors import NotFoundError, SettingError
from reco_core.icecube.detector import Detector, builtin_detector
from reco_core.icecube.event import Pulses, checked_pulses
from reco_core.icecube.reconstructions.registry import RECONSTRUCTIONS

LINE_FIT = find_algorithms()["line_fit"]


def pulses(*rows: tuple[int, int, float, bool]) -> Pulses:
    columns = (np.array(column) for column in zip(*rows, strict=True))
    return checked_pulses(*columns, "a test event")


ONE = pulses((5, 100, 1.5, False), (900, 220, 0.5, True))


def test_every_reconstruction_is_an_algorithm_in_the_order_of_the_registry() -> None:
    *directions, verdict = find_algorithms().values()
    assert [row.key for row in directions] == [row.key for row in RECONSTRUCTIONS]
    assert all(row.gives_direction for row in directions)
    assert (verdict.key, verdict.gives_direction) == (VERDICT, False)


def test_what_counts_as_hard_is_part_of_the_key() -> None:
    keys = {
        result_key(find_algorithms((), degrees)[VERDICT], ONE, builtin_detector())
        for degrees in (5.0, 20.0, 20.0)
    }
    assert len(keys) == 2


def test_an_unknown_key_is_answered_with_those_there_are() -> None:
    with pytest.raises(NotFoundError, match=r"algorithm 'linfit'\. Available: two_halves, two"):
        algorithm_of(find_algorithms(), "linfit")


@given(
    st.lists(
        st.tuples(st.integers(0, 5159), st.integers(0, 10**6), st.floats(0, 100), st.booleans()),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(["sensor_id", "time_ns", "charge_pe", "auxiliary"]),
    st.integers(0, 4),
)
@settings(max_examples=50)
def test_the_key_changes_with_any_number_of_the_event(rows, column, place) -> None:  # type: ignore[no-untyped-def]
    detector = builtin_detector()
    event = pulses(*rows)
    changed = getattr(event, column).copy()
    at = place % len(changed)
    changed[at] = not changed[at] if column == "auxiliary" else changed[at] + 1
    other = replace(event, **{column: changed})
    assert result_key(LINE_FIT, event, detector) == result_key(LINE_FIT, pulses(*rows), detector)
    assert result_key(LINE_FIT, event, detector) != result_key(LINE_FIT, other, detector)


@pytest.mark.parametrize(
    "change",
    [
        {"key": "other"},
        {"version": LINE_FIT.version + 1},
        {"weights": "a digest"},
        {"options": {"max_pulses": 800}},
        {"columns": {"zenith": LINE_FIT.columns["zenith"]}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_key_changes_with_whatever_changes_an_answer(change: dict[str, object]) -> None:
    row, detector = replace(LINE_FIT, **change), builtin_detector()  # type: ignore[arg-type]
    assert result_key(row, ONE, detector) != result_key(LINE_FIT, ONE, detector)


@pytest.mark.parametrize("change", [{"label": "x"}, {"source": "x"}, {"batch": 32}])
def test_the_key_keeps_through_what_changes_no_answer(change: dict[str, object]) -> None:
    row, detector = replace(LINE_FIT, **change), builtin_detector()  # type: ignore[arg-type]
    assert result_key(row, ONE, detector) == result_key(LINE_FIT, ONE, detector)


def test_the_key_changes_with_the_detector() -> None:
    moved = builtin_detector()
    position_m = moved.position_m.copy()
    position_m[77, 2] += 1e-6
    other = Detector(position_m)
    assert result_key(LINE_FIT, ONE, moved) != result_key(LINE_FIT, ONE, other)


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("plugin_")]:
        del sys.modules[name]


HEAD = "from app.services.algorithms import Algorithm\n"
ROW = 'Algorithm({!r}, "Mine", "me", 1, {{}}, lambda events, detector: [])'


def test_a_plugin_adds_its_rows_after_those_of_the_registry(plugins: Path) -> None:
    (plugins / "plugin_a.py").write_text(f"{HEAD}ALGORITHMS = [{ROW.format('mine')}]\n")
    found = find_algorithms(["plugin_a"])
    assert list(found)[-1] == "mine"
    assert isinstance(found["mine"], Algorithm)
    assert not found["mine"].gives_direction


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1/0\n", "'plugin_b' cannot be used: ZeroDivisionError"),
        ("x = 1\n", "'plugin_b' cannot be used: AttributeError"),
        ("ALGORITHMS = ['line_fit']\n", "plugin_b.ALGORITHMS holds 'line_fit', no Algorithm"),
        (f"{HEAD}ALGORITHMS = [{ROW.format('line_fit')}]\n", "key 'line_fit' is taken"),
        (f"{HEAD}ALGORITHMS = [{ROW.format('a/b')}]\n", "key 'a/b' is taken or no lower-case"),
    ],
)
def test_a_plugin_that_cannot_be_used_says_why(plugins: Path, text: str, told: str) -> None:
    (plugins / "plugin_b.py").write_text(text)
    with pytest.raises(SettingError, match=told):
        find_algorithms(["plugin_b"])


def test_a_plugin_that_is_not_there() -> None:
    with pytest.raises(SettingError, match="'plugin_nowhere' cannot be used: ModuleNotFoundError"):
        find_algorithms(["plugin_nowhere"])


def test_whether_the_time_is_fitted_is_said_by_the_registry() -> None:
    fitted = {
        key for key, row in find_algorithms().items() if row.gives_direction and row.fits_time
    }
    assert fitted == {"spe_fit", "mpe_fit", "cascade_fit"}
