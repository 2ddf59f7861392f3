"""Names of folders of data: those to look into, and what a data set is called in addresses."""

from __future__ import annotations

import logging
import re
from collections.abc import Container
from itertools import count
from pathlib import Path
from typing import Final

from reco_core.errors import DatasetError

MAX_KEY_CHARACTERS: Final = 80  # of a data set's name in addresses

log = logging.getLogger(__name__)


def sub_folders(root: Path) -> list[Path]:
    """Folders in `root` by name; DatasetError if it cannot be opened."""
    try:
        folders = [path for path in root.iterdir() if path.is_dir()]
    except OSError as error:
        raise DatasetError(
            f"The data folder {root} cannot be opened: {error.strerror}. "
            "To open another folder, type: make run DATA=folder"
        ) from error
    for path in folders:
        if not is_utf8(path):
            log.warning("%a is passed over: its name is not UTF-8; rename it", str(path))
    return sorted(path for path in folders if path.name[0] != "." and is_utf8(path))


def is_utf8(path: Path) -> bool:
    """Polars cannot open other names, nor can a page show them."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def is_file_or_broken_link(path: Path) -> bool:
    """Is it a file to be read? So is a link to nothing: reading it tells what is wrong.

    A folder is not, and neither is a pipe, which would be waited for.
    """
    return path.is_file() or (path.is_symlink() and not path.exists())


def url_safe(name: str) -> str:
    """The name as it can stand in an address."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:MAX_KEY_CHARACTERS] or "data"


def unique_name(name: str, taken: Container[str]) -> str:
    """The name, or NAME-2, NAME-3, ... if it is taken."""
    candidates = (name if k == 1 else f"{name}-{k}" for k in count(1))
    return next(candidate for candidate in candidates if candidate not in taken)
