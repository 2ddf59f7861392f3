"""The optional sensor_geometry.csv of a data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reco_core.dataset_reading import missing_column, reading
from reco_core.errors import FileFormatError
from reco_core.icecube.dataset_files import IntArray
from reco_core.icecube.detector import MAX_POSITION_M, N_SENSORS, Detector


def read_geometry(path: Path) -> Detector:
    """Detector of a sensor_geometry.csv: columns sensor_id, x, y, z, one row per sensor."""
    with reading(path, "a table with the columns sensor_id, x, y, z"):
        text = pl.read_csv(path, infer_schema=False)
    for name in ("sensor_id", "x", "y", "z"):
        if name not in text.columns:
            raise missing_column(path, name, text.columns, "sensor_id, x, y, z")
    sensor_id = _numbers(path, text["sensor_id"], pl.Int64, "a whole number").astype(np.int64)
    _check_sensors(path, sensor_id)
    positions = np.empty((N_SENSORS, 3))
    for axis, name in enumerate(("x", "y", "z")):
        column = _numbers(path, text[name], pl.Float64, "a finite number in m", MAX_POSITION_M)
        positions[sensor_id, axis] = column
    positions.setflags(write=False)
    return Detector(positions)


def _numbers(
    path: Path, column: pl.Series, dtype: type[pl.DataType], expected: str, limit: float = np.inf
) -> NDArray[np.float64]:
    numbers = column.str.strip_chars().cast(dtype, strict=False).cast(pl.Float64).to_numpy()
    good = np.isfinite(numbers) & (np.abs(numbers) <= limit)
    if not good.all():
        row = int(np.argmin(good))
        expected += f", at most {limit:,.0f}" if np.isfinite(limit) else ""
        raise FileFormatError(
            f"{path}, line {row + 2}: {column.name} is {column[row]!r}; expected {expected}."
        )
    return numbers


def _check_sensors(path: Path, sensor_id: IntArray) -> None:
    known = (sensor_id >= 0) & (sensor_id < N_SENSORS)
    if not known.all():
        row = int(np.argmin(known))
        raise FileFormatError(
            f"{path}, line {row + 2}: sensor_id is {int(sensor_id[row])}; "
            f"expected 0 to {N_SENSORS - 1}."
        )
    times_listed = np.bincount(sensor_id, minlength=N_SENSORS)
    if (times_listed != 1).any():
        worst = int(np.argmax(times_listed != 1))
        raise FileFormatError(
            f"{path}: sensor_id {worst} is listed {times_listed[worst]} times; "
            f"expected each of 0 to {N_SENSORS - 1} once."
        )
