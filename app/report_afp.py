"""Tables of how good the anomaly detectors are, for docs/afp.md."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from reco_core.afp.detectors.registry import DETECTORS
from reco_core.afp.evaluation.run import CURVES_FILE, FILE
from reco_core.afp.evaluation.text import MEASURES, class_text, overall_text, sweep_text
from reco_core.afp.thresholds import RULES
from reco_core.dataset_table import read_table

PAGE = "afp.md"


def detectors_text() -> str:
    """A row for each anomaly detector."""
    rows = [f"| `{row.key}` | {row.label} | {row.about} |" for row in DETECTORS]
    return "\n".join(("| key | name | what it looks at |", "| --- | --- | --- |", *rows))


def rules_text() -> str:
    """A row for each rule of a threshold."""
    rows = [f"| `{row.key}:{row.usual:g}` | {row.number} | {row.about} |" for row in RULES]
    return "\n".join(("| rule | number | what it does |", "| --- | --- | --- |", *rows))


def tables(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Measures and curves, as `python -m reco_core afp-evaluate` wrote them; DatasetError."""
    return read_table(folder / FILE), read_table(folder / CURVES_FILE)


def blocks(found: pl.DataFrame) -> dict[str, str]:
    """Blocks of the page, by name.  found : the measures."""
    return {
        "anomaly detectors": detectors_text(),
        "rules of thresholds": rules_text(),
        "detectors overall": overall_text(found).rstrip(),
        **{f"detectors by {name}": class_text(found, name).rstrip() for name in MEASURES},
        "detectors by contamination": sweep_text(found).rstrip(),
    }
