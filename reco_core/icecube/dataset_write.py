"""Writer of data sets in the layout and with the column types of the competition."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from reco_core.dataset_writing import check_folder, whole, writing
from reco_core.errors import DatasetError
from reco_core.icecube.dataset_files import (
    GEOMETRY_FILE,
    SLICE_ROWS,
    SPLITS,
    TRUTH_FILES,
    batches_in,
)
from reco_core.icecube.detector import Detector
from reco_core.icecube.event import Split

PULSE_TYPES: Final[dict[str, type[pl.DataType]]] = {
    "event_id": pl.Int64,
    "sensor_id": pl.Int16,
    "time": pl.Int64,
    "charge": pl.Float64,
    "auxiliary": pl.Boolean,
}
META_TYPES: Final[dict[str, type[pl.DataType]]] = {
    "batch_id": pl.Int64,
    "event_id": pl.Int64,
    "first_pulse_index": pl.Int64,
    "last_pulse_index": pl.Int64,
}
# Optional, rad.
ANGLE_TYPES: Final[dict[str, type[pl.DataType]]] = {"azimuth": pl.Float64, "zenith": pl.Float64}

# A row group is in memory while it is written. One of pulses is what the reader takes at a time.
PULSES_PER_ROW_GROUP: Final = SLICE_ROWS


@dataclass(frozen=True, eq=False)
class BatchTables:
    """One batch. pulses : columns of PULSE_TYPES, each event's rows together.

    meta : columns of META_TYPES and, where known, ANGLE_TYPES; one row per event.
    """

    batch_id: int
    pulses: pl.DataFrame | pl.LazyFrame
    meta: pl.DataFrame


def write_dataset(
    folder: Path,
    batches: Iterable[BatchTables],
    truth: pl.DataFrame | None,
    detector: Detector,
    split: Split = "train",
    force: bool = False,
) -> None:
    """Write a data set, one batch in memory at a time. Each file appears whole.

    truth : rows of truth.parquet (event_id and more).  force : replace the data set that is in
    the folder; other files there stay. Raises DatasetError if the folder is not empty, or for a
    wrong column.
    """
    check_folder(folder, force)
    remove_dataset(folder)
    with writing(folder):
        (folder / split).mkdir(parents=True, exist_ok=True)
    write_geometry(folder, detector)
    metas = []
    for batch in batches:
        path = folder / split / f"batch_{batch.batch_id}.parquet"
        pulses = batch.pulses.lazy().collect()
        _write_parquet(_typed(pulses, PULSE_TYPES, f"pulses of {path}"), path)
        metas.append(_typed_meta(batch.meta, f"meta rows of {path}"))
    if truth is not None:
        _write_parquet(truth, folder / TRUTH_FILES[0])
    if metas:  # last: where it is there, the data set is complete
        _write_parquet(pl.concat(metas, how="diagonal"), folder / f"{split}_meta.parquet")


def write_geometry(folder: Path, detector: Detector) -> None:
    """Write sensor_geometry.csv."""
    x, y, z = detector.position_m.T
    table = pl.DataFrame({"sensor_id": range(len(x)), "x": x, "y": y, "z": z})
    with whole(folder / GEOMETRY_FILE) as partial:
        table.write_csv(partial)


def remove_dataset(folder: Path) -> None:
    """Remove the files of a data set; other files of the folder stay."""
    # The meta files first: without them, what is left does not look complete.
    names = (*(f"{split}_meta.parquet" for split in SPLITS), *TRUTH_FILES, GEOMETRY_FILE)
    batches = (batch.path for batch in batches_in(folder))
    with writing(folder):
        for path in (*(folder / name for name in names), *batches):
            path.unlink(missing_ok=True)


def _typed_meta(meta: pl.DataFrame, what: str) -> pl.DataFrame:
    present = {name: dtype for name, dtype in ANGLE_TYPES.items() if name in meta.columns}
    return _typed(meta, META_TYPES | present, what)


def _typed(frame: pl.DataFrame, types: dict[str, type[pl.DataType]], what: str) -> pl.DataFrame:
    """The columns in the order and of the types given; other columns are left out."""
    missing = [name for name in types if name not in frame.columns]
    if missing:
        raise DatasetError(f"The {what} lack the column {missing[0]!r}; expected {list(types)}.")
    try:
        return frame.select(pl.col(name).cast(dtype) for name, dtype in types.items())
    except pl.exceptions.PolarsError as error:
        reason = str(error).partition("\n")[0]
        raise DatasetError(f"The {what} cannot be stored as {types}: {reason}.") from error


def _write_parquet(frame: pl.DataFrame, path: Path) -> None:
    with whole(path) as partial:
        frame.write_parquet(partial, row_group_size=max(len(frame), 1))
