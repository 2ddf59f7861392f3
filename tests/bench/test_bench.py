"""The helpers that turn measurements into the table; nothing here is timed."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pytest

from reco_core.icecube.dataset import find_datasets
from reco_core.icecube.detector import builtin_detector
from tests.bench.__main__ import PARTS, _parts
from tests.bench.common import BRIGHT_PULSES, bright_events
from tests.bench.report import (
    Row,
    Section,
    against_target,
    joined,
    number,
    percentiles,
    ratio,
    row_of,
    table,
)
from tests.bench.sizes import plotly_json


def test_percentiles_of_one_to_a_hundred() -> None:
    assert percentiles(range(1, 101)) == pytest.approx((50.5, 95.05))


def test_percentiles_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="no measurements"):
        percentiles([])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.01234, "0.0123"),
        (1.5, "1.50"),
        (12.34, "12.3"),
        (99.96, "100.0"),  # rounded up, still with the digit of its size
        (330_016, "330,016"),
        (-2.5, "-2.50"),
    ],
)
def test_numbers_have_three_digits(value: float, text: str) -> None:
    assert number(value) == text


def test_ratio_names_how_many_times() -> None:
    assert ratio(30.0, 2.0) == "15.0 x"
    assert ratio(30.0, 0.0) == "no reference"


def test_a_missed_target_is_said_aloud() -> None:
    assert against_target(10.0, 10.0, "ms") == "target <= 10 ms: met"
    assert against_target(10.1, 10.0, "ms") == "target <= 10 ms: MISSED"


def test_empty_notes_leave_no_trace() -> None:
    assert joined("", "a", "", "b") == "a; b"


def test_columns_are_aligned_over_all_parts() -> None:
    short = Section("first", (Row("a", 1.0, "s"),))
    long = Section("second", (row_of("a longer name", [1.0, 3.0], "ms", "note"),))
    first, second = (line for line in table([short, long]).splitlines() if line.startswith("  a"))
    assert first.index("1.00") == second.index("2.00")
    assert second.split() == ["a", "longer", "name", "2.00", "2.90", "ms", "note"]


def test_a_skipped_part_says_why() -> None:
    assert "  skipped: no Chromium" in table([Section("playback", skipped="no Chromium")])


def test_only_known_parts_are_run() -> None:
    assert _parts("start,open") == ["start", "open"]
    with pytest.raises(argparse.ArgumentTypeError, match=r"'stop'; expected open, playback"):
        _parts("open,stop")
    assert list(PARTS) == [
        "open", "playback", "bytes", "start", "results", "simulation", "reconstructions",
        "afp-simulation", "afp-features", "afp-detectors", "afp", "afp-page",
    ]  # fmt: skip


def test_bright_events_have_the_pulses_they_promise(tmp_path: Path) -> None:
    (dataset,) = find_datasets(bright_events(tmp_path), tmp_path / "indexes", 10**9)
    found = {event_id: len(dataset.event(event_id).pulses) for event_id in BRIGHT_PULSES}
    assert found == BRIGHT_PULSES


def test_the_plotly_figure_holds_every_pulse_and_every_sensor(tmp_path: Path) -> None:
    (dataset,) = find_datasets(bright_events(tmp_path), tmp_path / "indexes", 10**9)
    n = BRIGHT_PULSES[1]
    text = plotly_json(dataset.event(1).pulses, builtin_detector())
    float32_as_base64 = 4 * np.ceil(n * 4 / 3)
    assert len(text) > 5 * float32_as_base64  # x, y, z, size, colour
    assert text.count('"scatter3d"') >= 2
