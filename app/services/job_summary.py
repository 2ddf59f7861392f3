"""What a job found, counted batch by batch in bounded memory."""

from __future__ import annotations

import io
import logging
import zipfile
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.services.answers import OK
from app.services.job_tables import n_errors_of
from reco_core.dataset_writing import whole
from reco_core.directions import opening_angle, source_direction

BIN_RAD: Final = 1e-5  # 0.0006 degrees; the angles of 130 million events would fill 1 GB
N_BINS: Final = int(np.pi / BIN_RAD) + 1

Directions = tuple[NDArray[np.float64], NDArray[np.float64]]  # zenith, azimuth (E,) rad

log = logging.getLogger(__name__)


class Tally:
    """Counts of a job's finished batches, kept in a file beside its job.json."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.errors: dict[str, int] = {}  # events that ended with an error, of the tables counted
        self.n = self.n_ok = 0
        self._angles = np.zeros(N_BINS, np.int64)
        try:
            self._load()
        except FileNotFoundError:
            pass
        except (OSError, EOFError, ValueError, LookupError, zipfile.BadZipFile) as error:
            log.warning("%s is damaged and is made anew: %s", path, error)
            self.clear()

    def clear(self) -> None:
        self.errors, self.n, self.n_ok = {}, 0, 0
        self._angles = np.zeros(N_BINS, np.int64)

    @property
    def names(self) -> set[str]:
        """Of the tables counted."""
        return set(self.errors)

    @property
    def n_errors(self) -> int:
        return sum(self.errors.values())

    @property
    def n_failed(self) -> int:
        return self.n - self.n_ok

    def add(self, name: str, rows: pl.LazyFrame, known: Directions | None) -> None:
        """Count a table.  known : true directions in its order, NaN where not known."""
        self.errors[name] = self._count(rows, known, 1)
        self._save()

    def remove(self, name: str, rows: pl.LazyFrame, known: Directions | None) -> None:
        """Take a table back that was counted, with the same arguments."""
        self._count(rows, known, -1)
        del self.errors[name]
        self._save()

    def _count(self, rows: pl.LazyFrame, known: Directions | None, sign: int) -> int:
        """Add a table once, or -1 times; how many of its events ended with an error."""
        frame = rows.select(pl.selectors.by_name("status", "zenith", "azimuth", require_all=False))
        table = frame.collect()
        is_ok = (table["status"] == OK).to_numpy()
        self.n += sign * len(table)
        self.n_ok += sign * int(is_ok.sum())
        if known is not None:
            found = (table["zenith"].to_numpy(), table["azimuth"].to_numpy())
            self._angles += sign * _binned(_angles(found, known)[is_ok])
        return n_errors_of(table["status"])

    def summary(self) -> dict[str, Any]:
        """n, n_ok, n_failed; median_opening_angle_rad to 1e-5, None where no truth is known."""
        return {
            "n": self.n,
            "n_ok": self.n_ok,
            "n_failed": self.n_failed,
            "median_opening_angle_rad": _median(self._angles),
        }

    def _load(self) -> None:
        with np.load(io.BytesIO(self._path.read_bytes()), allow_pickle=False) as kept:
            self.errors = dict(zip(kept["names"].tolist(), kept["errors"].tolist(), strict=True))
            self.n, self.n_ok = (int(value) for value in kept["counts"])
            self._angles[kept["bins"]] = kept["angles"]

    def _save(self) -> None:
        bins = np.flatnonzero(self._angles)
        with whole(self._path) as partial, partial.open("wb") as file:
            np.savez(
                file, names=np.array(list(self.errors), np.str_), bins=bins,
                errors=np.array(list(self.errors.values()), np.int64),
                counts=np.array([self.n, self.n_ok]), angles=self._angles[bins],
            )  # fmt: skip


def _angles(found: Directions, known: Directions) -> NDArray[np.float64]:
    """Opening angles (E,) rad, NaN where either direction is not there."""
    return opening_angle(source_direction(*found), source_direction(*known))


def _binned(angles: NDArray[np.float64]) -> NDArray[np.int64]:
    bins = (angles[np.isfinite(angles)] / BIN_RAD).astype(np.int64)
    return np.bincount(bins, minlength=N_BINS)


def _median(counts: NDArray[np.int64]) -> float | None:
    """The middle angle, rad: the mean of the two middle ones of an even number."""
    below = np.cumsum(counts)
    n = int(below[-1])
    if n == 0:
        return None
    middle = np.searchsorted(below, [(n - 1) // 2, n // 2], side="right")
    return float((middle + 0.5).mean() * BIN_RAD)
