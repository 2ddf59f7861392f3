"""The learned verdict and the rules as a table: one row per event."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from reco_core.icecube.classification.batch_table import first_light_columns
from reco_core.icecube.classification.learned import learned_verdicts
from reco_core.icecube.classification.learned_names import PROBABILITIES
from reco_core.icecube.dataset_blocks import Block
from reco_core.icecube.detector import Detector

SCHEMA: Final = pl.Schema(
    {
        "event_id": pl.Int64,
        **dict.fromkeys(PROBABILITIES, pl.Float64),  # null if the pulses cannot be used
        "containment": pl.String,  # of the first light; null with fewer than 2 pulses
        "hardness_all": pl.Float64,
        "hardness_non_auxiliary": pl.Float64,
    }
)


def classify_block(block: Block, detector: Detector, hard_rad: float) -> pl.DataFrame:
    """Rows of SCHEMA for the events of a block, in its order. hard_rad : see learned_verdicts."""
    found = learned_verdicts(block.pulses, detector, hard_rad)
    usable = np.ones(len(block.event_id), np.bool_)
    usable[list(block.errors)] = False
    p = np.column_stack((found.p_class, found.p_hard))
    p[~usable] = np.nan
    columns = {
        "event_id": block.event_id,
        **dict(zip(PROBABILITIES, p.T, strict=True)),
        **first_light_columns(block.pulses, detector),
    }
    rows = pl.DataFrame(columns).select(SCHEMA.names()).cast(SCHEMA)
    return rows.with_columns(pl.col(pl.Float64).fill_nan(None))
