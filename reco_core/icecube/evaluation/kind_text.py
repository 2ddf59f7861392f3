"""The measures of kinds of events as tables to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from reco_core.icecube.evaluation.kind_table import OFF_DEGREES
from reco_core.icecube.evaluation.text import table_of_cells, with_interval

HEADINGS: Final = (
    "algorithm", "energy", "events", "no answer", "median, deg", "68 % within, deg",
    f"off by more than {OFF_DEGREES:.0f} deg", "within its uncertainty",
)  # fmt: skip
VERTEX_HEADINGS: Final = ("vertex: median, m", "68 % within, m")


def kind_text(measures: pl.DataFrame, kind: str) -> str:
    """Markdown: a row per group of that kind and algorithm; empty if it has none."""
    rows = measures.filter(kind=kind)
    if rows.is_empty():
        return ""
    with_vertex = bool(rows["median_vertex_m"].is_not_null().any())
    heads = (*HEADINGS, *(VERTEX_HEADINGS if with_vertex else ()))
    return table_of_cells(heads, [_cells(row, with_vertex) for row in rows.iter_rows(named=True)])


def _cells(row: dict[str, Any], with_vertex: bool) -> Sequence[str]:
    within = row["share_within"]
    cells = (
        row["algorithm"], row["group"], f"{row['n_events']:,}", f"{row['n_failed']:,}",
        with_interval(row, "median_rad", np.degrees(1.0), 2),
        with_interval(row, "contain68_rad", np.degrees(1.0), 2),
        f"{row['share_off']:.1%}", "" if within is None else f"{within:.1%}",
    )  # fmt: skip
    return (*cells, *(_vertex(row) if with_vertex else ()))


def _vertex(row: dict[str, Any]) -> Sequence[str]:
    if row["median_vertex_m"] is None:
        return "", ""
    return tuple(with_interval(row, f"{name}_vertex_m", 1.0, 1) for name in ("median", "contain68"))
