"""Labels of events: a CSV file with the columns event_id and event_class."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.hits import IntArray
from reco_core.afp.simulation.classes import CLASSES
from reco_core.dataset_reading import system_reason
from reco_core.errors import FileFormatError

COLUMNS: Final = ("event_id", "event_class")
NAMES: Final = frozenset(row.name for row in CLASSES)


def read_labels(path: Path, n_events: int) -> tuple[IntArray, NDArray[np.str_]]:
    """(event_id, event_class) of the labelled events, by event_id.

    n_events : of the data set. FileFormatError names the line that is wrong, and what is expected.
    """
    found: dict[int, str] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            for line, event_id, name in _rows(path, file):
                where = f"{path}, line {line}"
                if not 0 <= event_id < n_events:
                    raise FileFormatError(
                        f"{where}: no event {str(event_id)[:40]}; the data set has events 0 to "
                        f"{n_events - 1}."
                    )
                if found.setdefault(event_id, name) != name:
                    raise FileFormatError(
                        f"{where}: event {event_id} is {name!r} here and {found[event_id]!r} "
                        "above; expected one class for each event."
                    )
    except OSError as error:
        raise FileFormatError(
            f"{path} cannot be read: {system_reason(error)}. Expected a CSV file."
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileFormatError(f"{path} cannot be read: {error}. Expected a CSV file.") from error
    ids = np.array(sorted(found), np.int64)
    return ids, np.array([found[k] for k in ids.tolist()], np.str_)


def _rows(path: Path, file: Iterator[str]) -> Iterator[tuple[int, int, str]]:
    """(line, event_id, event_class) of each row."""
    reader = csv.DictReader(file)
    names = reader.fieldnames or []
    if missing := [name for name in COLUMNS if name not in names]:
        raise FileFormatError(
            f"{path} has no column {missing[0]!r}; expected a first line with "
            f"{','.join(COLUMNS)}, it is {','.join(names)[:80]!r}."
        )
    for row in reader:
        text, name = (row[column] or "" for column in COLUMNS)
        where = f"{path}, line {reader.line_num}"
        try:
            event_id = int(text)
        except ValueError:
            raise FileFormatError(
                f"{where}: event_id is {text[:80]!r}; expected a whole number."
            ) from None
        if name.strip() not in NAMES:
            raise FileFormatError(
                f"{where}: unknown event_class {name[:80]!r}; expected one of "
                f"{', '.join(row.name for row in CLASSES)}."
            )
        yield reader.line_num, event_id, name.strip()
