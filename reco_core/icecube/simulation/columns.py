"""Simulated events as the tables of a data set, held compactly until a batch is written."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reco_core.icecube.dataset_write import BatchTables
from reco_core.icecube.simulation.chunk import Chunk

ANGLES: Final = ("azimuth", "zenith")
WHOLE: Final = {"primary_pdg": pl.Int32}  # numbers that may be missing, and have no fraction


class OpenBatch:
    """A batch that is being filled: 14 bytes a pulse, 460 MB of 33 million."""

    def __init__(self, batch_id: int) -> None:
        self.batch_id = batch_id
        self.n_events = 0
        self._n_pulses = 0
        self._pulses: list[pl.DataFrame] = []
        self._meta: list[pl.DataFrame] = []
        self._truth: list[pl.DataFrame] = []

    def add(self, chunk: Chunk) -> None:
        """Append the events of a chunk."""
        self._pulses.append(_pulses(chunk, self.n_events))
        self._meta.append(_meta(chunk, self.batch_id, self._n_pulses))
        self._truth.append(truth_rows(chunk))
        self.n_events += len(chunk.end)
        self._n_pulses += int(chunk.end[-1])

    def tables(self) -> tuple[BatchTables, pl.DataFrame]:
        """The batch, its pulses to be computed while they are written, and its truth rows."""
        meta = pl.concat(self._meta)
        pulses = _published(pl.concat(self._pulses), meta["event_id"])
        return BatchTables(self.batch_id, pulses, meta), pl.concat(self._truth)


def truth_rows(chunk: Chunk) -> pl.DataFrame:
    """Rows of truth.parquet; null where a chunk has NaN or no text."""
    return pl.DataFrame([_truth_column(name, values) for name, values in chunk.truth.items()])


def _truth_column(name: str, values: NDArray[Any]) -> pl.Series:
    if values.dtype.kind in "OU":
        return pl.Series(name, values.tolist(), pl.String)
    column = pl.Series(name, values)
    if not column.dtype.is_float():
        return column
    return column.cast(pl.Float64).fill_nan(None).cast(WHOLE.get(name, pl.Float64))


def _pulses(chunk: Chunk, first_event: int) -> pl.DataFrame:
    """Compact rows. event : place of the event in the batch."""
    events = np.arange(first_event, first_event + len(chunk.end), dtype=np.int32)
    return pl.DataFrame(
        {
            "event": np.repeat(events, np.diff(chunk.end, prepend=0)),
            "sensor_id": chunk.sensor_id,
            "time_ns": chunk.time_ns,
            "charge_step": chunk.charge_step,
            "auxiliary": chunk.auxiliary,
        }
    )


def _published(pulses: pl.DataFrame, event_id: pl.Series) -> pl.LazyFrame:
    """The columns and types of the competition."""
    # Rounded, it is the float64 nearest to the decimal number, as in the published files.
    charge = (pl.col("charge_step") * 0.05 + 0.025).round(3)
    return pulses.lazy().select(
        pl.lit(event_id).gather(pl.col("event")).alias("event_id"),
        pl.col("sensor_id"),
        pl.col("time_ns").cast(pl.Int64).alias("time"),
        charge.alias("charge"),
        pl.col("auxiliary"),
    )


def _meta(chunk: Chunk, batch_id: int, first_pulse: int) -> pl.DataFrame:
    """Rows of the meta file. first_pulse : number of pulses before the chunk in the batch."""
    end = chunk.end + first_pulse
    rows = pl.DataFrame(
        {
            "batch_id": np.full(len(end), batch_id, np.int64),
            "event_id": chunk.truth["event_id"],
            "first_pulse_index": np.concatenate(([first_pulse], end[:-1])),
            "last_pulse_index": end - 1,
        }
    )
    return rows.with_columns(_truth_column(name, chunk.truth[name]) for name in ANGLES)
