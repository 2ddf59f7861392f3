"""A table of results, one row per event, that grows part by part and goes on after a stop.

Parts lie in the folder FILE.parts beside the table until it is complete; each appears whole. A
folder of parts made of something else, such as another version of a method, is begun anew.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import polars as pl

from reco_core.dataset_writing import whole, writing
from reco_core.errors import DatasetError

MADE_OF: Final = "made_of.json"
ROWS_PER_GROUP: Final = 200_000
DAMAGE: Final = (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException)


class GrowingTable:
    """Rows are added in order; `n_rows` are there already, of an earlier run that was stopped.

    made_of : all that the rows depend on, as JSON can hold it.  schema : of the table.
    """

    def __init__(
        self,
        path: Path,
        made_of: Mapping[str, object],
        schema: pl.Schema,
        keep_made_of: bool = False,
    ) -> None:
        """Raises DatasetError if the file cannot be written there, or is there already.

        keep_made_of : tell beside the finished table what it is made of, for `same_table`.
        """
        if path.exists():
            raise DatasetError(f"{path} exists; remove it or give another name.")
        self.path, self._schema = path, schema
        self.parts = path.with_name(path.name + ".parts")
        self._made_of = _text(made_of)
        self._keep_made_of = keep_made_of
        self.n_rows = 0
        with writing(self.parts):
            self._begin()

    def _begin(self) -> None:
        made_of = self.parts / MADE_OF
        if not made_of.is_file() or made_of.read_text() != self._made_of:
            shutil.rmtree(self.parts, ignore_errors=True)
            self.parts.mkdir(parents=True)
            with whole(made_of) as partial:
                partial.write_text(self._made_of)
        for part in sorted(self.parts.glob("*.parquet")):
            self._take(part)

    def _take(self, part: Path) -> None:
        """Count a part that goes on where the rows so far end; remove any other."""
        try:
            frame = pl.read_parquet(part, glob=False)
        except DAMAGE:
            frame = pl.DataFrame()
        if part == self._next() and frame.schema == self._schema:
            self.n_rows += len(frame)
        else:
            part.unlink()

    def _next(self) -> Path:
        return self.parts / f"{self.n_rows:012d}.parquet"

    def add(self, rows: pl.DataFrame) -> None:
        """Keep more rows. Raises DatasetError, such as for a full disk."""
        with whole(self._next()) as partial:
            rows.select(self._schema.names()).cast(self._schema).write_parquet(partial)
        self.n_rows += len(rows)

    def finish(self) -> None:
        """Make the parts the table, and remove them."""
        parts = sorted(self.parts.glob("*.parquet"))
        empty = pl.LazyFrame(schema=self._schema)
        rows = pl.scan_parquet(parts, glob=False) if parts else empty
        with whole(self.path) as partial:
            rows.sink_parquet(partial, row_group_size=ROWS_PER_GROUP)
        if self._keep_made_of:
            with whole(_beside(self.path)) as partial:
                partial.write_text(self._made_of)
        shutil.rmtree(self.parts, ignore_errors=True)


def same_table(path: Path, made_of: Mapping[str, object]) -> bool:
    """Is there a finished table that was made of just that?"""
    try:
        return path.is_file() and _beside(path).read_text() == _text(made_of)
    except OSError:
        return False


def read_table(path: Path) -> pl.DataFrame:
    """A finished table; DatasetError if there is none, or it is damaged."""
    if not path.exists():
        raise DatasetError(f"There is no {path}; expected a table that a command has finished.")
    try:
        return pl.read_parquet(path, glob=False)
    except DAMAGE as error:
        raise DatasetError(f"{path} cannot be read: {error}. Remove it and start again.") from error


def table_blocks(path: Path, rows: int) -> Iterator[pl.DataFrame]:
    """The same, so many rows at a time and not more in memory."""
    if not path.exists():
        read_table(path)  # which says what is wrong
    scanned = pl.scan_parquet(path, glob=False)
    try:
        n_rows = scanned.select(pl.len()).collect().item()
        for first in range(0, n_rows, rows):
            yield scanned.slice(first, rows).collect()
    except DAMAGE as error:
        raise DatasetError(f"{path} cannot be read: {error}. Remove it and start again.") from error


def _text(made_of: Mapping[str, object]) -> str:
    return json.dumps(made_of, sort_keys=True, indent=1)


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")
