"""Answers as a table: one row per event, nulls where there is no answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl

from reco_core.icecube.dataset_blocks import Block
from reco_core.icecube.detector import Detector
from reco_core.icecube.reconstructions.fits import Fits, Reason
from reco_core.icecube.reconstructions.registry import reconstruct_batch

SCHEMA: Final = pl.Schema(
    {
        "event_id": pl.Int64,
        "algorithm": pl.String,
        "zenith": pl.Float64,  # rad, where the particle came from
        "azimuth": pl.Float64,
        "uncertainty_rad": pl.Float64,
        "vertex_x_m": pl.Float64,  # a point of the line; where a cascade is
        "vertex_y_m": pl.Float64,
        "vertex_z_m": pl.Float64,
        "quality": pl.Float64,
        "status": pl.String,  # ok, or why there is no answer
    }
)


def reconstruct_block(key: str, block: Block, detector: Detector) -> pl.DataFrame:
    """Rows of SCHEMA for the events of a block, in its order."""
    return table_of(
        block.event_id, reconstruct_batch(key, block.pulses, detector), key, block.errors
    )


def table_of(
    event_id: np.typing.NDArray[np.int64], fits: Fits, key: str, errors: Mapping[int, str]
) -> pl.DataFrame:
    """Rows of SCHEMA. errors : why the pulses of an event cannot be used, by its place."""
    status = [errors.get(k) or Reason(int(reason)).text for k, reason in enumerate(fits.reason)]
    columns = {
        "event_id": event_id,
        "algorithm": [key] * len(event_id),
        "zenith": fits.zenith,
        "azimuth": fits.azimuth,
        "uncertainty_rad": fits.uncertainty_rad,
        **{f"vertex_{axis}_m": fits.point_m[:, k] for k, axis in enumerate("xyz")},
        "quality": fits.quality,
        "status": status,
    }
    return pl.DataFrame(columns, schema=SCHEMA).with_columns(pl.col(pl.Float64).fill_nan(None))
