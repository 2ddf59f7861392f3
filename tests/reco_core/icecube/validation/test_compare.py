"""Tolerances and verdicts: a value just outside fails, one just inside does not."""

from __future__ import annotations

import pytest

from reco_core.icecube.validation.compare import Row, compare, judged
from reco_core.icecube.validation.published import (
    ANGLE,
    CHARGE,
    COUNT,
    FIRST_TIME,
    LAST_TIME,
    PULSE_TIME,
    QUANTITIES,
    SHARE,
    SHARE_OF_19_EVENTS,
    SOURCES,
    Quantity,
    Tolerance,
)
from reco_core.icecube.validation.table_text import summary_text, table_text

ROWS = {row.key: row for row in QUANTITIES}


def row(real: float, tolerance: Tolerance | None, *simulated: float | None) -> Row:
    return Row(Quantity("key", "label", "ns", real, "a", tolerance), simulated)


@pytest.mark.parametrize(
    ("tolerance", "real", "allowed"),
    [
        (COUNT, 1130, 113.0),
        (COUNT, 5, 1),  # one pulse is more than 10 %
        (CHARGE, 1.775, 0.1775),
        (CHARGE, 0.075, 0.05),  # one grid step
        (FIRST_TIME, 6129, 40),
        (LAST_TIME, 17242, 300),
        (PULSE_TIME, 11815, 200),
        (SHARE, 0.227, 0.03),
        (SHARE_OF_19_EVENTS, 0.68, 0.07),
        (ANGLE, 0.83, 0.03),
    ],
)
def test_just_inside_is_within_and_just_outside_is_not(tolerance, real, allowed):
    assert tolerance.allowed(real) == pytest.approx(allowed)
    for sign in (-1, 1):
        assert row(real, tolerance, real + sign * allowed).verdict == "within"
        assert row(real, tolerance, real + sign * 0.999 * allowed).verdict == "within"
        assert row(real, tolerance, real + sign * 1.00001 * allowed).verdict == "outside"


def test_verdict_is_that_of_the_mean_and_seeds_are_counted_alone():
    found = row(100, Tolerance(absolute=10), 85, 95, 112, 113)  # mean 101.25
    assert (found.verdict, found.seeds_within) == ("within", 1)
    found = row(100, Tolerance(absolute=10), 109, 109, 109, 120)  # mean 111.75
    assert (found.verdict, found.seeds_within) == ("outside", 3)


def test_nothing_is_rounded_in_favour():
    """0.79996 would be shown as 0.800, the limit."""
    found = row(0.83, ANGLE, 0.79996)
    assert found.verdict == "outside"


def test_rows_without_tolerance_are_for_information():
    found = row(100, None, 200.0)
    assert (found.verdict, found.seeds_within, found.allowed) == ("for information", None, None)
    assert found.ratio == 2


def test_a_seed_without_a_value_puts_a_judged_row_outside():
    found = row(100, Tolerance(absolute=10), 100.0, None)
    assert (found.verdict, found.seeds_within, found.mean) == ("outside", 1, 100)
    nothing = row(100, Tolerance(absolute=10), None)
    assert (nothing.verdict, nothing.mean, nothing.ratio) == ("outside", None, None)
    assert row(100, None, None).verdict == "for information"


def test_scatter_is_between_seeds():
    assert row(1, None, 1.0, 3.0).scatter == pytest.approx(2**0.5)
    assert row(1, None, 1.0).scatter is None


def test_the_real_numbers_themselves_are_within():
    real = {quantity.key: quantity.real for quantity in QUANTITIES}
    rows = compare([real, real])
    assert all(found.verdict == "within" for found in judged(rows))
    assert {found.ratio for found in rows} == {1.0}
    assert summary_text(
        rows
    ) == f"{len(judged(rows))} of {len(judged(rows))} judged quantities " + (
        "are within tolerance."
    )


def test_keys_are_unique_and_sources_known():
    assert len(ROWS) == len(QUANTITIES)
    assert {quantity.source for quantity in QUANTITIES} == set(SOURCES)


@pytest.mark.parametrize(
    ("key", "real", "tolerance"),
    [
        ("n_pulses.q0.99", 1130, COUNT),
        ("n_pulses.q0.995", 3320, None),
        ("n_pulses.mean", 163.96, None),
        ("charge.q0.75", 1.775, CHARGE),
        ("charge.mean", 3.909, CHARGE),
        ("charge.max", 2762.025, None),
        ("first_time.q0.5", 6129, FIRST_TIME),
        ("last_time.q0.75", 18787, LAST_TIME),
        ("pulse_time.q0.5", 11815, PULSE_TIME),
        ("auxiliary.pulses", 0.2818, SHARE),
        ("auxiliary.event.q0.5", 0.68, SHARE_OF_19_EVENTS),
        ("first_light.top", 0.2270, SHARE),
        ("motion_light.horizontal", 0.3108, SHARE),
        ("motion_light.up", 0.2781, SHARE),
        ("n_100_143.duration.q0.95", 19393, None),
        ("zenith.q0.25", 1.00503, None),
        ("ladder.time_sense", 1.214, ANGLE),
        ("ladder.better_sense", 0.830, ANGLE),
    ],
)
def test_published_rows(key, real, tolerance):
    assert ROWS[key].real == pytest.approx(real)
    assert ROWS[key].tolerance == tolerance


def test_shares_of_a_whole_add_up():
    def total(start: str) -> float:
        return sum(quantity.real for key, quantity in ROWS.items() if key.startswith(start))

    assert total("motion_all.") == pytest.approx(1, abs=2e-4)
    assert total("motion_light.") == pytest.approx(1, abs=2e-4)
    assert total("dom_pulses.") == pytest.approx(1)
    classes = sum(quantity.real for key, quantity in ROWS.items() if key.endswith("9.share"))
    assert classes + ROWS["n_40_63.share"].real + ROWS["n_100_143.share"].real == pytest.approx(
        1, abs=2e-4
    )
    assert total("first_light.") == pytest.approx(0.7046)
    assert total("first_all.") == pytest.approx(0.3894)


def test_table_lines_up_and_says_what_is_missing():
    text = table_text([row(17242, LAST_TIME, 17600.0, 17700.0), row(5, None, None)])
    lines = text.splitlines()
    assert len({len(line) for line in lines}) == 1
    assert "17,650.0 +- 70.7" in lines[2]
    assert "0 of 2" in lines[2]
    assert "outside" in lines[2]
    assert "| none |" in lines[3].replace("  ", "")
    assert "Outside: label." in summary_text([row(1, LAST_TIME, 900.0)])
