"""The comparison as a Markdown table, aligned to be read in a terminal too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import Final

from reco_core.icecube.validation.compare import Row, judged
from reco_core.icecube.validation.published import SOURCES
from reco_core.icecube.validation.run import Validation

HEADINGS: Final = (
    "quantity", "unit", "real", "simulated", "ratio", "allowed", "seeds within", "verdict",
    "source",
)  # fmt: skip
NUMBERS: Final = range(2, 7)  # columns that are set to the right


def report_text(result: Validation) -> str:
    """How it was made, a sentence of what is outside, the table, its sources."""
    rows = result.rows
    made = f"Made by `{result.command}`: {seeds_text(result)}."
    sources = "\n".join(f"- [{key}] {text}" for key, text in SOURCES.items())
    parts = (made, summary_text(rows), table_text(rows), _axis_text(result), sources)
    return "\n\n".join(parts) + "\n"


def seeds_text(result: Validation) -> str:
    """Example: "5 seeds (1001 to 1005) of 20,000 events each"."""
    first, last = result.seeds[0], result.seeds[-1]
    if first == last:
        return f"seed {first}, {result.events:,} events"
    return f"{len(result.seeds)} seeds ({first} to {last}) of {result.events:,} events each"


def table_text(rows: Sequence[Row]) -> str:
    """One line for each row, under the headings."""
    return _aligned([_cells(row) for row in rows])


def _axis_text(result: Validation) -> str:
    no_axis, no_sense = (
        fmean(measures[key] for measures in result.measures)
        for key in ("ladder.no_axis", "ladder.no_sense")
    )
    return (
        f"Of the simulated events {no_axis:.2%} have no principal axis, their light being on one "
        f"DOM; they count as random directions. {no_sense:.2%} have no sense from time."
    )


def summary_text(rows: Iterable[Row]) -> str:
    """Example: "34 of 36 judged quantities are within tolerance. Outside: charge, mean; ..."."""
    all_judged = judged(rows)
    outside = [row.quantity.label for row in all_judged if row.verdict == "outside"]
    within = len(all_judged) - len(outside)
    text = f"{within} of {len(all_judged)} judged quantities are within tolerance."
    return f"{text} Outside: {'; '.join(outside)}." if outside else text


def _cells(row: Row) -> tuple[str, ...]:
    quantity = row.quantity
    within = "" if row.seeds_within is None else f"{row.seeds_within} of {len(row.simulated)}"
    return (
        quantity.label,
        quantity.unit,
        _number(quantity.real, quantity.decimals),
        _simulated(row),
        _number(row.ratio, 3),
        _number(row.allowed, max(quantity.decimals, 1)),
        within,
        row.verdict,
        f"[{quantity.source}]",
    )


def _simulated(row: Row) -> str:
    """Mean and scatter, with a digit more than the real value so that no verdict looks wrong."""
    if row.mean is None:
        return "none"
    decimals = max(row.quantity.decimals, 1)
    text = _number(row.mean, decimals)
    return text if row.scatter is None else f"{text} +- {_number(row.scatter, decimals)}"


def _number(value: float | None, decimals: int) -> str:
    return "" if value is None else f"{value:,.{decimals}f}"


def _aligned(body: Sequence[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(HEADINGS, *body, strict=True)]
    rule = tuple(
        "-" * (width - 1) + ":" if column in NUMBERS else "-" * width
        for column, width in enumerate(widths)
    )
    return "\n".join(_line(cells, widths) for cells in (HEADINGS, rule, *body))


def _line(cells: Iterable[str], widths: Sequence[int]) -> str:
    padded = (
        cell.rjust(width) if column in NUMBERS else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return f"| {' | '.join(padded)} |"
