"""The evaluation of the learned verdict as tables to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from reco_core.icecube.classification.learned_names import CLASSES
from reco_core.icecube.evaluation.text import table_of_cells
from reco_core.icecube.evaluation.verdict_tables import VerdictTables

HEADINGS: Final = (
    "probability", "events", "of which so", "AUC", "calibration error", "events/s, one core",
)  # fmt: skip


def verdict_text(tables: VerdictTables) -> dict[str, str]:
    """Markdown by name: how well each probability tells, and the confusion of the classes."""
    return {"verdict": _scores(tables.scores), "confusion": _confusion(tables.confusion)}


def _scores(scores: pl.DataFrame) -> str:
    rows = [_cells(row) for row in scores.iter_rows(named=True)]
    return table_of_cells(HEADINGS, rows)


def _cells(row: dict[str, Any]) -> Sequence[str]:
    area = "" if row["auc"] is None else "{auc:.4f} ({auc_low:.4f} to {auc_high:.4f})".format(**row)
    return (
        row["probability"], f"{row['n_events']:,}", f"{row['n_true']:,}", area,
        f"{row['calibration_error']:.4f}", f"{row['events_per_second']:,.0f}",
    )  # fmt: skip


def _confusion(confusion: pl.DataFrame) -> str:
    """A row per class: how many of its events were taken for each."""
    heads = ("class", *(f"taken for {name}" for name in CLASSES), "right")
    rows = []
    for name in CLASSES:
        counts = dict(confusion.filter(event_class=name).select("verdict", "n_events").iter_rows())
        total = sum(counts.values())
        if total:
            right = f"{counts[name] / total:.1%}"
            rows.append((name, *(f"{counts[told]:,}" for told in CLASSES), right))
    return table_of_cells(heads, rows)
