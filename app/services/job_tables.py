"""Tables of answers on disk: one file per finished batch, and the parts of the one under way.

A table holds one row per event in the order of its batch (answers.table_schema), and in its
metadata the fingerprint of the files that the events were read from. Every file appears whole.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.services.algorithms import Algorithm
from app.services.answers import OK, Answer, rows_of, table_of, table_schema
from app.services.job_answers import ERROR, is_error
from reco_core.dataset_writing import whole
from reco_core.errors import ServiceError

FINGERPRINT: Final = "hitscope_batch"  # in the metadata
ROW_GROUP: Final = 16_384  # rows decoded to read one of them: 2 ms
MAX_PARTS: Final = 64  # then they are made one: a slow algorithm would leave 100,000 files

# Some damage makes polars panic, which is no Exception.
DAMAGE: Final = (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException)
_IS_ERROR: Final = pl.col("status").str.starts_with(ERROR)

log = logging.getLogger(__name__)


def scan(paths: Sequence[Path]) -> pl.LazyFrame:
    """The rows of all files in their order; the names are taken literally (no patterns)."""
    return pl.scan_parquet(list(paths), glob=False, hive_partitioning=False)


class Parts:
    """Rows of a batch under way: files named after their first row, in a folder of their own."""

    def __init__(self, folder: Path, algorithm: Algorithm) -> None:
        """Reads how far an earlier run came; what it left damaged or twice is removed."""
        self.folder = folder
        self._algorithm = algorithm
        self._paths: list[Path] = []
        self.n_rows = self.n_failed = self.n_errors = 0
        self.errors_s = (
            0.0  # when the last error was written that an earlier run left, s since 1970
        )
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in sorted(folder.iterdir()):
            self._take(path)

    def _take(self, path: Path) -> None:
        """Keep a file if it goes on where the rows so far end."""
        try:
            if path.name != _name(self.n_rows):
                raise ValueError("not the next part")  # left by a kill while parts were made one
            frame = pl.read_parquet(path, glob=False)
            if frame.schema != table_schema(self._algorithm):
                raise ValueError("other columns")
            changed_s = path.stat().st_mtime
        except (ValueError, *DAMAGE) as error:
            log.debug("part %s removed: %s", path, error)
            path.unlink(missing_ok=True)
            return
        n_errors_before = self.n_errors
        self._count(path, frame["status"])
        if self.n_errors > n_errors_before:
            self.errors_s = max(self.errors_s, changed_s)

    def _count(self, path: Path, status: pl.Series) -> None:
        self._paths.append(path)
        self.n_rows += len(status)
        self.n_failed += int((status != OK).sum())
        self.n_errors += n_errors_of(status)

    def add(self, answers: Sequence[tuple[int, Answer]]) -> None:
        """Keep more rows. Raises DatasetError, such as for a full disk."""
        if not answers:
            return
        frame = table_of(answers, self._algorithm)
        path = self.folder / _name(self.n_rows)
        with _whole(path) as partial:
            frame.write_parquet(partial)
        self._count(path, frame["status"])
        if len(self._paths) >= MAX_PARTS:
            self._make_one()

    def _make_one(self) -> None:
        first, *others = self._paths
        with _whole(first) as partial:
            scan(self._paths).sink_parquet(partial)
        for path in others:
            path.unlink(missing_ok=True)
        self._paths = [first]

    def finish(self, path: Path, fingerprint: str, event_ids: NDArray[np.int64]) -> None:
        """Make the parts the table of the batch.

        event_ids : (E,) of the batch. Raises ServiceError if the rows are of other events.
        """
        self._check_events(event_ids)
        _write_table(path, self._rows(), fingerprint)
        self.remove()

    def finish_errors(self, path: Path, fingerprint: str) -> None:
        """Put the parts into a finished table, for its rows that are errors."""
        table = scan([path]).with_row_index("row").collect()
        errors = table.filter(_IS_ERROR)
        self._check_events(errors["event_id"].to_numpy())
        mended = self._rows().collect().insert_column(0, errors["row"])
        rows = pl.concat([table.filter(~_IS_ERROR), mended]).sort("row").drop("row")
        _write_table(path, rows.lazy(), fingerprint)
        self.remove()

    def keep_if_of(self, event_ids: NDArray[np.int64]) -> None:
        """Forget the rows if they are not of the first of these events."""
        if not np.array_equal(self._event_ids(), event_ids[: self.n_rows]):
            for path in self._paths:
                path.unlink(missing_ok=True)
            self._paths = []
            self.n_rows = self.n_failed = self.n_errors = 0

    def _check_events(self, event_ids: NDArray[np.int64]) -> None:
        if not np.array_equal(self._event_ids(), event_ids):
            self.remove()
            raise ServiceError(f"The parts in {self.folder} were of other events; start again.")

    def _event_ids(self) -> NDArray[np.int64]:
        return self._rows().select("event_id").collect().to_series().to_numpy()

    def _rows(self) -> pl.LazyFrame:
        return scan(self._paths) if self._paths else table_of([], self._algorithm).lazy()

    def remove(self) -> None:
        for path in self.folder.iterdir():
            path.unlink(missing_ok=True)
        self.folder.rmdir()


def is_table(path: Path, fingerprint: str) -> bool:
    """Is there a finished table of these files?"""
    try:
        return pl.read_parquet_metadata(path).get(FINGERPRINT) == fingerprint
    except FileNotFoundError:
        return False
    except DAMAGE as error:
        _warn_of(path, error)
        return False


def is_sound(path: Path) -> bool:
    """Can all rows of a table be read?"""
    try:
        pl.read_parquet(path, glob=False)
    except DAMAGE as error:
        _warn_of(path, error)
        return False
    return True


def errors_in(path: Path) -> NDArray[np.int64]:
    """Events of a table that ended with an error, in its order."""
    rows = scan([path]).filter(_IS_ERROR).select("event_id")
    return rows.collect().to_series().to_numpy()


def n_errors_of(status: pl.Series) -> int:
    return int(status.to_frame("status").select(_IS_ERROR.sum()).item() or 0)


def answer_in(
    path: Path, fingerprint: str, place: int, event_id: int, algorithm: Algorithm
) -> Answer | None:
    """The answer in a row of a finished table; None where there is none of these files.

    A row that tells of an error is none.
    """
    if not (path.is_file() and is_table(path, fingerprint)):
        return None
    try:
        frame = scan([path]).slice(place, 1).collect()
    except DAMAGE as error:
        _warn_of(path, error)
        return None
    if frame.schema != table_schema(algorithm) or frame["event_id"].to_list() != [event_id]:
        log.warning("table %s has no event %d in row %d", path, event_id, place)
        return None
    answer = rows_of(frame, algorithm)[0][1]
    return None if is_error(answer.status) else answer


def _warn_of(path: Path, error: BaseException) -> None:
    _warn_once(str(path), str(error).partition("\n")[0])


@lru_cache(maxsize=1000)
def _warn_once(path: str, reason: str) -> None:
    """Each event that is looked at would say it again."""
    log.warning("table %s cannot be read and is made anew: %s", path, reason)


def _write_table(path: Path, rows: pl.LazyFrame, fingerprint: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _whole(path) as partial:
        rows.sink_parquet(
            partial,
            row_group_size=ROW_GROUP,
            metadata={FINGERPRINT: fingerprint},
            sync_on_close="data",  # after a power cut a table is there whole or not at all
        )


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """As `whole`; where the disk is full at the end of a file, polars does not say so itself."""
    with whole(path) as partial:
        try:
            yield partial
        except pl.exceptions.ComputeError as error:
            if "os error" in str(error):
                raise
            told = str(error).partition("\n")[0]
            raise OSError(f"it was cut short, as on a full disk ({told})") from error
        except pl.exceptions.PanicException as error:  # no Exception: it would end the process
            raise ServiceError(f"{path} cannot be made of damaged parts: {error}.") from error


def _name(first_row: int) -> str:
    return f"{first_row:08d}.parquet"
