"""Rows of the printed table: numbers in, aligned text out. No measuring here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

HEADER = ("", "value", "p95", "unit", "")


@dataclass(frozen=True)
class Row:
    """One measured thing.

    value : the median where p95 is given.  note : comparisons within the run, target.
    """

    what: str
    value: float
    unit: str
    p95: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Section:
    """One part of the run, or the reason why it was skipped."""

    title: str
    rows: tuple[Row, ...] = ()
    skipped: str = ""


def row_of(what: str, samples: Sequence[float], unit: str, note: str = "") -> Row:
    """Median and 95th percentile of repeated measurements."""
    median, p95 = percentiles(samples)
    return Row(what, median, unit, p95, note)


def percentiles(samples: Sequence[float]) -> tuple[float, float]:
    """Median and 95th percentile; ValueError where there is nothing to take them of."""
    if len(samples) == 0:
        raise ValueError("no measurements; expected at least one")
    median, p95 = np.percentile(np.asarray(samples, np.float64), (50, 95))
    return float(median), float(p95)


def ratio(value: float, reference: float) -> str:
    """How many times the reference a value is: '340 x'."""
    return f"{number(value / reference)} x" if reference > 0 else "no reference"


def against_target(value: float, limit: float, unit: str) -> str:
    """'target <= 10 ms: met'"""
    return f"target <= {limit:g} {unit}: {'met' if value <= limit else 'MISSED'}"


def joined(*notes: str) -> str:
    return "; ".join(note for note in notes if note)


def number(value: float) -> str:
    """Three significant digits, thousands apart, never in powers of ten."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    digits = max(0, 2 - int(np.floor(np.log10(abs(value)))))
    return f"{value:.{min(digits, 6)}f}"


def table(sections: Sequence[Section]) -> str:
    """All parts below one another, columns aligned over the whole run."""
    cells = [HEADER, *(_cells(row) for section in sections for row in section.rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEADER))]
    lines = [_line(HEADER, widths)]
    for section in sections:
        lines += ["", section.title]
        if section.skipped:
            lines.append(f"  skipped: {section.skipped}")
        lines += [_line(_cells(row), widths) for row in section.rows]
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, ...]:
    p95 = "" if row.p95 is None else number(row.p95)
    return row.what, number(row.value), p95, row.unit, row.note


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    what, value, p95, unit, note = cells
    numbers = f"{value:>{widths[1]}}  {p95:>{widths[2]}}  {unit:<{widths[3]}}"
    return f"  {what:<{widths[0]}}  {numbers}  {note}".rstrip()
