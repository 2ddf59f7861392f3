"""The evaluation that lies beside the weights, and whether it still belongs to them."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

import polars as pl

from reco_core.afp.detectors.registry import DETECTORS, DetectorRow
from reco_core.afp.evaluation.groups import ALL
from reco_core.afp.evaluation.tables import SHIPPED
from reco_core.afp.simulation.version import PHYSICS_VERSION
from reco_core.dataset_table import read_table
from reco_core.dataset_writing import write_table
from reco_core.errors import HitscopeError
from reco_core.weights import FOLDER

ROWS_FILE: Final = "afp_evaluation.parquet"
CURVES_FILE: Final = "afp_evaluation_curves.parquet"
AGAIN: Final = "python -m reco_core afp-evaluate --ship"


class Shipped(NamedTuple):
    """rows, curves : tables.SCHEMA and tables.CURVES of all detectors."""

    rows: pl.DataFrame
    curves: pl.DataFrame


def ship(found: Shipped, weights: Path = FOLDER) -> None:
    """Put the tables beside the weights that they were measured with. Raises DatasetError."""
    write_table(found.rows, weights / ROWS_FILE)
    write_table(found.curves, weights / CURVES_FILE)


def shipped(weights: Path = FOLDER) -> Shipped:
    """The tables beside the weights; DatasetError where there are none."""
    return Shipped(read_table(weights / ROWS_FILE), read_table(weights / CURVES_FILE))


def outdated(rows: pl.DataFrame, weights: Path = FOLDER) -> list[str]:
    """Keys of detectors that are not, or no longer, those that were measured."""
    of = rows.filter(pl.col("weights") == SHIPPED, pl.col("group") == ALL)
    measured = {
        row["detector"]: (row["fingerprint"], row["simulation_version"])
        for row in of.iter_rows(named=True)
    }
    return [
        row.key
        for row in DETECTORS
        if measured.get(row.key) != (_fingerprint(row, weights), PHYSICS_VERSION)
    ]


def _fingerprint(row: DetectorRow, weights: Path) -> str:
    """Empty where the weights cannot be used."""
    try:
        return row.fingerprint(weights)
    except HitscopeError:
        return ""
