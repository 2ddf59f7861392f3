"""Writer of hits.parquet and truth.parquet, part by part in bounded memory; both appear whole."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from reco_core.afp.simulation import kernel
from reco_core.afp.simulation.chunk import Chunk
from reco_core.afp.simulation.classes import CLASSES
from reco_core.dataset_writing import check_folder, stream_parquet, writing

HITS_FILE: Final = "hits.parquet"
TRUTH_FILE: Final = "truth.parquet"
EVENTS_FILES: Final = ("events.parquet",)  # of a data set of another kind, there before
HITS_PER_ROW_GROUP: Final = 100_000  # what is read to open one event
EVENTS_PER_ROW_GROUP: Final = 100_000
HITS_PER_PART: Final = 1_000_000

HIT_TYPES: Final = pl.Schema(
    {
        "event_id": pl.Int64,
        "plane": pl.UInt8,
        "row": pl.UInt16,
        "col": pl.UInt8,
        "charge": pl.Float32,  # electrons
    }
)
TRUTH_TYPES: Final = pl.Schema(
    {
        "event_id": pl.Int64,
        "event_class": pl.String,
        "run": pl.Int32,
        "evn": pl.Int64,
        "station": pl.UInt8,
        "x_mm": pl.Float32,
        "y_mm": pl.Float32,
        "slope_x": pl.Float32,
        "slope_y": pl.Float32,
        "n_tracks": pl.UInt8,
        "plane": pl.UInt8,
        "severity": pl.Float32,
    }
)


def write_afp(folder: Path, chunks: Iterable[Chunk], force: bool = False) -> None:
    """Write both files of a data set. While it is written, parts of it lie in a folder beside.

    force : replace the data set that is in the folder; other files there stay. Raises DatasetError
    if the folder is not empty, or cannot be written.
    """
    check_folder(folder, force)
    new = not folder.exists()
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name in (TRUTH_FILE, *EVENTS_FILES, HITS_FILE):  # without truth it is not complete
            (folder / name).unlink(missing_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix=".parts-", dir=folder) as name:
            parts = Path(name)
            _write_parts(parts, chunks)
            _join(parts, "hits", HIT_TYPES, folder / HITS_FILE, HITS_PER_ROW_GROUP)
            _join(parts, "truth", TRUTH_TYPES, folder / TRUTH_FILE, EVENTS_PER_ROW_GROUP)
    except BaseException:
        if new:
            with suppress(OSError):  # something else is in it by now
                folder.rmdir()
        raise


def _write_parts(parts: Path, chunks: Iterable[Chunk]) -> None:
    waiting: list[Chunk] = []
    number = 0
    for chunk in chunks:
        waiting.append(chunk)
        if sum(len(one.hits.plane) for one in waiting) >= HITS_PER_PART:
            _write_part(parts, number, waiting)
            waiting, number = [], number + 1
    if waiting:
        _write_part(parts, number, waiting)


def _write_part(parts: Path, number: int, chunks: list[Chunk]) -> None:
    hits, truth = (pl.concat(map(make, chunks)) for make in (hits_table, truth_table))
    for name, rows in (("hits", hits), ("truth", truth)):
        path = parts / f"{name}-{number:08d}.parquet"
        with writing(path):
            rows.write_parquet(path)


def _join(parts: Path, what: str, types: pl.Schema, path: Path, row_group: int) -> None:
    found = sorted(parts.glob(f"{what}-*.parquet"))
    rows = pl.scan_parquet(found, glob=False) if found else pl.LazyFrame(schema=types)
    stream_parquet(rows, path, parts, row_group)


def hits_table(chunk: Chunk) -> pl.DataFrame:
    """Rows of hits.parquet."""
    hits = chunk.hits
    columns = (chunk.first + hits.event, hits.plane, hits.row, hits.col, hits.charge)
    return pl.DataFrame(dict(zip(HIT_TYPES, columns, strict=True)), schema=HIT_TYPES)


def truth_table(chunk: Chunk) -> pl.DataFrame:
    """Rows of truth.parquet; plane and severity are null in classes without."""
    event_id = chunk.first + np.arange(len(chunk.kind))
    known = chunk.truth.T
    none = pl.lit(None)
    names = np.array([row.name for row in CLASSES])
    return pl.DataFrame(
        {
            "event_id": event_id,
            "event_class": names[chunk.kind],
            "run": np.full(len(event_id), chunk.run),
            "evn": event_id - chunk.first_of_run,
            "station": known[kernel.STATION],
            "x_mm": known[kernel.X_MM],
            "y_mm": known[kernel.Y_MM],
            "slope_x": known[kernel.SLOPE_X],
            "slope_y": known[kernel.SLOPE_Y],
            "n_tracks": known[kernel.N_TRACKS],
            "plane": known[kernel.PLANE],
            "severity": known[kernel.SEVERITY],
        }
    ).with_columns(
        plane=pl.when(pl.col("plane") >= 0).then("plane").otherwise(none),
        severity=pl.when(pl.col("severity") >= 0).then("severity").otherwise(none),
    ).cast(TRUTH_TYPES)  # fmt: skip
