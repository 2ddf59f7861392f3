"""Small AFP files for tests: images, ROOT files with TreeHits, folders in the stored form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import uproot

Hit = tuple[int, int, int, int, float]  # station, plane, row, col, charge
Pixel = tuple[int, int, int, float]  # plane, row, col, charge

SLOTS = 6
EMPTY_PIXEL, EMPTY_CHARGE = -1, -1000001.0


def tree_of(
    entries: Sequence[Sequence[Hit]], slots: int = SLOTS, evn: Sequence[int] | None = None
) -> dict[str, Any]:
    """Branches of TreeHits for the hits of each entry, numbered as they are given."""
    n = len(entries)
    row = np.full((n, 4, 4, slots), EMPTY_PIXEL, np.int32)
    col, charge = row.copy(), np.full(row.shape, EMPTY_CHARGE, np.float32)
    count = np.zeros((n, 4, 4), np.int32)
    for entry, hits in enumerate(entries):
        for station, plane, r, c, q in hits:
            at = (entry, station, plane, count[entry, station, plane])
            row[at], col[at], charge[at] = r, c, q
            count[entry, station, plane] += 1
    number = np.arange(1000, 1000 + n) if evn is None else np.array(evn)
    return {
        "evN": number.astype(np.int64), "hits": count,
        "hits_row": row, "hits_col": col, "hits_q": charge,
    }  # fmt: skip


def write_tree(path: Path, tree: Mapping[str, Any], name: str = "TreeHits") -> Path:
    with uproot.recreate(path) as file:
        file.mktree(name, {key: (v.dtype, v.shape[1:]) for key, v in tree.items()})
        file[name].extend(dict(tree))
    return path


def write_images(path: Path, images: np.ndarray) -> Path:
    np.save(path, images)
    return path


def image_of(pixels: Sequence[Pixel], dtype: Any = np.float16, last: bool = True) -> np.ndarray:
    """One image, planes last or first."""
    image = np.zeros((336, 80, 4), dtype)
    for plane, row, col, charge in pixels:
        image[row, col, plane] = charge
    return image if last else image.transpose(2, 0, 1)


def write_stored(folder: Path, hits: Mapping[int, Sequence[Pixel]], **tables: Any) -> Path:
    """hits.parquet of the hits by event, and a parquet file of each table given."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [(event, *pixel) for event, pixels in hits.items() for pixel in pixels]
    schema = {
        "event_id": pl.Int64, "plane": pl.Int64, "row": pl.Int64, "col": pl.Int64,
        "charge": pl.Float64,
    }  # fmt: skip
    pl.DataFrame(rows, schema, orient="row").write_parquet(folder / "hits.parquet")
    for name, columns in tables.items():
        pl.DataFrame(columns).write_parquet(folder / f"{name}.parquet")
    return folder


def pixels_of(hits: Any) -> list[Pixel]:
    """(plane, row, col, charge) of all hits of a batch."""
    return list(
        zip(*(column.tolist() for column in (hits.plane, hits.row, hits.col, hits.charge)),
            strict=True)
    )  # fmt: skip
