"""The directions of single events as tables to read."""

from __future__ import annotations

import math
from typing import Final

import polars as pl

from reco_core.icecube.evaluation.text import table_of_cells

DIGITS: Final = 2  # of degrees


def comparison_text(rows: pl.DataFrame) -> str:
    """Markdown: a table per event, in degrees; fits with the same angles share a line.

    rows : comparison.comparison().
    """
    angles = [name for name in rows.columns if name.endswith("_rad")]
    degrees = rows.with_columns((pl.col(angles) * math.degrees(1.0)).round(DIGITS))
    same = ["event_id", *angles]
    lines = degrees.group_by(same, maintain_order=True).agg(pl.col("direction"))
    heads = ("direction", *(f"{name.removesuffix('_rad')}, deg" for name in angles))
    texts = []
    for (event_id,), of_event in lines.group_by("event_id", maintain_order=True):
        cells = [
            (_names(row["direction"]), *(_number(row[name]) for name in angles))
            for row in of_event.iter_rows(named=True)
        ]
        texts.append(f"Event {event_id}:\n\n{table_of_cells(heads, cells)}")
    return "\n".join(texts)


def _names(of: list[str]) -> str:
    """The shortest name, and how many more."""
    first = of[0] if len(of) == 1 else min(of, key=len)
    return first if len(of) == 1 else f"{first} and {len(of) - 1} more"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.{DIGITS}f}"
