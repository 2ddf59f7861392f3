"""The measures as a table to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl

KINDS: Final = ("all", "class", "track energy", "cascade energy", "zenith", "pulses")
HEADINGS: Final = (
    "algorithm", "events", "no answer", "mean, rad", "median, deg", "68 % within, deg",
    "events/s, one core",
)  # fmt: skip


def table_text(measures: pl.DataFrame, kind: str = "all") -> str:
    """Markdown: a row per algorithm and group of that kind."""
    rows = measures.filter(pl.col("group_kind") == kind)
    heads = HEADINGS if kind == "all" else (HEADINGS[0], kind, *HEADINGS[1:-1])
    return table_of_cells(heads, [_cells(row, kind) for row in rows.iter_rows(named=True)])


def table_of_cells(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Markdown: a line of headings, and one of each row."""
    lines = (heads, ["---"] * len(heads), *rows)
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _cells(row: dict[str, Any], kind: str) -> Sequence[str]:
    measured = (
        f"{row['n_events']:,}",
        f"{row['n_failed']:,}",
        with_interval(row, "mean_rad", 1.0, 3),
        with_interval(row, "median_rad", np.degrees(1.0), 2),
        with_interval(row, "contain68_rad", np.degrees(1.0), 2),
    )
    if kind == "all":
        rate = row["events_per_second"]
        return (row["algorithm"], *measured, "" if rate is None else f"{rate:,.0f}")
    return (row["algorithm"], row["group"], *measured)


def with_interval(row: dict[str, Any], name: str, unit: float, digits: int) -> str:
    """The number of that name in a row, times unit, and its interval."""
    value, low, high = (row[f"{name}{end}"] * unit for end in ("", "_low", "_high"))
    return f"{value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"
