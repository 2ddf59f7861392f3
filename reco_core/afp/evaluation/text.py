"""The evaluation in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from reco_core.afp.evaluation.groups import ALL, ANOMALOUS, APART
from reco_core.afp.evaluation.tables import SHIPPED

MEASURES: Final = {
    "auc": "AUC", "average_precision": "average precision", "recall_1": "recall at 1 %",
    "recall_01": "recall at 0.1 %",
}  # fmt: skip


def overall_text(rows: pl.DataFrame) -> str:
    """The detectors as they are shipped, all classes of anomalies together."""
    chosen = rows.filter((pl.col("group") == ALL) & (pl.col("weights") == SHIPPED))
    cells = [
        (row["detector"], *(_with_interval(row, name) for name in MEASURES), _rate(row))
        for row in chosen.iter_rows(named=True)
    ]
    return _table(("detector", *MEASURES.values(), "events/s"), cells)


def class_text(rows: pl.DataFrame, measure: str) -> str:
    """One measure of the shipped detectors, class by class."""
    chosen = rows.filter(pl.col("weights") == SHIPPED)
    keys = chosen["detector"].unique(maintain_order=True).to_list()
    cells = []
    for name in (*ANOMALOUS, APART):
        of = chosen.filter(pl.col("group") == name)
        found = {row["detector"]: row for row in of.iter_rows(named=True)}
        cells.append((name, *(_with_interval(found[key], measure) for key in keys if key in found)))
    return _table((MEASURES[measure], *keys), [row for row in cells if len(row) > 1])


def sweep_text(rows: pl.DataFrame) -> str:
    """Detectors by the share of anomalies that they were trained on."""
    chosen = rows.filter((pl.col("group") == ALL) & (pl.col("weights") != SHIPPED))
    cells = [
        (
            row["detector"], f"{100 * row['contamination']:g} %",
            *((row["note"], *[""] * (len(MEASURES) - 1)) if row["note"]
              else (_with_interval(row, name) for name in MEASURES)),
        )
        for row in chosen.iter_rows(named=True)
    ]  # fmt: skip
    return _table(("detector", "anomalies in training", *MEASURES.values()), cells)


def _with_interval(row: dict[str, Any], name: str) -> str:
    value, low, high = (row[f"{name}{end}"] for end in ("", "_low", "_high"))
    return "" if value is None else f"{value:.3f} ({low:.3f} to {high:.3f})"


def _rate(row: dict[str, Any]) -> str:
    value = row["events_per_second"]
    return "" if value is None else f"{value:,.0f}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = (heads, ["---"] * len(heads), *rows)
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
