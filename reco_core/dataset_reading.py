"""Reading of parquet files: rules of columns, and what goes wrong as FileFormatError."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import polars as pl

from reco_core.errors import FileFormatError

ColumnKind = Literal["integer", "number", "boolean"]
VALUE_OF: Final[dict[ColumnKind, str]] = {
    "integer": "integer of at most 64 bits",
    "number": "number",
    "boolean": "boolean, true or false",
}
MAX_NAMES_TOLD: Final = 20  # of a table's columns, in a message
POLARS_TYPE: Final = {"integer": pl.Int64(), "number": pl.Float64(), "boolean": pl.Boolean()}


@dataclass(frozen=True)
class Column:
    """What a column of a parquet file must be."""

    name: str
    kind: ColumnKind

    def accepts(self, dtype: pl.DataType) -> bool:
        if self.kind == "integer":
            return dtype.is_integer()
        return dtype == pl.Boolean if self.kind == "boolean" else dtype.is_numeric()


@contextmanager
def reading(path: Path, expected: str) -> Iterator[None]:
    """Turn what polars and the system say about a file into FileFormatError.

    expected : what the file should be, "a parquet file of pulses".
    """
    try:
        if path.is_dir():
            raise IsADirectoryError("it is a folder")
        yield
    except OSError as error:
        raise FileFormatError(
            f"{path} cannot be read: {system_reason(error)}. Expected {expected}."
        ) from error
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        raise FileFormatError(
            f"{path} cannot be read: {reason}. Expected {expected}; it may be truncated."
        ) from error


def system_reason(error: OSError) -> str:
    """Why the system would not open a file, in words, without the name of the file."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file; it was moved, or is a link to nothing"
    if isinstance(error, PermissionError):
        return "permission denied; make it readable for the user that runs Hitscope"
    return (error.strerror or str(error)).partition("\n")[0].rstrip(".")


def scan(path: Path) -> pl.LazyFrame:
    """The parquet file, its name taken literally (no patterns)."""
    return pl.scan_parquet(path, glob=False, hive_partitioning=False)


def checked_schema(path: Path, columns: tuple[Column, ...], expected: str) -> pl.Schema:
    """Schema of a parquet file that has the columns; FileFormatError names what is wrong."""
    with reading(path, expected):
        schema = scan(path).collect_schema()
    stored = stored_names(schema)
    for column in columns:
        if column.name not in stored:
            raise missing_column(path, column.name, schema, ", ".join(c.name for c in columns))
        dtype = schema[stored[column.name]]
        if not column.accepts(dtype):
            raise FileFormatError(
                f"{path}: column {column.name!r} is {dtype}; expected {VALUE_OF[column.kind]}."
            )
    return schema


def missing_column(path: Path, name: str, present: Iterable[str], expected: str) -> FileFormatError:
    """The error about a table without a column."""
    names = list(map(repr, present))
    more = f" and {len(names) - MAX_NAMES_TOLD} more" if len(names) > MAX_NAMES_TOLD else ""
    return FileFormatError(
        f"{path} has no column {name!r}; it has {', '.join(names[:MAX_NAMES_TOLD])}{more}. "
        f"Expected {expected}."
    )


def stored_names(schema: pl.Schema) -> dict[str, str]:
    """Name -> name in the file; event_id may be stored as the nameless index of pandas."""
    names = {name: name for name in schema}
    if "event_id" not in names and "__index_level_0__" in names:
        names["event_id"] = "__index_level_0__"
    return names
