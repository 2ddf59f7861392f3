"""The comparison as files: a Markdown table, and beside it the numbers of every seed as JSON."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final

from reco_core.errors import DatasetError, FileFormatError
from reco_core.icecube.validation.curves import LEVELS
from reco_core.icecube.validation.run import Validation
from reco_core.icecube.validation.table_text import report_text

JSON_SUFFIX: Final = ".json"
TITLE: Final = "# The simulation beside the real data\n\n"


def numbers_path(path: Path) -> Path:
    """Where the numbers are that belong to the table at `path`."""
    return path.with_suffix(JSON_SUFFIX)


def check_writable(path: Path) -> None:
    """DatasetError, before any work is done, where no table can be written to `path`."""
    if path.suffix == JSON_SUFFIX or path.is_dir():
        raise DatasetError(
            f"{path} is to hold the table; expected the name of a file that does not end in "
            f"{JSON_SUFFIX}, such as build/simulation_validation.md."
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from error


def write_report(path: Path, result: Validation) -> None:
    """Write both files, each whole or not at all. DatasetError if they cannot be written."""
    try:
        _replace(path, TITLE + report_text(result))
        _replace(numbers_path(path), numbers_text(result))
    except OSError as error:
        raise _unwritable(path, error) from error


def numbers_text(result: Validation) -> str:
    """The result as JSON; the same result gives the same text."""
    content = {
        "events": result.events,
        "seeds": result.seeds,
        "measures": result.measures,
        "levels": LEVELS,
        "curves": result.curves,
    }
    return json.dumps(content, allow_nan=False, separators=(",", ":")) + "\n"


def read_numbers(path: Path) -> Validation:
    """The result in a JSON file of `write_report`; FileFormatError if it is something else."""
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise FileFormatError(f"{path} cannot be read as JSON: {error}.") from error
    try:
        return _result(content)
    except (KeyError, TypeError, ValueError) as error:
        raise FileFormatError(
            f"{path} does not hold the numbers of a comparison ({error!r}); "
            "make them with: python -m reco_core validate-simulation"
        ) from error


def _result(content: dict[str, Any]) -> Validation:
    if tuple(content["levels"]) != LEVELS:
        raise ValueError("the levels of its curves are not those of this version")
    lists = content["seeds"], content["measures"], content["curves"]
    if len({len(found) for found in lists}) != 1 or not content["seeds"]:
        raise ValueError("it needs as many measures and curves as seeds, one or more")
    seeds, measures, curves = (tuple(found) for found in lists)
    return Validation(int(content["events"]), seeds, measures, curves)


def _replace(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> DatasetError:
    return DatasetError(
        f"The comparison cannot be written to {path}: {error.strerror or error}. "
        "Choose another file with --out."
    )
