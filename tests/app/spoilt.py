"""Makers of small data sets with something wrong in them; each is given the folder to write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from reco_core.icecube.dataset_write import write_geometry
from reco_core.icecube.detector import builtin_detector
from tests.reco_core.icecube.small_datasets import (
    meta_table,
    pulse_table,
    write_batch,
    write_small,
)

COUNTS = {24: 6, 41: 8}


def pulses(column: str = "", value: Any = None, dtype: Any = None) -> pl.DataFrame:
    """Pulses of events 24 and 41, with one value of event 41 replaced."""
    frame = pulse_table(COUNTS)
    if not column:
        return frame
    row, literal = pl.int_range(pl.len()) == 9, pl.lit(value, dtype)
    return frame.with_columns(pl.when(row).then(literal).otherwise(pl.col(column)).alias(column))


def batch(frame: pl.DataFrame) -> Callable[[Path], object]:
    return lambda folder: write_batch(folder, frame)


def file(name: str, content: bytes | str) -> Callable[[Path], object]:
    """A good data set with one file replaced."""

    def write(folder: Path) -> None:
        write_small(folder, COUNTS)
        data = content if isinstance(content, bytes) else content.encode()
        (folder / name).write_bytes(data)

    return write


def cut_short(folder: Path) -> None:
    path = write_small(folder, COUNTS)
    path.write_bytes(path.read_bytes()[:-20])


def link_to_nothing(name: str) -> Callable[[Path], object]:
    def link(folder: Path) -> None:
        write_small(folder, COUNTS)
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to("nowhere")

    return link


def meta(change: pl.Expr) -> Callable[[Path], object]:
    def write(folder: Path) -> None:
        write_small(folder, COUNTS)
        meta_table(COUNTS).with_columns(change).write_parquet(folder / "train_meta.parquet")

    return write


def truth(**columns: Any) -> Callable[[Path], object]:
    def write(folder: Path) -> None:
        write_small(folder, COUNTS)
        pl.DataFrame({"event_id": [41], **columns}).write_parquet(folder / "truth.parquet")

    return write


def geometry(change: Callable[[list[str]], list[str]]) -> Callable[[Path], object]:
    def write(folder: Path) -> None:
        write_small(folder, COUNTS)
        write_geometry(folder, builtin_detector())
        path = folder / "sensor_geometry.csv"
        path.write_text("\n".join(change(path.read_text().splitlines())))

    return write
